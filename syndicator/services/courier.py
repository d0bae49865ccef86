"""Pushing: claim a batch, send it concurrently, record what came of it. One courier per worker process.

No transaction is open while requests are under way. A claim belongs to this courier until its lease ends,
and recording is fenced by the claim's token: whoever lost its lease changes nothing any more. Tasks only
claim and hand over; a thread of the courier records outcomes every 250 ms or 1,000 results, so a hanging
receiver blocks no task and loses nothing of the others.
"""

import secrets as chance
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from syndicator import metrics
from syndicator.clock import SECOND_US
from syndicator.delivery import secrets
from syndicator.delivery.payload import WEBHOOK
from syndicator.delivery.sealing import Sealer
from syndicator.delivery.signing import Ed25519Signer, sign
from syndicator.delivery.transport.protocol import Failure, Request, Result, Transport
from syndicator.errors import ConfigError, StoreError
from syndicator.log import logger
from syndicator.services.outcomes import Sent, record
from syndicator.services.setup import Setup
from syndicator.store import deliveries, events, numbers
from syndicator.store.deliveries import Claimed

_BATCH: Final = 1000
# Signed in two milliseconds: rendering, which the same thread wakes for next, comes no later for it.
_FIRST: Final = 100
_FLUSH_S: Final = 0.25
_LOOK_AT_LEASES_S: Final = 1.0
_PAYLOADS_KEPT: Final = 64
_KEYS_KEPT: Final = 50_000
_NO_PAYLOAD: Final = Failure("busy", "its payload could not be read; no attempt was made")

_log = logger("delivery")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a courier sends with."""

    transport: Transport
    sealer: Sealer
    signer: Ed25519Signer
    user_agent: str
    in_flight: int = 2000
    lease_us: int = 60 * SECOND_US


class Tag(NamedTuple):
    """What comes back with a request's result: the claimed row, its token, when it went out, who sent it."""

    row: Claimed
    token: str
    started_at: int
    by: str


@dataclass(slots=True)
class _Claim:
    """One claim's deliveries that are not recorded yet."""

    token: str
    lease_until: int
    open: set[int] = field(default_factory=set)


