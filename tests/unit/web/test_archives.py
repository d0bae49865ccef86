"""Current and archive documents over a real socket: complete whatever comes in meanwhile, and small."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from tests.unit.web.served import BASE, Answer, Served, serving

ATOM = "{http://www.w3.org/2005/Atom}"
LIMIT = 40_000


def entries_and_next(form: str, answer: Answer) -> tuple[list[str], str | None]:
    """Ids of the document's entries, and the path of the next older document."""
    if form == "json":
        feed = answer.json
        return [item["id"] for item in feed["items"]], feed.get("next_url")
    root = etree.fromstring(answer.body)
    ids = root.iterfind(f"{ATOM}entry/{ATOM}id") if form == "atom" else root.iterfind("channel/item/guid")
    before = root.find(f".//{ATOM}link[@rel='prev-archive']")
    return [str(each.text) for each in ids], None if before is None else before.get("href")


def paragraph(text: str) -> dict[str, str]:
    return {"type": "paragraph", "text": text}


def walk(served: Served, form: str, meanwhile: Callable[[], None]) -> list[str]:
    """All ids from the current document back, with something happening before each further document is read."""
    found: list[str] = []
    path: str | None = f"/feeds/all.{form}"
    while path:
        answer = served.public.get(path.removeprefix(BASE))
        assert answer.status == 200, path
        ids, path = entries_and_next(form, answer)
        found += ids
        meanwhile()
    return found


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_a_walk_finds_everything_once_while_releases_come_in(tmp_path: Path, form: str) -> None:
    with serving(tmp_path, feed_window=4) as served:
        sent = [served.submit(headline=f"Release {number}")["guid"] for number in range(14)]
        served.render()
        served.public.until(f"/feeds/all.{form}", lambda answer: sent[-1] in answer.text)
        more = iter(range(100))

        def meanwhile() -> None:
            newest = [served.submit(headline=f"Later {next(more)}")["guid"] for _ in range(5)]
            served.render()
            served.public.until(f"/feeds/all.{form}", lambda answer: newest[-1] in answer.text)

        assert walk(served, form, meanwhile) == sent[::-1]
        assert next(more) > 15, "pages closed during the walk"


def test_an_archive_document_keeps_its_entries_when_one_is_withdrawn(tmp_path: Path) -> None:
    with serving(tmp_path, feed_window=4) as served:
        sent = [served.submit(headline=f"Release {number}") for number in range(9)]
        served.render()
        first = served.public.until("/feeds/all/1.atom", lambda answer: answer.status == 200)
        ids, _ = entries_and_next("atom", first)
        assert served.revise(sent[0]["id"], "withdraw", note="Sent in error.").status == 200
        served.render()
        after = served.public.until("/feeds/all/1.atom", lambda answer: "Release 0" not in answer.text)
        assert entries_and_next("atom", after)[0] == ids
        assert after.headers["etag"] != first.headers["etag"]
        assert served.public.get("/feeds/all/1.atom", If_None_Match=first.headers["etag"]).status == 200


def test_a_document_is_smaller_than_its_limit_with_everything_in_it(tmp_path: Path) -> None:
    with serving(tmp_path, feed_max_bytes=LIMIT) as served:
        # Of many lengths, so that some document comes close to its limit.
        sent = [
            served.submit(headline=f"Long {number}", body=[paragraph("x" * (2_000 + 97 * number))], quotes=None)["guid"]
            for number in range(30)
        ]
        served.render()
        for form in ("rss", "atom", "json"):
            served.public.until(f"/feeds/all.{form}", lambda answer: sent[-1] in answer.text)
            sizes: list[int] = []
            path: str | None = f"/feeds/all.{form}"
            found: list[str] = []
            while path:
                answer = served.public.get(path.removeprefix(BASE))
                sizes.append(len(answer.body))
                ids, path = entries_and_next(form, answer)
                found += ids
            assert found == sent[::-1]
            assert max(sizes) < LIMIT, sizes
            assert max(sizes) > LIMIT // 2


def test_a_change_comes_alone_to_a_reader_that_asks_for_what_is_new(served: Served) -> None:
    accepted = [served.submit(headline=f"Release {number}") for number in range(3)]
    served.render()
    whole = served.public.until("/feeds/all.json", lambda answer: len(answer.json["items"]) == 3)
    assert served.revise(accepted[0]["id"], "withdraw", note="Sent in error.").status == 200
    served.render()
    served.public.until("/feeds/all.json", lambda answer: answer.headers["etag"] != whole.headers["etag"])
    news = served.public.get("/feeds/all.json", A_IM="feed", If_None_Match=f'"0-0", {whole.headers["etag"]}')
    assert news.status == 226
    items = json.loads(news.body)["items"]
    assert [(item["id"], item["_syndicator"]["status"]) for item in items] == [(accepted[0]["guid"], "canceled")]
