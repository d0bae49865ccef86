"""A piece of a sheet, cut where a line inside of it opens a section."""

from collections.abc import Iterator
from typing import Final

from syndicator.intake.lines.captions import credits_above
from syndicator.intake.lines.openings import Opening, opening_of
from syndicator.intake.lines.sheet import Piece, TextLine, joined
from syndicator.intake.parts.top import kicks_below_company

_INNER: Final = frozenset({"contact", "publisher", "captions", "embargo", "end", "legal"})

Run = tuple[Opening | None, tuple[TextLine, ...]]


def runs(piece: Piece, *, in_contact: bool = False) -> Iterator[Run]:
    """A piece cut where a line inside of it opens a section; ``in_contact`` says that it stands in a contact block."""
    start, opening = 0, opening_of(piece.lines[0].text)
    for place in range(1, len(piece.lines)):
        inner = opening_of(piece.lines[place].text)
        is_below_name = in_contact if opening is None else opening.section == "contact"
        is_kicker = place == 1 and kicks_below_company(piece)
        if inner is not None and inner.section == "captions" and _credits(piece, start, place):
            continue
        if inner is not None and (is_kicker or inner.section in _INNER) and not (is_below_name and _is_desk(inner)):
            yield opening, piece.lines[start:place]
            start, opening = place, inner
    yield opening, piece.lines[start:]


def _credits(piece: Piece, start: int, place: int) -> bool:
    """``Photo: Jane Doe`` below a caption: no heading, but who made the picture of the lines above it."""
    return credits_above(piece.lines[place].text, joined(piece.lines[start:place]))


def _is_desk(opening: Opening) -> bool:
    """``Investor Relations`` below a name, without a colon: the desk of that contact."""
    return opening.section == "contact" and not opening.rest and not opening.heading.endswith(":")
