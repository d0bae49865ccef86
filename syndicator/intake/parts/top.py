"""What stands above the text: a headline's lines, a date line of its own, a kicker, a subheadline between dashes."""

import re
from collections.abc import Sequence
from typing import Final

from syndicator.intake.lines.dateline import dateline_of, is_only_dateline
from syndicator.intake.lines.layouts import folded, layouts
from syndicator.intake.lines.openings import Opening, opening_of
from syndicator.intake.lines.reach import is_town
from syndicator.intake.lines.sheet import Piece, TextLine
from syndicator.intake.parts.tail import LONG_LINE, is_imprint

LONGEST_SUBHEADLINE: Final = 300
_MOST_HEADLINE_LINES: Final = 4
_LOOK_AHEAD: Final = 8
_MOST_WORDS_OF_COMPANY: Final = 8
_SHORTEST_TEXT: Final = 60
_WIRE: Final = re.compile(r"^[^\n()]{1,80}\((?:ots|pts|news aktuell)\b")
ENDS_SENTENCE: Final = (
    '.!?:;,\u2026"\u201c\u201d\u00bb\u00ab)' + "\u3002\uff01\uff1f\uff0e\u061f\u061b\u06d4\u0964\u0965"
)
"""Signs that no title ends with: those of European languages, of Chinese and Japanese, Arabic, Urdu and Hindi."""
_SHORTEST_PROSE: Final = 80
_FEWEST_PROSE: Final = 2
# The sign of a note behind a sentence's end, which is no part of it: "[1]", "*", a raised figure.
_NOTE_SIGN: Final = re.compile(r"(?:\[\w{1,3}\]|[*\u2020\u00b9\u00b2\u00b3\u2070-\u2079]){1,9}$")
_ENDS_PROSE: Final = '.!?"\u201c\u201d\u00bb\u00ab'
_TAIL: Final = frozenset({"about", "captions", "contact", "end", "legal", "publisher", "source"})
_DASHES: Final = frozenset("-\u2013\u2014")


def wrapped(lines: tuple[TextLine, ...]) -> int:
    """How many lines a headline takes: one that goes on in lower case was only broken to fit."""
    count = 1
    while count < min(len(lines), _MOST_HEADLINE_LINES) and lines[count].text.lstrip()[:1].islower():
        count += 1
    return count


def is_date(lines: tuple[TextLine, ...]) -> bool:
    """A date line of its own."""
    text = lines[0].text.strip() if len(lines) == 1 else ""
    return 0 < len(text) <= LONG_LINE and is_only_dateline(text)


def says_more(opening: Opening) -> bool:
    """``Pressemitteilung: Acme übernimmt Beta``: behind the word for a release stand words of the release's own."""
    rest = opening.rest
    is_dated = is_date((TextLine(0, rest),)) or dateline_of(rest) is not None
    return opening.section == "kicker" and len(rest.split()) > 1 and not is_dated


def is_dashed(text: str) -> bool:
    """``- Topline data expected in March -``: how American wires set their subheadlines."""
    return len(text) <= LONGEST_SUBHEADLINE and text[:1] in _DASHES and text[-1:] in _DASHES


def begins_text(pieces: Sequence[Piece]) -> bool:
    """Whether these hold text already: a date line with prose behind it, or more prose than a page's greeting."""
    texts = [_NOTE_SIGN.sub("", piece.text.strip()) for piece in pieces if piece.kind == "paragraph"]
    prose = [text for text in texts if len(text) > _SHORTEST_PROSE and text[-1:] in _ENDS_PROSE]
    return len(prose) >= _FEWEST_PROSE or any(map(dateline_of, prose))


def first_title(pieces: Sequence[Piece]) -> int:
    """The place of the heading that is the title; -1 where text stands above the first one, or none can be it."""
    head = pieces[:_LOOK_AHEAD]
    headings = (place for place, piece in enumerate(head) if piece.kind == "heading" and not kicks(piece))
    place = next(headings, -1)
    if place > 0 and layouts().sections.get(folded(head[place].text)) in _TAIL:
        return -1
    above = head[: max(0, place)]
    return -1 if begins_text(above) or _is_told_below_kicker(above) else place


