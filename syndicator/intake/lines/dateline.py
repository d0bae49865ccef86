"""Date lines: ``MÜNCHEN, 10. Nov. 2017 –`` and what wires make of them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from syndicator.intake.lines.layouts import folded, layouts

_WINDOW: Final = 160
_LONGEST_PLACE: Final = 80
_SEPARATOR: Final = re.compile(r"\s*(?:\.?[\u2013\u2014]|\.?--?\s|[/@|:(]|\.\s)")
_FAR_SEPARATOR: Final = re.compile(r"\s(?:\u2013|\u2014|--)\s?|\s-\s")
_DASH: Final = re.compile(r"\s*(?:--?|\u2013|\u2014)(?:\s|(?=[A-Z]))")
_ENDS_PLACE: Final = re.compile(r"[,\u060c/()|:.@\u2013\u2014-]\s*$")
_STATE: Final = re.compile(
    r"(?P<place>[A-Z\u00c0-\u00dc][\w .'\u2019-]{2,30}, (?:[A-Z]{2}|[A-Z][a-z]{1,4}\.|USA|U\.[SK]\.))"
    r"\s+(?:--?|\u2013|\u2014)(?:\s+|$)"
)
_PARENTHESIS: Final = re.compile(r"\s*\([^()]{2,40}\)")
_PARTED: Final = re.compile(r"\s(?:[\u2013\u2014/-]|--)\s")
_MOST_WORDS: Final = 9
_MOST_BARE_WORDS: Final = 4
_DASHES: Final = " -\u2013\u2014\u00a0"
_TRIM: Final = " ,\u060c-\u2013\u2014/(|:\u00a0"


@dataclass(frozen=True, slots=True)
class DatelineFound:
    """Place and date as printed, and how many characters of the text they take (separator included).

    ``length`` is 0 where taking them out and printing them again would change the text. ``end`` is where the date
    line ends in the text, its separator not included. A wire may print no date: ``Berlin (ots) -``.
    """

    place: str
    date: str
    length: int
    end: int


@lru_cache(maxsize=1)
def _months() -> str:
    return "|".join(sorted((re.escape(month) for month in layouts().months), key=len, reverse=True))


_DAY: Final = r"\d{1,2}(?:st|nd|rd|th|er|\u00ba|\.)?"


@lru_cache(maxsize=1)
def date_pattern() -> re.Pattern[str]:
    """A written or numeric date of the languages shipped."""
    months = _months()
    return re.compile(
        rf"\b(?:{_DAY}[\s-]?(?:de\s)?(?:{months})\b\.?,?[\s-]?(?:del?\s)?\d{{4}}|(?:{months})\.?\s{_DAY},?\s?\d{{4}}"
        rf"|\d{{1,2}}\.\s?\d{{1,2}}\.\s?\d{{4}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}"
        rf"|(?:{months})\s\d{{4}}|\d{{4}}\u5e74\d{{1,2}}\u6708\d{{1,2}}\u65e5)\b",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def yearless_pattern() -> re.Pattern[str]:
    """``10 Nov.`` and ``Nov. 10``, as news agencies write them."""
    months = _months()
    return re.compile(rf"\b(?:{_DAY}\s?(?:de\s)?(?:{months})\b\.?|(?:{months})\b\.?\s{_DAY})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _wire() -> re.Pattern[str]:
    """``Berlin (ots) -`` and ``NEW YORK--(BUSINESS WIRE)--``."""
    names = "|".join(re.escape(name) for name in layouts().wires)
    return re.compile(rf"(?P<place>[^\n()]{{0,60}}?)\s*(?:--)?\((?:{names})(?:\d+|\b)[^()\n]{{0,40}}\)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _sender() -> re.Pattern[str]:
    """``(GLOBE NEWSWIRE via COMTEX)``, or the name alone between dashes."""
    names = "|".join(re.escape(name) for name in layouts().wires)
    return re.compile(rf"\((?:{names})(?:\d+|\b)[^()\n]{{0,40}}\)|(?:{names})", re.IGNORECASE)


def dateline_of(text: str) -> DatelineFound | None:
    """The date line in front of a paragraph, if there is one."""
    return _dated(text) or _without_year(text) or _without_date(text)


def is_only_dateline(text: str) -> bool:
    """Whether a line says nothing but a place and a date, and perhaps who sends it and the time."""
    date = date_pattern().search(text)
    if date and _is_clock(text[: date.start()] + " " + text[date.end() :]):
        return True
    found = dateline_of(text)
    if found is None:
        return False
    rest = text[found.end :].strip(_DASHES)
    is_sent = (rest[:1] == "/" and rest[-1:] == "/") or bool(_sender().fullmatch(rest))
    return found.length == len(text) or _is_clock(rest) or is_sent


@lru_cache(maxsize=1)
def _of_clock() -> re.Pattern[str]:
    """A word of a time of day with its zone, or a sign around it."""
    words = "|".join(re.escape(word) for word in sorted(layouts().clock, key=len, reverse=True))
    return re.compile(
        rf"[\s\d:.,|/()\u2013\u2014-]+|(?<=\d)h(?![^\W\d])|(?<![^\W\d])(?:(?i:{words}|[ap]\.?m)\b\.?|[A-Z]{{2,4}}\b)"
    )


def _clock_end(text: str, at: int) -> int:
    """Where the time of day ends that stands there; what was read once is not tried again."""
    while found := _of_clock().match(text, at):
        at = found.end()
    return at


def _is_clock(text: str) -> bool:
    return _clock_end(text, 0) == len(text)


def without_date(text: str) -> str:
    """The text behind a date and a time in front of it."""
    date = date_pattern().match(text)
    return text[_clock_end(text, date.end()) :] if date else text


def _dated(text: str) -> DatelineFound | None:
    window = text[:_WINDOW]
    date = date_pattern().search(window)
    if date is None or date.start() > _LONGEST_PLACE:
        return None
    before, behind = window[: date.start()], window[date.end() :]
    if not _is_place(before):
        return None
    if not (_SEPARATOR.match(behind) or behind.strip() in {"", "/"} or _FAR_SEPARATOR.search(behind) or _dates(behind)):
        return None
    place = _place(before)
    closes = behind.startswith(")") and "(" in before
    return DatelineFound(place, date[0], _length(text, place, date[0]), date.end() + closes)


def _dates(behind: str) -> bool:
    """``October 24, 2024 11:00``: a time, and nothing else."""
    return len(behind) <= len("  11:00 a.m. Eastern") and _is_clock(behind)


def _without_year(text: str) -> DatelineFound | None:
    window = text[:_WINDOW]
    date = yearless_pattern().search(window)
    if date is None or date.start() > _LONGEST_PLACE or not _is_place(window[: date.start()]):
        return None
    behind = window[date.end() :]
    is_marked = bool(_ENDS_PLACE.search(window[: date.start()])) and behind.lstrip()[:1] in {"(", "/"}
    if not is_marked and not _DASH.match(behind):
        return None
    place = _place(window[: date.start()])
    return DatelineFound(place, date[0], _length(text, place, date[0]), date.end())


def _without_date(text: str) -> DatelineFound | None:
    found = _wire().match(text[:_WINDOW]) or _STATE.match(text[:_WINDOW])
    if found is None or not _is_place(found["place"] + ","):
        return None
    return DatelineFound(_place(found["place"]), "", 0, len(found[0].rstrip(_TRIM)))


def _place(before: str) -> str:
    """The words in front of the date, without the article that leads to it (``Paris, le``), a wire, a label."""
    text = _PARENTHESIS.sub("", before).strip(_TRIM)
    label, colon, rest = text.partition(": ")
    text = rest if colon and folded(label) in layouts().kickers else text
    head, _, last = text.rpartition(" ")
    text = head.strip(_TRIM) if folded(last).strip(".,") in _leads() and head else text
    parts = _PARTED.split(text)
    is_sent = len(parts) > 1 and folded(parts[-1]) in {folded(name) for name in layouts().wires}
    text = text[: text.rindex(parts[-1])].strip(_TRIM) if is_sent else text
    return "" if folded(text) in layouts().weekdays else text


def _leads() -> frozenset[str]:
    return layouts().date_leads | layouts().weekdays


def _is_place(before: str) -> bool:
    """Words in capitals in front of a mark, or a few without one; other words make a sentence of it."""
    words = before.split()
    is_led = bool(words) and folded(words[-1]).strip(".,") in _leads()
    place = " ".join(words[:-1] if is_led else words)
    if not place:
        return not is_led or folded(words[0]).strip(".,") in layouts().weekdays
    is_marked = bool(_ENDS_PLACE.search(place))
    if folded(words[0]) in layouts().prose or len(words) > _MOST_WORDS or (is_led and not is_marked):
        return False
    return (is_marked or len(words) <= _MOST_BARE_WORDS) and all(_may_stand_in_place(word) for word in place.split())


def _may_stand_in_place(word: str) -> bool:
    bare = word.strip("(),./|:-\u2013\u2014'\u2019\"")
    return not bare or not bare[:1].islower() or folded(bare) in layouts().place_particles or bare in layouts().wires


def _length(text: str, place: str, date: str) -> int:
    printed = f"{place}, {date} \u2013 "
    if "\n" in place:  # ``Acme AG`` above it: a field holds one line
        return 0
    if place and text.startswith(printed):
        return len(printed)
    alone = f"{place}, {date}" if place else date
    return len(text) if text.strip() == alone else 0
