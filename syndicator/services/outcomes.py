"""What came of a batch of attempts: deliveries moved on, attempts logged, health kept, in one transaction.

``busy`` and ``sealed`` are no attempts, since nothing went out: they are not logged and leave the endpoint's health as
it is.
"""

import logging
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Final, NamedTuple

from syndicator import metrics
from syndicator.clock import SECOND_US, from_us, to_us
from syndicator.delivery.retry import DEFAULT_SCHEDULE, Delivered, Outcome, Refused, Retry, judge, rest
from syndicator.delivery.transport.protocol import Answer, Failure, Result
from syndicator.errors import StoreError
from syndicator.log import logger
from syndicator.model.lifecycle import DeliveryState, EndpointState
from syndicator.services.endpoint_moves import follow, follow_once_more
from syndicator.services.setup import Setup
from syndicator.store import attempts, audit, backlogs, deliveries, endpoints, holds
from syndicator.store.database import Connection
from syndicator.store.deliveries import Claimed

_BACKOFF_AFTER: Final = 3
_BACKOFF_S: Final = (5, 10, 30, 60, 120, 300, 600)
_SEALED: Final = "sealed"
_NO_ATTEMPT: Final = {"busy", _SEALED}
_NO_FAULT_OF_THE_RECEIVER: Final = {"closed", "lost", "url", *_NO_ATTEMPT}
_NAMED: Final = {"lost", *_NO_ATTEMPT}  # such a retry is logged by its phase: ``lost`` means that it may have arrived

_log = logger("delivery")


class Sent(NamedTuple):
    """One attempt: the claimed row, its token, when it went out, who sent it, and what came of it."""

    row: Claimed
    token: str
    started_at: int
    by: str
    result: Result | None
    refusal: str = ""


class Judged(NamedTuple):
    """What follows from an attempt, and what it is called in the log and the metrics."""

    sent: Sent
    outcome: Outcome
    named: str


def record(setup: Setup, batch: Sequence[Sent]) -> None:
    """Records a batch, fenced by each claim's token: a claim that was lost meanwhile changes nothing."""
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        judged = record_in(setup, connection, batch, now)
        gone = [each.sent.row.endpoint_no for each in judged if _disables(setup, connection, each, now)]
    count(judged)
    for number in gone:
        _look_once_more(setup, number)


def _look_once_more(setup: Setup, number: int) -> None:
    """Does not raise: the batch is recorded, and after an error the caller would record it again."""
    try:
        follow_once_more(setup, number, EndpointState.DISABLED)
    except StoreError as error:
        _log.error("a disabled endpoint was not looked at once more", endpoint_no=number, error=str(error))


def record_in(setup: Setup, connection: Connection, batch: Sequence[Sent], now: int) -> Sequence[Judged]:
    """As ``record``, in the caller's transaction; ``count`` them once it is committed."""
    judged = _judged(batch, now)
    held = _hold(setup, connection, judged)
    by_token: dict[str, list[Judged]] = {}
    for each in judged:
        by_token.setdefault(each.sent.token, []).append(each)
    for token, some in by_token.items():
        _move_on(setup, connection, some, token, now)
    attempts.log(setup.database, connection, [_attempt(each) for each in judged if each.named not in _NO_ATTEMPT])
    _keep_health(setup, connection, judged, held, now)
    if deliveries.are_queued(connection):
        deliveries.promote(setup.database, connection, _freed_places(judged), setup.per_endpoint)
    return judged


def count(judged: Sequence[Judged]) -> None:
    """Adds the batch to the metrics, and to the log."""
    _write_lines(judged)
    for name, number in Counter(each.named for each in judged).items():
        metrics.attempts.labels(name).inc(number)
    results = [each.sent.result for each in judged if _phase(each.sent) not in _NO_FAULT_OF_THE_RECEIVER]
    metrics.attempt_seconds.observe([result.duration_s for result in results if result is not None])


