"""A layout as the fields of a record: what a strict model is then asked about."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from syndicator.intake.fields.captions import captions_in
from syndicator.intake.fields.trackers import is_pixel
from syndicator.intake.lines.captions import caption_of
from syndicator.intake.lines.contacts import asked_for, contacts_of
from syndicator.intake.lines.dateline import DatelineFound, dateline_of
from syndicator.intake.lines.layouts import folded, layouts
from syndicator.intake.lines.openings import revises
from syndicator.intake.lines.reach import publisher_of
from syndicator.intake.lines.sheet import Piece, Sheet
from syndicator.intake.parts.layout import Layout, Part, Section
from syndicator.model.body import MAX_POINTS, MAX_ROWS
from syndicator.model.links import TURNS
from syndicator.model.text import MAX_CELL, cell_of

_FIRST_PARAGRAPHS: Final = 2
_LONGEST_ASKING: Final = 600
_MOST_ASKING: Final = 40
_MOST_PARAGRAPHS: Final = 50
_MOST_LINKS: Final = 50
MOST_MEDIA: Final = 100
MOST_CONTACTS: Final = 20


def draft_of(layout: Layout, sheet: Sheet) -> dict[str, Any]:
    """The fields that the layout names, shaped like a record; fields it does not name are left out."""
    dateline, body = _without_dateline(_body(layout))
    fields: dict[str, Any] = {
        "headline": _headline(layout),
        "subheadline": _one_line(_text(layout.first(Part.SUBHEADLINE))),
        "teaser": _text(layout.first(Part.TEASER)),
        "dateline": dateline,
        "body": body,
        "boilerplates": [_boilerplate(section) for section in layout.sections if _is_boilerplate(section)],
        "media": media_in(layout, sheet)[:MOST_MEDIA],
        "publisher": publisher_in(layout),
        "contacts": contacts_in(layout)[:MOST_CONTACTS],
        "links": _links(sheet),
    }
    return {name: value for name, value in fields.items() if value}


def dateline_in(layout: Layout) -> DatelineFound | None:
    """The date line, of a line of its own or in front of the text's first paragraphs, else the date of issue."""
    found = list(_datelines(layout))
    return next((one for one in found if one.place), found[0] if found else None)


def _datelines(layout: Layout) -> Iterator[DatelineFound]:
    issued = [section for section in layout.all(Part.DATELINE) if section.heading]
    dated = [section for section in layout.all(Part.DATELINE) if not section.heading]
    texts = [
        piece.text
        for section in (*dated, *layout.all(Part.BODY)[:1], *issued)
        for piece in section.pieces[:_FIRST_PARAGRAPHS]
        if piece.kind == "paragraph"
    ]
    kickers = [section.heading for section in layout.all(Part.KICKER)]
    for text in (*texts, *(re.split(r"[|:\u2013,]\s", kicker, maxsplit=1)[-1] for kicker in kickers)):
        found = dateline_of(text.strip())
        if found and (found.place or found.date):
            yield found


def media_in(layout: Layout, sheet: Sheet) -> list[dict[str, Any]]:
    """Every caption and picture of the sheet, also those that a release has no room for."""
    return [*captions_in(layout, {picture.title for picture in sheet.pictures}), *_pictures(sheet)]


def publisher_in(layout: Layout) -> dict[str, Any]:
    lines = [line for section in layout.all(Part.PUBLISHER) for piece in section.pieces for line in _lines(piece)]
    return publisher_of(lines) if lines else {}


def _lines(piece: Piece) -> list[str]:
    """Without the signs of direction around what was copied from elsewhere: they name nothing."""
    return [TURNS.sub("", line.text) for line in piece.lines]


