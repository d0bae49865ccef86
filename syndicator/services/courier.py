"""Pushing: claim a batch, send it concurrently, record what came of it. One courier per worker process.

No transaction is open while requests are under way. A claim belongs to this courier until its lease ends,
and recording is fenced by the claim's token: a courier that lost its lease changes nothing any more. Tasks only
claim and hand over; a thread of its own records outcomes (see ``services.recorder``), so a hanging receiver
blocks no task and loses nothing of the others.

Only within the first half of its lease is a delivery handed over: a process that was stopped in between, or waited for
the database, may find that others have given it back and sent a newer version since. The other half is for the attempt.
"""

import secrets as chance
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from syndicator.clock import SECOND_US
from syndicator.delivery import secrets
from syndicator.delivery.payload import WEBHOOK
from syndicator.delivery.sealing import DoesNotOpen, Sealer
from syndicator.delivery.signing import Ed25519Signer, push_headers, sign
from syndicator.delivery.transport.protocol import Failure, Request, Result, Transport
from syndicator.errors import StoreError
from syndicator.log import logger
from syndicator.services.kept import Kept
from syndicator.services.outcomes import Sent
from syndicator.services.recorder import Recorder
from syndicator.services.setup import Setup
from syndicator.services.unopened import Unopened
from syndicator.store import deliveries, events, numbers
from syndicator.store.deliveries import Claimed

# Few enough to be signed in two milliseconds: the same thread wakes for rendering next, which must not be late.
_FIRST: Final = 100
# The payloads of two thousand usual releases, or of the largest possible one.
_PAYLOAD_BYTES_KEPT: Final = 16 << 20
_KEYS_KEPT: Final = 50_000
_NO_PAYLOAD: Final = Failure("busy", "its payload could not be read; no attempt was made")
_TOO_LATE: Final = Failure("busy", "its worker stood still after the claim; no attempt was made")

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


class _Claim(NamedTuple):
    """What all rows of a batch have in common: who claimed them, when, and until when (monotonic) to hand them over."""

    token: str
    at: int
    by: str
    ends_s: float


