"""What the server keeps of feeds, and when it lets go."""

import asyncio
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from syndicator.errors import StoreError
from syndicator.services.views.feeds import DocumentName, last_change
from syndicator.store.database import Database
from syndicator.web import documents as module
from syndicator.web.documents import Documents, named
from tests.unit.web.served import Served

GERMAN = {"name": "german", "title": "In German", "filter": {"language": "de"}}
PATH = "/feeds/german.atom"


@pytest.fixture
def german(served: Served) -> Served:
    served.submit()
    assert served.operator("POST", "/api/v1/channels", GERMAN).status == 201
    served.render()
    return served


def test_a_document_is_kept_until_its_channel_changes_or_goes(german: Served) -> None:
    async def walk() -> None:
        documents = Documents(german.service.setup, 60)
        assert await documents.load(PATH) is not None
        assert PATH not in documents.kept, "nobody would say when it changes"
        await documents.hear()
        first = await documents.load(PATH)
        assert documents.kept == {PATH: first}
        await documents.hear()
        assert documents.kept == {PATH: first}
        await asyncio.to_thread(german.submit, headline="Next")
        await asyncio.to_thread(german.render)
        await documents.hear()
        assert documents.kept == {}
        await documents.load(PATH)
        assert PATH in documents.kept
        german.service.delete_channel("german", actor="test")
        await documents.hear()
        assert documents.kept == {}
        assert await documents.load(PATH) is None

    asyncio.run(walk())


def test_all_who_wait_for_a_document_get_the_same_one(german: Served) -> None:
    async def walk() -> None:
        documents = Documents(german.service.setup, 60)
        await documents.hear()
        loaded = await asyncio.gather(*(documents.load(PATH) for _ in range(20)))
        assert len({id(document) for document in loaded}) == 1

    asyncio.run(walk())


def test_who_asks_for_every_state_that_ever_was_fills_no_memory_that_is_not_counted(german: Served) -> None:
    changes = []
    for number in range(20):
        german.submit(headline=f"Release {number}")
        german.render()
        changes.append(last_change(german.service.setup))

    async def walk() -> None:
        document = await Documents(german.service.setup, 60).load(PATH)
        assert document is not None
        tracemalloc.start()
        try:
            news = [document.since(change, gzip=gzip) for change in changes for gzip in (True, False)]
            asked = sum(len(answer.whole.body) for answer in {id(each): each for each in news if each}.values())
            del news
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert asked > 2 * document.kept_bytes
        assert kept < document.kept_bytes

    asyncio.run(walk())


