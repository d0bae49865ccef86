"""What came of claims: kept as it comes in, recorded by the batch, and the leases of what is under way extended.

One thread for each courier. It records every 250 ms or 1,000 results, and outlives whatever goes wrong with the
database: nobody else records, or extends leases, in this process.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from syndicator import metrics
from syndicator.errors import StoreError
from syndicator.log import logger
from syndicator.services.outcomes import Sent, record
from syndicator.services.setup import Setup
from syndicator.store import deliveries

BATCH: Final = 1000
_FLUSH_S: Final = 0.25
_LOOK_AT_LEASES_S: Final = 1.0
_LAST_S: Final = 10.0

_log = logger("delivery")


@dataclass(slots=True)
class _Claim:
    """One claim's deliveries that are not recorded yet."""

    token: str
    lease_until: int
    open: set[int] = field(default_factory=set)


class Recorder:
    """Keeps account of ``in_flight`` places: a claim takes them, a result frees one. Threads may share it."""

    def __init__(self, setup: Setup, *, in_flight: int, lease_us: int) -> None:
        self._setup = setup
        self._in_flight, self._lease_us = in_flight, lease_us
        self._changed = threading.Condition()
        self._done: deque[Sent] = deque()
        self._claims: dict[str, _Claim] = {}
        self._claimed = 0
        self._taken = 0
        self._recorded = 0
        self._leases_seen_at = 0.0
        self.is_closing = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def places(self) -> int:
        """How many may be claimed now; none when closing."""
        with self._changed:
            return 0 if self.is_closing else min(BATCH, self._room)

    def wait_for_places(self) -> int:
        """As ``places``, 0 only when closing. Waits a moment for half a batch; where places hang, any will do."""
        enough = min(BATCH, self._in_flight) // 2 or 1
        with self._changed:
            if not self._changed.wait_for(lambda: self.is_closing or self._room >= enough, _FLUSH_S):
                self._changed.wait_for(lambda: self.is_closing or self._room > 0)
            return 0 if self.is_closing else min(BATCH, self._room)

    def expect(self, token: str, lease_until: int, ids: Iterable[int]) -> None:
        """These deliveries were claimed under the token until then; the result of each will be kept."""
        claim = _Claim(token, lease_until, set(ids))
        with self._changed:
            self._claims[token] = claim
            self._claimed += len(claim.open)
            metrics.in_flight.set(self._outstanding)

    def keep(self, sent: Sent) -> None:
        """Without the lock, which threads would wait for at each of ten thousand results."""
        self._done.append(sent)
        if len(self._done) % BATCH == 0 or not self._outstanding:
            with self._changed:
                self._changed.notify_all()

    def settle(self, timeout_s: float) -> bool:
        """Waits until all that is expected is recorded; whether that was in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._recorded == self._claimed, max(0, timeout_s))

    def wind_down(self) -> None:
        """Has no place for anything more."""
        with self._changed:
            self.is_closing = True
            self._changed.notify_all()

    def close(self) -> None:
        """Records what is left, of which every result is here, and ends the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout=_LAST_S)

    @property
    def _room(self) -> int:
        return self._in_flight - self._outstanding

    @property
    def _outstanding(self) -> int:
        """Claimed, and without a result yet."""
        return self._claimed - self._taken - len(self._done)

    @property
    def _finished(self) -> bool:
        return self._closed and not self._outstanding

    # --- the thread

    def _run(self) -> None:
        while not (self._finished and not self._done):
            try:
                self._record(self._take())
                self._extend_leases()
            except Exception as error:  # noqa: BLE001 (the thread's boundary: without it nothing is recorded any more)
                _log.exception("recording was disturbed, and goes on", error=str(error))

    def _take(self) -> Sequence[Sent]:
        """What has come in, once it is enough, or a moment is over."""
        with self._changed:
            self._changed.wait_for(
                lambda: len(self._done) >= BATCH or (self._done and not self._outstanding) or self._finished, _FLUSH_S
            )
            done = [self._done.popleft() for _ in range(len(self._done))]
            self._taken += len(done)
        return done

    def _record(self, done: Sequence[Sent]) -> None:
        if done:
            self._record_what_can_be(done)
            self._settled(done)

    def _settled(self, done: Sequence[Sent]) -> None:
        with self._changed:
            self._recorded += len(done)
            for sent in done:
                claim = self._claims.get(sent.token)
                if claim is not None:
                    claim.open.discard(sent.row.id)
                    if not claim.open:
                        del self._claims[sent.token]
            metrics.in_flight.set(self._outstanding)
            self._changed.notify_all()

    def _record_what_can_be(self, done: Sequence[Sent]) -> None:
        """Nothing is lost: of what is not recorded the lease ends, and the sweep gives it to whoever comes next."""
        try:
            record(self._setup, done)
        except StoreError as error:
            _log.error("outcomes not recorded", count=len(done), error=str(error))
        except Exception as error:  # noqa: BLE001 (one bad outcome must not cost the others)
            if len(done) == 1:
                _log.exception("outcome not recorded", delivery=done[0].row.id, error=str(error))
                return
            half = len(done) // 2
            self._record_what_can_be(done[:half])
            self._record_what_can_be(done[half:])

    def _extend_leases(self) -> None:
        """Half a lease before its end a claim that is still under way gets a new one."""
        if time.monotonic() < self._leases_seen_at + _LOOK_AT_LEASES_S:
            return
        self._leases_seen_at = time.monotonic()
        with self._changed:
            claims = [(claim, set(claim.open)) for claim in self._claims.values()]
        if not claims:
            return
        database = self._setup.database
        try:
            with database.read() as connection:
                now = database.now_us(connection)
            late = [(claim, ids) for claim, ids in claims if claim.lease_until - now < self._lease_us // 2]
            if not late:
                return
            with database.write() as connection:
                for claim, ids in late:
                    claim.lease_until = now + self._lease_us
                    deliveries.extend(database, connection, ids, claim.token, claim.lease_until)
        except StoreError as error:
            _log.error("leases not extended", error=str(error))