def contacts_in(layout: Layout) -> list[dict[str, Any]]:
    """Persons and desks, also those that a release has no room for; one without a name is called by its heading."""
    found: list[dict[str, Any]] = []
    houses = _houses(layout)
    for section in layout.all(Part.CONTACT):
        groups = [_lines(piece) for piece in section.pieces]
        desk = section.heading.strip().rstrip(":").strip()
        found.extend({"name": desk, **contact} if desk else contact for contact in contacts_of(groups, houses))
    named = [contact for contact in found if contact.get("name") or contact.get("email")]
    return named or list(_asked_for(layout, houses))[:1]


def _asked_for(layout: Layout, houses: str) -> Iterator[dict[str, Any]]:
    """Whom a sentence of the text asks to turn to; the last one, which stands below the story."""
    pieces = [piece for section in layout.all(Part.BODY) for piece in section.pieces if piece.kind == "paragraph"]
    for text in (piece.text for piece in pieces[: -_MOST_ASKING - 1 : -1] if len(piece.text) <= _LONGEST_ASKING):
        contact = asked_for(text, houses)
        if contact:
            yield contact


def _houses(layout: Layout) -> str:
    """Text that names the companies of a release."""
    named = (Part.HEADLINE, Part.BOILERPLATE, Part.PUBLISHER)
    return "\n".join(
        text
        for section in layout.sections
        if section.part in named
        for text in (section.heading, *(piece.text for piece in section.pieces if section.part is not Part.BOILERPLATE))
    )


def _headline(layout: Layout) -> str | None:
    """The headline, behind the word above it that says that it is a correction: readers must not miss that."""
    headline = _one_line(_text(layout.first(Part.HEADLINE)))
    said = next((section.heading for section in layout.all(Part.KICKER) if revises(section.heading)), None)
    return f"{said.strip().rstrip(':').rstrip()}: {headline}" if said and headline else headline


def _text(section: Section | None) -> str | None:
    text = "\n".join(piece.text for piece in section.pieces).strip() if section else ""
    return text or None


def _one_line(text: str | None) -> str | None:
    """A headline that was broken to fit a page, as the line it is."""
    return " ".join(line.strip() for line in text.split("\n")) if text else None


def _body(layout: Layout) -> list[dict[str, Any]]:
    """The body in its order; what is under a heading that no other field can hold stays body, too."""
    return [block for section in layout.sections for block in _blocks(section)]


def _without_dateline(blocks: list[dict[str, Any]]) -> tuple[dict[str, str] | None, list[dict[str, Any]]]:
    """The date line that opens the body, and the body without it; one that would be printed otherwise stays text."""
    text = blocks[0]["text"] if blocks and blocks[0]["type"] == "paragraph" else ""
    found = dateline_of(text)
    if found is None or not found.length:
        return None, blocks
    rest = text[found.length :].strip()
    fields = {"place": found.place, "date": found.date}
    first = [{"type": "paragraph", "text": rest}] if rest else []
    return {name: value for name, value in fields.items() if value}, [*first, *blocks[1:]]


def _blocks(section: Section) -> Iterator[dict[str, Any]]:
    if section.part in {Part.BODY, Part.SUBHEADING} or (section.part is Part.DATELINE and not section.heading):
        yield from _each(section)
    elif section.part is Part.BOILERPLATE and not _is_boilerplate(section):
        yield _subheading(section.heading)
    elif section.part is Part.BOILERPLATE:
        for piece in section.pieces[_MOST_PARAGRAPHS:]:
            yield from _blocks_of(piece)
    elif section.part is Part.LEGAL and not _is_the_networks(section):
        if section.heading:
            yield _subheading(section.heading)
        yield from _each(section)


def _each(section: Section) -> Iterator[dict[str, Any]]:
    for piece in section.pieces:
        if piece.text.strip():
            yield from [_subheading(piece.text)] if section.part is Part.SUBHEADING else _blocks_of(piece)


def _is_the_networks(section: Section) -> bool:
    """Text without a heading that begins as what a network attaches to every release."""
    return not section.heading and folded(section.pieces[0].text).startswith(layouts().network_starts)


