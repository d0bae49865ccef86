"""DOCX as a sheet. The archive is judged before anything in it is opened as XML."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final
from xml.parsers.expat import ExpatError

import mammoth

from syndicator.errors import Fault, Rejected
from syndicator.intake.formats.beside import beside, embargo_in
from syndicator.intake.formats.html.hidden import hidden_text, struck_text
from syndicator.intake.formats.html.page import read_html
from syndicator.intake.formats.word_frames import unframed_docx
from syndicator.intake.formats.word_parts import (
    XML_ENDINGS,
    is_read,
    margins_of,
    unstruck_docx,
    visible_docx,
    xml_alone,
)
from syndicator.intake.formats.word_reviews import changes_of, unfilled, unread_boxes
from syndicator.intake.lines.sheet import Oddity, Sheet

MAX_DOCX_BYTES: Final = 20_000_000
_MOST_ENTRIES: Final = 1_000
_MOST_XML_BYTES: Final = 3_000_000
_MOST_BYTES: Final = 60_000_000
# Counted by "<" over all parts that are read: building and walking their trees takes 45 µs and a kilobyte for each.
_MOST_TAGS: Final = 20_000
# Counted by "=", which text has, too: each takes 7 to 15 µs, and Word writes three or four to an element.
_MOST_ATTRIBUTES: Final = 100_000
_WORST_RATIO: Final = 200
_SMALL: Final = 100_000
# All that the format knows (ISO/IEC 29500-2, annex B); LZMA takes as much memory as the archive asks for.
_PACKED_BY: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DECLARATION: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_REMOTE: Final = re.compile(
    rb"<(?=[^<>]*\bTargetMode\s*=\s*[\"']External)[^<>]*"
    rb"\bType\s*=\s*[\"'][^\"'<>]*/(?:attachedTemplate|oleObject|frame|subDocument|afChunk)[\"']"
)
# What mammoth puts behind a note, to lead back to the text.
_WAY_BACK: Final = re.compile('\\s?<a href="#(?:footnote|endnote)-ref-[^"<>]*">\u2191</a>')
# Its relations say which part is the text; Word on the web calls it document2.xml.
_MAIN: Final = re.compile(r"word/document\d*\.xml")

_DRAWN: Final = (("a picture", re.compile("word/media/")), ("a chart", re.compile(r"word/charts/chart\d*\.xml$")))


def read_docx(body: bytes) -> Sheet:
    """The sheet of a Word document.

    Raises:
        Rejected: for an archive that is none, too large, too dense, or that reaches outside of itself.
    """
    pictures = _judged(body)
    try:
        body = xml_alone(body)
        seen, hidden = visible_docx(body)
        shown, struck = unstruck_docx(seen)
        besides = [*_margins(body), *_boxes(body), *_changes(body), *_unfilled(body)]
        page = mammoth.convert_to_html(
            io.BytesIO(unframed_docx(shown)),
            convert_image=mammoth.images.img_element(_no_picture),
            ignore_empty_paragraphs=True,
        )
    except (
        ExpatError,
        KeyError,
        ValueError,
        AttributeError,
        TypeError,
        IndexError,
        OSError,
        RecursionError,
        SyntaxError,
    ) as error:
        raise Rejected([Fault("record", f"this Word document cannot be read: {type(error).__name__}", _FIX)]) from None
    sheet = read_html(_WAY_BACK.sub("", page.value))
    sheet.pictures.clear()
    sheet.oddities.extend(
        Oddity("N202", 0, f"the document holds {kind}, {name}; hand it in as a file") for kind, name in pictures
    )
    sheet.oddities.extend(hidden_text(text) for text in hidden)
    sheet.oddities.extend(struck_text(text) for text in struck)
    sheet.oddities.extend(besides)
    return sheet


def _margins(body: bytes) -> Iterator[Oddity]:
    """Printed on every page, or written beside it, it is no part of the text; but an embargo may stand there."""
    for kind, text in margins_of(body):
        yield beside(kind, text)


def _boxes(body: bytes) -> Iterator[Oddity]:
    for text in unread_boxes(body):
        yield embargo_in(text) or Oddity("W125", 0, f"a text box, diagram or formula, {text[:80]!r}, was not read")


def _unfilled(body: bytes) -> Iterator[Oddity]:
    for text in unfilled(body):
        yield Oddity("W101", 0, f"{text[:80]!r} stands where nobody has written anything yet")


def _changes(body: bytes) -> Iterator[Oddity]:
    put_in, taken_out = ([repr(text[:40]) for text in texts] for texts in changes_of(body))
    said = [f"{', '.join(texts[:3])} {word}" for texts, word in ((put_in, "put in"), (taken_out, "left out")) if texts]
    if said:
        yield Oddity("W124", 0, f"tracked changes were read as accepted: {'; '.join(said)}")


_FIX: Final = "save it as .docx once more, or hand in Markdown or plain text"


def _no_picture(_: Any) -> dict[str, str]:  # noqa: ANN401 (mammoth has no types)
    return {"src": ""}


def _judged(body: bytes) -> list[tuple[str, str]]:
    """Kinds and names of the pictures inside; raises where the archive is not to be trusted."""
    if len(body) > MAX_DOCX_BYTES:
        raise Rejected([Fault("record", f"this has {len(body):,} bytes", f"at most {MAX_DOCX_BYTES:,} are read")])
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = archive.infolist()
            _refuse(_sizes(entries))
            _refuse(_contents(archive, entries))
    except zlib.error:
        raise Rejected(
            [Fault("record", "this Word document is damaged: what it packs does not unpack", _FIX)]
        ) from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        raise Rejected([Fault("record", "this is no Word document (.docx)", _FIX)]) from None
    names = [(kind, entry.filename) for kind, name in _DRAWN for entry in entries if name.match(entry.filename)]
    return [(kind, _shown(name)) for kind, name in names[:100]]


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Rejected(faults)


def _sizes(entries: list[zipfile.ZipInfo]) -> list[Fault]:
    faults: list[Fault] = []
    if len(entries) > _MOST_ENTRIES:
        faults.append(
            Fault("record", f"the archive has {len(entries):,} entries", f"at most {_MOST_ENTRIES:,} are read")
        )
    if sum(entry.file_size for entry in entries) > _MOST_BYTES:
        faults.append(Fault("record", "the archive unpacks to too much", f"at most {_MOST_BYTES:,} bytes are unpacked"))
    if not any(_MAIN.fullmatch(entry.filename) for entry in entries):
        faults.append(Fault("record", "this archive holds no Word document", _FIX))
    faults.extend(fault for entry in entries for fault in _entry(entry))
    return faults[:20]


def _entry(entry: zipfile.ZipInfo) -> list[Fault]:
    name = _shown(entry.filename)
    if entry.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", entry.filename) or ":" in entry.filename:
        return [Fault("record", f"the entry {name} lies outside of the archive", _FIX)]
    if entry.compress_type not in _PACKED_BY:
        return [Fault("record", f"{name} is packed in a way that Word does not read", _FIX)]
    if _is_xml(entry.filename) and entry.file_size > _MOST_XML_BYTES:
        return [
            Fault("record", f"{name} unpacks to {entry.file_size:,} bytes", f"at most {_MOST_XML_BYTES:,} are read")
        ]
    if entry.file_size > _SMALL and entry.file_size > _WORST_RATIO * max(1, entry.compress_size):
        return [Fault("record", f"{name} is packed too densely", "this looks like a zip bomb")]
    return []


def _contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> list[Fault]:
    """What XML must not hold: declarations that name entities, relations that fetch."""
    faults: list[Fault] = []
    tags = attributes = 0
    for entry in entries:
        if not _is_xml(entry.filename):
            continue
        with archive.open(entry) as part:
            text = part.read(_MOST_XML_BYTES + 1)
        if is_read(entry.filename):
            tags += text.count(b"<")
            attributes += text.count(b"=")
        if len(text) > _MOST_XML_BYTES:
            faults.append(
                Fault("record", f"{_shown(entry.filename)} is larger than it says", "this looks like a zip bomb")
            )
        elif text[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in text[:200]:
            faults.append(Fault("record", f"{_shown(entry.filename)} is not UTF-8", _FIX))
        elif _DECLARATION.search(text):
            faults.append(Fault("record", f"{_shown(entry.filename)} declares a document type or entities", _FIX))
        elif _REMOTE.search(text):
            faults.append(
                Fault("record", f"{_shown(entry.filename)} fetches a template or object from elsewhere", _FIX)
            )
    for count, most, kind in ((tags, _MOST_TAGS, "tags"), (attributes, _MOST_ATTRIBUTES, "attributes")):
        if count > most:
            faults.append(Fault("record", f"the document has {count:,} {kind}", f"at most {most:,} are read"))
    return faults[:20]


def _is_xml(name: str) -> bool:
    return name.lower().endswith(XML_ENDINGS)


def _shown(name: str) -> str:
    return re.sub(r"[^\w./ -]", "_", name)[-80:]
