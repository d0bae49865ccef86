"""Whose endpoint it is: only a receiver that is asked under the endpoint's URL can answer the challenge sent there.

The challenge lives as long as the one request that carries it: it is stored nowhere, and an answer that is late, or
comes another way, is none.
"""

import secrets as chance
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Final

from syndicator.clock import SECOND_US, from_us
from syndicator.delivery import secrets
from syndicator.delivery.payload import Occasion, answers, ping_payload
from syndicator.delivery.signing import push_headers, sign
from syndicator.delivery.transport.protocol import Answer, Request, Result, Transport
from syndicator.errors import Busy, Conflict, Fault, Rejected
from syndicator.ids import new_id
from syndicator.model.lifecycle import EndpointState, EventType
from syndicator.services.courier import Means
from syndicator.services.setup import Setup
from syndicator.store import audit, endpoints
from syndicator.store.database import Connection, RowMapping

_CHALLENGE_BYTES: Final = 32
_SUCCESS: Final = range(200, 300)


class NotVerified(Rejected):
    """The receiver did not answer the challenge; the endpoint's state is as it was."""

    title = "The receiver did not answer the challenge"


class Verifications:
    """Those of this process that wait for a receiver: ``most`` at once, since each holds a thread that serves others.

    ``longest_s`` is how long one may take.
    """

    def __init__(self, most: int, longest_s: int) -> None:
        self._most, self._longest_s = most, longest_s
        self._under_way: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def place(self, endpoint_id: str) -> Iterator[None]:
        """One of the places, until the block ends; nobody waits for it.

        Raises:
            Conflict: if this endpoint is being verified.
            Busy: if so many others are.
        """
        with self._lock:
            self._check(endpoint_id)
            self._under_way.add(endpoint_id)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.remove(endpoint_id)

    def _check(self, endpoint_id: str) -> None:
        if endpoint_id in self._under_way:
            message = f"endpoint {endpoint_id} is being verified: wait until its receiver has answered"
            raise Conflict(message)
        if len(self._under_way) >= self._most:
            message = f"{self._most} endpoints are being verified, which are as many as may be at once"
            raise Busy(message, self._longest_s)


def verify_endpoint(setup: Setup, endpoint_id: str, *, actor: str, means: Means) -> None:
    """Pings the endpoint with a challenge, waits for the answer, and makes an unverified endpoint active.

    An endpoint in another state keeps it; the answer tells whether its receiver works. Either way the audit trail
    says what came of it, and no transaction is open meanwhile.

    Raises:
        NotVerified: with what came instead of the challenge.
    """
    with setup.database.read() as connection:
        now = setup.database.now_us(connection)
        row = endpoints.get(connection, endpoint_id)
    challenge = chance.token_urlsafe(_CHALLENGE_BYTES)
    result = _sent(_ping(row, challenge, means, now), means.transport)
    fault = _fault(result, challenge)
    _record(setup, endpoint_id, actor, result, fault)
    if fault:
        raise NotVerified([fault])


def _ping(row: RowMapping, challenge: str, means: Means, now: int) -> Request:
    occasion = Occasion(id=new_id("evt", now), type=EventType.PING, at=from_us(now))
    body, timestamp_s = ping_payload(occasion, row["id"], challenge), now // SECOND_US
    keys = secrets.signing_keys(means.sealer, row["id"], row["secrets"], now)
    signatures = sign(occasion.id, timestamp_s, body, keys, v1a=means.signer.sign(occasion.id, timestamp_s, body))
    return Request(row["url"], push_headers(means.user_agent, occasion.id, timestamp_s, signatures), body)


def _sent(request: Request, transport: Transport) -> Result:
    came: Future[Result] = Future()
    transport.submit(request, lambda _, result: came.set_result(result))
    return came.result()


def _fault(result: Result, challenge: str) -> Fault | None:
    """What is wrong with the answer; None if it is the challenge."""
    if not isinstance(result, Answer):
        return Fault("endpoint", f"{result.phase}: {result.reason}", "make the receiver reachable, then verify again")
    if result.status not in _SUCCESS:
        fix = "give the receiver this endpoint's secret and let it answer 200 with data.challenge"
        return Fault("endpoint", f"the receiver answered {result.status}", fix)
    if not answers(result.body, challenge):
        fix = 'let it answer an endpoint.ping by {"challenge": …} with the text of data.challenge'
        return Fault("endpoint", f"the receiver answered {result.status} without the challenge", fix)
    return None


def _record(setup: Setup, endpoint_id: str, actor: str, result: Result, fault: Fault | None) -> None:
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        row = endpoints.held(setup.database, connection, endpoint_id)
        if row["state"] == EndpointState.UNVERIFIED:
            _settle(connection, row["no"], fault)
        audit.write(
            connection,
            actor=actor,
            action="verify",
            subject=endpoint_id,
            now=now,
            verified=fault is None,
            address=result.address,
            problem=fault.problem if fault else None,
        )


def _settle(connection: Connection, no: int, fault: Fault | None) -> None:
    if fault is None:
        endpoints.set_state(connection, no, EndpointState.ACTIVE, None)
    else:
        endpoints.set_notice(connection, no, f"not verified: {fault.problem}")
