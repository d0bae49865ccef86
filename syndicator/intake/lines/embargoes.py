"""Embargoes that a text states in words. A field holds the time; words alone hold nothing back."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from syndicator.errors import Fault
from syndicator.intake.lines.dateline import date_pattern, yearless_pattern
from syndicator.intake.lines.layouts import folded, layouts
from syndicator.model.body import Block, ListBlock, Table
from syndicator.model.release import Record

_GERMAN: Final = (
    r"\bsperr(?:frist|vermerk)\b|^\W*gesperrt bis\b|^\W*frei(?:gegeben)? (?:ab|zur ver\u00f6ffentlichung)\b"
    r"|^\W*bis\b.{0,40}\bgesperrt\b\W*$|^\W*freigabe\b(?=\W*(?:\d|$)|\W*:|\s+(?:erst|ab|am|zum|fr\u00fchestens)\b)"
    r"|\b(?:mitteilung|meldung|information|text|beitrag|bericht|material) (?:ist )?(?:erst )?"
    r"(?:frei(?:gegeben)? ab|gesperrt bis)\b|\bnicht (?:zur ver\u00f6ffentlichung )?vor (?:dem )?\W{0,3}\d.{0,60}"
    r"\b(?:ver\u00f6ffentlich|publizier)"
    # An order, and no sentence about somebody who will publish something.
    r"|^\W*(?:bitte )?(?:nicht vor|erst (?:ab|am|nach)|fr\u00fchestens (?:ab|am))\b"
    r"(?!.{0,60}\b(?:will|wollen|wird|werden|soll|sollen|kann|k\u00f6nnen|m\u00f6chten?)\b).{0,60}\bver\u00f6ffentlichen\b"
    r"|\bnicht (?:zu )?ver\u00f6ffentlichen (?:vor|bis)\b|\bnicht zur ver\u00f6ffentlichung (?:vor|bis)\b"
    r"|\bzur ver\u00f6ffentlichung (?:am|ab|erst)\b"
    r"|\bver\u00f6ffentlichung (?:erst|fr\u00fchestens|nicht) (?:ab|am|vor)\b"
    r"|^\W*(?:zur )?ver\u00f6ffentlichung (?:ist )?(?:frei(?:gegeben)?|erlaubt|gestattet|zul\u00e4ssig) "
    r"(?:erst )?(?:ab|am)\b"
    r"|^\W*(?:ver\u00f6ffentlichung|erscheinung|freigabe|sende)\w*\s?:.{0,50}"
    r"(?:\bfr\u00fchestens\b|\bnicht (?:vor|vorher|davor|fr\u00fcher|eher)\b)"
    r"|^\W*(?:streng )?vertraulich bis\b"
)
_ENGLISH: Final = (
    r"\bembargo(?:ed)? (?:for release )?(?:until|till|to|lifts?|ends?|applies)\b|\bembargoed\W*\d"
    r"|\b(?:strictly|under(?: strict)?) embargo(?:ed)?\b|\bunder (?:strict )?embargo\b"
    r"|^\W*embargo(?:ed)?\b\s*[:\u2013\d-]|\bhold (?:for release )?(?:until|till)\b|^\W*hold for\b"
    r"|^\s*for release (?:on|at|after)\b"
    r"|\bnot (?:for|to be) (?:release|publi(?:cation|shed)|broadcast|distribut(?:ion|ed)|used?\b).{0,30}"
    r"\b(?:before|until|till|prior to)\b"
    r"|^\W*(?:please )?do not (?:publish|release|broadcast|distribute|use)\b.{0,30}\b(?:before|until|till|prior to)\b"
    r"|\b(?:publication|release|broadcast|distribution|use) (?:is )?(?:prohibited|forbidden|not (?:permitted|allowed)) "
    r"(?:before|until|till|prior to)\b"
    r"|^\W*(?:for )?(?:release|publication|publish|issue|broadcast|distribution)(?: (?:time|date|day))?\s?:.{0,50}"
    r"\b(?:not?|never) (?:before|prior to|(?:any )?(?:earlier|sooner))\b"
    r"|^\W*(?:strictly )?confidential (?:until|till)\b"
)
_FRENCH: Final = (
    r"\bembargo jusqu|\bsous embargo\b|\bne pas (?:diffuser|publier)\b.{0,20}\bavant\b"
    r"|\b(?:diffusion|publication|parution) (?:interdite|non autoris\u00e9e) (?:avant|jusqu)"
    r"|^\W*(?:diffusion|publication|parution) (?:autoris\u00e9e|possible|libre) "
    r"(?:\u00e0 (?:partir|compter)|d\u00e8s)\b"
    r"|^\W*(?:(?:date|heure) de )?(?:diffusion|publication|parution)\s?:.{0,50}\bpas avant\b"
    r"|^\W*confidentiel(?:le)? jusqu"
)
_SPANISH: Final = (
    r"\bembargo hasta\b|\bembargad[oa]s? hasta\b|\bbajo embargo\b"
    r"|\bno (?:publicar|difundir)\b.{0,20}\b(?:antes|hasta)\b"
    r"|\bprohibida su (?:difusi\u00f3n|publicaci\u00f3n) (?:antes|hasta)\b"
    r"|\b(?:difusi\u00f3n|publicaci\u00f3n) (?:prohibida|no (?:autorizada|permitida)) (?:antes|hasta)\b"
    r"|^\W*(?:difusi\u00f3n|publicaci\u00f3n) (?:autorizada|permitida|libre) (?:a partir|desde)\b"
    r"|^\W*(?:(?:fecha|hora) de )?(?:difusi\u00f3n|publicaci\u00f3n)\s?:.{0,50}\bno antes\b"
    r"|^\W*confidencial hasta\b"
)
_ITALIAN: Final = (
    r"\bembargo fino\b|\b(?:sotto|in) embargo\b|\bnon (?:pubblicare|diffondere)\b.{0,20}\bprima\b"
    r"|\b(?:diffusione|pubblicazione) (?:vietata|non (?:consentita|autorizzata)) (?:prima|fino)\b"
    r"|^\W*(?:diffusione|pubblicazione) (?:consentita|autorizzata|libera) (?:dal|dalle|a partire)\b"
    r"|^\W*(?:(?:data|ora) di )?(?:diffusione|pubblicazione)\s?:.{0,50}\bnon prima\b"
    r"|^\W*riservat[oa] fino\b"
)
# Dutch, Portuguese, Polish, Swedish, Danish, Norwegian: they share the word, and a day follows theirs for "until".
_ELSEWHERE: Final = (
    r"^\W*(?:(?:onder|sob|under|pod) )?embargo (?:tot|at\u00e9|do|till|til|fram till|indtil)"
    r"(?: (?:en met|og med|och med|\u00e0s|o dia|dia|dnia|den|kl\.?))?\W+\d"
)
MENTION: Final = re.compile(
    rf"{_GERMAN}|{_ELSEWHERE}|{_ENGLISH}|{_FRENCH}|{_SPANISH}|{_ITALIAN}|\bembargo_(?:until|zone)\b", re.IGNORECASE
)
"""What says that a text must not be published yet. The word alone may be about trade, a street, or a library."""

# In a letter such words are about the text below; in a text, about whatever it tells.
_ON: Final = r"(?:[^.!?]|\d\.){0,60}"
# Entry may be "free from 2 pm", and an embargo on oil.
_APART: Final = r"(?:^|[(\[:,|+*!/\u2013\u2014]|[ \t]-)[ \t]*"
_BEFORE_TIME: Final = r"de[rlm]?|du|da|dal(?:le)?|las?|ore|um|heute|morgen|today|tomorrow|demain|ma\u00f1ana|domani"

REFUSED_AFTER: Final = timedelta(days=1)
"""An embargo that ended longer ago was mistyped, and what it was to hold back would be out for good."""

_NAMES_DAY: Final = re.compile(_ELSEWHERE, re.IGNORECASE)
_LONGEST: Final = 200
_FARTHEST: Final = 60
_LONGEST_TOLD: Final = 60
_CLOCK: Final = re.compile(
    r"\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2}\s*(?:uhr|h|heures|horas|ore|a\.?m|p\.?m|noon)\b|\b(?:midnight|mitternacht)\b",
    re.IGNORECASE,
)
_SAYS_NO_TIME: Final = re.compile(r"\W*(?:strictly |under (?:strict )?)?embargo(?:ed)?\W*", re.IGNORECASE)
_NAMES: Final = frozenset({"embargo", "sperrfrist", "sperrvermerk"})
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
    return bool(found) and bool(_dates(line) or _CLOCK.search(line) or _NAMES_DAY.match(line))


def says_none(line: str) -> bool:
    """``Sperrfrist: keine``; ``No embargo``: what a form says where there is nothing to wait for."""
    words = {folded(word.strip(".,:;-\u2013()")) for word in line.split()} - {""}
    return len(words) > 1 and not words.isdisjoint(layouts().denials) and words - layouts().denials <= _NAMES


def asks_to_wait(text: str) -> bool:
    """Whether a sender's words to the editors, however long, speak of an embargo and of a time."""
    return subject_asks_to_wait(text) or (_asked().search(text) is not None and _names_time(text))


