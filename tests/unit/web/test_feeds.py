"""Feeds over a real socket: what RFC 9110, 3229 and 5005 promise a reader."""

import asyncio
import gzip
import json
import re
import tracemalloc
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

import pytest
from lxml import etree

from syndicator.clock import SECOND_US
from syndicator.web.documents import Documents
from syndicator.web.feeds import FeedServer
from tests.unit.web.served import BASE, START_US, Served, serving

ATOM = "{http://www.w3.org/2005/Atom}"
TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


@pytest.mark.parametrize("form", TYPES)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_feed_comes_with_everything_that_a_reader_needs(shown: Served, form: str, coding: str) -> None:
    answer = shown.public.get(f"/feeds/all.{form}", Accept_Encoding=coding)
    assert answer.status == 200
    headers = answer.headers
    assert headers["content-type"] == TYPES[form]
    assert headers["cache-control"] == "public, max-age=300"
    assert headers["vary"] == "Accept-Encoding"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["tdm-reservation"] == "1"
    assert headers["tdm-policy"] == f"{BASE}/terms"
    assert re.fullmatch(r'"[0-9a-f]+-[0-9a-f]{24}(-gzip)?"', headers["etag"])
    assert parsedate_to_datetime(headers["last-modified"]).timestamp() >= START_US // SECOND_US
    assert headers.get("content-encoding") == (None if coding == "identity" else "gzip")
    assert headers["content-length"] == str(len(answer.body))
    assert (headers.get("access-control-allow-origin") == "*") is (form == "json")
    assert not {"set-cookie", "expires", "server"} & set(headers)


def test_the_codings_hold_the_same_bytes_under_different_tags(shown: Served) -> None:
    plain, packed = (shown.public.get("/feeds/all.atom", Accept_Encoding=coding) for coding in ("identity", "gzip"))
    assert gzip.decompress(packed.body) == plain.body
    assert plain.headers["etag"] != packed.headers["etag"]


@pytest.mark.parametrize("form", TYPES)
def test_headers_and_body_agree_on_self_and_hub(shown: Served, form: str) -> None:
    answer = shown.public.get(f"/feeds/all.{form}")
    links = re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["link"])
    assert links == [(f"{BASE}/feeds/all.{form}", "self"), ("https://hub.example/", "hub")]
    if form == "json":
        body = answer.json
        assert body["feed_url"] == links[0][0]
        assert [hub["url"] for hub in body["hubs"]] == [links[1][0]]
    else:
        head = etree.fromstring(answer.body)
        feed = head if form == "atom" else head[0]
        found = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
        assert len(feed.findall(f"{ATOM}link[@rel='self']")) == 1
        assert (found["self"], found["hub"]) == (links[0][0], links[1][0])


def test_a_reader_who_names_the_time_of_its_own_clock_misses_nothing(served: Served) -> None:
    before = served.public.get("/feeds/all.atom")
    ahead = formatdate(served.clock.us / SECOND_US + 5, usegmt=True)
    served.clock.forward(2)
    served.submit(headline="Not seen yet")
    served.render()
    served.public.until("/feeds/all.atom", lambda answer: answer.headers["etag"] != before.headers["etag"])
    answer = served.public.get("/feeds/all.atom", If_Modified_Since=ahead)
    assert (answer.status, "Not seen yet" in answer.text) == (200, True)


