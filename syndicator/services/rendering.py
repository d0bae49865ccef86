"""A release rendered by itself, without a database: for publishers who want to see it first."""

import json
from collections.abc import Mapping
from html import escape
from typing import get_args

from feeds.documents import document
from feeds.model import Format, Head
from syndicator.article.compose import Article, Audience, compose
from syndicator.article.entry import entry
from syndicator.clock import from_us, system_now_us
from syndicator.delivery.payload import release_payload
from syndicator.errors import Fault, Rejected
from syndicator.model.addresses import Addresses
from syndicator.model.network import Attached, Network
from syndicator.model.release import Record, Release
from syndicator.services.trial import as_public, occasion


def render_alone(
    record: Record, form: str, networks: Mapping[str, Network], default_network: str, addresses: Addresses
) -> bytes:
    """The release as text, html, webhook or a feed of one entry, as it would read if it came out now.

    Rejected when the record names a network that does not exist.
    """
    name = record.network or default_network
    if name not in networks:
        raise Rejected([Fault("network", f"there is no network {name!r}", f"use one of {', '.join(sorted(networks))}")])
    now = from_us(system_now_us())
    attached = networks[name].attach(record.language, now.date())
    release = as_public(record, attached, now, addresses)
    audience = Audience.NEWSROOMS if form == "webhook" else Audience.PUBLIC
    article = compose(release, attached, audience, {})
    if form == "text":
        return article.text.encode()
    if form == "html":
        return _page(record, article).encode()
    if form == "webhook":
        body = release_payload(occasion(now), release, article, attached, addresses)
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2).encode()
    return _feed(release, article, attached, addresses, form)


def _page(record: Record, article: Article) -> str:
    return (
        f'<!doctype html>\n<html lang="{escape(record.language)}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(article.title)}</title>'
        f"<h1>{escape(article.title)}</h1>{article.html}</html>\n"
    )


def _feed(release: Release, article: Article, attached: Attached, addresses: Addresses, form: str) -> bytes:
    known: dict[str, Format] = {each: each for each in get_args(Format)}
    head = Head(
        id=addresses.channel("preview"),
        title=attached.title,
        description=article.title,
        home_url=addresses.release(release.id),
        self_url=addresses.feed("preview", form),
        language=release.record.language,
        updated=release.updated_at,
    )
    return document(head, [entry(release, article, attached, addresses)], known[form])
