"""What stands above the text: a headline's lines, a date line of its own, a kicker, a subheadline between dashes."""

from collections.abc import Sequence
from typing import Final

from syndicator.intake.dateline import dateline_of, is_only_dateline
from syndicator.intake.openings import opening_of
from syndicator.intake.sheet import Piece, TextLine
from syndicator.intake.tail import LONG_LINE

LONGEST_SUBHEADLINE: Final = 300
_MOST_HEADLINE_LINES: Final = 4
_SHORTEST_PROSE: Final = 80
_FEWEST_PROSE: Final = 2
_ENDS_PROSE: Final = '.!?"\u201c\u201d\u00bb\u00ab'
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


def is_dashed(text: str) -> bool:
    """``- Topline data expected in March -``: how American wires set their subheadlines."""
    return len(text) <= LONGEST_SUBHEADLINE and text[:1] in _DASHES and text[-1:] in _DASHES


def begins_text(pieces: Sequence[Piece]) -> bool:
    """Whether these hold text already: a date line with prose behind it, or more prose than a page's greeting."""
    texts = [piece.text.strip() for piece in pieces if piece.kind == "paragraph"]
    prose = [text for text in texts if len(text) > _SHORTEST_PROSE and text[-1] in _ENDS_PROSE]
    return len(prose) >= _FEWEST_PROSE or any(map(dateline_of, prose))


def kicks(piece: Piece) -> bool:
    opening = opening_of(piece.lines[0].text) if piece.lines else None
    return opening is not None and opening.section == "kicker"
