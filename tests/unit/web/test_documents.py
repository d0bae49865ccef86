"""What the server keeps of feeds, and when it lets go."""

import asyncio
import tracemalloc

import pytest

from syndicator.services.views.feeds import DocumentName, last_change
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
