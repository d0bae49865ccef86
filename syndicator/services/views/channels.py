"""Channels, what stands in them, and the networks, for everybody."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from feeds.model import Format
from feeds.opml import Outline, render
from syndicator.article.compose import Article, Audience, compose
from syndicator.clock import from_us
from syndicator.model.channel import ChannelKind
from syndicator.model.filter import Filter
from syndicator.model.lifecycle import ReleaseState
from syndicator.model.release import Release
from syndicator.services import channels as saved
from syndicator.services.attach import addresses
from syndicator.services.relations import Naming, naming, shown
from syndicator.services.setup import Setup
from syndicator.services.views.lines import Line, Lines
from syndicator.services.views.releases import feeds_of, public_version
from syndicator.store import channels, filters, releases
from syndicator.store.database import Connection, RowMapping

_FROZEN = ConfigDict(frozen=True)
_SHOWN = 20


class ChannelView(BaseModel):
    """A named selection of public releases. ``filter`` is set where somebody saved one."""

    model_config = _FROZEN
    name: str
    kind: ChannelKind
    title: str
    url: str
    feeds: dict[Format, str]
    created_at: datetime
    filter: dict[str, Any] | None = None


class Match(BaseModel):
    model_config = _FROZEN
    id: str
    headline: str
    published_at: datetime
    url: str


class TrialView(BaseModel):
    """How many published releases of the last days a filter matches, and the newest of them."""

    model_config = _FROZEN
    days: int
    count: int
    newest: tuple[Match, ...]


class Wording(BaseModel):
    model_config = _FROZEN
    language: str
    version: str
    valid_from: date


class NetworkView(BaseModel):
    """Who issues releases, and in which languages it has wordings."""

    model_config = _FROZEN
    name: str
    title: str
    operator: str
    url: str
    default_language: str
    is_default: bool
    texts: tuple[Wording, ...]
    templates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChannelPage:
    channel: ChannelView
    entries: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """A public release composed for reading, the channels it stands in, and the releases it belongs with."""

    release: Release
    article: Article
    channels: tuple[ChannelView, ...]
    named_by: Naming
    replaces: Release | None = None
    """The public release whose place this one takes."""
    translation_of: Release | None = None
    """The public release that this one translates."""


def channel_list(setup: Setup) -> tuple[ChannelView, ...]:
    """All channels, in the order they were made."""
    with setup.database.read() as connection:
        return tuple(_view(setup, row) for row in channels.listed(connection))


def channel(setup: Setup, name: str) -> ChannelView:
    with setup.database.read() as connection:
        row = channels.by_name(connection, name)
        tree = filters.tree(connection, row["filter_sha256"]) if row["filter_sha256"] else None
        return _view(setup, row, tree)


def channel_page(setup: Setup, lines: Lines, name: str) -> ChannelPage:
    """The channel and its newest public releases, as many as its current feed holds at most."""
    with setup.database.read() as connection:
        row = channels.by_name(connection, name)
        now = setup.database.now_us(connection)
        newest = releases.newest_of_channel(connection, row["no"], now=now, limit=setup.feed_limits.window)
        return ChannelPage(_view(setup, row), lines.of(connection, newest))


def release_page(setup: Setup, release_id: str) -> ReleasePage:
    """NotFound for a release that is not public, in the same words as for an unknown one."""
    with setup.database.read() as connection:
        stored = public_version(setup, connection, release_id)
        release, article = shown(setup, connection, stored), _article(setup, connection, stored)
        old, original = (
            (release.record.replaces, release.record.translation_of) if not article.is_stub else (None, None)
        )
        return ReleasePage(
            release,
            article,
            _channels_of(setup, connection, release_id),
            replaces=releases.version(connection, old).release if old else None,
            translation_of=releases.version(connection, original).release if original else None,
            named_by=naming(setup, connection, release_id),
        )


def trial(setup: Setup, wanted: Filter) -> TrialView:
    """What the filter lets through of the last 30 days, as it reads now."""
    found = saved.try_filter(setup, wanted).releases
    with setup.database.read() as connection:
        newest = [releases.version(connection, release_id).release for release_id in found[:_SHOWN]]
    return TrialView(
        days=saved.LOOK_BACK_DAYS,
        count=len(found),
        newest=tuple(
            Match(
                id=release.id,
                headline=release.record.headline,
                published_at=release.published_at,
                url=setup.addresses.release(release.id),
            )
            for release in newest
            if release.published_at is not None and release.state is ReleaseState.PUBLISHED
        ),
    )


def opml(setup: Setup) -> bytes:
    """All channels as a subscription list, one folder per kind."""
    with setup.database.read() as connection:
        rows = sorted(channels.listed(connection), key=lambda row: _ORDER[row["kind"]])
    network = setup.network(None)
    newest = max((row["created_at"] for row in rows), default=0)
    outlines = (
        Outline(
            title=f"{network.title}: {row['title']}",
            home_url=setup.addresses.channel(row["name"]),
            feed_url=setup.addresses.feed(row["name"], "atom"),
            category=row["kind"],
            language=row["value"] if row["kind"] == ChannelKind.LANGUAGE else None,
        )
        for row in rows
    )
    return render(network.title, outlines, from_us(newest))


def network_list(setup: Setup) -> tuple[NetworkView, ...]:
    return tuple(
        NetworkView(
            name=network.name,
            title=network.title,
            operator=network.operator,
            url=network.url,
            default_language=network.default_language,
            is_default=network.name == setup.default_network,
            texts=tuple(
                Wording(language=each.language, version=each.version, valid_from=each.valid_from)
                for each in network.texts
            ),
            templates=tuple(f"{each.language}/{each.version}" for each in network.templates),
        )
        for network in setup.networks.values()
    )


_ORDER = {kind: place for place, kind in enumerate(ChannelKind)}


def _article(setup: Setup, connection: Connection, stored: releases.StoredVersion) -> Article:
    urls = addresses(setup, connection, stored.release.record, stored.owner)
    return compose(shown(setup, connection, stored), stored.attached, Audience.PUBLIC, urls)


def _channels_of(setup: Setup, connection: Connection, release_id: str) -> tuple[ChannelView, ...]:
    return tuple(_view(setup, row) for row in channels.of_release(connection, release_id))


def _view(setup: Setup, row: RowMapping, tree: str | None = None) -> ChannelView:
    return ChannelView(
        name=row["name"],
        kind=row["kind"],
        title=row["title"],
        url=setup.addresses.channel(row["name"]),
        feeds=feeds_of(setup.addresses, row["name"]),
        created_at=from_us(row["created_at"]),
        filter=None if tree is None else json.loads(tree),
    )
