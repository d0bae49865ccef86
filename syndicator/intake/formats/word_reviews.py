"""What a Word document says beside the text that is read: changes that nobody has accepted, controls that nobody
has filled in, boxes that cannot be read.

Expects an archive that was judged (``docx.py``): its XML declares no entities and is not too large.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final

from lxml import etree

from syndicator.intake.formats.word_parts import parsed

_TEXT_PARTS: Final = re.compile(r"word/(?:document|footnotes|endnotes)\d*\.xml")
_CHANGES: Final = (b":ins ", b":del ", b":moveFrom ", b":moveTo ")
_IN: Final = "{*}ins//{*}t"
_OUT: Final = "{*}delText"
_MOST: Final = 100


def changes_of(body: bytes) -> tuple[list[str], list[str]]:
    """Texts that tracked changes put into a document, and those that they take out of it, in their order.

    Raises:
        SyntaxError: for a part that is no XML.
    """
    roots = [parsed(part) for part in _text_parts(body) if any(sign in part for sign in _CHANGES)]
    texts = [[_words(each) for root in roots for each in root.iterfind(f".//{path}")] for path in (_IN, _OUT)]
    moved = [_words(each) for root in roots for each in root.iterfind(".//{*}moveFrom//{*}t")]
    put_in, taken_out = (list(filter(None, some))[:_MOST] for some in (texts[0], [*texts[1], *moved]))
    return put_in, taken_out


def unfilled(body: bytes) -> Iterator[str]:
    """The words of each content control that asks to be filled in, and was not.

    Raises:
        SyntaxError: for a part that is no XML.
    """
    for part in _text_parts(body):
        for control in parsed(part).iter("{*}sdt") if b":showingPlcHdr" in part else ():
            content = control.find("{*}sdtContent")
            if control.find("{*}sdtPr/{*}showingPlcHdr") is not None and content is not None:
                yield " ".join("".join(text.text or "" for text in content.iter("{*}t")).split())


def unread_boxes(body: bytes) -> Iterator[str]:
    """The words of each box, diagram and formula of a document that has no simpler form of it, as old Words need.

    Raises:
        SyntaxError: for a part that is no XML.
    """
    for part in _text_parts(body):
        for box in parsed(part).iter("{*}txbxContent") if b":txbxContent" in part else ():
            text = _words(box)
            if text and not _is_read(box):
                yield text
        for formula in parsed(part).iter("{*}oMath") if b":oMath" in part else ():
            text = "".join(words.text or "" for words in formula.iter("{*}t")).strip()
            if text:
                yield text
    for name, part in _parts(body):
        text = _words(parsed(part)) if name.startswith("word/diagrams/data") else ""
        if text:
            yield text


def _is_read(box: etree._Element) -> bool:
    """A box of the old kind is read, and one of the new kind if the old one stands beside it."""
    kinds = {etree.QName(each).localname: each for each in box.iterancestors("{*}pict", "{*}AlternateContent")}
    beside = kinds.get("AlternateContent")
    return "pict" in kinds or (beside is not None and beside.find("{*}Fallback//{*}txbxContent") is not None)


def _text_parts(body: bytes) -> Iterator[bytes]:
    return (part for name, part in _parts(body) if _TEXT_PARTS.fullmatch(name))


def _parts(body: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            if _TEXT_PARTS.fullmatch(name) or name.startswith("word/diagrams/data"):
                yield name, archive.read(name)


def _words(element: etree._Element) -> str:
    """The words of an element; in those of drawings and of text, words stand in ``t``."""
    own = [element.text or ""] if etree.QName(element).localname in {"t", "delText"} else []
    texts = own or [" ".join(_run(each) for each in element.iter("{*}p"))]
    return " ".join(" ".join(texts).split())


def _run(paragraph: etree._Element) -> str:
    return "".join(text.text or "" for text in paragraph.iter("{*}t"))
