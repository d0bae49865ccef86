"""Bad input through the real HTTP API: refused with every fault, or neutralised; nothing stored, and feeds still parse."""

import http.client
import json
import select
import socket
from collections.abc import Iterator
from typing import Any

import feedparser
import pytest
import requests
from lxml import etree
from sqlalchemy import text

from syndicator.web.app import make_app
from syndicator.web.serve import Server
from tests.contract.house.conftest import EXAMPLE, House

ENDLESS = 50_000_000
DEEP = '{"a":' * 100_000 + "1" + "}" * 100_000
MARKUP = '</p><script>alert(1)</script><img src=x onerror=alert(1)><svg><style><img title="</style><b>">]]>&amp;'


@pytest.fixture
def server(house: House) -> Iterator[Server]:
    with Server(make_app(house.service), "127.0.0.1", 0) as running:
        yield running


def submit(server: Server, body: bytes | str, key: str = "key") -> requests.Response:
    return requests.post(
        f"{server.url}/api/v1/releases",
        data=body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body,
        headers={"Authorization": "Bearer token", "Idempotency-Key": key, "Content-Type": "application/json"},
        timeout=10,
    )


def changed(**fields: Any) -> str:
    return json.dumps({**EXAMPLE, **fields}, ensure_ascii=False)


def stored(house: House) -> int:
    with house.service.database.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM releases")).scalar_one())


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (changed(headline="nul \x00 here"), "headline"),
        (changed(headline="vertical \x0b tab"), "headline"),
        (changed(headline="not \ufffe fit"), "headline"),
        (json.dumps({**EXAMPLE, "headline": "lone \ud800 surrogate"}), "headline"),
        (changed(headline="Subject: x\r\nBcc: y"), "headline"),
        (changed(headline="two\u2028lines"), "headline"),
        (changed(headline="x" * 2001), "headline"),
        (changed(headline="nicht NFC: u\u0308"), "headline"),
        (changed(publisher={"name": "A", "url": "javascript:alert(1)"}), "publisher.url"),
        (changed(publisher={"name": "A", "url": "data:text/html,x"}), "publisher.url"),
        (changed(links=[{"href": "http://a:b@example.org/"}]), "links[0].href"),
        (changed(media=[{"caption": "x", "href": "file:///etc/passwd"}]), "media[0].href"),
        (changed(media=[{"caption": "x", "file": "../../etc/passwd"}]), "media[0].file"),
        (changed(contacts=[{"name": "A", "email": "a@b\nBcc: c@d"}]), "contacts[0].email"),
        (changed(language="de<script>"), "language"),
        (changed(network="../unn"), "network"),
        (changed(body=[]), "body"),
        (changed(body=[{"type": "html", "text": "x"}]), "body[0]"),
        (changed(body=[{"type": "table", "rows": [["a"], ["b", "c"]]}]), "body[0]"),
        (changed()[:-1] + ', "headline": "twice"}', "headline"),
        (changed().replace('"de"', "NaN", 1), "language"),
    ],
)
def test_what_no_feed_could_carry_is_refused_at_its_place(house: House, server: Server, body: str, place: str) -> None:
    answer = submit(server, body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert any(fault["place"].startswith(place) for fault in answer.json()["faults"]), answer.text
    assert stored(house) == 0


@pytest.mark.parametrize("body", ["", "[", "null", "[]", '"text"', DEEP, "\ufeff{}", b"\xff\xfe{}", b"\x00" * 100])
def test_what_is_no_record_is_refused(house: House, server: Server, body: str | bytes) -> None:
    answer = submit(server, body)
    assert answer.status_code == 422
    assert answer.json()["faults"]
    assert stored(house) == 0


def test_fifty_megabytes_are_refused_before_they_are_read(house: House, server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("POST", "/api/v1/releases")
    for name, value in {
        "Authorization": "Bearer token",
        "Idempotency-Key": "key",
        "Content-Type": "application/json",
        "Content-Length": "50000000",
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(b"{" * 65536)
    answer = connection.getresponse()
    assert answer.status == 413
    connection.close()
    assert stored(house) == 0


def test_a_body_without_a_length_is_not_read_to_its_end(house: House, server: Server) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(
            b"POST /api/v1/releases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\nIdempotency-Key: key\r\n"
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        taken = 0
        while taken < ENDLESS and not select.select([connection], [], [], 0)[0]:
            try:
                connection.sendall(chunk)
            except (BrokenPipeError, ConnectionResetError):
                break
            taken += len(chunk)
        assert taken < ENDLESS / 2, "the service reads on and on"
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
    assert stored(house) == 0


def test_all_faults_of_a_record_come_at_once(server: Server) -> None:
    answer = submit(server, changed(headline="a\nb", languge="de", contacts=[{"name": "A"}], publisher={"name": ""}))
    places = {fault["place"] for fault in answer.json()["faults"]}
    assert {"headline", "languge", "contacts[0]", "publisher.name"} <= places


def test_markup_in_every_text_is_text_on_every_surface(house: House, server: Server) -> None:
    answer = submit(
        server,
        changed(
            headline=f"Headline {MARKUP}",
            subheadline=MARKUP,
            teaser=MARKUP,
            body=[
                {"type": "paragraph", "text": MARKUP},
                {"type": "subheading", "text": MARKUP},
                {"type": "list", "points": [MARKUP]},
                {"type": "table", "header": [MARKUP], "rows": [[MARKUP]]},
            ],
            quotes=[],
            boilerplates=[{"heading": MARKUP, "paragraphs": [MARKUP]}],
            media=[{"label": MARKUP, "caption": MARKUP, "alt": MARKUP, "credit": MARKUP, "rights": MARKUP}],
            keywords=[MARKUP],
            subjects=[{"code": "20000049", "label": MARKUP}],
            publisher={"name": MARKUP, "street": MARKUP, "phone": MARKUP, "key": "markup"},
            contacts=[{"name": MARKUP, "role": MARKUP, "phone": MARKUP}],
        ),
    )
    assert answer.status_code == 201, answer.text
    house.service.drain()
    for form in ("rss", "atom"):
        feed = requests.get(f"{server.url}/feeds/all.{form}", timeout=10).content
        etree.fromstring(feed)
        [entry] = feedparser.parse(feed).entries
        assert "<script" not in entry.content[0].value
        assert "onerror" not in entry.content[0].value.replace("onerror=alert(1)&gt;", "")
    [item] = requests.get(f"{server.url}/feeds/all.json", timeout=10).json()["items"]
    assert item["title"] == f"Headline {MARKUP}"
    assert "<script" not in item["content_html"]
    for path in (f"/releases/{answer.json()['id']}", "/channels/all", "/channels/markup", "/channels", "/"):
        page = requests.get(f"{server.url}{path}", timeout=10).text
        assert "<script" not in page
        assert "<img src=x" not in page


def test_the_feeds_parse_after_all_of_it(house: House, server: Server) -> None:
    for body in (DEEP, changed(headline="\x00"), changed(languge="x"), "["):
        submit(server, body)
    assert submit(server, changed(headline="Danach \u202e \u202d \u00ad \u00a0 👩‍🔬 ok")).status_code == 201
    house.service.drain()
    for form in ("rss", "atom"):
        feed = requests.get(f"{server.url}/feeds/all.{form}", timeout=10).content
        etree.fromstring(feed)
        assert len(feedparser.parse(feed).entries) == 1
