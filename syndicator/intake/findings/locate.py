"""Where in the source a finding stands."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from syndicator.errors import Fault
from syndicator.intake.fields.reading import Format, Reading
from syndicator.intake.findings.diagnostics import Diagnostic
from syndicator.intake.parts.layout import Part
from syndicator.intake.records import named_places
from syndicator.intake.records.json_places import Places, path_of, places
from syndicator.intake.records.named_places import NamedPlace

_PARTS: Final = {
    "headline": Part.HEADLINE,
    "subheadline": Part.SUBHEADLINE,
    "teaser": Part.TEASER,
    "dateline": Part.DATELINE,
    "body": Part.BODY,
    "boilerplates": Part.BOILERPLATE,
    "media": Part.CAPTION,
    "publisher": Part.PUBLISHER,
    "contacts": Part.CONTACT,
}


def at_text(reading: Reading, one: Diagnostic, needle: str, *, first: int = 1) -> Diagnostic:
    """The finding at the first line from ``first`` on that holds the text; at the source as a whole if none does."""
    wanted = needle.split("\n", 1)[0].strip()
    for number in range(first, len(reading.lines) + 1 if wanted else first):
        column = reading.lines[number - 1].find(wanted)
        if column >= 0:
            return replace(one, line=number, column=column + 1, length=len(wanted), text=reading.lines[number - 1])
    return one


def at_field(reading: Reading, one: Diagnostic, field: str, needle: str, *, first: int = 1) -> Diagnostic:
    """The finding where the source names the field; in text, which names none, at the line that holds the needle.

    What a field says may stand in others, too: only its own place is sure to be the one that is meant.
    """
    named = _place(reading, field)
    if named is None:
        return at_text(reading, one, needle, first=first)
    return at_line(reading, one, named.line, named.column, named.length)


def at_line(reading: Reading, one: Diagnostic, number: int, column: int = 1, length: int = 0) -> Diagnostic:
    """The finding at a line, the whole of it if no length is given."""
    if not 1 <= number <= len(reading.lines):
        return one
    text = reading.lines[number - 1]
    return replace(one, line=number, column=column, length=length or max(1, len(text) - column + 1), text=text)


def of_fault(reading: Reading, fault: Fault, code: str) -> Diagnostic:
    """A fault of the record as a finding, at its place in the source as far as that is known."""
    one = Diagnostic(code, fault.problem, fault.fix, place=fault.place)
    if fault.line:
        return at_line(reading, one, fault.line, fault.column or 1, 1 if fault.column else 0)
    named = _place(reading, fault.place)
    if named:
        return at_line(reading, one, named.line, named.column, named.length)
    part = _PARTS.get(fault.place.partition(".")[0].partition("[")[0])
    spans = [span for span in reading.spans if span.part is part]
    return at_line(reading, one, spans[0].first) if spans else one


def _place(reading: Reading, field: str) -> NamedPlace | None:
    """Where the source names the field, or what holds it."""
    if reading.format is Format.JSON:
        return _in_json(reading.lines, field)
    return named_places.place_of(_fields(reading), field)


def _in_json(lines: tuple[str, ...], field: str) -> NamedPlace | None:
    """None for the record as a whole, which stands nowhere in particular."""
    text = "\n".join(lines)
    known = _json_places(text)
    offset = known.of(path_of(field))
    if offset == known.of(()):
        return None
    length = len(text[offset:].partition('"')[2].partition('"')[0]) + 2 if text[offset] == '"' else 1
    return NamedPlace(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset), length)


@lru_cache(maxsize=2)
def _json_places(text: str) -> Places:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return Places()
    return places(text)


def _fields(reading: Reading) -> tuple[str, ...]:
    """The lines that state fields by their names."""
    if reading.format is Format.TOML:
        return reading.lines
    front = next((span.last for span in reading.spans if span.part is Part.FIELD), 0)
    return reading.lines[:front] if reading.format in {Format.MARKDOWN, Format.TEXT} else ()


def lines_with_text(reading: Reading) -> Iterator[tuple[int, str]]:
    """The lines of the source with their numbers, blank ones left out."""
    return ((number, line) for number, line in enumerate(reading.lines, 1) if line.strip())
