"""What a text brings along that was copied from a mail: quote marks, and the header of a mail that was forwarded."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from syndicator.intake.fields.reading import Reading
from syndicator.intake.findings.diagnostics import Diagnostic
from syndicator.intake.findings.locate import at_line
from syndicator.intake.lines.sheet import TextLine
from syndicator.intake.parts.layout import Part, Span
from syndicator.intake.parts.letters import is_forward_mark, mail_header

_APART: Final = frozenset({Part.LETTER, Part.FIELD})
# "> 500 guests" says how many.
_QUOTED: Final = re.compile(r"\s*>+(?!\s*\d)")
_FEWEST_QUOTED: Final = 3


def mail_marks(reading: Reading) -> Iterator[Diagnostic]:
    """A warning for the quote marks of all lines, and for each header. Nothing is repaired."""
    lines = (line for span in reading.spans if span.part not in _APART for line in _lines(span))
    quoted = sorted({line.number for line in lines if _QUOTED.match(line.text)})
    if len(quoted) >= _FEWEST_QUOTED:
        problem = f"{len(quoted)} lines begin with '>', as in a mail that is quoted: the marks go out with the text"
        yield at_line(reading, Diagnostic("W133", problem, "remove the marks"), quoted[0])
    for span in reading.spans:
        first = None if span.part in _APART else _header_of(_lines(span))
        if first is not None:
            problem = "this is the header of a mail that was forwarded: it goes out with the text"
            yield at_line(reading, Diagnostic("W133", problem, "remove it, and what stands above it"), first.number)


def _lines(span: Span) -> list[TextLine]:
    return [TextLine(min(number, span.last), text) for number, text in enumerate(span.text.split("\n"), span.first)]


def _header_of(lines: Sequence[TextLine]) -> TextLine | None:
    """The line that a header begins in: the mark above it, or its first field."""
    marked = next((line for line in lines if is_forward_mark(line.text)), None)
    return marked or (lines[0] if mail_header(lines) else None)
