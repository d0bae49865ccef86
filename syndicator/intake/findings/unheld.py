"""What the lines of a contact or publisher block say and no field holds: a second number, a street, a name, a sentence.

A block says more than the fields of a contact have room for. Nothing of it may be lost in silence.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from syndicator.intake.fields.reading import Reading
from syndicator.intake.findings.diagnostics import Diagnostic
from syndicator.intake.findings.locate import at_line
from syndicator.intake.lines.contacts import names_in
from syndicator.intake.lines.layouts import folded
from syndicator.intake.lines.reach import EMAIL, LOOSE_PHONE, URL, facts, is_number, is_place, reaches, said, unglued
from syndicator.intake.parts.layout import Part

_BLOCKS: Final = frozenset({Part.CONTACT, Part.PUBLISHER})
_NO_DIGIT: Final = re.compile(r"\D")
_SCHEME: Final = re.compile(r"https?://(?:www\.)?|(?<!\w)www\.", re.IGNORECASE)
_SPACE: Final = re.compile(r"\s+")
_END: Final = ").,;]\"'>/"
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_FEWEST_WORDS: Final = 4
_MOST: Final = 20
# Each thing is looked for in all that the fields hold: a hostile source must not make that long.
_MOST_LINES: Final = 500
_LONGEST: Final = 2_000


def unheld(reading: Reading) -> Iterator[Diagnostic]:
    """A note for each line of a block with a number, address or name, or most of its words, that stands in no field."""
    yield from islice(_notes(reading), _MOST)


def _notes(reading: Reading) -> Iterator[Diagnostic]:
    held = _Held(reading.draft)
    for number, line in islice(_lines(reading), _MOST_LINES):
        lost = [text for text in _said(line[:_LONGEST]) if not held.has(text)]
        if lost:
            yield at_line(reading, _note(lost), number)
        elif held.lacks(line[:_LONGEST]):
            yield at_line(reading, _note([line.strip()]), number)


def _lines(reading: Reading) -> Iterator[tuple[int, str]]:
    for span in reading.spans:
        if span.part in _BLOCKS and not span.opens:
            lines = enumerate(span.text.split("\n"), span.first)
            yield from ((min(number, span.last), line) for number, line in lines)


def _note(lost: list[str]) -> Diagnostic:
    named = ", ".join(repr(text[:60]) for text in dict.fromkeys(lost))
    fix = "write it in a block of its own, or in the text, if readers need it"
    return Diagnostic("N201", f"{named} of this line {'are' if len(lost) > 1 else 'is'} in no field", fix)


def _said(line: str) -> Iterator[str]:
    """Every e-mail address, web address, telephone number, name, and street or town of the line."""
    text = unglued(line)
    without_mail = EMAIL.sub(" ", text)
    yield from EMAIL.findall(text)
    yield from (address.rstrip(_END) for address in URL.findall(without_mail))
    yield from (number.strip() for number in LOOSE_PHONE.findall(URL.sub(" ", without_mail)) if is_number(number))
    yield from names_in(text)
    yield from (part for part in _stated(text) if is_place(part) and any(map(str.isupper, part)))


def _stated(text: str) -> Iterator[str]:
    """What a line says that has no label, or that of an address, part by part."""
    for fact in facts(text):
        if fact.field in {"text", "address"} and not reaches(fact.value):
            yield from (part.strip() for part in fact.value.split(", "))


class _Held:
    """All that the fields hold, ready to be asked for one thing."""

    def __init__(self, draft: Mapping[str, Any]) -> None:
        texts = [*_strings(draft), *_towns(draft.get("publisher"))]
        self._words = "\n".join(_plain(text) for text in texts)
        self._each = frozenset(_WORD.findall(self._words))
        self._digits = "\n".join(_NO_DIGIT.sub("", text) for text in texts)

    def has(self, text: str) -> bool:
        if is_number(text) and not any(map(str.isalpha, text)):
            return _NO_DIGIT.sub("", text) in self._digits
        # Not as the end of another: a web address is no part of the e-mail addresses of its host.
        return re.search(rf"(?<![\w@.+-]){re.escape(_plain(text))}(?!\w)", self._words) is not None

    def lacks(self, line: str) -> bool:
        """Whether most words of a line stand in no field; a register's and few that lead on need none."""
        words = _WORD.findall(_plain(line))
        is_text = len(words) >= _FEWEST_WORDS and said(line).field != "register"
        return is_text and 2 * sum(word in self._each for word in words) < len(words)


def _towns(publisher: object) -> Iterator[str]:
    """``86150 Augsburg``, which a publisher block holds in two fields."""
    if isinstance(publisher, Mapping) and publisher.get("postal_code") and publisher.get("locality"):
        yield f"{publisher['postal_code']} {publisher['locality']}"


def _plain(text: str) -> str:
    return _SPACE.sub(" ", folded(_SCHEME.sub("", text)))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)