def _write_lines(judged: Sequence[Judged]) -> None:
    """A line for each attempt, by which it is found in the attempt log, too.

    Successful ones have a line only at level ``debug``: it takes 30 µs, and there are thousands a second. No line holds
    the URL or words of the receiver: either may contain secrets.
    """
    is_chatty = _log.is_enabled_for(logging.DEBUG)
    for each in judged:
        if each.named in _NO_ATTEMPT:
            continue
        if not isinstance(each.outcome, Delivered):
            _log.info("attempt", **_facts(each))
        elif is_chatty:
            _log.debug("attempt", **_facts(each))


def _facts(each: Judged) -> Mapping[str, Any]:
    sent, outcome, named = each
    result = sent.result
    return {
        "outcome": named,
        "delivery": sent.row.id,
        "event_id": sent.row.event_id,
        "endpoint": sent.row.endpoint_id,
        "number": sent.row.attempts + 1,
        "cause": sent.row.trigger,
        "status": result.status if isinstance(result, Answer) else None,
        "phase": _phase(sent),
        "duration_s": None if result is None else round(result.duration_s, 3),
        "bytes_sent": None if result is None else result.bytes_sent,
        "again_at": outcome.due_at.isoformat() if isinstance(outcome, Retry) else None,
        "by": sent.by,
    }


def _hold(setup: Setup, connection: Connection, judged: Sequence[Judged]) -> set[int]:
    """Locks the endpoints that this transaction may change: those that fail now, or failed before.

    What becomes of a retry depends on its endpoint's state and on newer versions: a change of either waits for this
    transaction, or is seen by it.
    """
    back = [each.sent for each in judged if not isinstance(each.outcome, Delivered)]
    failed = {sent.row.endpoint_no for sent in back}
    worked = {each.sent.row.endpoint_no for each in judged} - failed
    held = endpoints.hold(setup.database, connection, failed, worked)
    if back:
        holds.hold_claimed(setup.database, connection, ((sent.row.id, sent.token) for sent in back))
    return set(held)


def _judged(batch: Sequence[Sent], now: int) -> Sequence[Judged]:
    began = {us: from_us(us) for us in {sent.row.series_at for sent in batch}}
    ended = from_us(now)
    judged = []
    for sent in batch:
        outcome = _outcome(sent, began[sent.row.series_at], ended)
        phase = _phase(sent)
        named = phase if phase in _NAMED and isinstance(outcome, Retry) else type(outcome).__name__.lower()
        judged.append(Judged(sent, outcome, named))
    return judged


def _phase(sent: Sent) -> str | None:
    """How far it got, when no answer came."""
    return sent.result.phase if isinstance(sent.result, Failure) else None


def _outcome(sent: Sent, began: datetime, ended: datetime) -> Outcome:
    if sent.result is None:
        return Refused(sent.refusal, disable_endpoint=False)
    jitter = random.random()  # noqa: S311 (no secret)
    return judge(sent.result, sent.row.attempts + 1, began, ended, DEFAULT_SCHEDULE, jitter)


def _move_on(setup: Setup, connection: Connection, judged: Sequence[Judged], token: str, now: int) -> None:
    delivered = [each.sent.row.id for each in judged if isinstance(each.outcome, Delivered)]
    if delivered:
        deliveries.delivered(setup.database, connection, delivered, token, now)
    others = [_retried(each) for each in judged if not isinstance(each.outcome, Delivered)]
    if others:
        deliveries.retried(setup.database, connection, others, token, now)


def _retried(each: Judged) -> Mapping[str, Any]:
    row, outcome = each.sent.row, each.outcome
    keeps_lane = row.lane == deliveries.WITHDRAW_LANE or each.named == _SEALED
    if isinstance(outcome, Retry):
        return {
            "id": row.id,
            "state": DeliveryState.WAITING,
            "counts": int(outcome.counts),
            # As if nobody had claimed it: a first attempt's series begins with the next claim.
            "due_at": row.series_at if each.named == _SEALED else to_us(outcome.due_at),
            "lane": row.lane if keeps_lane else deliveries.RETRY_LANE,
        }
    return {"id": row.id, "state": DeliveryState.DEAD, "counts": 1, "due_at": row.series_at, "lane": row.lane}


