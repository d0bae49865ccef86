"""Release + Article → the entry that stands in every feed."""

from feeds.model import Category, Enclosure, Entry, Link, Person, Status
from feeds.uri import uri_of
from syndicator.article.compose import Article, about
from syndicator.model.addresses import Addresses
from syndicator.model.media import Media
from syndicator.model.network import Attached
from syndicator.model.release import Record, Release

# Atom wants an IRI as the scheme of a category (RFC 4287, section 4.2.2.2).
_SCHEMES = {"medtop": "http://cv.iptc.org/newscodes/mediatopic/"}
_IN_EXTENSION_ALREADY = {"version", "pub_status", "note", "links", "subjects"}


def entry(release: Release, article: Article, attached: Attached, addresses: Addresses) -> Entry:
    """The entry of this version; a stub keeps id and dates, and none of the text.

    ValueError for a release that is not public.
    """
    if release.published_at is None:
        message = f"{release.id} is not public"
        raise ValueError(message)
    record = release.record
    status: Status = release.state.pub_status
    return Entry(
        id=release.guid,
        title=article.title,
        url=addresses.release(release.id),
        published=release.published_at,
        updated=release.updated_at,
        language=record.language,
        summary=article.summary,
        content_html=article.html,
        authors=(Person(name=record.publisher.name, email=record.publisher.email, uri=record.publisher.url),),
        categories=() if article.is_stub else tuple(_categories(record)),
        enclosures=tuple(found for each in article.media if (found := _enclosure(each))),
        links=() if article.is_stub else tuple(_links(record, addresses)),
        rights=f"{article.disclaimer} {article.terms}".strip() or None,
        version=release.version,
        status=status,
        note=release.note,
        about={
            name: value
            for name, value in about(release, article, attached).items()
            if name not in _IN_EXTENSION_ALREADY
        },
    )


def _categories(record: Record) -> list[Category]:
    listed = [Category(term=s.code, scheme=_scheme(s.scheme), label=s.label) for s in record.subjects]
    listed += [Category(term=word) for word in record.keywords]
    listed += [Category(term=code, scheme=_scheme("region")) for code in record.regions]
    return listed + [Category(term=code, scheme=_scheme("industry")) for code in record.industries]


def _scheme(name: str) -> str:
    return _SCHEMES.get(name, f"urn:x-syndicator:{name}")


def _links(record: Record, addresses: Addresses) -> list[Link]:
    links = [Link(href=link.href, rel=link.rel, title=link.title, hreflang=link.language) for link in record.links]
    if record.translation_of:
        links.append(Link(href=addresses.release(record.translation_of), rel="related", title="translation of"))
    if record.replaces:
        links.append(Link(href=addresses.release(record.replaces), rel="predecessor-version"))
    return links


def _enclosure(media: Media) -> Enclosure | None:
    if not media.href or not media.type or media.bytes is None:
        return None
    return Enclosure(
        url=uri_of(media.href),
        type=media.type,
        length=media.bytes,
        title=media.label,
        description=media.caption,
        credit=media.credit,
        copyright=media.rights,
        alt=media.alt,
        width=media.width,
        height=media.height,
    )
