"""HTML in feeds as the W3C feed validator takes it: where it may stand, and what of it is safe."""

import re
from collections.abc import Iterator
from html.entities import name2codepoint
from typing import Final

import html5lib
from html5lib.html5parser import ParseError

_SAFE_TAGS: Final = frozenset(
    [
        "a",
        "abbr",
        "address",
        "article",
        "aside",
        "audio",
        "b",
        "bdi",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "main",
        "mark",
        "ol",
        "p",
        "picture",
        "pre",
        "q",
        "s",
        "samp",
        "section",
        "small",
        "source",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "u",
        "ul",
        "var",
        "video",
    ]
)
_SAFE_ATTRIBUTES: Final = frozenset(
    [
        "abbr",
        "alt",
        "cite",
        "class",
        "colspan",
        "controls",
        "datetime",
        "dir",
        "headers",
        "height",
        "href",
        "hreflang",
        "id",
        "lang",
        "name",
        "poster",
        "preload",
        "rel",
        "reversed",
        "rowspan",
        "scope",
        "span",
        "src",
        "start",
        "title",
        "type",
        "value",
        "width",
    ]
)
_END_TAG: Final = re.compile(r"</(\w+)>")
_ENTITY: Final = re.compile(r"&(#?\w+)")
_ADDRESS: Final = re.compile(r"<(?:a\s+href|img\s+[^>]*src)=\"(.*?)\"", re.IGNORECASE)


def html_faults(text: str) -> Iterator[str]:
    try:
        tree = html5lib.HTMLParser(strict=True).parseFragment(text)
    except ParseError as error:
        yield f"NotHtml: {error}"
        return
    for element in tree.iter():
        if element is tree or not isinstance(element.tag, str):
            continue
        tag = element.tag.rpartition("}")[2]
        if tag not in _SAFE_TAGS:
            yield f"SecurityRisk: {tag}"
        yield from (f"SecurityRiskAttr: {name}" for name in element.attrib if name not in _SAFE_ATTRIBUTES)


def relative_addresses(text: str) -> list[str]:
    return [each for each in _ADDRESS.findall(text) if not re.match(r"\w+:", each)]


def end_tags(text: str) -> list[str]:
    return [f"ContainsHTML: </{tag}>" for tag in _END_TAG.findall(text) if tag.lower() in _SAFE_TAGS]


def looks_like_html(text: str, *, is_rss: bool) -> Iterator[str]:
    """Plain text in which a reader might see markup."""
    for name in _ENTITY.findall(text):
        if name in name2codepoint or name == "apos" or not name.isalpha():
            yield f"ContainsHTML: &{name};"
    if is_rss and re.search(r"&#[x0-9]|<[/a-zA-Z]", text):
        yield f"CharacterData: {text[:60]}"


def is_garbled(text: str) -> bool:
    """C1 controls, the replacement character, or UTF-8 read as Latin-1."""
    if re.search("[\x80-\x9f\ufffd]", text):
        return True
    if not re.search("[\xc2\xc3][\x80-\xbf]", text):
        return False
    try:
        text.encode("latin-1").decode()
    except UnicodeError:
        return False
    return True
