"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).

What it has no name for stands under `_syndicator`, in the feed, its items and their
attachments. `next_url` leads to the next older archive document.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from feeds.media import medium_of
from feeds.model import Category, Enclosure, Entry, Head, Json, Link, Person, Source
from feeds.moments import rfc3339
from feeds.uri import mailto_of

_VERSION: Final = "https://jsonfeed.org/version/1.1"
_WRITER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def render(head: Head, entries: Iterable[Entry]) -> bytes:
    """The whole document; entries in the order given."""
    return _written({**_head(head), "items": [_item(entry) for entry in entries]})


def render_item(entry: Entry) -> bytes:
    return _written(_item(entry))


def _written(value: Mapping[str, Json]) -> bytes:
    return _WRITER.encode(value).encode()


def _head(head: Head) -> dict[str, Json]:
    return _present(
        version=_VERSION,
        title=head.title,
        home_page_url=head.home_url,
        feed_url=head.self_url,
        description=head.description,
        next_url=head.prev_archive_url,
        icon=head.icon_url,
        authors=[_author(person) for person in head.authors],
        language=head.language,
        hubs=[{"type": "WebSub", "url": head.hub_url}] if head.hub_url else [],
        _syndicator=_present(
            id=head.id,
            updated=rfc3339(head.updated),
            rights=head.rights,
            generator=head.generator,
            archive=head.is_archive,
            current_url=head.current_url,
            prev_archive_url=head.prev_archive_url,
            next_archive_url=head.next_archive_url,
            formats=dict[str, Json](head.other_formats.items()),
            withdrawn=[
                _present(id=stone.ref, when=rfc3339(stone.when), comment=stone.comment) for stone in head.tombstones
            ],
        ),
    )


def _item(entry: Entry) -> dict[str, Json]:
    return _present(
        id=entry.id,
        url=entry.url,
        title=entry.title,
        content_html=entry.content_html,
        summary=entry.summary,
        image=_picture(entry.enclosures),
        date_published=rfc3339(entry.published),
        date_modified=rfc3339(entry.updated),
        authors=[_author(person) for person in entry.authors],
        tags=[_tag(category) for category in entry.categories],
        language=entry.language,
        attachments=[_attachment(enclosure) for enclosure in entry.enclosures],
        _syndicator=_extension(entry),
    )


def _extension(entry: Entry) -> dict[str, Json]:
    ours = _present(
        version=entry.version,
        status=entry.status,
        note=entry.note,
        rights=entry.rights,
        source=_source(entry.source) if entry.source else None,
        links=[_link(link) for link in entry.links],
        subjects=[_subject(category) for category in entry.categories],
    )
    if clash := ours.keys() & entry.about.keys():
        raise ValueError(f"entry {entry.id!r}: about must not set {', '.join(sorted(clash))}")
    return {**ours, **entry.about}


def _attachment(enclosure: Enclosure) -> dict[str, Json]:
    return _present(
        url=enclosure.url,
        mime_type=enclosure.type,
        title=enclosure.title,
        size_in_bytes=enclosure.length or None,
        _syndicator=_present(
            medium=medium_of(enclosure),
            caption=enclosure.description,
            credit=enclosure.credit,
            copyright=enclosure.copyright,
            alt=enclosure.alt,
            width=enclosure.width,
            height=enclosure.height,
        ),
    )


def _picture(enclosures: Sequence[Enclosure]) -> str | None:
    return next((each.url for each in enclosures if medium_of(each) == "image"), None)


def _author(person: Person) -> dict[str, Json]:
    """JSON Feed gives a person no e-mail address but lets the URL be a mailto."""
    url = person.uri or (mailto_of(person.email) if person.email else None)
    return _present(name=person.name, url=url)


def _tag(category: Category) -> str:
    return category.label or category.term


def _subject(category: Category) -> dict[str, Json]:
    return _present(term=category.term, scheme=category.scheme, label=category.label)


def _link(link: Link) -> dict[str, Json]:
    return _present(
        rel=link.rel,
        href=link.href,
        title=link.title,
        hreflang=link.hreflang,
    )


def _source(source: Source) -> dict[str, Json]:
    return {"id": source.id, "title": source.title, "url": source.url, "updated": rfc3339(source.updated)}


def _present(**members: Json) -> dict[str, Json]:
    """The members that have a value: nulls and empty lists say nothing."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
