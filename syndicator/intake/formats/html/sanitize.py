"""The one place where foreign HTML is made harmless: an explicit allow-list, then what XML cannot carry.

The order matters: character references are decoded while sanitising, so ``&#11;`` is a character only after it.
What comes out is never stored as HTML: blocks of plain text are made from it (``page.py``).
"""

import re
from typing import Final

import nh3

from feeds.text import unfit_for_xml

_TAGS: Final = frozenset(
    [
        "a",
        "abbr",
        "article",
        "aside",
        "b",
        "big",
        "blockquote",
        "br",
        "button",
        "caption",
        "center",
        "cite",
        "code",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "fieldset",
        "figcaption",
        "figure",
        "font",
        "footer",
        "form",
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
        "label",
        "li",
        "main",
        "mark",
        "nav",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "address",
    ]
)
# Their content is no text, or stands for what a browser shows in its place: "your browser plays no videos".
_WITH_CONTENT: Final = frozenset(
    ["audio", "canvas", "iframe", "math", "noscript", "object", "script", "style", "svg", "template", "title", "video"]
)
_ATTRIBUTES: Final = {
    "a": {"href", "id", "name"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "td": {"rowspan", "colspan"},
    "th": {"rowspan", "colspan"},
    "*": {"id", "class", "hidden", "style"},  # what says that an element is not shown
}
_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
# Possessive: spaces that are given back could be shared out around the quotation mark in as many ways as there are.
_DROPPED: Final = re.compile(
    r"(?:href|src)\s*+=\s*+[\"']?+\s*+((?:javascript|data|vbscript|file|blob)\s*+:)", re.IGNORECASE
)
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

# Declarations of a page's entities: what reads HTML takes the end of them for text.
_DECLARATIONS: Final = re.compile(r"^([^<]*(?:<\?[^<>]*>[^<]*)?)<!doctype[^<>\[\]]*\[[^\]]*\]\s*>", re.IGNORECASE)


def clean_html(source: str) -> str:
    """HTML of allowed elements only, that an XML document can carry."""
    return without_unfit(
        nh3.clean(
            _UNFIT.sub("", _DECLARATIONS.sub(r"\1", source, count=1)),
            tags=set(_TAGS),
            clean_content_tags=set(_WITH_CONTENT),
            attributes=_ATTRIBUTES,
            url_schemes=set(_SCHEMES),
            link_rel=None,
            strip_comments=True,
        )
    )


def without_unfit(text: str) -> str:
    """The text without what XML 1.0 cannot carry."""
    return _UNFIT.sub("", text) if unfit_for_xml(text) else text


def dropped_schemes(source: str) -> list[tuple[int, str]]:
    """Links and pictures that lead nowhere a page may lead: line and scheme, for a diagnostic."""
    return [
        (source.count("\n", 0, found.start()) + 1, re.sub(r"\s", "", found[1]).lower())
        for found, _ in zip(_DROPPED.finditer(source), range(50), strict=False)
    ]
