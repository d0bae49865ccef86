"""Points in time as feeds write them; never by the locale, never by the clock."""

from datetime import UTC, datetime
from typing import Final

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def in_utc(when: datetime) -> datetime:
    """The same instant in UTC. ValueError if `when` does not name an instant."""
    if when.utcoffset() is None:
        raise ValueError(f"a feed needs aware times; {when.isoformat()} has no offset")
    return when.astimezone(UTC)


def rfc3339(when: datetime) -> str:
    """Atom and JSON Feed: `2017-11-24T09:00:00+00:00`, milliseconds when there are any.

    Java's readers take all digits of a fraction for milliseconds: six of them are up to 17 minutes late.
    """
    utc = in_utc(when)
    return utc.isoformat(timespec="milliseconds" if utc.microsecond >= 1000 else "seconds")  # noqa: PLR2004


def rfc822(when: datetime) -> str:
    """RSS and OPML: `Fri, 24 Nov 2017 09:00:00 +0000`.

    feedgen's own function switches the locale of the whole process for a moment, which
    threads cannot bear; the one in email.utils takes several times as long.
    """
    utc = in_utc(when)
    day, month = _DAYS[utc.weekday()], _MONTHS[utc.month - 1]
    return f"{day}, {utc.day:02} {month} {utc.year:04} {utc.hour:02}:{utc.minute:02}:{utc.second:02} +0000"