class Courier:
    """Sends what is due. Threads may share it; ``close`` waits for what is under way, for at most a deadline."""

    def __init__(self, setup: Setup, means: Means) -> None:
        self._setup = setup
        self._means = means
        self._pumping = threading.Lock()
        self._again = threading.Event()
        self._payloads = _no_payloads()
        self._rewrites = 0
        self._keys: dict[tuple[str, str], tuple[bytes, ...]] = {}
        self._asymmetric: tuple[tuple[str, int, bytes], str] = (("", 0, b""), "")
        self._unopened = Unopened(setup.database, means.sealer)
        self._recorder = Recorder(setup, in_flight=means.in_flight, lease_us=means.lease_us)

    def start(self) -> None:
        """Has the transport ready before the first push, and tells of what cannot be signed."""
        self._means.transport.start()
        with suppress(StoreError):  # once the database is back, each secret that does not open is found as it is used
            self._unopened.look()

    @property
    def lacking(self) -> str:
        """Why it can sign no push at all, and what to do; otherwise nothing."""
        return self._unopened.lacking

    def pump(self, by: str) -> int:
        """Claims and hands over until nothing more is due; how many deliveries that was.

        Where another thread of this process is at it already, this call returns at once, and that thread looks again.
        """
        self._again.set()
        claimed = 0
        while self._again.is_set() and not self._recorder.is_closing:
            if not self._pumping.acquire(blocking=False):
                return claimed
            try:
                self._again.clear()
                while some := self._claim_some(by, self._recorder.wait_for_places()):
                    claimed += some
            finally:
                self._pumping.release()
        return claimed

    def pump_first(self, by: str) -> bool:
        """Claims and hands over the first few of what is due; whether to call ``pump`` for what may be left.

        It never waits for a place and never raises, since the thread that fans out has more to do. A delivery that
        another transaction holds at the moment is passed over; the sweep finds it.
        """
        if not self._pumping.acquire(blocking=False):
            return True
        try:
            room = min(_FIRST, self._recorder.places)
            is_all = self._claim_some(by, room) < room
        except Exception as error:  # noqa: BLE001 (the fan-out's boundary)
            _log.exception("first pushes not handed over", error=str(error))
            is_all = False
        finally:
            self._pumping.release()
        # ``_again``: another thread asked for more meanwhile. Unopened secrets: other workers may have to send those.
        return not is_all or self._again.is_set() or bool(self._unopened.numbers)

    def settle(self, timeout_s: float = 60) -> bool:
        """Waits until everything handed over is recorded; whether that was in time."""
        return self._recorder.settle(timeout_s)

    def wind_down(self) -> None:
        """Claims no more; what waits is left to others."""
        self._recorder.wind_down()

    def close(self, timeout_s: float = 20) -> None:
        """Winds down, waits for what is under way, records it, and ends the transport."""
        deadline = time.monotonic() + timeout_s
        self.wind_down()
        if self._pumping.acquire(timeout=timeout_s):  # a thread that is claiming now hands its batch over first
            self._pumping.release()
        self.settle(deadline - time.monotonic())
        self._means.transport.close()
        self._recorder.close()

    def _claim_some(self, by: str, room: int) -> int:
        if room <= 0:
            return 0
        self._unopened.look_again()
        claim, rows = self._claim(by, room)
        left = list(rows)
        try:
            if rows:
                self._forget_what_was_rewritten()
            for _, group in groupby(rows, lambda row: row.event_id):
                of_one_event = list(group)
                body = self._payload(of_one_event[0])
                del left[: len(of_one_event)]
                self._hand_over(of_one_event, body, claim)
        except Exception:
            for row in left:
                self._keep(row, claim, _NO_PAYLOAD)
            raise
        return len(rows)

    def _claim(self, by: str, room: int) -> tuple[_Claim, Sequence[Claimed]]:
        token = chance.token_hex(16)
        database = self._setup.database
        with database.write() as connection:
            ends_s = time.monotonic() + self._means.lease_us / SECOND_US / 2  # before the lease begins
            now = database.now_us(connection)
            until = now + self._means.lease_us
            rows = deliveries.claim(
                database,
                connection,
                token=token,
                lease_until=until,
                limit=room,
                now=now,
                urgent=self._recorder.places_of_withdrawals,
                but_not=self._unopened.numbers,
            )
        if rows:
            self._recorder.expect(token, until, rows)
        return _Claim(token, now, by, ends_s), rows

    def _hand_over(self, rows: Sequence[Claimed], body: bytes, claim: _Claim) -> None:
        """Signs and submits the rows; once the time to hand over has passed, the others come back as ``busy``."""
        for row in rows:
            try:
                request = self._request(row, body, claim)
            except DoesNotOpen as error:  # for a worker with the right keys, or until the operator put the key back
                self._unopened.meet(row.endpoint_no)
                self._keep(row, claim, Failure("sealed", str(error)))
            except Exception as error:  # noqa: BLE001 (a damaged row: the others of its batch still have to be sent)
                _log.error("not signed, and not sent", endpoint=row.endpoint_id, reason=str(error))
                self._keep(row, claim, None, str(error))
            else:
                if time.monotonic() < claim.ends_s:
                    self._means.transport.submit(request, self._take)
                else:
                    self._keep(row, claim, _TOO_LATE)

    def _request(self, row: Claimed, body: bytes, claim: _Claim) -> Request:
        timestamp_s = claim.at // SECOND_US
        signatures = self._sign(row, timestamp_s, body, claim.at)
        headers = push_headers(self._means.user_agent, row.event_id, timestamp_s, signatures)
        return Request(row.url, headers, body, Tag(row, claim.token, claim.at, claim.by))

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
        signs = (event_id, timestamp_s, body)  # the body, too: an erasure rewrites it within a second
        if self._asymmetric[0] != signs:
            signed = self._means.signer.sign(event_id, timestamp_s, body)
            self._asymmetric = (signs, signed)
        return sign(event_id, timestamp_s, body, keys, v1a=self._asymmetric[1])

    def _forget_what_was_rewritten(self) -> None:
        with self._setup.database.read() as connection:
            rewrites = numbers.last(connection, numbers.REWRITE)
        if rewrites != self._rewrites:
            self._payloads, self._rewrites = _no_payloads(), rewrites

    def _payload(self, row: Claimed) -> bytes:
        """By the event's id, not its number: a restored database, or a replica that lagged, gives a number twice."""
        body = self._payloads.get(row.event_id)
        if body is None:
            with self._setup.database.read() as connection:
                body = events.payload(connection, row.event_seq, WEBHOOK)
            self._payloads.put(row.event_id, body)
        return body

    def _take(self, request: Request, result: Result) -> None:
        """Runs on a thread of the transport: keeps the result for the recorder."""
        tag = request.tag
        if isinstance(tag, Tag):
            self._recorder.keep(Sent(tag.row, tag.token, tag.started_at, tag.by, result))

    def _keep(self, row: Claimed, claim: _Claim, result: Result | None, reason: str = "") -> None:
        """What came of a row that was not handed over."""
        self._recorder.keep(Sent(row, claim.token, claim.at, claim.by, result, reason))


def _no_payloads() -> Kept[str, bytes]:
    return Kept(_PAYLOAD_BYTES_KEPT, len)
