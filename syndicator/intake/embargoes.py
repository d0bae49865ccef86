"""Embargoes that a text states in words. A field holds the time; words alone hold nothing back."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from syndicator.errors import Fault
from syndicator.intake.dateline import date_pattern, yearless_pattern
from syndicator.model.body import Paragraph
from syndicator.model.release import Record

MENTION: Final = re.compile(
    r"\bsperr(?:frist|vermerk)\b|\bgesperrt bis\b|^\W*frei(?:gegeben)? (?:ab|zur ver\u00f6ffentlichung)\b"
    r"|^\W*freigabe\b"
    r"|\bnicht (?:zur ver\u00f6ffentlichung )?vor (?:dem )?\W{0,3}\d.{0,60}\b(?:ver\u00f6ffentlich|publizier)"
    r"|\bnicht zur ver\u00f6ffentlichung (?:vor|bis)\b|\bzur ver\u00f6ffentlichung (?:am|ab|erst)\b"
    r"|\bver\u00f6ffentlichung (?:erst|fr\u00fchestens|nicht) (?:ab|am|vor)\b"
    r"|\bembargo(?:ed)? (?:for release )?(?:until|till|to|fino|jusqu|hasta|lifts?|ends?)\b|\bembargoed\W*\d"
    r"|\b(?:strictly|under(?: strict)?) embargo(?:ed)?\b|\bunder (?:strict )?embargo\b|\bsous embargo\b"
    r"|\bembargo jusqu|\bembargad[oa]s? hasta\b|\bbajo embargo\b|\b(?:sotto|in) embargo\b"
    r"|^\W*embargo(?:ed)?\b\s*[:\u2013\d-]|\bhold (?:for release )?(?:until|till)\b"
    r"|^\s*for release (?:on|at|after)\b|\bnot for (?:release|publication|broadcast)\b.{0,20}\b(?:before|until)\b"
    r"|\bne pas (?:diffuser|publier)\b.{0,20}\bavant\b|\bno (?:publicar|difundir)\b.{0,20}\b(?:antes|hasta)\b"
    r"|\bnon (?:pubblicare|diffondere)\b.{0,20}\bprima\b|\bembargo_(?:until|zone)\b",
    re.IGNORECASE,
)
"""What says that a text must not be published yet. The word alone may be about trade."""

REFUSED_AFTER: Final = timedelta(days=1)
"""An embargo that ended longer ago was mistyped, and what it was to hold back would be out for good."""

_LONGEST: Final = 200
_FARTHEST: Final = 60
_CLOCK: Final = re.compile(
    r"\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2}\s*(?:uhr|h|heures|horas|ore|a\.?m|p\.?m|noon)\b|\b(?:midnight|mitternacht)\b",
    re.IGNORECASE,
)
_SAYS_NO_TIME: Final = re.compile(r"\W*(?:strictly |under (?:strict )?)?embargo(?:ed)?\W*", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d+")
_UNSET: Final = "embargo_until is not set: the release would appear at once"
_FIX: Final = "set it (--embargo-until, or a field; in a text between two lines of --- on top), or remove the line"


def is_embargo(line: str) -> bool:
    """Whether a line, or a paragraph of one, says that the text must wait, and until when."""
    if len(line) > _LONGEST:
        return False
    if _SAYS_NO_TIME.fullmatch(line):
        return line.strip().isupper() or "embargoed" in line.lower()
    found = MENTION.search(line, 0, _FARTHEST + len("ver\u00f6ffentlichen"))
    return bool(found) and bool(_dates(line) or _CLOCK.search(line))


def unheeded(record: Record) -> Iterator[Fault]:
    """Texts of a record without ``embargo_until`` that state an embargo: readers would see both."""
    if record.embargo_until is not None:
        return
    texts = {"headline": record.headline, "subheadline": record.subheadline, "teaser": record.teaser}
    texts |= {f"body[{place}]": block.text for place, block in enumerate(record.body) if isinstance(block, Paragraph)}
    for place, text in texts.items():
        if text and is_embargo(text):
            yield unheeded_line(text, place=place)


def unheeded_line(text: str, *, place: str = "embargo_until", line: int | None = None) -> Fault:
    """The fault of a text that states an embargo where its field is not set."""
    return Fault(place, f"the text states an embargo ({_short(text)}), but {_UNSET}", _FIX, line)


def lapsed(until: datetime | None, now: datetime) -> Fault | None:
    """The fault of an embargo that ended more than a day before the release was handed in."""
    if until is None or now - until <= REFUSED_AFTER:
        return None
    problem = f"this embargo ended {(now - until).days} days ago: the release would appear at once"
    return Fault("embargo_until", problem, "correct it, or leave it out to publish at once")


def contradicts(line: str, fields: Mapping[str, Any]) -> bool:
    """Whether a line that states an embargo names another day than the field ``embargo_until``."""
    days = _days(fields.get("embargo_until"))
    return bool(days) and any(days.isdisjoint(map(int, _NUMBER.findall(date))) for date in _dates(line))


def _days(stated: object) -> set[int]:
    """Days of the month that the stated time may have for who wrote the text: an instant in UTC has two or three."""
    try:
        at = datetime.fromisoformat(str(stated).replace(" ", "T"))
    except ValueError:
        return set()
    spread = timedelta(hours=14) if at.tzinfo is not None and at.utcoffset() == UTC.utcoffset(None) else timedelta()
    return {at.day, (at - spread).day, (at + spread).day}


def _dates(line: str) -> list[str]:
    return [found[0] for pattern in _date_patterns() for found in pattern.finditer(line)]


@lru_cache(maxsize=1)
def _date_patterns() -> tuple[re.Pattern[str], ...]:
    return date_pattern(), yearless_pattern()


def _short(text: str, longest: int = 60) -> str:
    return repr(text if len(text) <= longest else f"{text[: longest - 1]}…")
