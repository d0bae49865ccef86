"""What a Word document hides, and what stands above, below and beside its pages: none of it belongs to the text.

Expects an archive that was judged (``docx.py``): its XML declares no entities and is not too large.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

_OFF: Final = frozenset({"0", "false", "off", "none"})
_TEXTS: Final = frozenset({"t", "tab", "br", "cr", "sym", "noBreakHyphen", "softHyphen", "footnoteReference"})
_MARGIN: Final = re.compile(rb"<(?:\w+:)?(hdr|ftr|comments)[\s>]")
_KINDS: Final = {b"hdr": "header of the pages", b"ftr": "footer of the pages", b"comments": "comment"}
_HEAD: Final = 3_000
_STYLES: Final = "word/styles.xml"


def visible_docx(body: bytes) -> tuple[bytes, list[str]]:
    """A Word document without the text that is formatted as hidden, and that text. Pictures are left out, too.

    Raises:
        SyntaxError: for a part that is no XML.
    """
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = {name: archive.read(name) if name.endswith((".xml", ".rels")) else b"" for name in archive.namelist()}
    if not any(b"vanish" in part for part in parts.values()):
        return body, []
    styles = _hidden_styles(parts.get(_STYLES))
    texts: list[str] = []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            is_text = name.endswith(".xml") and name != _STYLES and (styles or b"vanish" in part)
            archive.writestr(name, _without_hidden(part, styles, texts) if is_text else part)
    return packed.getvalue(), texts


def _without_hidden(part: bytes, styles: Mapping[str, bool], texts: list[str]) -> bytes:
    root = parsed(part)
    for paragraph in root.iter("{*}p"):
        of_paragraph = _style(paragraph.find("{*}pPr/{*}pStyle"), styles)
        runs = [run for run in paragraph.iter("{*}r") if _vanishes(run, styles, default=of_paragraph)]
        text = " ".join("".join(word for run in runs for word in _take(run)).split())
        texts.extend([text] if text else [])
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _take(run: etree._Element) -> Iterator[str]:
    """The texts of a run, taken out of it. What begins or ends a field stays: links are fields."""
    for child in list(run):
        if etree.QName(child).localname in _TEXTS:
            yield child.text or " "
            run.remove(child)


def _vanishes(run: etree._Element, styles: Mapping[str, bool], *, default: bool) -> bool:
    stated = _stated(run.find("{*}rPr"))
    return _style(run.find("{*}rPr/{*}rStyle"), styles, default=default) if stated is None else stated


def _style(named: etree._Element | None, styles: Mapping[str, bool], *, default: bool = False) -> bool:
    return default if named is None else styles.get(_value(named), default)


def _stated(properties: etree._Element | None) -> bool | None:
    found = properties.find("{*}vanish") if properties is not None else None
    return None if found is None else _value(found) not in _OFF


def _value(element: etree._Element) -> str:
    return next((str(value) for name, value in element.attrib.items() if etree.QName(name).localname == "val"), "")


def _hidden_styles(part: bytes | None) -> dict[str, bool]:
    """Whether each style that says so, or that is based on one, hides its text."""
    if part is None:
        return {}
    bases: dict[str, str] = {}
    stated: dict[str, bool] = {}
    for style in parsed(part).iter("{*}style"):
        name = next((str(value) for key, value in style.attrib.items() if etree.QName(key).localname == "styleId"), "")
        base, vanish = style.find("{*}basedOn"), _stated(style.find("{*}rPr"))
        bases[name] = _value(base) if base is not None else ""
        stated.update({} if vanish is None else {name: vanish})
    return {name: hides for name in bases if (hides := _inherited(name, bases, stated)) is not None}


def _inherited(name: str, bases: Mapping[str, str], stated: Mapping[str, bool]) -> bool | None:
    seen: set[str] = set()
    while name in bases and name not in seen and name not in stated:
        seen.add(name)
        name = bases[name]
    return stated.get(name)


def margins_of(body: bytes) -> Iterator[tuple[str, str]]:
    """The words above and below the pages of a Word document and of its comments, each once: what they are, the words.

    Raises:
        SyntaxError: for a part that is no XML.
    """
    seen: set[str] = set()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
    for part in parts:
        kind = _MARGIN.search(part[:_HEAD])
        for element in _said_in(part, kind[1]) if kind else ():
            text = _text_of(element)
            if kind and any(map(str.isalpha, text)) and text not in seen:
                seen.add(text)
                yield _KINDS[kind[1]], text


def _said_in(part: bytes, kind: bytes) -> Iterator[etree._Element]:
    root = parsed(part)
    return root.iter("{*}comment") if kind == b"comments" else iter([root])


def _text_of(element: etree._Element) -> str:
    paragraphs = element.iter("{*}p")
    return " ".join(" ".join("".join(text.text or "" for text in each.iter("{*}t")) for each in paragraphs).split())


def parsed(part: bytes) -> etree._Element:
    """The root of a part.

    Raises:
        SyntaxError: for a part that is no XML.
    """
    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
