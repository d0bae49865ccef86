"""The rules of the W3C feed validator that documents like ours can break, errors and warnings alike.

The validator itself is a web service that tests cannot ask. Each complaint here starts with the name that
it has for the rule, so that its help page is easily found.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final, cast

from lxml import etree

from tests.readers import addresses, markup
from tests.readers.vocabulary import (
    ATOM,
    DATES,
    FH,
    KNOWN,
    LANGUAGE,
    MEDIA,
    MEDIA_TYPE,
    ONCE,
    PREFIXES,
    RELATIONS,
    REQUIRED,
    XML,
    short,
)

_HTML: Final = {"rss:item/description", "rss:item/content:encoded", "atom:entry/content"}
_WHOLE_NUMBERS: Final = {f"media:content/@{name}" for name in ("fileSize", "width", "height")}


def complaints(body: bytes, address: str) -> list[str]:
    """What the validator would say of this RSS or Atom document, read from this address."""
    root = etree.fromstring(body)
    feed = root if root.tag == f"{ATOM}feed" else root[0]
    rules = (_namespaces, _elements, _order, _links, _media, _times, _identities)
    return [
        *(complaint for rule in rules for complaint in rule(feed)),
        *_values(feed, body.split(b"\n")),
        *_self_link(feed, address),
        *_archive(feed),
    ]


def _is_atom(feed: etree._Element) -> bool:
    return feed.tag == f"{ATOM}feed"


def _all(feed: etree._Element) -> Iterator[etree._Element]:
    """Every element of a vocabulary that the validator knows."""
    return (each for each in feed.iter("*") if not _is_foreign(each))


def _is_foreign(element: etree._Element) -> bool:
    return short(element).startswith("?")


def _path(element: etree._Element) -> str:
    parent = element.getparent()
    return f"{'' if parent is None else short(parent) + '/'}{short(element)}"


def _namespaces(feed: etree._Element) -> Iterator[str]:
    for prefix, uri in feed.getroottree().getroot().nsmap.items():
        if prefix and uri in PREFIXES.values() and PREFIXES.get(prefix) != uri:
            yield f"NonstdPrefix: {prefix} for {uri}"
        if not uri or " " in uri:
            yield f"InvalidNamespace: {prefix}"


def _elements(feed: etree._Element) -> Iterator[str]:
    for element in _all(feed):
        names = [short(child) for child in element.iterchildren("*") if not _is_foreign(child)]
        allowed = KNOWN.get(short(element), frozenset())
        yield from (f"UndefinedElement: {short(element)}/{name}" for name in names if name not in allowed)
        counts = Counter(names)
        yield from (f"DuplicateElement: {short(element)}/{name}" for name in ONCE & counts.keys() if counts[name] > 1)
        missing = REQUIRED.get(short(element), frozenset()) - counts.keys()
        yield from (f"MissingElement: {short(element)}/{name}" for name in missing)


def _values(feed: etree._Element, lines: list[bytes]) -> Iterator[str]:
    for element in _all(feed):
        texts = {_path(element): element.text or "", **_attributes(element)}
        yield from (f"BadCharacters: {where}" for where, text in texts.items() if markup.is_garbled(text))
        if _kind(feed, element) in _HTML:
            yield from (f"{fault} in {_path(element)}" for fault in markup.html_faults(element.text or ""))
            if not _is_atom(feed):
                yield from (f"ContainsRelRef: {url}" for url in markup.relative_addresses(element.text or ""))
        else:
            yield from _plain(texts, _written_numerically(element, lines), is_rss=not _is_atom(feed))
        language = element.get(f"{XML}lang") or element.get("hreflang")
        if short(element) in {"language", "dc:language"}:
            language = element.text
        if language and not LANGUAGE.fullmatch(language):
            yield f"InvalidLanguage: {language}"


def _plain(texts: dict[str, str], is_numeric: bool, *, is_rss: bool) -> Iterator[str]:
    for where, text in texts.items():
        if not text.strip() and "title" in where:
            yield f"NotBlank: {where}"
        yield from (f"{fault} in {where}" for fault in markup.end_tags(text))
        if not is_numeric and not markup.end_tags(text):
            yield from (f"{fault} in {where}" for fault in markup.looks_like_html(text, is_rss=is_rss))


def _written_numerically(element: etree._Element, lines: list[bytes]) -> bool:
    """Whether < or & of this element is written as &#x3C; or so, which says that no markup is meant."""
    line: object = element.sourceline
    first = line - 1 if isinstance(line, int) else 0
    return any(b"&#x" in line for line in lines[first : first + 1 + (element.text or "").count("\n")])


def _attributes(element: etree._Element) -> dict[str, str]:
    # The stubs think that a value may be bytes.
    return {f"{short(element)}/@{name}": value for name, value in cast("dict[str, str]", element.attrib).items()}


def _kind(feed: etree._Element, element: etree._Element) -> str:
    return f"{'atom' if _is_atom(feed) else 'rss'}:{_path(element)}"


