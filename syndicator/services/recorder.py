"""What came of claims: kept as it comes in, recorded by the batch, and the leases of what is under way extended.

One thread for each courier. It records every 250 ms or 1,000 results, and outlives whatever goes wrong with the
database: nobody else records, or extends leases, in this process. What the database does not take is kept, its lease
with it, and recorded later; the claim's token decides then whether it still may be. So a push that was answered is
sent again only where nothing could be recorded for longer than a lease.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from syndicator import metrics
from syndicator.errors import StoreError
from syndicator.log import logger
from syndicator.services.outcomes import Sent, record
from syndicator.services.setup import Setup
from syndicator.store import leases
from syndicator.store.deliveries import WITHDRAW_LANE, Claimed

BATCH: Final = 1000
_FLUSH_S: Final = 0.25
_LOOK_AT_LEASES_S: Final = 1.0
_LAST_S: Final = 5.0
_AT_ONCE: Final = 4 * BATCH
_UNRECORDED: Final = 4 * BATCH  # results that cost no place; a recorder that keeps up has a quarter of it
_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0

_log = logger("delivery")


@dataclass(slots=True)
class _Claim:
    """One claim's deliveries that are not recorded yet."""

    token: str
    lease_until: int
    open: set[int] = field(default_factory=set)


class Recorder:
    """Counts the ``in_flight`` places: a claim takes some, each result frees one. Threads may share it.

    Once many results wait to be recorded, further ones keep their places until they are, so that memory is bounded.
    """

    def __init__(self, setup: Setup, *, in_flight: int, lease_us: int) -> None:
        self._setup = setup
        self._in_flight, self._lease_us = in_flight, lease_us
        self._changed = threading.Condition()
        self._done: deque[Sent] = deque()
        self._claims: dict[str, _Claim] = {}
        self._claimed = 0
        self._withdrawals = 0
        self._taken = 0
        self._recorded = 0
        self._unrecorded: list[Sent] = []
        self._at_once = _AT_ONCE
        self._pause_s = _PAUSE_S
        self._again_at = 0.0
        self._ends_at = math.inf
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

    @property
    def places_of_withdrawals(self) -> int:
        """How many of these places are kept for withdrawals: with those that they use already, half of all."""
        with self._changed:
            return max(0, (self._in_flight + 1) // 2 - self._withdrawals)

    def expect(self, token: str, lease_until: int, rows: Sequence[Claimed]) -> None:
        """These deliveries were claimed under the token until then; the result of each will be kept."""
        claim = _Claim(token, lease_until, {row.id for row in rows})
        with self._changed:
            self._claims[token] = claim
            self._claimed += len(claim.open)
            self._withdrawals += sum(row.lane == WITHDRAW_LANE for row in rows)
            metrics.in_flight.set(self._outstanding)

    def keep(self, sent: Sent) -> None:
        """Keeps a result for the next batch.

        Only withdrawals, which are few, take the lock: with ten thousand results threads would queue up for it.
        """
        if sent.row.lane == WITHDRAW_LANE:
            with self._changed:
                self._withdrawals -= 1
        self._done.append(sent)
        if len(self._done) % BATCH == 0 or not self._outstanding:
            with self._changed:
                self._changed.notify_all()

    def settle(self, timeout_s: float) -> bool:
        """Waits until all that is expected is recorded, or nobody records any more; whether all of it is."""
        with self._changed:
            self._changed.wait_for(lambda: self._recorded == self._claimed or self._has_ended, max(0, timeout_s))
            return self._recorded == self._claimed

    def wind_down(self) -> None:
        """Has no place for anything more."""
        with self._changed:
            self.is_closing = True
            self._changed.notify_all()

    def close(self) -> None:
        """Records what is left, of which every result is here, and ends the thread. It tries for five seconds."""
        with self._changed:
            self._ends_at, self._again_at = time.monotonic() + _LAST_S, 0.0
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout=2 * _LAST_S)

    @property
    def _room(self) -> int:
        outstanding = self._outstanding
        unrecorded = self._claimed - self._recorded - outstanding
        return self._in_flight - outstanding - max(0, unrecorded - _UNRECORDED)

    @property
    def _outstanding(self) -> int:
        """Claimed, and without a result yet."""
        return self._claimed - self._taken - len(self._done)

    @property
    def _has_ended(self) -> bool:
        is_over = self._recorded == self._claimed or time.monotonic() >= self._ends_at
        return self._closed and not self._outstanding and is_over

    # --- the thread

    def _run(self) -> None:
        while not self._has_ended:
            try:
                self._take_in()
                self._record_some()
                self._extend_leases()
            except Exception as error:  # noqa: BLE001 (the thread's boundary: without it nothing is recorded any more)
                _log.exception("recording was disturbed, and goes on", error=str(error))
        if self._recorded != self._claimed:
            _log.error("ends with outcomes that are not recorded", count=self._claimed - self._recorded)

    def _take_in(self) -> None:
        """What has come in, once it is enough, or a moment is over."""
        with self._changed:
            self._changed.wait_for(self._has_work, _FLUSH_S)
            done = [self._done.popleft() for _ in range(len(self._done))]
            self._unrecorded += done
            self._taken += len(done)

    def _has_work(self) -> bool:
        if self._unrecorded:  # the database refused these, or they were more than one batch
            return time.monotonic() >= self._again_at
        return len(self._done) >= BATCH or (bool(self._done) and not self._outstanding) or self._has_ended

    def _record_some(self) -> None:
        if self._unrecorded and time.monotonic() >= self._again_at:
            some, self._unrecorded = self._unrecorded[: self._at_once], self._unrecorded[self._at_once :]
            self._record(some)

    def _record(self, some: Sequence[Sent]) -> None:
        try:
            record(self._setup, some)
        except StoreError as error:
            self._put_off(some, error)
        except Exception as error:  # noqa: BLE001 (one bad outcome must not cost the others)
            if len(some) == 1:
                # Not again: its lease ends, and the sweep gives it to the next worker.
                _log.exception("outcome not recorded", delivery=some[0].row.id, error=str(error))
                self._settled(some)
                return
            half = len(some) // 2
            self._record(some[:half])
            self._record(some[half:])
        else:
            self._pause_s, self._at_once = _PAUSE_S, min(2 * self._at_once, _AT_ONCE)
            self._settled(some)

    def _put_off(self, some: Sequence[Sent], error: StoreError) -> None:
        """Puts these behind the others, in smaller batches: what the database refuses must not hold up the rest."""
        self._unrecorded += some
        self._at_once = max(1, len(some) // 2)
        self._again_at = time.monotonic() + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        _log.error("outcomes not recorded yet", count=len(some), error=str(error))

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
            # One that ends beyond a whole lease was claimed while the clock was ahead, and its row was brought back.
            left = range(self._lease_us // 2, self._lease_us + 1)
            late = [(claim, ids) for claim, ids in claims if claim.lease_until - now not in left]
            if late:
                self._extend(late, now + self._lease_us)
        except StoreError as error:
            _log.error("leases not extended", error=str(error))

    def _extend(self, late: Sequence[tuple[_Claim, set[int]]], until: int) -> None:
        database = self._setup.database
        with database.write() as connection:
            for claim, ids in late:
                leases.extend(database, connection, ids, claim.token, until)
        for claim, _ in late:  # after the commit: a lease that is not extended is late at the next look, too
            claim.lease_until = until
