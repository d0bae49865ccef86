"""Date lines: ``MÜNCHEN, 10. Nov. 2017 –`` and what wires make of them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from syndicator.intake.layouts import folded, layouts

_WINDOW: Final = 160
_LONGEST_PLACE: Final = 80
_SEPARATOR: Final = re.compile(r"\s*(?:\u2013|\u2014|--|\s-\s|/|@|\.\s|:)")
_EXACT: Final = re.compile(r"^[^\n]{1,80}?, [^\n]{4,40} \u2013 ")
_PROSE: Final = frozenset(
    {"on", "in", "as", "since", "by", "until", "from", "at", "the", "am", "im", "seit", "le", "el", "il", "dal"}
)
_MOST_WORDS: Final = 9


@dataclass(frozen=True, slots=True)
class DatelineFound:
    """Place and date as printed, and how many characters of the text they take (separator included).

    ``length`` is 0 where taking them out and printing them again would change the text.
    """

    place: str
    date: str
    length: int


@lru_cache(maxsize=1)
def date_pattern() -> re.Pattern[str]:
    """A written or numeric date of the languages shipped."""
    months = "|".join(sorted((re.escape(month) for month in layouts().months), key=len, reverse=True))
    day = r"\d{1,2}(?:st|nd|rd|th|er|\.)?"
    return re.compile(
        rf"\b(?:{day}\s?(?:de\s)?(?:{months})\b\.?,?\s?(?:de\s)?\d{{4}}|(?:{months})\.?\s{day},?\s?\d{{4}}"
        rf"|\d{{1,2}}\.\s?\d{{1,2}}\.\s?\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}|(?:{months})\s\d{{4}})\b",
        re.IGNORECASE,
    )


def dateline_of(text: str) -> DatelineFound | None:
    """The date line in front of a paragraph, if there is one."""
    window = text[:_WINDOW]
    date = date_pattern().search(window)
    if date is None or date.start() > _LONGEST_PLACE:
        return None
    before = window[: date.start()]
    if not _is_place(before) or not (_SEPARATOR.match(window, date.end()) or window[date.end() :].strip() in {"", "/"}):
        separator = re.search(r"\s(?:\u2013|\u2014|--)\s?|\s-\s", window[date.end() :])
        if not _is_place(before) or separator is None:
            return None
    place = before.strip(" ,-\u2013\u2014/(")
    return DatelineFound(place, date[0], _length(text, place, date[0]))


def _is_place(before: str) -> bool:
    words = before.split()
    if len(words) > _MOST_WORDS:
        return False
    return not words or ((words[0][:1].isupper() or words[0][:1] == "(") and folded(words[0]) not in _PROSE)


def _length(text: str, place: str, date: str) -> int:
    printed = f"{place}, {date} \u2013 "
    if place and text.startswith(printed):
        return len(printed)
    alone = f"{place}, {date}" if place else date
    return len(text) if text.strip() == alone else 0