def _order(feed: etree._Element) -> Iterator[str]:
    """What is said of the feed comes before its entries, the summary before the full text."""
    names = [short(each) for each in feed.iterchildren("*")]
    entry = "entry" if _is_atom(feed) else "item"
    first = names.index(entry) if entry in names else len(names)
    yield from (f"MisplacedMetadata: {name}" for name in names[first:] if name != entry)
    for item in feed.iterchildren("item"):
        children = [short(each) for each in item]
        if "content:encoded" in children and "description" not in children[: children.index("content:encoded")]:
            yield "NeedDescriptionBeforeContent"


def _links(feed: etree._Element) -> Iterator[str]:
    for link in feed.iter(f"{ATOM}link"):
        relation = link.get("rel", "alternate")
        if relation not in RELATIONS and not addresses.is_absolute(relation):
            yield f"UnregisteredAtomLinkRel: {relation}"
        if not addresses.is_iri(link.get("href", "")):
            yield f"InvalidIRI: {link.get('href')}"
        if not MEDIA_TYPE.fullmatch(link.get("type", "text/html")):
            yield f"InvalidMIMEType: {link.get('type')}"
        if not link.get("length", "0").isdigit():
            yield f"InvalidNonNegativeInteger: length {link.get('length')}"
    for parent in feed.iter(f"{ATOM}feed", f"{ATOM}entry"):
        pages = Counter(
            (link.get("type"), link.get("hreflang")) for link in parent.findall(f"{ATOM}link[@rel='alternate']")
        )
        yield from (f"DuplicateAtomLink: {page}" for page, count in pages.items() if count > 1)
    yield from (f"InvalidFullLink: {url}" for url in _plain_addresses(feed) if not addresses.is_absolute(url))


def _plain_addresses(feed: etree._Element) -> Iterator[str]:
    """Addresses that must be URIs: RSS knows nothing else, nor does Media RSS."""
    yield from (each.text or "" for each in feed.iter("link", "url", "docs"))
    yield from (each.get("url", "") for each in feed.iter("source", f"{MEDIA}content"))
    yield from (each.get("scheme", "urn:none:x") for each in feed.iter(f"{ATOM}category"))


def _media(feed: etree._Element) -> Iterator[str]:
    for enclosure in feed.iter("enclosure"):
        yield from _enclosure(enclosure)
    for content in feed.iter(f"{MEDIA}content"):
        for where, value in _attributes(content).items():
            if where in _WHOLE_NUMBERS and int(value) <= 0:
                yield f"InvalidPositiveInteger: {where} {value}"
        if content.get("medium") not in {"image", "audio", "video", "document"}:
            yield f"InvalidMediaMedium: {content.get('medium')}"
    for credit in feed.iter(f"{MEDIA}credit"):
        if credit.get("role") not in {None, "photographer"}:
            yield f"InvalidCreditRole: {credit.get('role')}"


def _enclosure(enclosure: etree._Element) -> Iterator[str]:
    if not addresses.is_web(enclosure.get("url", "")):
        yield f"InvalidURLAttribute: {enclosure.get('url')}"
    if not enclosure.get("length", "").isdigit():
        yield f"InvalidIntegerAttribute: {enclosure.get('length')}"
    if not MEDIA_TYPE.fullmatch(enclosure.get("type", "")):
        yield f"InvalidMIMEAttribute: {enclosure.get('type')}"


def _times(feed: etree._Element) -> Iterator[str]:
    for name, pattern in DATES.items():
        for element in feed.iter(name):
            if not pattern.fullmatch(element.text or ""):
                yield f"InvalidDate: {element.text}"
    updated = Counter(each.text for each in feed.iterfind(f"{ATOM}entry/{ATOM}updated"))
    yield from (f"DuplicateUpdated: {text}" for text, count in updated.items() if count > 1)


def _identities(feed: etree._Element) -> Iterator[str]:
    ids = Counter(each.text or "" for each in feed.iter("guid", f"{ATOM}id") if _path(each) != "source/id")
    for identity, count in ids.items():
        if count > 1:
            yield f"DuplicateEntries: {identity}"
        if not addresses.is_absolute(identity):
            yield f"InvalidFullLink: {identity}"
        if not addresses.is_canonical(identity):
            yield f"NonCanonicalURI: {identity}"
    for email in feed.iter(f"{ATOM}email"):
        if not re.fullmatch(r"[\w.+'%-]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+", email.text or "", re.ASCII):
            yield f"InvalidContact: {email.text}"


def _self_link(feed: etree._Element, address: str) -> Iterator[str]:
    found = [link.get("href") for link in feed.findall(f"{ATOM}link[@rel='self']")]
    if not found:
        yield "MissingSelf"
    yield from (f"SelfDoesntMatchLocation: {each}" for each in found if each != address)


def _archive(feed: etree._Element) -> Iterator[str]:
    if feed.find(f"{FH}archive") is None:
        return
    relations = {link.get("rel") for link in feed.findall(f"{ATOM}link")}
    if not relations & {"prev-archive", "next-archive"}:
        yield "ArchiveIncomplete"
    if "current" not in relations:
        yield "MissingCurrentInArchive"
