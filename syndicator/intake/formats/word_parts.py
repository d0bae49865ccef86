"""What a Word document hides or strikes out, and what stands around its pages: none of it belongs to the text.

Expects an archive that was judged (``docx.py``): its XML declares no entities, is not too large, and stands alone.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from lxml import etree

XML_ENDINGS: Final = (".xml", ".rels")
_OFF: Final = frozenset({"0", "false", "off", "none"})
_TEXTS: Final = frozenset({"t", "tab", "br", "cr", "sym", "noBreakHyphen", "softHyphen", "footnoteReference"})
_MARGIN: Final = re.compile(rb"<(?:\w+:)?(hdr|ftr|comments)[\s>]")
_KINDS: Final = {b"hdr": "header of the pages", b"ftr": "footer of the pages", b"comments": "comment"}
_HEAD: Final = 3_000
# Nobody reads these. Templates bring along thousands of tags in them: styles of older Words, and those of placeholders.
_UNREAD: Final = re.compile(
    r"(?:docProps|customXml|word/(?:theme|glossary|charts))/|word/(?:stylesWithEffects|settings|webSettings|fontTable)\.xml$"
)
_STYLES: Final = "word/styles.xml"


def is_read(name: str) -> bool:
    """Whether a part of this name has anything to read: text, or how it looks."""
    return name.endswith(XML_ENDINGS) and not _UNREAD.match(name)


def xml_alone(body: bytes) -> bytes:
    """A Word document with nothing in parts that are not read, whatever its relations call text."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as archive, zipfile.ZipFile(packed, "w") as alone:
        for name in dict.fromkeys(archive.namelist()):
            alone.writestr(name, archive.read(name) if is_read(name) else b"")
    return packed.getvalue()


def visible_docx(body: bytes) -> tuple[bytes, list[str]]:
    """A Word document without the text that is formatted as hidden, and that text.

    Raises:
        SyntaxError: for a part that is no XML.
    """
    return _without(body, ("vanish",))


def unstruck_docx(body: bytes) -> tuple[bytes, list[str]]:
    """A Word document without the text that one line or two lines strike out, and that text.

    Raises:
        SyntaxError: for a part that is no XML.
    """
    return _without(body, ("strike", "dstrike"))


def _without(body: bytes, looks: Iterable[str]) -> tuple[bytes, list[str]]:
    """A document without the text of such a look, which a run states itself or has from a style."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    signs = [f":{look}".encode() for look in looks]
    if not any(sign in part for part in parts.values() for sign in signs):
        return body, []
    styles = {look: _styles_of(look, parts.get(_STYLES)) for look in looks}
    texts: list[str] = []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            has_look = any(styles.values()) or any(sign in part for sign in signs)
            is_text = name.endswith(".xml") and name != _STYLES and has_look
            archive.writestr(name, _part_without(part, styles, texts) if is_text else part)
    return packed.getvalue(), texts


def _part_without(part: bytes, styles: Mapping[str, Mapping[str, bool]], texts: list[str]) -> bytes:
    root = parsed(part)
    for paragraph in root.iter("{*}p"):
        named = paragraph.find("{*}pPr/{*}pStyle")
        defaults = {look: _style(named, known) for look, known in styles.items()}
        runs = [
            run
            for run in paragraph.iter("{*}r")
            if any(_looks(run, look, known, default=defaults[look]) for look, known in styles.items())
        ]
        text = " ".join("".join(word for run in runs for word in _take(run)).split())
        texts.extend([text] if text else [])
    # What is left has none of these looks; whoever reads it may not know each word that says so ("off").
    for properties in root.iter("{*}rPr"):
        for look in styles:
            for stated in properties.findall(f"{{*}}{look}"):
                properties.remove(stated)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _take(run: etree._Element) -> Iterator[str]:
    """The texts of a run, taken out of it. What begins or ends a field stays: links are fields."""
    for child in list(run):
        if etree.QName(child).localname in _TEXTS:
            yield child.text or " "
            run.remove(child)


def _looks(run: etree._Element, look: str, styles: Mapping[str, bool], *, default: bool) -> bool:
    stated = _stated(run.find("{*}rPr"), look)
    return _style(run.find("{*}rPr/{*}rStyle"), styles, default=default) if stated is None else stated


def _style(named: etree._Element | None, styles: Mapping[str, bool], *, default: bool = False) -> bool:
    return default if named is None else styles.get(_value(named), default)


def _stated(properties: etree._Element | None, look: str) -> bool | None:
    found = properties.find(f"{{*}}{look}") if properties is not None else None
    return None if found is None else _value(found) not in _OFF


def _value(element: etree._Element) -> str:
    return next((str(value) for name, value in element.attrib.items() if etree.QName(name).localname == "val"), "")


def _styles_of(look: str, part: bytes | None) -> dict[str, bool]:
    """Whether each style that says so, or that is based on one, gives its text that look."""
    if part is None:
        return {}
    bases: dict[str, str] = {}
    stated: dict[str, bool] = {}
    for style in parsed(part).iter("{*}style"):
        name = next((str(value) for key, value in style.attrib.items() if etree.QName(key).localname == "styleId"), "")
        base, own = style.find("{*}basedOn"), _stated(style.find("{*}rPr"), look)
        bases[name] = _value(base) if base is not None else ""
        stated.update({} if own is None else {name: own})
    return {name: has for name in bases if (has := _inherited(name, bases, stated)) is not None}


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