def _is_told_below_kicker(above: Sequence[Piece]) -> bool:
    """``PRESS RELEASE``, a title that nobody marked as one, and prose: what a page greets with stands higher up."""
    kicker = next((place for place, piece in enumerate(above) if kicks(piece)), len(above))
    told = above[kicker + 1 :]
    is_titled = bool(told) and told[0].kind == "paragraph" and len(told[0].text) <= LONG_LINE
    return is_titled and any(len(piece.text) > LONG_LINE and piece.kind == "paragraph" for piece in told[1:])


def is_above_text(pieces: Sequence[Piece], place: int, lines: tuple[TextLine, ...]) -> bool:
    """Whether prose follows at once: then this is the headline, whatever it reads like."""
    behind = pieces[place + 1 : place + 2] if place >= 0 else []
    is_named = lines[0].text.strip()[:1].isalpha()
    return is_named and any(len(piece.text) > _SHORTEST_TEXT and piece.text.rstrip()[-1] == "." for piece in behind)


def is_letterhead(pieces: Sequence[Piece], place: int, title_at: int) -> bool:
    """Short lines before the kicker or the title, or a company's name alone: the sender's letterhead."""
    if place == title_at:
        return False
    if (
        place < title_at
        or kicks_below_company(pieces[place])
        or any(_WIRE.match(later.text) for later in pieces[place + 2 : place + 4])
    ):
        return True
    head = pieces[:_LOOK_AHEAD]
    kicker = next((later for later in range(place + 1, len(head)) if kicks(head[later])), 0)
    if not kicker:
        is_sender = place >= 0 and (_is_company(pieces[place]) or _is_addressed(pieces[place]))
        return is_sender and _is_title(pieces[place + 1 : place + 3])
    return not (_tells(pieces[place:kicker]) or _is_title_above(pieces, place, kicker))


def _tells(pieces: Sequence[Piece]) -> bool:
    """Whether text stands among these already, so that a word for a release further down (``Statement``) is its own."""
    return begins_text(pieces) or any(len(piece.text) > LONG_LINE for piece in pieces)


def _is_title_above(pieces: Sequence[Piece], place: int, kicker: int) -> bool:
    """``Headline``, ``FOR IMMEDIATE RELEASE``, text: the headline stands above the kicker."""
    between = pieces[place + 1 : kicker]
    behind = next((piece for piece in pieces[kicker + 1 :] if piece.lines and not is_date(piece.lines)), None)
    is_text = behind is None or bool(dateline_of(behind.text)) or behind.text.rstrip()[-1:] in ENDS_SENTENCE
    return (
        is_text
        or (behind is not None and _ends_story(behind))
        or any(is_date(piece.lines) for piece in between if piece.lines)
    )


def _ends_story(piece: Piece) -> bool:
    """``Media contact``; ``About Acme``; ``###``: below these, no headline is to come."""
    opening = opening_of(piece.lines[0].text)
    return opening is not None and opening.section in _TAIL


def kicks_below_company(piece: Piece) -> bool:
    """``Acme plc``, and right below it, without a blank line, what kind of release this is."""
    name, *below = (line.text for line in piece.lines) if piece.lines else ("",)
    opening = opening_of(below[0]) if below and _is_company_name(name) else None
    return opening is not None and opening.section == "kicker"


def _is_company_name(text: str) -> bool:
    words = text.split()
    return 1 < len(words) <= _MOST_WORDS_OF_COMPANY and folded(words[-1]) in layouts().legal_forms


def _is_company(piece: Piece) -> bool:
    """``Acme plc``, perhaps with ``("Acme" or the "Company")`` below it."""
    name, *below = (line.text.strip() for line in piece.lines)
    return _is_company_name(name) and all(line.startswith("(") and line.endswith(")") for line in below)


def _is_addressed(piece: Piece) -> bool:
    """``Acme AG`` above its street and town."""
    name, *below = piece.lines or (TextLine(0, ""),)
    towns = [is_town(line.text) for line in below]
    return _is_company_name(name.text) and any(towns) and not all(towns) and is_imprint(piece.lines)


def _is_title(pieces: Sequence[Piece]) -> bool:
    """Whether these are a title, and a text or another short line below it."""
    title = pieces[0].text.strip() if len(pieces) > 1 and pieces[0].kind == "paragraph" else ""
    is_short = 0 < len(title) <= LONG_LINE and "\n" not in title and title[-1] not in ENDS_SENTENCE
    return is_short and dateline_of(title) is None


def kicks(piece: Piece) -> bool:
    opening = opening_of(piece.lines[0].text) if piece.lines else None
    return opening is not None and opening.section == "kicker"