def _subheading(text: str) -> dict[str, Any]:
    return {"type": "subheading", "text": " ".join(text.split("\n")).strip()}


def _blocks_of(piece: Piece) -> Iterator[dict[str, Any]]:
    """The block that a piece makes; a list or table of more points or rows than a block holds makes several."""
    if piece.kind == "list" and any(point.strip() for point in piece.points):
        yield from _lists(piece)
        return
    if piece.kind == "table" and piece.rows:
        header, *rows = [[cell_of(cell) for cell in row] for row in (piece.header, *piece.rows)]
        if all(len(cell) <= MAX_CELL for row in (header, *rows) for cell in row):
            for place in range(0, len(rows), MAX_ROWS):
                yield {"type": "table", "header": header, "rows": rows[place : place + MAX_ROWS]}
            return
    yield {"type": "paragraph", "text": piece.text.strip("\n").strip()}


def _lists(piece: Piece) -> Iterator[dict[str, Any]]:
    """A list that cannot be counted is a paragraph: its numbers are text."""
    points = [point for point in piece.points if point.strip()]
    if piece.start is None:
        yield {"type": "paragraph", "text": "\n".join(points)}
        return
    for place in range(0, len(points), MAX_POINTS):
        first = piece.start + place if piece.ordered else 1
        start = {} if first == 1 else {"start": first}
        yield {"type": "list", "ordered": piece.ordered, **start, "points": points[place : place + MAX_POINTS]}


def _is_boilerplate(section: Section) -> bool:
    return section.part is Part.BOILERPLATE and any(piece.text.strip() for piece in section.pieces)


def _boilerplate(section: Section) -> dict[str, Any]:
    """Every line of the archive's layout is a paragraph: it joins them by one newline."""
    lines = [line.text.strip() for piece in section.pieces for line in piece.lines if line.text.strip()]
    paragraphs = lines if len(lines) <= _MOST_PARAGRAPHS else [p.text.strip() for p in section.pieces if p.text.strip()]
    return {"heading": section.heading.strip(), "paragraphs": paragraphs[:_MOST_PARAGRAPHS]}


def _pictures(sheet: Sheet) -> Iterator[dict[str, Any]]:
    for picture in sheet.pictures:
        if is_pixel(picture) or not picture.source.strip():
            continue
        is_web = picture.source.startswith(("https://", "http://"))
        place = {"href": picture.source} if is_web else {"file": picture.source}
        extras = {"alt": picture.alt.strip(), **(caption_of(picture.title.strip()) if picture.title.strip() else {})}
        yield {**place, **{name: value for name, value in extras.items() if value}}


def _links(sheet: Sheet) -> list[dict[str, Any]]:
    """Where the text's links lead, once each, with the words that stand for them."""
    found: dict[str, str] = {}
    for anchor in sheet.anchors:
        if anchor.href.startswith(("http://", "https://")):
            found.setdefault(TURNS.sub("", anchor.href), anchor.text.strip())
    return [{"href": href, **({"title": title} if title else {})} for href, title in list(found.items())[:_MOST_LINKS]]


def merged(*drafts: dict[str, Any] | None) -> dict[str, Any]:
    """Fields of several drafts; the earlier one wins."""
    fields: dict[str, Any] = {}
    for draft in drafts:
        for name, value in (draft or {}).items():
            fields.setdefault(name, value)
    return fields


def texts_of(body: object) -> list[str]:
    """All text of body blocks shaped like a record; what is shaped otherwise holds none."""
    found: list[str] = []
    for block in entries(body):
        rows = [block.get("header"), *listed(block.get("rows"))]
        cells = [cell for row in rows for cell in listed(row)]
        found.extend(
            text for text in (block.get("text"), *listed(block.get("points")), *cells) if isinstance(text, str)
        )
    return [text for text in found if text]


def entries(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; front matter may hold anything."""
    return [entry for entry in listed(value) if isinstance(entry, Mapping)]


def listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
