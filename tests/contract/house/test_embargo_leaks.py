"""That the embargo's proof bites: each surface is made to leak on purpose, and the walk says which one it was."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from isal import igzip
from sqlalchemy import RowMapping, text
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicator import log, metrics
from syndicator.dispatch import Task
from syndicator.errors import NotFound
from syndicator.model.channel import automatic_channels
from syndicator.model.lifecycle import EventType
from syndicator.services.views import channels as channel_views
from syndicator.services.views import media as media_views
from syndicator.services.views import releases as release_views
from syndicator.store import channels, deliveries, events, numbers, releases, renditions
from syndicator.web import markup
from syndicator.web import media as media_files
from syndicator.web.app import make_app
from tests.contract.house.conftest import Clock, House, open_house, record
from tests.contract.house.stage import HELD, LIFTS, WORD, Stage, staged, walk_of_the_twin
from tests.contract.house.surfaces import BROKER, LOG, METRICS, PUSHES, SHOWN_BY_A_LIFT, SURFACES, Walk

Patches = pytest.MonkeyPatch
FEEDS = {"rss", "atom", "json", "feed compressed", "feed's head", "feed since"}
CLOSED = {"closed archive rss", "closed archive atom", "closed archive json"}
DIRECTORIES = {"opml", "feeds.opml", "directory", "api channels"}
OWN_CHANNEL = {"publisher's channel", "api channel"}


@dataclass(frozen=True)
class Lived:
    """A service at T−1 µs whose answers are made to leak, and what its twin shows."""

    stage: Stage
    twin: Walk

    def leaks(self) -> set[str]:
        return self.stage.walk().leaks(self.twin, WORD, self.stage.lines)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Clock], House]]:
    made: list[House] = []

    def opened(clock: Clock) -> House:
        folder = tmp_path_factory.mktemp("house")
        made.append(open_house(folder, f"sqlite:///{folder / 'house.db'}", clock, feed_window=2))
        return made[-1]

    yield opened
    for house in made:
        house.service.close()


@pytest.fixture(scope="module")
def lived(opened: Callable[[Clock], House]) -> Lived:
    with staged(opened) as stage:
        stage.live(holding=True)
    return Lived(stage, walk_of_the_twin(opened, stage.names))


def test_without_a_leak_none_is_seen(lived: Lived) -> None:
    assert lived.leaks() == set()


# --- answers that tell too much


def no_check_of_a_release(patches: Patches, views: Any) -> None:
    patches.setattr(
        views, "public_version", lambda _setup, connection, release_id: releases.version(connection, release_id)
    )


def another_word_for_held(patches: Patches) -> None:
    def refused(_setup: object, connection: Any, release_id: str) -> releases.StoredVersion:
        stored = releases.version(connection, release_id)
        if stored.release.published_at is None:
            message = f"release {release_id} is not public yet"
            raise NotFound(message)
        return stored

    patches.setattr(release_views, "public_version", refused)


def files_for_everybody(patches: Patches) -> None:
    everything = media_views.media_file
    patches.setattr(media_files, "media_file", lambda setup, token, **_: everything(setup, token, inside=True))


def no_token_needed(patches: Patches) -> None:
    patches.setattr("syndicator.web.requests.operator_of", lambda *_: "operator")
    patches.setattr("syndicator.web.signs.operator_of", lambda *_: "operator")


def every_release_counts(patches: Patches) -> None:
    counted = text("""
        SELECT r.id, r.published_at, v.record FROM releases r JOIN versions v
            ON v.release_id = r.id AND v.version = r.version
         WHERE :since < :at LIMIT :limit
    """)
    patches.setattr(releases, "_PUBLISHED_SINCE", counted)


def the_original_names_its_translation(patches: Patches) -> None:
    shown = markup.release_main
    patches.setattr(markup, "release_main", lambda site, page: f"{shown(site, page)}<p>In English soon</p>")


def channels_of_all_releases(patches: Patches) -> None:
    rows = [
        dict.fromkeys(("filter_sha256", "owner")) | {"no": 99, "created_at": 0} | channel.as_row()
        for channel in automatic_channels(record(**HELD))
    ]
    listed, by_name = channels.listed, channels.by_name
    patches.setattr(channels, "listed", lambda *given, **options: [*listed(*given, **options), rows[1]])
    patches.setattr(
        channels,
        "by_name",
        lambda connection, name: (
            next((row for row in rows[1:2] if row["name"] == name), None) or by_name(connection, name)
        ),
    )


def a_channel_page_of_all_releases(patches: Patches) -> None:
    def newest(connection: Any, no: int, **options: Any) -> Sequence[RowMapping]:
        every = "SELECT id, version, edition, created_at AS published_at, updated_at AS written_at FROM releases"
        found: Sequence[RowMapping] = connection.execute(text(f"{every} ORDER BY id DESC LIMIT 9")).mappings().all()
        return found

    patches.setattr(releases, "newest_of_channel", newest)


def documents(change: Callable[[dict[str, Any]], Mapping[str, Any]], patches: Patches) -> None:
    """Every feed document as stored, changed."""
    get = renditions.get

    def changed(connection: Any, name: str, page: int, form: str) -> Mapping[str, Any] | None:
        row = get(connection, name, page, form)
        return None if row is None else {**row, **change({**row})}

    patches.setattr(renditions, "get", changed)


def another_text(pattern: bytes, instead: bytes, row: dict[str, Any]) -> Mapping[str, Any]:
    body = igzip.decompress(bytes(row["gzip"]))  # type: ignore[no-untyped-call]
    return {"gzip": igzip.compress(re.sub(pattern, instead, body, count=1), compresslevel=2, mtime=0)}


def a_channel_feed_of_a_held_release(patches: Patches) -> None:
    get = renditions.get
    patches.setattr(renditions, "get", lambda connection, _name, page, form: get(connection, "all", page, form))


PAGES = {name for name in SURFACES if name.startswith("page")} - {"page of the original", "page that names the held"}
LEAKS: list[tuple[Callable[[Patches], None], set[str]]] = [
    (partial(no_check_of_a_release, views=release_views), {"api release", "api revised", "api withdrawn"}),
    (partial(no_check_of_a_release, views=channel_views), PAGES),
    (another_word_for_held, {"api release", "api revised", "api withdrawn"}),
    (files_for_everybody, {"file", "file known by its hash"}),
    (
        no_token_needed,
        {"api history", "api deliveries", "api endpoints", "api publishers", "api publisher", "metrics"},
    ),
    (every_release_counts, {"count of a filter"}),
    (the_original_names_its_translation, {"page of the original"}),
    (channels_of_all_releases, DIRECTORIES | OWN_CHANNEL),
    (a_channel_page_of_all_releases, {"start", "channel"}),
    (partial(documents, lambda row: {"etag": f"{row['etag']}0"}), FEEDS | CLOSED),
    (partial(documents, lambda row: {"last_modified": row["last_modified"] + 1}), FEEDS | CLOSED),
    (
        partial(documents, partial(another_text, rb"(<lastBuildDate>[^<]*:)\d\d", rb"\g<1>59")),
        {"rss", "closed archive rss"},
    ),
    (partial(documents, partial(another_text, rb"(<updated>[^<]*T)\d\d", rb"\g<1>11")), {"atom", "feed compressed"}),
    (partial(documents, partial(another_text, rb'"id"', rb'"_held": 1, "id"')), {"json", "closed archive json"}),
    (
        a_channel_feed_of_a_held_release,
        {"publisher's feed", "region's feed", "industry's feed", "subject's feed", "language's feed"},
    ),
]


@pytest.mark.parametrize(("leak", "where"), LEAKS, ids=lambda given: getattr(given, "__name__", None))
def test_an_answer_that_tells_too_much_is_seen(
    lived: Lived, monkeypatch: Patches, leak: Callable[[Patches], None], where: set[str]
) -> None:
    leak(monkeypatch)
    assert lived.leaks() >= where


def test_one_header_more_is_seen_on_every_surface(lived: Lived, monkeypatch: Patches) -> None:
    def telling(app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            async def told(part: Message) -> None:
                if part["type"] == "http.response.start":
                    part = {**part, "headers": [*part["headers"], (b"x-held", b"1")]}
                await send(part)

            await app(scope, receive, told)

        return answer

    monkeypatch.setattr("tests.contract.house.surfaces.make_app", lambda service: telling(make_app(service)))
    assert lived.leaks() == set(SURFACES)


# --- steps that come too early


def an_event_at_submission(stage: Stage) -> None:
    with stage.house.service.database.write() as connection:
        events.append(
            connection,
            EventType.PUBLISHED,
            owner="operator",
            now=stage.house.clock.us,
            release_id=stage.names["held"],
            version=1,
        )


def channels_at_submission(stage: Stage) -> None:
    rows = [channel.as_row() for channel in automatic_channels(record(**HELD))]
    with stage.house.service.database.write() as connection:
        channels.insert_automatic(stage.house.service.database, connection, rows, stage.house.clock.us)


def a_change_by_the_embargos_end(stage: Stage) -> None:
    with stage.house.service.database.write() as connection:
        numbers.move(connection, numbers.CHANGE, LIFTS)


def a_headline_in_the_log(stage: Stage) -> None:
    log.logger("submit").info("accepted", headline=HELD["headline"])


def a_headline_in_a_librarys_log(stage: Stage) -> None:
    logging.getLogger("celery").warning("task received: %s", HELD["headline"])


def a_number_for_the_broker(stage: Stage) -> None:
    stage.overheard.wake(Task.REGENERATE, [int.from_bytes(WORD[:7].encode())])


def a_headline_as_a_label(stage: Stage) -> None:
    metrics.submissions.labels(WORD).inc()


STEPS: list[tuple[Callable[[Stage], None], set[str]]] = [
    (an_event_at_submission, DIRECTORIES | OWN_CHANNEL),
    (channels_at_submission, DIRECTORIES | OWN_CHANNEL),
    (a_change_by_the_embargos_end, FEEDS),
    (a_headline_in_the_log, {LOG}),
    (a_headline_in_a_librarys_log, {LOG}),
    (a_number_for_the_broker, {BROKER}),
    (a_headline_as_a_label, {METRICS}),
]


@pytest.fixture
def fresh(opened: Callable[[Clock], House]) -> Iterator[Stage]:
    with staged(opened) as stage:
        yield stage
    metrics.submissions.clear()


@pytest.mark.parametrize(("step", "where"), STEPS, ids=lambda given: getattr(given, "__name__", None))
def test_a_step_that_comes_too_early_is_seen(
    lived: Lived, fresh: Stage, step: Callable[[Stage], None], where: set[str]
) -> None:
    fresh.live(holding=True, first=step)
    seen = fresh.walk().leaks(lived.twin, WORD, fresh.lines)
    assert seen >= where
    assert PUSHES not in seen, "a push asks the database once more"


def test_a_held_release_named_by_a_public_one_is_seen(lived: Lived, fresh: Stage, monkeypatch: Patches) -> None:
    monkeypatch.setattr(releases, "public_among", lambda _database, _connection, ids, _now: frozenset(ids))
    fresh.live(holding=True)
    seen = fresh.walk().leaks(lived.twin, WORD, fresh.lines)
    assert seen >= {"rss", "atom", "json", "feed compressed", "feed since", "api that names the held", PUSHES}


@pytest.mark.parametrize("pushes_ask_again", [True, False])
def test_a_lift_one_microsecond_early_is_seen_on_every_surface(
    lived: Lived, fresh: Stage, monkeypatch: Patches, pushes_ask_again: bool
) -> None:
    exact = releases.due
    monkeypatch.setattr(releases, "due", lambda connection, now, *rest: exact(connection, now + 1, *rest))
    careless = releases._LIFT.text.replace("AND embargo_until <= :now", "").replace(
        "CASE WHEN embargo_until > :at THEN embargo_until ELSE :at END", ":at"
    )
    monkeypatch.setattr(releases, "_LIFT", text(f"{careless} AND :now > 0"))
    if not pushes_ask_again:
        hasty = deliveries._DUE.replace("AND COALESCE(r.embargo_until, :now) <= :now", "")
        monkeypatch.setattr(deliveries, "_DUE", hasty)
    fresh.live(holding=True)
    expected = {*SHOWN_BY_A_LIFT, BROKER} - ({PUSHES} if pushes_ask_again else set())
    assert fresh.walk().leaks(lived.twin, WORD, fresh.lines) == expected
