"""Reading: outside text, whatever its format, as the fields of a release, and what every line was read as.

Lossless and advisory: nothing is dropped, unknown lines stay body, and the publisher confirms or corrects.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from syndicator.errors import Fault, Rejected
from syndicator.intake.fields.drafts import (
    MOST_CONTACTS,
    MOST_MEDIA,
    contacts_in,
    dateline_in,
    draft_of,
    entries,
    listed,
    media_in,
    merged,
    texts_of,
)
from syndicator.intake.lines.dateline import DatelineFound, dateline_of
from syndicator.intake.lines.embargoes import (
    asks_to_wait,
    is_embargo,
    says_none,
    subject_asks_to_wait,
    unheeded,
    unheeded_line,
)
from syndicator.intake.lines.languages import language_of
from syndicator.intake.lines.layouts import folded
from syndicator.intake.lines.sheet import Anchor, Oddity, Picture, Sheet, TextLine
from syndicator.intake.parts.layout import Layout, Part, Span
from syndicator.intake.parts.letters import mail_header
from syndicator.intake.parts.sections import lay_out
from syndicator.intake.quotes.spans import find_quotes
from syndicator.intake.records.strict import record_of
from syndicator.model.body import Block, Paragraph, Quote, Subheading
from syndicator.model.release import Record

_HOW_TO_STATE: Final = {
    "language": "add --language de (or what it is), or language: de in the front matter of Markdown",
    "publisher": "write a block with the heading Publisher (Herausgeber, Éditeur …) and its name and address below the "
    "text, or add --publisher KEY, whose profile the service holds",
    "publisher.name": "write the name into the first line of the publisher block, or as name under publisher in front "
    "of the text",
    "contacts": "write a block with the heading Media contact (Pressekontakt, Contact presse …) and a name, telephone "
    "number or e-mail address below the text",
}
"""By field: what helps where a text does not say it."""
# What a record's own fields hold, where an embargo is looked for by itself; a line of prose is only where it broke.
_OF_THE_TEXT: Final = frozenset(
    {Part.BODY, Part.SUBHEADING, Part.HEADLINE, Part.SUBHEADLINE, Part.TEASER, Part.DATELINE, Part.LEGAL, Part.FIELD}
)


class Format(StrEnum):
    JSON = "json"
    TOML = "toml"
    MARKDOWN = "markdown"
    TEXT = "text"
    HTML = "html"
    DOCX = "docx"


@dataclass(frozen=True)
class Reading:
    """What a source was read as. ``draft`` is shaped like a record and holds what the source says."""

    name: str
    format: Format
    lines: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    draft: Mapping[str, Any] = field(default_factory=dict)
    language: str | None = None
    dateline: DatelineFound | None = None
    embargo: str | None = None
    legal: tuple[str, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    pictures: tuple[Picture, ...] = ()
    oddities: tuple[Oddity, ...] = ()
    record: Record | None = None
    faults: tuple[Fault, ...] = ()

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """The quotes of the record, or those found in the body that was read."""
        if self.record is not None:
            return self.record.quotes or find_quotes(self.record.body)
        return find_quotes([_shown(block) for block in entries(self.draft.get("body"))])

    @cached_property
    def embargoes(self) -> Mapping[int, str]:
        """Lines that state an embargo and stand beside the text, by their numbers: no field of a text has them."""
        spans = [span for span in self.spans if span.part not in _OF_THE_TEXT]
        return {number: text for span in spans for number, text in _embargoes_in(span)}

    def outline(self) -> list[tuple[str, str, tuple[int, int]]]:
        """What was read as what, in the order of the source: label, text, first and last line."""
        return [(str(span.part), span.text.strip(), (span.first, span.last)) for span in self.spans]

    def spans_of(self, part: Part) -> tuple[Span, ...]:
        return tuple(span for span in self.spans if span.part is part)


def _shown(block: Mapping[str, Any]) -> Block:
    """A body block for looking at, even where the strict model would refuse the record."""
    text = block.get("text")
    if block.get("type") == "paragraph" and isinstance(text, str):
        return Paragraph.model_construct(text=text)
    return Subheading.model_construct(text="")


def of_sheet(name: str, form: Format, sheet: Sheet, fields: Mapping[str, Any] | None = None) -> Reading:
    """The reading of a sheet; ``fields`` are those that a front matter states, which win."""
    stated = dict(fields or {})
    layout = lay_out(sheet, _headline(stated))
    draft = merged(stated, draft_of(layout, sheet))
    language = draft.get("language") or language_of(_prose(draft)) or sheet.language
    if language:
        draft.setdefault("language", language)
    return Reading(
        name=name,
        format=form,
        lines=tuple(sheet.lines),
        spans=tuple(sorted([*layout.spans, *_dateline_span(layout)], key=_order)),
        draft=draft,
        language=language if isinstance(language, str) else None,
        dateline=dateline_in(layout),
        embargo=_first_text(layout, Part.EMBARGO),
        legal=tuple(_texts(layout, Part.LEGAL)),
        anchors=tuple(sheet.anchors),
        pictures=tuple(sheet.pictures),
        oddities=(
            *sheet.oddities,
            *([] if "media" in stated else _media_left_out(layout, sheet)),
            *([] if "contacts" in stated else _contacts_left_out(layout)),
        ),
    )


def _media_left_out(layout: Layout, sheet: Sheet) -> Iterator[Oddity]:
    left = media_in(layout, sheet)[MOST_MEDIA:]
    if left:
        first = next(str(left[0][name]) for name in ("caption", "alt", "href", "file") if name in left[0])
        problem = f"{len(left)} pictures or captions, from {first[:60]!r} on, are more than a release holds"
        yield Oddity("W127", 0, problem)


def _contacts_left_out(layout: Layout) -> Iterator[Oddity]:
    left = contacts_in(layout)[MOST_CONTACTS:]
    if left:
        first = left[0].get("name") or left[0].get("email")
        yield Oddity("W130", 0, f"{len(left)} contacts, from {first!r} on, are more than a release holds")


def _order(span: Span) -> tuple[int, int, int]:
    return (span.first, span.last, 0) if span.part is not Part.BODY else (span.first, span.last, 1)


def _dateline_span(layout: Layout) -> Iterator[Span]:
    """The date line in front of the first paragraph, as a part of its own beside the paragraph."""
    section = layout.first(Part.BODY)
    pieces = section.pieces if section and not layout.first(Part.DATELINE) else []
    first = next((piece for piece in pieces[:2] if piece.kind != "list"), None)
    for piece in (first,) if first is not None else ():
        text = piece.text.lstrip()
        found = dateline_of(text) if piece.kind == "paragraph" else None
        if found:
            yield Span(Part.DATELINE, piece.first, piece.first, text[: found.end])


def _prose(draft: Mapping[str, Any]) -> str:
    """What a language is told by: headline, body, boilerplates."""
    standing = [text for entry in entries(draft.get("boilerplates")) for text in listed(entry.get("paragraphs"))]
    return "\n".join(map(str, [draft.get("headline", ""), *texts_of(draft.get("body")), *standing]))


def refused(name: str, form: Format, error: Rejected, lines: tuple[str, ...] = ()) -> Reading:
    """The reading of a source that could not be read, with the reasons."""
    return Reading(name=name, format=form, lines=lines, faults=error.faults)


def to_record(reading: Reading, profile: Mapping[str, Any] | None = None) -> Record:
    """The record that a reading makes, with quotes found where it states none.

    ``profile`` holds what the publisher's stored profile knows (publisher, contacts, language, network); the
    source wins where both say something.

    Raises:
        Rejected: with every fault, in the words of the fields.
    """
    if reading.faults:
        raise Rejected(reading.faults)
    record = _made(reading, profile or {})
    if record.quotes:
        return record
    return record.model_copy(update={"quotes": find_quotes(record.body)})


def _made(reading: Reading, profile: Mapping[str, Any]) -> Record:
    """The record. A line that states an embargo is in no text: Rejected where no field holds it either."""
    stated = [] if reading.draft.get("embargo_until") else list(_stated_embargoes(reading))
    try:
        record = reading.record or _record_of(merged(dict(reading.draft), dict(profile)))
    except Rejected as refused:
        raise Rejected([*refused.faults, *stated]) from None
    if faults := [*stated, *unheeded(record)]:
        raise Rejected(faults)
    return record


def _embargoes_in(span: Span) -> Iterator[tuple[int, str]]:
    """Those of one span. A kicker or a contact may state one, too; in a letter, a sentence does."""
    if says_none(span.text):
        return
    if span.part is Part.EMBARGO or (span.part is Part.LETTER and _holds_back(span.text)):
        yield span.first, span.text
        return
    for number, line in enumerate(span.text.split("\n"), span.first):
        if is_embargo(line.strip()):
            yield min(number, span.last), line.strip()


def _holds_back(letter: str) -> bool:
    header = mail_header([TextLine(number, line) for number, line in enumerate(letter.split("\n"))])
    return subject_asks_to_wait(letter) if header else asks_to_wait(letter)


def _stated_embargoes(reading: Reading) -> Iterator[Fault]:
    """Those in lines of their own, and those above and below the pages of a document."""
    for number, text in reading.embargoes.items():
        yield unheeded_line(text, line=number)
    for odd in reading.oddities:
        if odd.code == "E008":
            yield unheeded_line(odd.problem)


def _record_of(fields: Mapping[str, Any]) -> Record:
    """The record. What a text does not say is asked for by the way a text can say it, not by the field's name."""
    try:
        return record_of(fields)
    except Rejected as refused:
        faults = [
            each if each.place in fields else replace(each, fix=_HOW_TO_STATE.get(each.place, each.fix))
            for each in refused.faults
        ]
        raise Rejected(faults) from None


def _headline(stated: Mapping[str, Any]) -> str | None:
    headline = stated.get("headline")
    return headline if isinstance(headline, str) and headline.strip() else None


def _texts(layout: Layout, part: Part) -> Iterator[str]:
    for section in layout.all(part):
        text = "\n".join((section.heading, *(piece.text for piece in section.pieces))).strip()
        if text:
            yield text


def _first_text(layout: Layout, part: Part) -> str | None:
    section = layout.first(part)
    if section is None:
        return None
    rest = "\n".join(piece.text for piece in section.pieces).strip()
    return rest if folded(section.heading) in folded(rest) else f"{section.heading} {rest}".strip()
