"""Feeds to try: one with everything, and strategies for any that are valid."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from feeds.model import (
    FORMATS,
    Category,
    Enclosure,
    Entry,
    Format,
    Head,
    Link,
    Person,
    Source,
    Tombstone,
)

NOON: Final = datetime(2017, 11, 24, 11, 0, tzinfo=UTC)

PHOTO: Final = Enclosure(
    url="https://wire.example/media/7f3a/foto-1.jpg",
    type="image/jpeg",
    length=48_211,
    title="Foto 1",
    description="Unterzeichnung in München:\nN. Fukuda, H. Domdey",
    credit="BioM / A. Beispiel",
    copyright="© BioM",
    alt="Zwei Männer geben sich die Hand",
    width=1200,
    height=800,
)
PAPER: Final = Enclosure(
    url="https://wire.example/media/99aa/mou.pdf?a=1&b=2", type="application/pdf", length=90_001, title="MoU"
)


def entry(**changes: object) -> Entry:
    """A corrected release with everything an entry can carry."""
    fields: dict[str, Any] = {
        "id": "urn:newsml:wire.example:20171124:rel_01",
        "title": 'Life Science Cluster "Kawasaki" & München > 1 <b>Ziel</b>',
        "url": "https://wire.example/releases/rel_01?x=1&y=2",
        "published": NOON,
        "updated": NOON + timedelta(hours=1),
        "language": "de",
        "summary": "Umsatz < 5 Mio. & Gewinn > 1 Mio. – ein Überblick",
        "content_html": "<p>Erster Absatz &amp; mehr ]]&gt;</p>\n<p>„Zitat“\u00a0von N.\u2028Fukuda 🚀</p>",
        "authors": (Person(name="BioM GmbH", email="presse@biom.example", uri="https://biom.example/"),),
        "categories": (
            Category(term="medtop:20000256", scheme="https://cv.example/medtop/", label="Biotechnologie"),
            Category(term="Cluster"),
        ),
        "enclosures": (PHOTO, PAPER),
        "links": (
            Link(
                href="https://wire.example/releases/rel_01/en",
                rel="related",
                title="English",
                hreflang="en",
            ),
        ),
        "rights": "Nur für redaktionelle Zwecke",
        "source": Source(id="urn:x-feed:biom", title="BioM", url="https://wire.example/feeds/biom.xml", updated=NOON),
        "version": 2,
        "note": "Korrigiert: Name des Bürgermeisters",
        "about": {"publisher": {"name": "BioM GmbH"}, "contacts": [{"name": "G. Beispiel"}]},
    }
    fields.update(changes)
    return Entry(**fields)


def plain_entry(number: int = 1, **changes: object) -> Entry:
    """A release with nothing but what an entry must have."""
    fields: dict[str, Any] = {
        "id": f"urn:newsml:wire.example:20171124:rel_{number:03}",
        "title": f"Meldung {number}",
        "url": f"https://wire.example/releases/rel_{number:03}",
        "published": NOON + timedelta(minutes=number),
        "updated": NOON + timedelta(minutes=number),
        "language": "en",
        "summary": "",
        "content_html": f"<p>Text {number}</p>",
        "authors": (Person(name="Acme"),),
    }
    fields.update(changes)
    return Entry(**fields)


def head(format: Format, **changes: object) -> Head:
    """A channel's current document with a hub, archives and a withdrawal."""
    fields: dict[str, Any] = {
        "id": "urn:x-feed:all",
        "title": "Alle Meldungen & mehr",
        "description": "Was <heute> erschien",
        "home_url": "https://wire.example/channels/all?a=1&b=2",
        "self_url": f"https://wire.example/feeds/all.{format}",
        "language": "de",
        "updated": NOON + timedelta(hours=1),
        "rights": "© Wire",
        "authors": (Person(name="Wire", email="desk@wire.example"),),
        "hub_url": "https://hub.example/",
        "prev_archive_url": f"https://wire.example/feeds/all/3.{format}",
        "tombstones": (Tombstone(ref="urn:newsml:wire.example:20171123:rel_00", when=NOON, comment="Irrtum"),),
        "icon_url": "https://wire.example/icon.png",
        "stylesheet_url": "https://wire.example/feed.css?v=1&w=2",
        "other_formats": {other: f"https://wire.example/feeds/all.{other}" for other in FORMATS if other != format},
    }
    fields.update(changes)
    return Head(**fields)


def plain_head(format: Format, **changes: object) -> Head:
    fields: dict[str, Any] = {
        "id": "urn:x-feed:plain",
        "title": "Plain",
        "description": "Nothing but what a feed must have",
        "home_url": "https://wire.example/",
        "self_url": f"https://wire.example/feeds/plain.{format}",
        "language": "en",
        "updated": NOON,
    }
    fields.update(changes)
    return Head(**fields)


_UNFIT = [chr(code) for code in range(32) if chr(code) not in "\t\n\r"] + ["\ufffe", "\uffff"]
_characters = st.characters(codec="utf-8", exclude_characters=_UNFIT)
_awkward = st.sampled_from(["]]>", "<b>&amp;", '"&quot;', "a\r\nb\tc", "\ue0000\ue000", "?>", "&#0;", "\u2028", "🚀"])

texts = st.one_of(_awkward, st.text(_characters, min_size=1, max_size=20))
maybe = st.none() | texts
languages = st.sampled_from(["de", "en-GB", "fr", "ar"])
moments = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
people = st.builds(Person, name=texts, email=maybe, uri=maybe)
categories = st.builds(Category, term=texts, scheme=maybe, label=maybe)
relations = st.sampled_from(["related", "via", "license"])
links = st.builds(Link, href=texts, rel=relations, title=maybe, hreflang=maybe)
enclosures = st.builds(
    Enclosure,
    url=texts,
    type=st.sampled_from(["image/png", "application/pdf", "video/mp4"]),
    length=st.integers(0, 10**10),
    title=maybe,
    description=maybe,
    credit=maybe,
    copyright=maybe,
    alt=maybe,
    width=st.none() | st.integers(1, 9999),
)
sources = st.builds(Source, id=texts, title=texts, url=texts, updated=moments)


def _few(values: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, min_size=least, max_size=3).map(tuple)


entries = st.builds(
    Entry,
    id=texts,
    title=texts,
    url=texts,
    published=moments,
    updated=moments,
    language=languages,
    summary=st.just("") | texts,
    content_html=texts,
    authors=_few(people, 1),
    categories=_few(categories),
    enclosures=_few(enclosures),
    links=_few(links),
    rights=maybe,
    source=st.none() | sources,
    version=st.integers(1, 999),
    status=st.sampled_from(["usable", "withheld", "canceled"]),
    note=maybe,
)
tombstones = st.builds(Tombstone, ref=texts, when=moments, comment=maybe)
heads = st.builds(
    Head,
    id=texts,
    title=texts,
    description=texts,
    home_url=texts,
    self_url=texts,
    language=languages,
    updated=moments,
    rights=maybe,
    authors=_few(people),
    hub_url=maybe,
    current_url=maybe,
    prev_archive_url=maybe,
    next_archive_url=maybe,
    is_archive=st.booleans(),
    tombstones=_few(tombstones),
    icon_url=maybe,
    stylesheet_url=maybe,
    generator=texts,
    ttl_minutes=st.sampled_from([5, 61]),
    other_formats=st.dictionaries(st.sampled_from(FORMATS), texts),
)
