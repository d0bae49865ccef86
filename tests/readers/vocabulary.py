"""What the W3C feed validator knows: elements, attributes' forms, link relations."""

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

PREFIXES: Final[Mapping[str, str]] = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
}
ATOM: Final = f"{{{PREFIXES['atom']}}}"
FH: Final = f"{{{PREFIXES['fh']}}}"
MEDIA: Final = f"{{{PREFIXES['media']}}}"
XML: Final = "{http://www.w3.org/XML/1998/namespace}"
_NAMES: Final = {uri: prefix for prefix, uri in PREFIXES.items()}

_MEDIA_PARTS: Final = frozenset(f"media:{name}" for name in ("title", "description", "credit", "copyright"))
_EVERYWHERE: Final = frozenset(f"dc:{name}" for name in ("creator", "language", "rights"))
KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "channel": _EVERYWHERE
    | {"title", "link", "description", "copyright", "docs", "generator", "image", "language", "ttl", "lastBuildDate"}
    | {"atom:link", "fh:archive", "item"},
    "image": frozenset({"url", "title", "link"}),
    "item": _EVERYWHERE
    | {"title", "link", "description", "content:encoded", "guid", "category", "enclosure", "source", "pubDate"}
    | {"atom:link", "atom:updated", "media:content"},
    "media:content": _MEDIA_PARTS,
    "feed": frozenset({"id", "title", "updated", "author", "link", "generator", "icon", "rights", "subtitle"})
    | {"fh:archive", "entry"},
    "entry": frozenset({"id", "title", "updated", "author", "content", "link", "summary", "category", "published"})
    | {"rights", "source", "media:content"},
    "source": frozenset({"id", "title", "updated", "link"}),
    "author": frozenset({"name", "email", "uri"}),
}
ONCE: Final = frozenset(
    {"title", "description", "content:encoded", "guid", "enclosure", "source", "pubDate", "id", "updated", "published"}
    | {"summary", "content", "rights", "dc:language", "dc:rights", "media:title", "media:description", "image"}
)
REQUIRED: Final[Mapping[str, frozenset[str]]] = {
    "channel": frozenset({"title", "link", "description", "language", "atom:link"}),
    "image": frozenset({"url", "title", "link"}),
    "item": frozenset({"title", "guid"}),
    "feed": frozenset({"id", "title", "updated"}),
    "entry": frozenset({"id", "title", "updated", "author"}),
    "author": frozenset({"name"}),
}
# Its list is older than the registry of today: canonical and predecessor-version are missing.
RELATIONS: Final = frozenset(
    [
        "alternate",
        "current",
        "describedby",
        "edit",
        "edit-media",
        "enclosure",
        "first",
        "hub",
        "last",
        "license",
        "next",
        "next-archive",
        "payment",
        "prev-archive",
        "previous",
        "related",
        "replies",
        "search",
        "self",
        "service",
        "up",
        "via",
    ]
)
MEDIA_TYPE: Final = re.compile(r'[^\s()<>,;:\\"/[\]?=]+/[^\s()<>,;:\\"/[\]?=]+(\s*;.*)?')
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_RFC822: Final = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d\d[03]0")
_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
DATES: Final[Mapping[str, re.Pattern[str]]] = {
    "pubDate": _RFC822,
    "lastBuildDate": _RFC822,
    f"{ATOM}updated": _RFC3339,
    f"{ATOM}published": _RFC3339,
}


def short(element: etree._Element) -> str:
    """The name with the usual prefix, Atom's own without one; a ``?`` in front where nobody knows the vocabulary."""
    namespace, _, name = element.tag.rpartition("}")
    if not namespace:
        return name
    prefix = _NAMES.get(namespace.removeprefix("{"), "?")
    is_in_atom = prefix == "atom" and element.getroottree().getroot().tag == f"{ATOM}feed"
    return name if is_in_atom else f"{prefix}:{name}"
