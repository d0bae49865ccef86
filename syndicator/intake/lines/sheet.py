"""A sheet: any source as numbered lines of text, cut into pieces that a reader of layouts can name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["heading", "paragraph", "list", "table", "rule", "unread", "caption"]

MAX_TEXT_BYTES: Final = 500_000
MAX_LINES: Final = 10_000


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line as it reads, without markup; numbered from 1."""

    number: int
    text: str


def joined(lines: Sequence[TextLine]) -> str:
    return "\n".join(line.text for line in lines)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link of the source: where it leads, and the words that stand for it in the text."""

    href: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture shown by the source."""

    source: str
    alt: str
    line: int
    width: str = ""
    height: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of lines that belong together: a paragraph, a heading, a list, a table, a rule."""

    kind: Kind
    first: int
    last: int
    lines: tuple[TextLine, ...]
    ordered: bool = False
    start: int | None = 1
    """The number of an ordered list's first point; none where the points hold their numbers themselves."""
    points: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def text(self) -> str:
        return joined(self.lines)


def paragraph(lines: tuple[TextLine, ...]) -> Piece:
    """A paragraph of just these lines."""
    return Piece("paragraph", lines[0].number, lines[-1].number, lines)


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in the source that was neutralised or could not be read."""

    code: str
    line: int
    """0 where it stands in no line of the text as read."""
    problem: str


@dataclass(slots=True)
class Sheet:
    """The whole source. ``lines`` is what people see in an editor, or the text of a file that has no lines."""

    lines: Sequence[str]
    pieces: list[Piece] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    language: str | None = None
    """What the source itself calls its language."""


def lines_of(text: str) -> list[str]:
    """Lines as every editor counts them. U+2028, form feeds and their like stay inside a line: they are text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
