"""The letter around a release: the header of a mail, a greeting, and the words that lead to the release."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.intake.lines.contacts import names_in
from syndicator.intake.lines.dateline import dateline_of
from syndicator.intake.lines.layouts import folded, layouts
from syndicator.intake.lines.openings import opening_of, revises
from syndicator.intake.lines.sheet import Piece, TextLine
from syndicator.intake.parts.top import begins_text

_HEADER: Final = re.compile(r"^[*_]*+([^\W\d][\w-]{0,30}(?: \w{1,20})?)[*_]*\s?:[*_]*(?:\s|$)|^\s+\S")
_FORWARDED: Final = re.compile(r"^(?:(?:re|aw|fwd?|wg|tr|rv|r|i)\s?:\s*)+", re.IGNORECASE)
_FEWEST_HEADERS: Final = 2
_LONGEST_GREETING: Final = 90
_MOST_LEAD_INS: Final = 4
_MOST_PREHEADERS: Final = 4
_LONGEST_OFFER: Final = 120
_LONGEST_LEAD_IN: Final = 400
_ENDS_LEAD_IN: Final = ".!:?"
_AROUND_MARK: Final = "-_=*> \t:"


@dataclass(frozen=True, slots=True)
class Letter:
    """How many pieces at the top are no part of the release, and the headline where only the subject states it."""

    length: int = 0
    headline: TextLine | None = None


def letter_above(pieces: Sequence[Piece]) -> Letter:
    """The letter in front of a release; an empty one, where it begins at once."""
    marks = int(bool(pieces) and is_forward_mark(pieces[0].text))
    fields = mail_header(pieces[marks].lines) if len(pieces) > marks else {}
    start = marks + int(bool(fields))
    start += _preheader(pieces[start : start + _MOST_PREHEADERS])
    subject = fields.get("subject")
    length = start + _greeting(pieces[start:], subject)
    is_untitled = subject is not None and begins_text(pieces[length : length + 1])
    return Letter(length, subject if is_untitled else None)


def is_forward_mark(text: str) -> bool:
    """``-------- Weitergeleitete Nachricht --------``: what a mail program writes above a mail that is forwarded."""
    return len(text) <= _LONGEST_GREETING and folded(text.strip(_AROUND_MARK)) in layouts().forwarded


def mail_header(lines: Sequence[TextLine]) -> dict[str, TextLine]:
    """The fields of a mail's header that are known, and what they say; none, if this is another text."""
    found: dict[str, TextLine] = {}
    is_marked = bool(lines) and is_forward_mark(lines[0].text)
    for line in lines[int(is_marked) :]:
        match = _HEADER.match(line.text)
        if match is None:
            return {}
        field = layouts().mail_headers.get(folded(match[1] or ""))
        if field:
            found.setdefault(field, TextLine(line.number, _unlabelled(line.text[match.end() :])))
    return found if len(found) >= _FEWEST_HEADERS and {"subject", "sender"} & set(found) else {}


def _unlabelled(subject: str) -> str:
    """``WG: Pressemitteilung: Acme übernimmt Beta`` without the words in front of the headline."""
    text = _FORWARDED.sub("", subject.strip())
    opening = opening_of(text)
    is_kicked = opening is not None and opening.section == "kicker" and not revises(text)
    return opening.rest if opening is not None and is_kicked and opening.rest else text


def _preheader(pieces: Sequence[Piece]) -> int:
    """How many pieces stand above the text of a newsletter: a teaser for the inbox, and the way to a browser."""
    for place, piece in enumerate(pieces):
        if piece.kind == "heading" or len(piece.text) > _LONGEST_LEAD_IN:
            return 0
        if len(piece.text) <= _LONGEST_OFFER and any(words in folded(piece.text) for words in layouts().in_browser):
            return place + 1
    return 0


def _greeting(pieces: Sequence[Piece], subject: TextLine | None) -> int:
    """How many pieces greet and lead to the release."""
    if not pieces or not _greets(pieces[0].text):
        return 0
    length = 1
    for piece in pieces[1 : _MOST_LEAD_INS + 1]:
        text = piece.text.strip()
        is_title = subject is not None and folded(text) == folded(subject.text)
        leads_on = len(text) <= _LONGEST_LEAD_IN and text[-1:] in _ENDS_LEAD_IN and piece.kind == "paragraph"
        if is_title or not leads_on or dateline_of(text) or opening_of(text.split("\n", 1)[0]):
            break
        length += 1
    return length + _farewell(pieces[length : length + 2])


def _farewell(pieces: Sequence[Piece]) -> int:
    """How many pieces take leave: ``Mit freundlichen Grüßen``, and who signs, perhaps in a piece of its own."""
    if not pieces or not _takes_leave(pieces[0].text):
        return 0
    is_signed = len(pieces) > 1 and "\n" not in pieces[0].text.strip() and pieces[1].kind == "paragraph"
    signs = pieces[1].text.strip().split("\n") if is_signed else []
    return 1 + (bool(signs) and names_in(signs[0]) == [signs[0].strip()])


def _takes_leave(text: str) -> bool:
    line = text.strip().split("\n", 1)[0]
    return len(line) <= _LONGEST_GREETING and folded(line.rstrip(",!. ")).startswith(layouts().farewells)


def _greets(text: str) -> bool:
    line = text.strip()
    return len(line) <= _LONGEST_GREETING and line[-1:] in ",!:." and folded(line).startswith(layouts().greetings)
