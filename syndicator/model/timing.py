"""Embargoes: an instant that is never ambiguous, and the zone it was stated in."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 9998
"""The last one but one: in some zone the next may have begun, and there is none after 9999."""

_SPELT_OUT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", re.ASCII)


def _spelt_out(stated: object) -> datetime:
    """The time that is written out. Pydantic's own reading takes more for one, and its writer for another.

    ``20270123`` would be seconds since 1970, and a date alone leaves open whether its day is meant to be over.
    """
    if isinstance(stated, datetime):
        return stated
    text = stated.strip().upper() if isinstance(stated, str) else ""
    try:
        if _SPELT_OUT.match(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise PydanticCustomError("no_time", "this is no date with a time of day; write one such as {example}", _EXAMPLE)


_EXAMPLE: Final = {"example": "2027-01-23T19:00:00+01:00"}
StatedTime = Annotated[datetime, BeforeValidator(_spelt_out)]
"""A time as a person states it: date and time of day, with or without its offset (RFC 3339, ISO 8601)."""

StatedInstant = Annotated[AwareDatetime, BeforeValidator(_spelt_out)]
"""The same with its offset."""


def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PydanticCustomError(
            "unknown_zone",
            "there is no time zone {name}; use an IANA name such as Europe/Berlin",
            {"name": name},
        ) from None


def known_zone(name: str) -> str:
    """The name itself, once the zone is known to exist."""
    zone(name)
    return name


def instant(stated: datetime, zone_name: str | None) -> datetime:
    """The stated time as a UTC instant.

    A time with an offset is taken as it is. One without needs a zone, and is refused where the clocks
    of that zone skip it (spring) or show it twice (autumn): only an offset says which instant is meant.
    """
    if not _FIRST_YEAR <= stated.year <= _LAST_YEAR:
        raise PydanticCustomError(
            "far_time",
            "the year {year} is no time for an embargo; give one from {first} to {last}",
            {"year": stated.year, "first": _FIRST_YEAR, "last": _LAST_YEAR},
        )
    if stated.tzinfo is not None:
        return stated.astimezone(UTC)
    if zone_name is None:
        raise PydanticCustomError(
            "no_offset",
            "this time has no offset; add one (2027-01-23T19:00:00+01:00) or give embargo_zone",
            {},
        )
    earlier, later = (stated.replace(tzinfo=zone(zone_name), fold=fold) for fold in (0, 1))
    if earlier.utcoffset() == later.utcoffset():
        return earlier.astimezone(UTC)
    gap = earlier.astimezone(UTC).astimezone(earlier.tzinfo).replace(tzinfo=None) != stated
    raise PydanticCustomError(
        "skipped_time" if gap else "doubled_time",
        "the clocks in {zone} {what}; add the offset that you mean, {one} or {other}",
        {
            "zone": zone_name,
            "what": f"skip {stated:%H:%M} on {stated:%Y-%m-%d}"
            if gap
            else f"show {stated:%H:%M} twice on {stated:%Y-%m-%d}",
            "one": _offset(earlier.utcoffset()),
            "other": _offset(later.utcoffset()),
        },
    )


def in_words(moment: datetime, zone_name: str | None) -> str:
    """``Sunday, 29 November 2026, 19:00 Europe/Berlin (18:00 UTC)``: the clock of its zone, and the one that all share.

    The second one has its date where that is another. Seconds are shown where there are any.
    """
    shared, local = moment.astimezone(UTC), moment.astimezone(zone(zone_name or "UTC"))
    shown = f"{local:%A}, {_date(local)}, {_time(local)}"
    if zone_name in {None, "UTC"}:
        return f"{shown} UTC"
    date = "" if local.date() == shared.date() else f"{_date(shared)}, "
    return f"{shown} {zone_name} ({date}{_time(shared)} UTC)"


def _date(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _time(moment: datetime) -> str:
    if moment.microsecond:
        return f"{moment:%H:%M:%S.%f}"
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def _offset(delta: timedelta | None) -> str:
    minutes = int((delta or timedelta()).total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