CONDITIONS = [
    # what the reader sends, made of tag and time, and whether it holds the current state
    ({"If-None-Match": "{tag}"}, True),
    ({"If-None-Match": "W/{tag}"}, True),
    ({"If-None-Match": '"other", {tag}'}, True),
    ({"If-None-Match": "*"}, True),
    ({"If-None-Match": '"other"'}, False),
    ({"If-None-Match": "nonsense"}, False),
    ({"If-Modified-Since": "{time}"}, True),
    ({"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, False),
    ({"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}, False),
    ({"If-Modified-Since": "nonsense"}, False),
    # tags count before times
    ({"If-None-Match": '"other"', "If-Modified-Since": "{time}"}, False),
    ({"If-None-Match": "{tag}", "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}, True),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize(("sent", "held"), CONDITIONS)
def test_conditional_requests(shown: Served, method: str, coding: str, sent: dict[str, str], held: bool) -> None:
    whole = shown.public.get("/feeds/all.atom", Accept_Encoding=coding)
    values = {"tag": whole.headers["etag"], "time": whole.headers["last-modified"]}
    headers = {name: value.format(**values) for name, value in sent.items()}
    answer = shown.public(method, "/feeds/all.atom", headers={"Accept-Encoding": coding, **headers})
    assert answer.status == (304 if held else 200)
    assert answer.headers["etag"] == whole.headers["etag"]
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["vary"] == "Accept-Encoding"
    if held:
        assert answer.body == b""
        assert "content-length" not in answer.headers
        assert not {"content-type", "last-modified", "link"} & answer.headers.keys()
    else:
        assert answer.headers["content-length"] == str(len(whole.body))
        assert answer.body == (whole.body if method == "GET" else b"")


@pytest.mark.parametrize("form", TYPES)
@pytest.mark.parametrize("sent", [{}, {"Accept-Encoding": "gzip"}, {"If-None-Match": "*"}])
def test_head_has_the_headers_of_get_and_no_body(shown: Served, form: str, sent: dict[str, str]) -> None:
    got, asked = (shown.public(method, f"/feeds/all.{form}", headers=sent) for method in ("GET", "HEAD"))
    timeless = [{name: value for name, value in each.headers.items() if name != "date"} for each in (got, asked)]
    assert timeless[0] == timeless[1]
    assert (asked.status, asked.body) == (got.status, b"")


def test_the_tag_of_another_coding_is_another_state(shown: Served) -> None:
    packed = shown.public.get("/feeds/all.atom", Accept_Encoding="gzip").headers["etag"]
    assert shown.public.get("/feeds/all.atom", If_None_Match=packed).status == 200


def test_a_script_of_another_site_may_read_json_and_its_304(shown: Served) -> None:
    tag = shown.public.get("/feeds/all.json").headers["etag"]
    answer = shown.public.get("/feeds/all.json", If_None_Match=tag)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (304, "*")
    asked = shown.public("OPTIONS", "/feeds/all.json")
    assert (asked.status, asked.headers["access-control-allow-origin"]) == (204, "*")
    assert "If-None-Match" in asked.headers["access-control-allow-headers"]
    assert asked.headers["access-control-allow-methods"] == "GET, HEAD"
    assert answer.headers["access-control-expose-headers"] == "ETag, Last-Modified, Link"
    assert "access-control-allow-origin" not in shown.public("OPTIONS", "/feeds/all.rss").headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_feeds_are_only_read(shown: Served, method: str) -> None:
    answer = shown.public(method, "/feeds/all.atom")
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/nope.atom",
        "/feeds/all",
        "/feeds/all.xml",
        "/feeds/all.atom.atom",
        "/feeds/.atom",
        "/feeds/all/0.atom",
        "/feeds/all/1.atom",
        "/feeds/all/01.atom",
        "/feeds/all/-1.atom",
        "/feeds/all/x.atom",
        "/feeds/all/99999999999999999999.atom",
        "/feeds/../feeds/all.atom",
        "/feeds/%00.atom",
        "/feeds/" + "a" * 500 + ".atom",
    ],
)
def test_what_is_no_feed_is_a_small_404(shown: Served, path: str) -> None:
    answer = shown.public.get(path)
    assert answer.status == 404
    assert len(answer.body) < 100
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert shown.public("HEAD", path).body == b""


def test_what_is_kept_of_wishes_does_not_grow_with_their_length(shown: Served) -> None:
    tracemalloc.start()
    for number in range(200):
        assert shown.public.get("/feeds/all.rss", Accept_Encoding=f"{number}-{'x' * 50_000}, gzip").status == 200
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 3_000_000


def test_what_is_kept_of_wishes_does_not_grow_with_their_number(shown: Served) -> None:
    documents = Documents(shown.service.setup, 60)
    asyncio.run(_kept(documents, "/feeds/all.rss"))
    server = FeedServer(documents)
    tracemalloc.start()
    for number in range(20_000):
        headers = [(b"accept-encoding", b"gzip, x-%d" % number)]
        assert server.at_hand({"method": "GET", "path": "/feeds/all.rss", "headers": headers}) is not None
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 500_000


async def _kept(documents: Documents, path: str) -> None:
    await documents.hear()
    await documents.load(path)
    assert path in documents.kept


def test_a_new_release_is_seen_and_moves_tag_and_time(served: Served) -> None:
    before = served.public.get("/feeds/all.atom")
    assert before.status == 200, "the first channel can be read before there is a release"
    accepted = served.submit()
    served.render()
    after = served.public.until("/feeds/all.atom", lambda answer: accepted["guid"] in answer.text)
    assert after.headers["etag"] != before.headers["etag"]
    # The test's clock stood still; the time moves all the same, or a reader would miss the release.
    assert parsedate_to_datetime(after.headers["last-modified"]) > parsedate_to_datetime(
        before.headers["last-modified"]
    )
    held = served.public.get("/feeds/all.atom", If_Modified_Since=before.headers["last-modified"])
    assert held.status == 200


def test_a_reader_that_asks_for_it_gets_only_what_is_new(served: Served) -> None:
    served.submit(headline="First")
    served.render()
    for form in TYPES:
        served.public.until(f"/feeds/all.{form}", lambda answer: "First" in answer.text)
    tags = {form: served.public.get(f"/feeds/all.{form}").headers["etag"] for form in TYPES}
    served.submit(headline="Second")
    served.render()
    for form, tag in tags.items():
        whole = served.public.until(f"/feeds/all.{form}", lambda answer: "Second" in answer.text)
        news = served.public.get(f"/feeds/all.{form}", A_IM="feed", If_None_Match=tag)
        assert (news.status, news.headers["im"]) == (226, "feed")
        assert news.headers["etag"] == whole.headers["etag"]
        assert news.headers["cache-control"] == "no-store, im"
        assert news.headers["content-type"] == TYPES[form]
        assert _headlines(form, news.body) == ["Second"]
        assert _headlines(form, whole.body) == ["Second", "First"]
        packed = served.public.get(f"/feeds/all.{form}", A_IM="feed", If_None_Match=tag, Accept_Encoding="gzip")
        assert packed.status == 226
        assert gzip.decompress(packed.body) == news.body
        assert served.public.get(f"/feeds/all.{form}", A_IM="feed", If_None_Match='"0-x"').status == 200
        assert served.public.get(f"/feeds/all.{form}", If_None_Match=tag).status == 200
        assert served.public.get(f"/feeds/all.{form}", A_IM="vcdiff", If_None_Match=tag).status == 200
        assert 'rel="hub"' not in whole.headers["link"], "there is none"
        current = served.public.get(f"/feeds/all.{form}", A_IM="feed", If_None_Match=whole.headers["etag"])
        assert current.status == 304


def _headlines(form: str, body: bytes) -> list[str]:
    if form == "json":
        return [item["title"] for item in json.loads(body)["items"]]
    feed = etree.fromstring(body)
    path = f"{ATOM}entry/{ATOM}title" if form == "atom" else "channel/item/title"
    return [str(title.text) for title in feed.iterfind(path)]


def test_walking_back_from_the_current_document_yields_everything_once(tmp_path: Path) -> None:
    with serving(tmp_path, feed_window=4) as served:
        sent = [served.submit(headline=f"Release {number}")["guid"] for number in range(11)]
        served.render()
        served.public.until("/feeds/all.json", lambda answer: len(answer.json["items"]) > 0)
        path: str | None = "/feeds/all.atom"
        found: list[str] = []
        pages = 0
        while path:
            answer = served.public.get(path)
            assert answer.status == 200
            feed = etree.fromstring(answer.body)
            found += [str(each.text) for each in feed.iterfind(f"{ATOM}entry/{ATOM}id")]
            before = feed.find(f"{ATOM}link[@rel='prev-archive']")
            path = None if before is None else before.get("href", "").removeprefix(BASE)
            pages += 1
        assert pages > 3
        assert found == sent[::-1]


def test_a_deleted_channel_is_gone_and_may_come_back(served: Served) -> None:
    served.submit()
    served.render()
    new = {"name": "german", "title": "German", "filter": {"language": "de"}}
    assert served.operator("POST", "/api/v1/channels", new).status == 201
    served.render()
    served.public.until("/feeds/german.atom", lambda answer: answer.status == 200)
    assert served.operator("DELETE", "/api/v1/channels/german").status == 204
    served.public.until("/feeds/german.atom", lambda answer: answer.status == 404)
    assert served.operator("POST", "/api/v1/channels", new).status == 201
    served.render()
    served.public.until("/feeds/german.atom", lambda answer: answer.status == 200 and "<entry" in answer.text)


def test_a_withdrawn_entry_leaves_memory_as_soon_as_the_feed_is_rendered(served: Served) -> None:
    accepted = served.submit(headline="Taken back")
    served.render()
    served.public.until("/feeds/all.atom", lambda answer: "Taken back" in answer.text)
    assert served.revise(accepted["id"], "withdraw", note="Sent in error.").status == 200
    served.render()
    answer = served.public.until("/feeds/all.atom", lambda answer: "Taken back" not in answer.text)
    assert accepted["guid"] in answer.text


def test_feeds_stay_readable_for_their_max_age_without_a_database_and_not_longer(tmp_path: Path) -> None:
    with serving(tmp_path, feed_max_age_s=1) as served:
        served.public.until("/feeds/all.atom", lambda answer: answer.status == 200)
        with served.service.database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE renditions RENAME TO elsewhere")
        assert served.public.get("/feeds/all.atom").status == 200
        away = served.public.until("/feeds/all.atom", lambda answer: answer.status == 503)
        assert (away.headers["retry-after"], away.headers["cache-control"]) == ("5", "no-store")
        with served.service.database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO renditions")
        served.public.until("/feeds/all.atom", lambda answer: answer.status == 200)