class Courier:
    """Sends what is due. Threads may share it; ``close`` waits for what is under way, for at most a deadline."""

    def __init__(self, setup: Setup, means: Means) -> None:
        self._setup = setup
        self._means = means
        self._pumping = threading.Lock()
        self._again = threading.Event()
        self._changed = threading.Condition()
        self._done: deque[Sent] = deque()
        self._claims: dict[str, _Claim] = {}
        self._claimed = 0
        self._taken = 0
        self._recorded = 0
        self._leases_seen_at = 0.0
        self._closing = False
        self._closed = False
        self._payloads: dict[int, bytes] = {}
        self._rewrites = 0
        self._keys: dict[tuple[str, str], tuple[bytes, ...]] = {}
        self._asymmetric: tuple[tuple[str, int], str] = (("", 0), "")
        self._recorder = threading.Thread(target=self._record_until_closed, name="recorder", daemon=True)
        self._recorder.start()

    def start(self) -> None:
        """Has the transport ready before the first push."""
        self._means.transport.start()

    def pump(self, by: str) -> int:
        """Claims and hands over until nothing more is due; how many deliveries that was.

        A second caller in this process returns at once: the first one looks again for what it came for.
        """
        self._again.set()
        claimed = 0
        while self._again.is_set() and not self._closing:
            if not self._pumping.acquire(blocking=False):
                return claimed
            try:
                self._again.clear()
                while some := self._claim_some(by, self._wait_for_room()):
                    claimed += some
            finally:
                self._pumping.release()
        return claimed

    def pump_first(self, by: str) -> bool:
        """Claims and hands over the first few of what is due; whether to call ``pump`` for what may be left.

        It waits for no place, and does not raise: who fans out has more to do. What another transaction holds for a
        moment it passes over, for the sweep to find.
        """
        if not self._pumping.acquire(blocking=False):
            return True
        try:
            with self._changed:
                room = 0 if self._closing else min(_FIRST, self._room)
            is_all = self._claim_some(by, room) < room
        except Exception as error:  # noqa: BLE001 (the fan-out's boundary)
            _log.exception("first pushes not handed over", error=str(error))
            is_all = False
        finally:
            self._pumping.release()
        return not is_all or self._again.is_set()  # set by whoever came for more meanwhile and found this one at it

    def settle(self, timeout_s: float = 60) -> bool:
        """Waits until everything handed over is recorded; whether that was in time."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            return self._changed.wait_for(lambda: self._recorded == self._claimed, max(0, deadline - time.monotonic()))

    def wind_down(self) -> None:
        """Claims no more; what waits is left to others."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def close(self, timeout_s: float = 20) -> None:
        """Winds down, waits for what is under way, records it, and ends the transport."""
        deadline = time.monotonic() + timeout_s
        self.wind_down()
        if self._pumping.acquire(timeout=timeout_s):  # whoever claims now hands over first
            self._pumping.release()
        self.settle(deadline - time.monotonic())
        self._means.transport.close()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._recorder.join(timeout=10)

    def _claim_some(self, by: str, room: int) -> int:
        if room <= 0:
            return 0
        token = chance.token_hex(16)
        database = self._setup.database
        with database.write() as connection:
            now = database.now_us(connection)
            until = now + self._means.lease_us
            rows = deliveries.claim(database, connection, token=token, lease_until=until, limit=room, now=now)
        if not rows:
            return 0
        claim = _Claim(token, until, {row.id for row in rows})
        with self._changed:
            self._claims[token] = claim
            self._claimed += len(rows)
            metrics.in_flight.set(self._outstanding)
        try:
            self._load_payloads({row.event_seq for row in rows})
        except Exception:
            for row in rows:
                self._keep(Sent(row, token, now, by, _NO_PAYLOAD))
            raise
        self._hand_over(rows, token, now, by)
        return len(rows)

    def _wait_for_room(self) -> int:
        """Places for a claim, 0 when closing. Waits a moment for half a batch; where places hang, any will do."""
        enough = min(_BATCH, self._means.in_flight) // 2 or 1
        with self._changed:
            if not self._changed.wait_for(lambda: self._closing or self._room >= enough, _FLUSH_S):
                self._changed.wait_for(lambda: self._closing or self._room > 0)
            return 0 if self._closing else min(_BATCH, self._room)

    @property
    def _room(self) -> int:
        return self._means.in_flight - self._outstanding

    def _hand_over(self, rows: Sequence[Claimed], token: str, now: int, by: str) -> None:
        timestamp_s = now // SECOND_US
        submit, done = self._means.transport.submit, self._take
        for row in rows:
            body = self._payloads[row.event_seq]
            try:
                signature = self._sign(row, timestamp_s, body, now)
            except (ConfigError, ValueError, TypeError) as error:  # the last two for a row that somebody damaged
                self._refuse(row, token, now, by, str(error))
                continue
            headers = (
                ("content-type", "application/json"),
                ("user-agent", self._means.user_agent),
                ("webhook-id", row.event_id),
                ("webhook-timestamp", str(timestamp_s)),
                ("webhook-signature", signature),
            )
            submit(Request(row.url, headers, body, Tag(row, token, now, by)), done)

    def _sign(self, row: Claimed, timestamp_s: int, body: bytes, now: int) -> str:
        endpoint_id, sealed = row.endpoint_id, row.secrets
        keys = self._keys.get((endpoint_id, sealed))
        if keys is None:
            keys = secrets.signing_keys(self._means.sealer, endpoint_id, sealed, now)
            if len(keys) == 1:  # during a rotation the older one ends by the clock: ask again each time
                if len(self._keys) > _KEYS_KEPT:
                    self._keys.clear()
                self._keys[endpoint_id, sealed] = keys
        event_id = row.event_id
        if self._asymmetric[0] != (event_id, timestamp_s):
            signed = self._means.signer.sign(event_id, timestamp_s, body)
            self._asymmetric = ((event_id, timestamp_s), signed)
        return sign(event_id, timestamp_s, body, keys, v1a=self._asymmetric[1])

    def _load_payloads(self, wanted: set[int]) -> None:
        with self._setup.database.read() as connection:
            rewrites = numbers.last(connection, numbers.REWRITE)
            if rewrites != self._rewrites:
                self._payloads, self._rewrites = {}, rewrites
            elif len(self._payloads) > _PAYLOADS_KEPT:
                self._payloads = {seq: body for seq, body in self._payloads.items() if seq in wanted}
            for seq in wanted - self._payloads.keys():
                self._payloads[seq] = events.payload(connection, seq, WEBHOOK)

    def _take(self, request: Request, result: Result) -> None:
        """Runs on a thread of the transport: keeps the result for the recorder."""
        tag = request.tag
        if isinstance(tag, Tag):
            self._keep(Sent(tag.row, tag.token, tag.started_at, tag.by, result))

    def _refuse(self, row: Claimed, token: str, now: int, by: str, reason: str) -> None:
        _log.error("secret does not open", endpoint=row.endpoint_id, reason=reason)
        self._keep(Sent(row, token, now, by, None, reason))

    def _keep(self, sent: Sent) -> None:
        """Without the lock, which threads would wait for at each of ten thousand results."""
        self._done.append(sent)
        if len(self._done) % _BATCH == 0 or not self._outstanding:
            with self._changed:
                self._changed.notify_all()

    @property
    def _outstanding(self) -> int:
        """Claimed, and without a result yet."""
        return self._claimed - self._taken - len(self._done)

    def _record_until_closed(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: len(self._done) >= _BATCH or (self._done and not self._outstanding) or self._finished,
                    _FLUSH_S,
                )
                done = [self._done.popleft() for _ in range(len(self._done))]
                self._taken += len(done)
                finished = self._finished
            if done:
                self._record(done)
            self._extend_leases()
            if finished and not done:
                return

    @property
    def _finished(self) -> bool:
        return self._closed and not self._outstanding

    def _record(self, done: Sequence[Sent]) -> None:
        self._record_what_can_be(done)
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
        except Exception as error:  # noqa: BLE001 (the thread's boundary: one bad outcome must not cost the others)
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
            late = [(claim, ids) for claim, ids in claims if claim.lease_until - now < self._means.lease_us // 2]
            if not late:
                return
            with database.write() as connection:
                for claim, ids in late:
                    claim.lease_until = now + self._means.lease_us
                    deliveries.extend(database, connection, ids, claim.token, claim.lease_until)
        except StoreError as error:
            _log.error("leases not extended", error=str(error))
