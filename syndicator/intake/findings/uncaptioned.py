"""Captions that stand in the text without a heading, where they are read as paragraphs of it."""

from collections.abc import Iterator
from typing import Final

from syndicator.intake.fields.reading import Reading
from syndicator.intake.findings.diagnostics import Diagnostic
from syndicator.intake.findings.locate import at_line
from syndicator.intake.lines.captions import credit_in, label_of
from syndicator.intake.parts.layout import Part

_LONGEST: Final = 1_000
_SHOWN: Final = 60
_FIX: Final = "write a heading above it, such as *Captions* or *Bildunterschriften*, if it is one"


def uncaptioned(reading: Reading) -> Iterator[Diagnostic]:
    """A warning for each paragraph that has the label of a picture, and a number or a maker besides."""
    for span in reading.spans_of(Part.BODY):
        label = label_of(span.text[:_LONGEST])
        if label and (label[0].rstrip(" :\u2013-")[-1:].isdigit() or credit_in(span.text[label.end() : _LONGEST])):
            shown = span.text.partition("\n")[0][:_SHOWN]
            yield at_line(
                reading, Diagnostic("W134", f"{shown!r} looks like a caption, and was read as text", _FIX), span.first
            )
