"""The captions of a layout, each as the picture that it belongs to."""

from collections.abc import Container, Iterator
from itertools import groupby
from typing import Any

from syndicator.intake.lines.captions import caption_of, credits_above, label_of
from syndicator.intake.parts.layout import Layout, Part, Section


def captions_in(layout: Layout, shown: Container[str]) -> Iterator[dict[str, Any]]:
    """Captions, but for those that stand below their picture in the source (``shown``): the picture holds them."""
    for is_caption, sections in groupby(layout.sections, lambda section: section.part is Part.CAPTION):
        if is_caption:
            yield from map(caption_of, _each(line for section in sections for line in _lines(section, shown)))


def _lines(section: Section, shown: Container[str]) -> Iterator[tuple[str, str, bool]]:
    """Lines of captions: the label that opened the section, the line itself, and whether a paragraph begins with it."""
    heading = section.heading
    for piece in section.pieces:
        for place, line in enumerate(piece.lines if piece.kind != "caption" or piece.text not in shown else ()):
            yield heading, line.text, place == 0
            heading = ""


def _each(lines: Iterator[tuple[str, str, bool]]) -> Iterator[str]:
    """The captions: a paragraph or a line with a label begins one, if it says more than who made the one above."""
    text = ""
    for heading, line, begins in lines:
        said = f"{heading} {line}".strip()
        if text.strip() and (begins or label_of(line)) and not credits_above(said, text):
            yield text.strip()
            text = line
        else:
            text = f"{text}\n{said}" if text.strip() else line
    if text.strip():
        yield text.strip()
