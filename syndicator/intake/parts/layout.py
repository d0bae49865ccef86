"""The parts of a release, and a source laid out in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from syndicator.intake.lines.sheet import Piece, Sheet


class Part(StrEnum):
    """What a stretch of lines was read as."""

    LETTER = "letter"
    KICKER = "kicker"
    HEADLINE = "headline"
    SUBHEADLINE = "subheadline"
    TEASER = "teaser"
    DATELINE = "dateline"
    BODY = "body"
    SUBHEADING = "subheading"
    BOILERPLATE = "boilerplate"
    CAPTION = "caption"
    PUBLISHER = "publisher"
    CONTACT = "contact"
    LEGAL = "legal text"
    EMBARGO = "embargo"
    END = "end mark"
    RULE = "rule"
    FIELD = "field"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Span:
    """Lines ``first`` to ``last`` were read as this part."""

    part: Part
    first: int
    last: int
    text: str
    opens: bool = False
    """Whether these lines are the heading that opens the part."""


@dataclass(slots=True)
class Section:
    """A stretch under one heading, or under none."""

    part: Part
    heading: str = ""
    pieces: list[Piece] = field(default_factory=list)


@dataclass(slots=True)
class Layout:
    """The walk's result: sections in their order, and what every line was read as."""

    sections: list[Section] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    def first(self, part: Part) -> Section | None:
        return next((section for section in self.sections if section.part is part), None)

    def all(self, part: Part) -> list[Section]:
        return [section for section in self.sections if section.part is part]


def wordless(piece: Piece, sheet: Sheet) -> Iterator[Span]:
    """Lines of a piece that hold no words of it: a heading's underline, a picture between two lines of text."""
    said = {line.number for line in piece.lines}
    for number in range(piece.first, piece.last + 1) if piece.kind in {"heading", "paragraph"} else ():
        if number not in said and sheet.lines[number - 1].strip():
            yield Span(Part.RULE, number, number, sheet.lines[number - 1])
