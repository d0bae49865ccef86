"""``read``: the one door for outside text. It tells the format, refuses over limits first, and never raises."""

import json
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

from syndicator.errors import Fault, Rejected
from syndicator.intake.fields.reading import Format, Reading, of_sheet, refused
from syndicator.intake.formats.docx import MAX_DOCX_BYTES, read_docx
from syndicator.intake.formats.html.page import MAX_HTML_BYTES, read_html
from syndicator.intake.formats.markdown import read_markdown
from syndicator.intake.formats.plaintext import read_plain
from syndicator.intake.lines.sheet import MAX_LINES, MAX_TEXT_BYTES, Sheet, lines_of
from syndicator.intake.parts.layout import Part, Span
from syndicator.intake.records import frontmatter
from syndicator.intake.records.strict import MAX_RECORD_BYTES, decoded, read_json, read_toml, toml_table

_BY_SUFFIX: Final = {
    ".json": Format.JSON,
    ".toml": Format.TOML,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".docx": Format.DOCX,
}
_MOST_BYTES: Final = {
    Format.JSON: MAX_RECORD_BYTES,
    Format.TOML: MAX_RECORD_BYTES,
    Format.MARKDOWN: MAX_TEXT_BYTES,
    Format.TEXT: MAX_TEXT_BYTES,
    Format.HTML: MAX_HTML_BYTES,
    Format.DOCX: MAX_DOCX_BYTES,
}
MOST_BYTES: Final = max(_MOST_BYTES.values())
"""Of a source in any format: who has more need not read on."""
_ELSEWISE: Final = "save it as DOCX, HTML, Markdown or plain text"
# How files begin that look like none of these; what they are, and what helps.
_FOREIGN: Final = (
    (b"%PDF-", "a PDF", _ELSEWISE),
    (b"{\\rtf", "an RTF document", _ELSEWISE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of an old Word", _ELSEWISE),
    (b"\xff\xd8\xff", "a picture (JPEG)", "hand in the text, and name the picture under media"),
    (b"\x89PNG\r\n", "a picture (PNG)", "hand in the text, and name the picture under media"),
    (b"\xff\xfe", "UTF-16", "save the file as UTF-8"),
    (b"\xfe\xff", "UTF-16", "save the file as UTF-8"),
)
# Lines of a header, one of which says how the text below is encoded. Such a line is in no text that somebody copied.
_MAIL: Final = re.compile(
    rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?"
    rb"(?:MIME-Version:\s*1|Content-Transfer-Encoding:|Content-Type:\s*[\w-]+/)",
    re.IGNORECASE,
)
_LONGEST_MAIL_HEAD: Final = 20_000
_MAIL_FIX: Final = "copy its text into a file, or save the release that is attached to it"


def format_of(source: bytes, name: str) -> Format:
    """The format by the file's name, else by how it begins."""
    known = _BY_SUFFIX.get(PurePath(name).suffix.lower())
    if known:
        return known
    head = source[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"PK\x03\x04"):
        return Format.DOCX
    if head.startswith(b"{"):
        return Format.JSON
    if head[:15].lower().startswith((b"<!doctype html", b"<html", b"<p>", b"<div", b"<h1")):
        return Format.HTML
    return Format.MARKDOWN if head.startswith((b"# ", b"+++", b"---\n", b"---\r\n")) else Format.TEXT


def read(source: bytes, name: str, besides: Mapping[str, Any] | None = None) -> Reading:
    """The reading of a source. What cannot be read comes back as faults, never as an exception.

    ``besides``: fields for a text that does not state them itself; of no account for a record in JSON or TOML. An
    embargo that both state is a fault: nobody may believe in a time that does not count.
    """
    form = format_of(source, name)
    foreign = _foreign(source, form)
    if foreign:
        return refused(name, form, Rejected([foreign]), ())
    try:
        return _read(source, name, form, besides or {})
    except Rejected as error:
        return refused(name, form, error, _lines_for_faults(source, form))


def stated(source: bytes, reading: Reading) -> Mapping[str, Any]:
    """The fields of a source, unchecked, also where they make no record; none where it cannot be read at all."""
    if not reading.faults or reading.format not in {Format.JSON, Format.TOML}:
        return reading.draft
    try:
        text = decoded(source, MAX_RECORD_BYTES)
        fields = json.loads(text) if reading.format is Format.JSON else toml_table(text)
    except (Rejected, ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _foreign(source: bytes, form: Format) -> Fault | None:
    """What is wrong with a file that holds no text at all, or none that is told by its first bytes."""
    if not source.removeprefix(b"\xef\xbb\xbf").strip():
        return Fault("record", "this is empty", "hand in the release's text")
    for head, kind, fix in _FOREIGN:
        if source.startswith(head):
            return Fault("record", f"this is {kind}", fix)
    if _MAIL.match(source.removeprefix(b"\xef\xbb\xbf")[:_LONGEST_MAIL_HEAD]):
        return Fault("record", "this is a mail as mail programs store it", _MAIL_FIX)
    if len(source) > MOST_BYTES:
        fix = f"hand in the text alone, at most {_MOST_BYTES[form]:,} bytes; media name other files"
        return Fault("record", f"this has more than {MOST_BYTES:,} bytes", fix)
    return None


def _read(source: bytes, name: str, form: Format, stated: Mapping[str, Any]) -> Reading:
    if form in {Format.JSON, Format.TOML}:
        return _record(source, name, form)
    if form is Format.DOCX:
        return of_sheet(name, form, read_docx(source), stated)
    text = decoded(source, _MOST_BYTES[form])
    if text.count("\n") > MAX_LINES:
        raise Rejected([Fault("record", "this has too many lines", f"at most {MAX_LINES:,} are read")])
    if form is Format.HTML:
        return of_sheet(name, form, read_html(text), stated)
    return _with_front_matter(text, name, form, stated)


def _with_front_matter(text: str, name: str, form: Format, stated: Mapping[str, Any]) -> Reading:
    """A Markdown text, or a plain one: there, what stands between such lines counts if it names a record's field."""
    lines = lines_of(text)
    if form is Format.TEXT and not frontmatter.names_a_field(lines):
        return of_sheet(name, form, read_plain(text), stated)
    front = frontmatter.split("\n".join(lines))
    if "embargo_until" in front.fields and "embargo_until" in stated:
        raise Rejected([Fault("embargo_until", "the file states an embargo, too", "leave one of the two out")])
    reader = read_markdown if form is Format.MARKDOWN else read_plain
    sheet = reader(front.text, front.lines)
    sheet = Sheet(lines, sheet.pieces, sheet.anchors, sheet.pictures, sheet.oddities)
    reading = of_sheet(name, form, sheet, {**stated, **front.fields})
    if not front.lines:
        return reading
    span = Span(Part.FIELD, 1, front.lines, "\n".join(lines[: front.lines]))
    return Reading(**{**vars(reading), "spans": (span, *reading.spans)})


def _record(source: bytes, name: str, form: Format) -> Reading:
    record = (read_json if form is Format.JSON else read_toml)(source)
    lines = lines_of(decoded(source, MAX_RECORD_BYTES))
    return Reading(
        name=name,
        format=form,
        lines=tuple(lines),
        spans=tuple(_fields(lines)),
        draft=record.model_dump(mode="json", exclude_defaults=True),
        language=record.language,
        record=record,
    )


def _fields(lines: list[str]) -> list[Span]:
    """One span for each stretch of lines: a record has no layout to guess."""
    return [Span(Part.FIELD, number, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _lines_for_faults(source: bytes, form: Format) -> tuple[str, ...]:
    if form is Format.DOCX or len(source) > _MOST_BYTES[form]:
        return ()
    return tuple(lines_of(source.decode("utf-8-sig", "replace")))[:MAX_LINES]
