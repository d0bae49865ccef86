"""Instants: aware UTC datetimes in the model, whole microseconds since 1970 in the database."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000


def to_us(instant: datetime) -> int:
    """Microseconds since the epoch, exact. ValueError for a datetime without an offset."""
    if instant.tzinfo is None:
        message = "an instant needs an offset from UTC"
        raise ValueError(message)
    return (instant - EPOCH) // MICROSECOND


def from_us(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


def system_now_us() -> int:
    """This machine's clock in microseconds. Only the store asks it (see ``Database.now_us``)."""
    return to_us(datetime.now(UTC))


def isoformat(instant: datetime) -> str:
    """RFC 3339 in UTC with a Z, seconds or microseconds as needed."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
