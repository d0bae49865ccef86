"""What follows from the result of an attempt: delivered, again later, refused, or dead. Pure.

===================================  =======================================================================
result                               outcome
===================================  =======================================================================
2xx                                  Delivered
410                                  Refused, and the endpoint is to be disabled: its receiver says it is gone
URL that may not be requested        Refused: waiting does not mend it, a new URL or the operator does
429                                  Retry that costs no attempt, not before Retry-After
503 with Retry-After                 Retry, not before Retry-After
any other status, 3xx included       Retry
DNS, connect, TLS, timeout …         Retry
address that is not public           Retry: DNS may be wrong for an hour, and the reason is in the log
secret that the keys do not open     Retry at once that costs no attempt: another worker may have the right ones
the process that sent it died        Retry: it may have arrived
transport closed meanwhile           Retry soon that costs no attempt: the receiver has no part in it
busy: no turn, or too many names     Retry soon that costs no attempt and ends no window: none was made
none left in the window              Dead: visible, and can be replayed
===================================  =======================================================================

Refused and Dead end a delivery; Delivered, too. Source of the statuses: Standard Webhooks, "Delivery and retries".
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from syndicator.delivery.transport.protocol import Answer, Result

OK = range(200, 300)
GONE = 410
TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """How long to wait after each attempt that counted, and for how long altogether.

    ``delays`` come first, ``then`` repeats; no attempt is planned for later than ``window`` after the first one began.
    ``jitter`` is the largest part of a delay that is added to it; nothing is ever taken away. ``after_busy`` is the
    wait of what found no place or transport, and at random up to twice that: others get in first, and not all at once.
    """

    delays: tuple[timedelta, ...] = (
        timedelta(seconds=5),
        timedelta(seconds=30),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
        timedelta(hours=10),
    )
    then: timedelta = timedelta(hours=10)
    window: timedelta = timedelta(days=3)
    jitter: float = 0.1
    longest_retry_after: timedelta = timedelta(hours=10)
    shortest_uncounted: timedelta = timedelta(minutes=1)
    after_busy: timedelta = timedelta(seconds=10)

    def delay(self, attempt_no: int) -> timedelta:
        """The wait after the attempt of this number, from 1 on."""
        return self.delays[attempt_no - 1] if 0 < attempt_no <= len(self.delays) else self.then


DEFAULT_SCHEDULE = RetrySchedule()


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again, not before ``due_at``. ``counts`` is whether this attempt moves the schedule on."""

    due_at: datetime
    counts: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Never again by itself. ``disable_endpoint``: nor anything else to this endpoint."""

    reason: str
    disable_endpoint: bool


@dataclass(frozen=True, slots=True)
class Dead:
    """The window is over."""

    reason: str


Outcome = Delivered | Retry | Refused | Dead


def judge(
    result: Result,
    attempt_no: int,
    began: datetime,
    now: datetime,
    schedule: RetrySchedule = DEFAULT_SCHEDULE,
    fraction: float = 0.0,
) -> Outcome:
    """What follows from this result.

    Args:
        result: of the attempt.
        attempt_no: its number among those of this series that count, from 1 on.
        began: when the first attempt of the series did; the window starts there.
        now: when the attempt ended.
        schedule: how long to wait.
        fraction: at random from [0, 1), for the jitter.
    """
    if isinstance(result, Answer):
        return _judge_answer(result, attempt_no, began, now, schedule, fraction)
    reason = f"{result.phase}: {result.reason}"
    if result.phase == "url":
        return Refused(reason, disable_endpoint=False)
    if result.phase in ("busy", "closed"):  # not at once: where the transport is closed for good, others get it
        return Retry(now + schedule.after_busy * (1 + fraction), counts=False, reason=reason)
    if result.phase == "sealed":
        return Retry(now, counts=False, reason=reason)
    return _again(reason, schedule.delay(attempt_no) * (1 + schedule.jitter * fraction), began, now, schedule)


def _judge_answer(
    answer: Answer, attempt_no: int, began: datetime, now: datetime, schedule: RetrySchedule, fraction: float
) -> Outcome:
    if answer.status in OK:
        return Delivered()
    reason = f"HTTP {answer.status}"
    if answer.status == GONE:
        return Refused(f"{reason}: the receiver says that this endpoint is gone", disable_endpoint=True)
    counts = answer.status != TOO_MANY_REQUESTS
    wait = schedule.delay(attempt_no)
    asked = rest(answer, now, schedule)
    if asked is not None:
        wait = max(wait, asked)
    elif not counts:  # the schedule does not move on by itself: do not knock every five seconds for days
        wait = max(wait, schedule.shortest_uncounted)
    return _again(reason, wait * (1 + schedule.jitter * fraction), began, now, schedule, counts=counts)


def _again(
    reason: str, wait: timedelta, began: datetime, now: datetime, schedule: RetrySchedule, *, counts: bool = True
) -> Retry | Dead:
    if now + wait > began + schedule.window:
        return Dead(f"{reason}; no attempt left within {schedule.window / timedelta(hours=1):g} h")
    return Retry(now + wait, counts, reason)


def rest(answer: Answer, now: datetime, schedule: RetrySchedule = DEFAULT_SCHEDULE) -> timedelta | None:
    """How long the receiver asks to be left alone, or as long as we heed that. None if it does not ask."""
    if answer.status not in (TOO_MANY_REQUESTS, UNAVAILABLE):
        return None
    asked = retry_after(answer.retry_after, now)
    return None if asked is None else min(asked, schedule.longest_retry_after)


def retry_after(text: str | None, now: datetime) -> timedelta | None:
    """How long ``Retry-After`` asks to wait: seconds or an HTTP date (RFC 9110, 10.2.3). None if it says nothing."""
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]) if len(text) <= 9 else 999_999_999)  # noqa: PLR2004  31 years is enough
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if date.tzinfo is None:  # "-0000": a time in UTC without a place
        date = date.replace(tzinfo=UTC)
    return max(date - now, timedelta(0))