def subject_asks_to_wait(header: str) -> bool:
    """The same for a mail's header: its subject may be a headline, about what somebody publishes from a day on."""
    speaks = MENTION.search(header) or _set_apart().search(header)
    return speaks is not None and _names_time(header)


def _names_time(text: str) -> bool:
    return bool(_dates(text) or _CLOCK.search(text))


@lru_cache(maxsize=1)
def _time() -> str:
    """What begins with a time. ``from`` counts in front of one only: news may be from Acme, too."""
    before = "|".join(map(re.escape, layouts().date_leads | layouts().weekdays))
    months = "|".join(map(re.escape, layouts().months))
    return rf"(?:\W+(?:{before}|{_BEFORE_TIME}))*\W+(?:\d|(?:{months}|noon|midnight|mitternacht)\b)"


@lru_cache(maxsize=1)
def _set_apart() -> re.Pattern[str]:
    return re.compile(rf"{_APART}(?:frei(?:gegeben)? ab|embargo(?:ed)?){_time()}", re.IGNORECASE | re.MULTILINE)


@lru_cache(maxsize=1)
def _asked() -> re.Pattern[str]:
    """When to publish, in a sentence."""
    time = _time()
    return re.compile(
        rf"\bver\u00f6ffentlich(?:ung|en|t werden)\b{_ON}\b(?:ab{time}|(?:erst|fr\u00fchestens|nicht vor)\b)"
        rf"|\bab{time}{_ON}\b(?:zur ver\u00f6ffentlichung|ver\u00f6ffentlich(?:en|t werden))\b"
        rf"|\b(?:erst|fr\u00fchestens|nicht vor)\b{_ON}\bver\u00f6ffentlich"
        rf"|\bconfidential\b{_ON}\b(?:until|till)\b|\bvertraulich\b{_ON}\bbis\b|\bbis\b{_ON}\bvertraulich\b"
        rf"|\bconfidentiel(?:le)?\b{_ON}\bjusqu|\bconfidencial\b{_ON}\bhasta\b|\briservat[oa]\b{_ON}\bfino\b"
        rf"|\b(?:publish|publication|(?:print|run) (?:it|this|the|our))\b{_ON}"
        rf"\b(?:(?:from|after){time}|(?:not before|(?:no|not) earlier|only (?:on|at))\b)"
        rf"|\b(?:publi(?:er|cation)|diffus(?:er|ion)|parution)\b{_ON}\b\u00e0 (?:partir|compter){time}"
        rf"|\b(?:publicar|publicaci\u00f3n|difundir|difusi\u00f3n)\b{_ON}\ba partir{time}"
        rf"|\b(?:pubblicare|pubblicazione|diffondere|diffusione)\b{_ON}\ba partire{time}",
        re.IGNORECASE,
    )


def unheeded(record: Record) -> Iterator[Fault]:
    """Texts of a record without ``embargo_until`` that state an embargo: readers would see both."""
    if record.embargo_until is not None:
        return
    texts = {"headline": record.headline, "subheadline": record.subheadline, "teaser": record.teaser}
    for place, text in [*texts.items(), *_lines_of(record.body)]:
        if text and is_embargo(text):
            yield unheeded_line(text, place=place)


def _lines_of(body: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """The blocks of a body as the lines that readers see: points one by one, cells of a row beside each other."""
    for place, block in enumerate(body):
        match block:
            case ListBlock():
                texts = block.points
            case Table():
                texts = tuple(" ".join(row) for row in (block.header or (), *block.rows))
            case _:
                texts = (block.text,)
        yield from ((f"body[{place}]", text) for text in texts)


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


def _short(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_TOLD else f"{text[: _LONGEST_TOLD - 1]}…")