def test_no_more_is_kept_than_agreed_and_what_is_let_go_makes_room(
    german: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [f"/feeds/{channel}.{form}" for channel in ("all", "german") for form in ("rss", "atom", "json")]

    async def walk() -> None:
        documents = Documents(german.service.setup, 60)
        await documents.hear()
        for path in paths:
            await documents.load(path)
        assert [*documents.kept] == paths
        sizes = [document.kept_bytes for document in documents.kept.values()]
        monkeypatch.setattr(module, "_MAX_KEPT_BYTES", sum(sizes) - 1)
        for path in paths:  # each once more: it takes the place that it has, or that of the oldest one
            await documents.load(path)
            assert len(documents.kept) == len(paths) - 1
            assert path in documents.kept

    asyncio.run(walk())


class Faltering:
    """The store, which fails where the test wants it to, or lets one reader wait for what it read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.read_out, self.handed_out = threading.Event(), threading.Event()
        self.is_slow = False
        self.fails = self.reads = 0

    @contextmanager
    def read(self) -> Iterator[Connection]:
        if self.fails:
            self.fails -= 1
            raise StoreError("away")
        with self._database.read() as connection:
            yield connection
        self.reads += 1
        if self.is_slow:
            self.is_slow = False
            self.read_out.set()
            self.handed_out.wait(10)


class Uptime:
    """What the module takes for the time; it stands still."""

    def __init__(self) -> None:
        self._s = 0.0

    def monotonic(self) -> float:
        return self._s

    def forward(self, seconds: float) -> None:
        self._s += seconds


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 (what is waited for says nothing)
            await asyncio.sleep(0.001)


def test_what_changed_while_it_was_read_is_not_kept(german: Served) -> None:
    """Nobody would say any more that it changed: a withdrawn release would be served until the next change."""
    store = Faltering(german.service.database)
    setup = replace(german.service.setup, database=store)  # type: ignore[arg-type]  # all of it that is asked for here

    async def walk() -> None:
        documents = Documents(setup, 60)
        await documents.hear()
        store.is_slow = True
        loading = asyncio.ensure_future(documents.load(PATH))
        assert await asyncio.to_thread(store.read_out.wait, 10)
        await asyncio.to_thread(german.submit, headline="Next")
        await asyncio.to_thread(german.render)
        await documents.hear()
        store.handed_out.set()
        older = await loading
        assert documents.kept == {}
        newer = await documents.load(PATH)
        assert older is not None
        assert newer is not None
        assert older.change < newer.change
        assert documents.kept == {PATH: newer}

    asyncio.run(walk())


@pytest.mark.parametrize("way", ["hangs", "failed once"])
def test_what_is_kept_is_not_shown_for_long_while_nobody_says_what_changed(
    german: Served, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(module, "POLL_S", 0.002)
    monkeypatch.setattr(module, "_LEAST_PATIENCE_S", 60.0)
    store = Faltering(german.service.database)
    setup = replace(german.service.setup, database=store)  # type: ignore[arg-type]  # all of it that is asked for here

    async def walk() -> None:
        documents = Documents(setup, 0)
        following = asyncio.ensure_future(documents.follow())
        await until(lambda: documents._seen is not None)
        await documents.load(PATH)
        assert PATH in documents.kept
        if way == "hangs":
            monkeypatch.setattr(module, "_LEAST_PATIENCE_S", 0.02)
            before = store.reads
            await until(lambda: store.reads > before + 1)  # from the second one on it has no more patience
            store.is_slow = True
            await until(store.read_out.is_set)
        else:
            store.fails = 1
        await until(lambda: not documents.kept)
        if way == "hangs":
            await documents.load(PATH)
            assert documents.kept == {}, "nobody would say when it changes"
            assert documents._kept_bytes == 0, "what is gone takes no room"
        store.handed_out.set()
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following

    asyncio.run(walk())


def test_what_is_kept_outlasts_a_short_outage(german: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any cache may go on with it for the time that stands in its headers."""
    monkeypatch.setattr(module, "POLL_S", 0.002)
    monkeypatch.setattr(module, "_LEAST_PATIENCE_S", 0.0)
    clock = Uptime()
    monkeypatch.setattr(module, "time", clock)
    store = Faltering(german.service.database)
    setup = replace(german.service.setup, database=store)  # type: ignore[arg-type]  # all of it that is asked for here

    async def walk() -> None:
        documents = Documents(setup, 60)
        following = asyncio.ensure_future(documents.follow())
        await until(lambda: documents._seen is not None)
        await documents.load(PATH)
        clock.forward(1000)  # of being up: what counts is when it last heard of the store
        before = store.reads
        await until(lambda: store.reads > before + 1)
        store.fails = 1000
        await until(lambda: store.fails < 995)
        assert PATH in documents.kept
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following

    asyncio.run(walk())


def test_an_outage_is_one_line_of_the_log(german: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_S", 0.002)
    store = Faltering(german.service.database)
    setup = replace(german.service.setup, database=store)  # type: ignore[arg-type]  # all of it that is asked for here

    async def walk() -> None:
        following = asyncio.ensure_future(Documents(setup, 60).follow())
        for _ in range(2):
            store.fails, before = 5, store.reads
            await until(lambda before=before: not store.fails and store.reads > before)  # type: ignore[misc]
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following

    with capture_logs() as lines:
        asyncio.run(walk())
    assert [line["event"] for line in lines] == ["changes unknown"] * 2


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/feeds/all.rss", DocumentName("all", 0, "rss")),
        ("/feeds/all/12.json", DocumentName("all", 12, "json")),
        ("/feeds/all/0.json", None),
        ("/feeds/all/012.json", None),
        ("/feeds/all/1/2.json", None),
        ("/feeds//1.json", None),
        ("/feeds/all.html", None),
        ("/all.rss", None),
        ("/feeds/all/٣.rss", None),
        ("/feeds/a\0.rss", None),
    ],
)
def test_each_document_has_exactly_one_path(path: str, name: DocumentName | None) -> None:
    assert named(path) == name