def _attempt(each: Judged) -> Mapping[str, Any]:
    sent, outcome, named = each
    result = sent.result or Failure("closed", sent.refusal)
    return {
        "delivery_id": sent.row.id,
        "endpoint_no": sent.row.endpoint_no,
        "number": sent.row.attempts + 1,
        "started_at": sent.started_at,
        "duration_us": int(result.duration_s * SECOND_US),
        "outcome": named,
        "status": result.status if isinstance(result, Answer) else None,
        "reason": None if isinstance(outcome, Delivered) else outcome.reason,
        "answer": (result.body or None) if isinstance(result, Answer) else None,
        "address": result.address or None,
        "bytes_sent": result.bytes_sent,
        "cause": sent.row.trigger,
        "doer": sent.by,
    }


def _freed_places(judged: Sequence[Judged]) -> list[tuple[int, int]]:
    """(endpoint, n) for the n-th of its places that this batch freed; withdrawals and retries hold none."""
    freed: Counter[int] = Counter()
    places = []
    for each in judged:
        row = each.sent.row
        if _held_a_place(row) and not _is_still_the_first(each.outcome):
            places.append((row.endpoint_no, freed[row.endpoint_no]))
            freed[row.endpoint_no] += 1
    return places


def _held_a_place(row: Claimed) -> bool:
    return row.lane > deliveries.WITHDRAW_LANE and (row.lane < deliveries.RETRY_LANE or row.attempts == 0)


def _is_still_the_first(outcome: Outcome) -> bool:
    """Whether it comes back as if it had not been tried."""
    return isinstance(outcome, Retry) and not outcome.counts


def _keep_health(
    setup: Setup, connection: Connection, judged: Sequence[Judged], held: AbstractSet[int], now: int
) -> None:
    worked = {each.sent.row.endpoint_no for each in judged if isinstance(each.outcome, Delivered)}
    failed = Counter(
        each.sent.row.endpoint_no for each in judged if _is_failure(each) and each.sent.row.endpoint_no not in worked
    )
    if failed_before := worked & held:
        endpoints.worked(setup.database, connection, failed_before)
    failures = endpoints.failed(setup.database, connection, failed, now) if failed else {}
    _rest(setup, connection, judged, failures, now)


def _is_failure(each: Judged) -> bool:
    is_excused = each.sent.result is None or _phase(each.sent) in _NO_FAULT_OF_THE_RECEIVER
    return not is_excused and not isinstance(each.outcome, Delivered)


def _rest(
    setup: Setup, connection: Connection, judged: Sequence[Judged], failures: Mapping[int, int], now: int
) -> None:
    """Lets endpoints rest that fail again and again, or that ask for it, even if they accepted other pushes."""
    until = {
        number: now + _BACKOFF_S[min(count - _BACKOFF_AFTER, len(_BACKOFF_S) - 1)] * SECOND_US
        for number, count in failures.items()
        if count >= _BACKOFF_AFTER
    }
    ended = from_us(now)
    for each in judged:
        result, number = each.sent.result, each.sent.row.endpoint_no
        if isinstance(result, Answer) and (asked := rest(result, ended)):
            until[number] = max(until.get(number, 0), to_us(ended + asked))
    if until:
        endpoints.back_off(setup.database, connection, until)
        backlogs.hold_back(setup.database, connection, until)


def _disables(setup: Setup, connection: Connection, each: Judged, now: int) -> bool:
    """Whether the endpoint is disabled for this answer."""
    if not (isinstance(each.outcome, Refused) and each.outcome.disable_endpoint):
        return False
    row = each.sent.row
    notice = "disabled: the receiver answered 410 Gone; resume it when it is back"
    if not endpoints.set_state(connection, row.endpoint_no, EndpointState.DISABLED, notice):
        return False  # it was removed meanwhile, say, and stays removed
    follow(connection, row.endpoint_no, EndpointState.DISABLED, now)
    # Dropping waits for whoever is claiming one of these: the time after it is later than any such claim's.
    at = setup.database.now_us(connection)
    audit.write(connection, actor="receiver", action="disable", subject=row.endpoint_id, now=at, notice=notice)
    _log.warning("endpoint disabled", endpoint=row.endpoint_id, notice=notice)
    return True
