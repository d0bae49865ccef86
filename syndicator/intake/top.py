"""What stands above the text: a headline's lines, a date line of its own, a kicker, a subheadline between dashes."""

from typing import Final

from syndicator.intake.dateline import is_only_dateline
from syndicator.intake.openings import opening_of
from syndicator.intake.sheet import Piece, TextLine
from syndicator.intake.tail import LONG_LINE

LONGEST_SUBHEADLINE: Final = 300
_MOST_HEADLINE_LINES: Final = 4
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


def kicks(piece: Piece) -> bool:
    opening = opening_of(piece.lines[0].text) if piece.lines else None
    return opening is not None and opening.section == "kicker"
