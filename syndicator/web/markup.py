"""HTML pages as text. Whatever comes from outside is escaped here; an article's HTML is composed escaped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from feeds.model import MEDIA_TYPES, Format
from syndicator.clock import isoformat
from syndicator.model.direction import direction
from syndicator.model.lifecycle import ReleaseState
from syndicator.model.release import Release
from syndicator.services.views.channels import ChannelPage, ChannelView, ReleasePage
from syndicator.services.views.lines import Line

_FORMAT_NAMES: Mapping[Format, str] = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}


@dataclass(frozen=True, slots=True)
class Site:
    """What stands on every page: the network's title, and where a machine finds the terms.

    ``root``: the path before that of every page, nothing where the service has a host of its own. Pages link by path,
    so that they can be walked by whatever name the host is called.
    """

    title: str
    policy_url: str
    root: str


def page(
    site: Site,
    title: str,
    main: str,
    *,
    language: str = "en",
    canonical: str = "",
    description: str = "",
    feeds: Iterable[ChannelView] = (),
    indexed: bool = True,
) -> str:
    """A whole document. ``language`` is that of its main text; what stands around is English."""
    root = escape(site.root)
    around = "" if language == "en" else ' lang="en"'
    return "".join(
        (
            f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{escape(title)}</title>\n",
            f'<meta name="description" content="{escape(description)}">\n' if description else "",
            "" if indexed else '<meta name="robots" content="noindex">\n',
            f'<link rel="canonical" href="{escape(canonical)}">\n' if canonical else "",
            '<meta name="tdm-reservation" content="1">\n',
            f'<meta name="tdm-policy" content="{escape(site.policy_url)}">\n',
            f'<link rel="stylesheet" href="{root}/static/page.css">\n<link rel="icon" href="{root}/static/icon.png">\n',
            *(_autodiscovery(channel) for channel in feeds),
            f'</head>\n<body>\n<header{around}>\n<p><a href="{root}/">{escape(site.title)}</a></p>\n',
            f'<nav aria-label="Site"><a href="{root}/channels">Channels</a> <a href="{root}/opml">OPML</a></nav>\n',
            "</header>\n",
            f"<main>\n{main}\n</main>\n",
            f'<footer{around}><p><a href="{root}/terms">Terms and rights</a></p></footer>\n</body>\n</html>\n',
        )
    )


def release_main(site: Site, shown: ReleasePage) -> str:
    """The article, dated, with the releases that it names, those that name it, and its channels."""
    release, article = shown.release, shown.article
    published = _time(release.published_at) if release.published_at else ""
    changed = f" · version {release.version}, {_time(release.updated_at)}" if release.version > 1 else ""
    channels = "".join(f"<li>{_channel_link(channel)} {_feed_links(channel)}</li>" for channel in shown.channels)
    return (
        f'<article dir="{direction(release.record.language)}">\n<h1>{escape(article.title, quote=False)}</h1>\n'
        f"{_origin(release.record.publisher.name, published + changed)}\n"
        f"{_relations(site, shown)}{_reachable(article.html)}\n</article>\n"
        f'<aside lang="en" aria-labelledby="channels"><h2 id="channels">Channels</h2><ul>{channels}</ul></aside>'
    )


def _relations(site: Site, shown: ReleasePage) -> str:
    """What took its place first: who reads an old text has to know before reading on. Then its other languages."""
    named = [("Replaced by", each) for each in shown.named_by.replacements]
    named += [("Replaces", shown.replaces)] if shown.replaces else []
    named += [("Translation of", shown.translation_of)] if shown.translation_of else []
    named += [(f"Translation ({each.record.language})", each) for each in shown.named_by.translations]
    return "".join(f'<p lang="en" dir="ltr">{words} {_release_link(site, each)}</p>\n' for words, each in named)


def _release_link(site: Site, release: Release) -> str:
    """By its headline; one that is withheld or withdrawn has none of its text shown."""
    attributes = f'href="{escape(site.root)}/releases/{escape(release.id)}"'
    if release.state is not ReleaseState.PUBLISHED:
        return f"<a {attributes}>{escape(release.id)}</a>"
    language = release.record.language
    headline = escape(release.record.headline, quote=False)
    return f'<a {attributes} lang="{escape(language)}" dir="{direction(language)}">{headline}</a>'


def _reachable(html: str) -> str:
    """With tables that the keyboard reaches: one that is wider than the page is scrolled (WCAG 2.2, 2.1.1).

    What is text has no angle brackets of its own in it, so each of these is the element.
    """
    return html.replace("<table>", '<table tabindex="0">')


def channel_main(site: Site, shown: ChannelPage, heading: str) -> str:
    """The channel's newest releases, and its feeds."""
    nothing = "" if shown.entries else "<p>There is no release here yet.</p>"
    return (
        f"<h1>{escape(heading, quote=False)}</h1>\n"
        f'<p class="feeds">Subscribe: {_feed_links(shown.channel)}</p>\n{nothing}{_releases(site, shown.entries)}'
    )


def directory_main(site: Site, channels: Iterable[ChannelView]) -> str:
    """Every channel with its feeds, by kind."""
    kinds: dict[str, list[ChannelView]] = {}
    for channel in channels:
        kinds.setdefault(channel.kind, []).append(channel)
    parts = "".join(
        f"<h2>{escape(kind.capitalize())}</h2>\n<ul>"
        + "".join(f"<li>{_channel_link(channel)} {_feed_links(channel)}</li>\n" for channel in members)
        + "</ul>\n"
        for kind, members in kinds.items()
    )
    return f'<h1>Channels</h1>\n<p><a href="{escape(site.root)}/opml">All of them as OPML</a></p>\n{parts}'


def _releases(site: Site, entries: Iterable[Line]) -> str:
    lines = "".join(_entry(site, each) for each in entries)
    return f'<ol class="releases">\n{lines}</ol>' if lines else ""


def _entry(site: Site, each: Line) -> str:
    return (
        f'<li lang="{escape(each.language)}" dir="{direction(each.language)}"><h2>'
        f'<a href="{escape(site.root)}/releases/{escape(each.id)}">{escape(each.title, quote=False)}</a></h2>\n'
        f"{_origin(each.publisher, _time(each.published_at))}"
        f"<p>{escape(each.summary, quote=False)}</p></li>\n"
    )


def _origin(publisher: str, when: str) -> str:
    """Who issued it, and when: newsrooms ask for that first."""
    return f'<p class="when"><bdi>{escape(publisher, quote=False)}</bdi> · <span lang="en" dir="ltr">{when}</span></p>'


def _autodiscovery(channel: ChannelView) -> str:
    return "".join(
        f'<link rel="alternate" type="{MEDIA_TYPES[form]}" href="{escape(url)}"'
        f' title="{escape(channel.title)} ({_FORMAT_NAMES[form]})">\n'
        for form, url in channel.feeds.items()
    )


def _channel_link(channel: ChannelView) -> str:
    return f'<a href="{escape(urlsplit(channel.url).path)}">{escape(channel.title, quote=False)}</a>'


def _feed_links(channel: ChannelView) -> str:
    return " ".join(
        f'<a class="feed" href="{escape(url)}" type="{MEDIA_TYPES[form]}"'
        f' aria-label="{escape(channel.title)} as {_FORMAT_NAMES[form]}">{_FORMAT_NAMES[form]}</a>'
        for form, url in channel.feeds.items()
    )


def _time(instant: datetime) -> str:
    return f'<time datetime="{isoformat(instant)}">{instant:%Y-%m-%d %H:%M} UTC</time>'
