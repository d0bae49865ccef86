"""Files from their upload to every place that shows them, over real HTTP, and never before their release."""

import json
import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import feedparser
import pytest
import requests
import structlog
from lxml import etree
from PIL import Image
from sqlalchemy import text

from syndicator.clock import from_us
from syndicator.errors import Rejected
from syndicator.model.lifecycle import Action
from syndicator.services.attach import path_of
from syndicator.services.revise import Revision
from syndicator.store import releases
from syndicator.web.app import make_app
from syndicator.web.serve import Server
from tests.contract.house.conftest import EXAMPLE, House, record
from tests.contract.house.newsroom import Newsroom

TOKEN = {"Authorization": "Bearer token"}
UNKNOWN = "A" * 32
PAPER = b"%PDF-1.7\n" + bytes(range(256)) * 8


@pytest.fixture
def server(house: House) -> Iterator[Server]:
    with Server(make_app(house.service), "127.0.0.1", 0) as running:
        yield running


def photo(colour: str = "red", form: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Kamera der Redaktion"
    target = BytesIO()
    Image.new("RGB", (60, 30), colour).save(target, form, exif=exif)
    return target.getvalue()


def upload(server: Server, content: bytes, **options: Any) -> requests.Response:
    return requests.post(f"{server.url}/api/v1/media", data=content, timeout=10, **{"headers": TOKEN, **options})


def seen(server: Server, token: str, method: str = "GET", **headers: str) -> requests.Response:
    return requests.request(method, f"{server.url}/media/{token}", headers=headers, timeout=10)


def token_of(answer: requests.Response) -> str:
    url: str = answer.json()["url"]
    assert url.startswith("https://news.example/media/")
    return url.rpartition("/")[2]


def with_file(sha256: str, **fields: Any) -> dict[str, Any]:
    shown = {"label": "Foto 1", "caption": "Die Preisträger", "credit": "Anna Aal", "alt": "Vier Leute", **fields}
    return {"media": [{**shown, "sha256": sha256}]}


def count(house: House, table: str) -> int:
    with house.service.database.read() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_file_is_kept_once_under_the_hash_of_what_is_served(house: House, server: Server) -> None:
    first, again = upload(server, photo(), params={"name": "../../etc/Foto.jpg"}), upload(server, photo())
    assert (first.status_code, again.status_code) == (201, 200), first.text
    stored = first.json()
    assert stored == again.json()
    assert {name: stored[name] for name in ("type", "width", "height", "name")} == {
        "type": "image/jpeg",
        "width": 60,
        "height": 30,
        "name": "Foto.jpg",
    }
    path = path_of(house.service.setup, stored["sha256"])
    assert path.stat().st_size == stored["bytes"]
    assert b"Redaktion" not in path.read_bytes()
    assert count(house, "media_files") == 1
    folder = house.service.setup.media_dir
    assert [each for each in folder.rglob("*") if each.is_file()] == [path]
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0
    assert len(token_of(first)) >= 22, "128 bits"


def test_what_is_no_file_for_a_release_is_refused_and_not_kept(house: House, server: Server) -> None:
    for content in (b"<svg onload='alert(1)'/>", b"", b"MZ", photo()[:-200], b"\x89PNG\r\n\x1a\n" + bytes(20)):
        answer = upload(server, content)
        assert answer.status_code == 422, answer.text
        assert answer.json()["faults"][0]["fix"]
    assert upload(server, photo(), headers={}).status_code == 401
    assert count(house, "media_files") == 0
    assert not house.service.setup.media_dir.exists()


def test_too_many_bytes_are_refused_announced_or_not(make_house: Any) -> None:
    house: House = make_house(max_media_bytes=10_000)
    with Server(make_app(house.service), "127.0.0.1", 0) as server:
        assert upload(server, bytes(10_001)).status_code == 413
        parts = (bytes(4_000) for _ in range(4))
        chunked = requests.post(f"{server.url}/api/v1/media", data=parts, headers=TOKEN, timeout=10)
        assert chunked.status_code == 413
        assert upload(server, photo()).status_code == 201
    assert count(house, "media_files") == 1


def test_a_public_release_shows_its_files_everywhere(house: House, server: Server, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    stored, paper = upload(server, photo()), upload(server, PAPER)
    changes = with_file(stored.json()["sha256"], type="image/gif", bytes=1, width=9)
    changes["media"] += [{"label": "Bericht", "role": "document", "sha256": paper.json()["sha256"]}]
    release_id = house.submit(**changes)
    house.service.drain()
    url, size = stored.json()["url"], stored.json()["bytes"]

    (entry,) = json.loads(requests.get(f"{server.url}/feeds/all.json", timeout=10).content)["items"]
    assert [(a["url"], a["mime_type"], a["size_in_bytes"]) for a in entry["attachments"]] == [
        (url, "image/jpeg", size),
        (paper.json()["url"], "application/pdf", len(PAPER)),
    ]
    figure = f'<figure><img src="{url}" alt="Vier Leute" width="60" height="30"><figcaption>'
    assert figure in entry["content_html"]
    rss = requests.get(f"{server.url}/feeds/all.rss", timeout=10).content
    enclosure = etree.fromstring(rss).find("channel/item/enclosure")
    assert enclosure is not None
    assert {str(n): v for n, v in enclosure.attrib.items()} == {"url": url, "type": "image/jpeg", "length": str(size)}
    atom = feedparser.parse(requests.get(f"{server.url}/feeds/all.atom", timeout=10).content).entries[0]
    assert next((e["href"], e["type"], e["length"]) for e in atom.enclosures) == (url, "image/jpeg", str(size))
    assert atom.media_content[0]["width"] == "60"
    assert "Anna Aal" in str(atom.media_credit)
    assert figure in requests.get(f"{server.url}/releases/{release_id}", timeout=10).text
    (pushed,) = newsroom.envelopes
    assert pushed["data"]["media"][0]["href"] == url
    assert pushed["data"]["media"][0]["bytes"] == size
    with house.service.database.read() as connection:
        kept = releases.version(connection, release_id).release.record.media[0]
    assert (kept.type, kept.bytes, kept.width, kept.height) == ("image/jpeg", size, 60, 30), "as stored, not as stated"
    assert kept.href is None


def test_the_bytes_come_with_type_tag_and_ranges(house: House, server: Server) -> None:
    stored = upload(server, photo())
    house.submit(**with_file(stored.json()["sha256"]))
    whole = seen(server, token_of(stored))
    assert whole.status_code == 200
    assert whole.headers["Content-Type"] == "image/jpeg"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Last-Modified"] == "Thu, 01 Jan 1970 00:00:00 GMT", "when it came is nobody's business"
    assert whole.headers["ETag"] == f'"{stored.json()["sha256"]}"'
    assert whole.headers["Cache-Control"] == "public, max-age=60"
    assert Image.open(BytesIO(whole.content)).size == (60, 30)
    head = seen(server, token_of(stored), "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.content))
    assert seen(server, token_of(stored), **{"If-None-Match": whole.headers["ETag"]}).status_code == 304
    part = seen(server, token_of(stored), Range="bytes=2-5", **{"If-Range": '"another"'})
    assert (part.status_code, part.content) == (200, whole.content)
    part = seen(server, token_of(stored), Range="bytes=2-5", **{"If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    assert seen(server, token_of(stored), "POST").status_code == 405
    for ignored in ("bytes=abc", "lines=1-2", "bytes=5-1", f"bytes={'9' * 5000}-"):
        part = seen(server, token_of(stored), Range=ignored)
        assert (part.status_code, part.content) == (200, whole.content), "as if nothing had been asked for"
    part = seen(server, token_of(stored), Range="bytes=0-5, 9999999-")
    assert (part.status_code, part.content) == (206, whole.content[:6])
    beyond = seen(server, token_of(stored), Range="bytes=9999999-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole.content)}")
    every = ("X-Content-Type-Options", "Content-Security-Policy", "Cache-Control", "tdm-reservation", "tdm-policy")
    assert [beyond.headers.get(name) for name in every] == [whole.headers[name] for name in every]
    assert seen(server, token_of(stored), "HEAD", Range="bytes=0-5").status_code == 200


def test_documents_are_saved_and_not_opened_in_place(house: House, server: Server) -> None:
    stored = upload(server, PAPER)
    house.submit(**with_file(stored.json()["sha256"], role="document"))
    answer = seen(server, token_of(stored))
    assert answer.content == PAPER
    assert answer.headers["Content-Disposition"].startswith("attachment")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "sandbox"} <= set(policy)
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin", "pages of newsrooms may show it"


def same(one: requests.Response, other: requests.Response) -> bool:
    passing = {"date"}
    headers = [
        {name: value for name, value in each.headers.items() if name.lower() not in passing} for each in (one, other)
    ]
    return (one.status_code, one.content, headers[0]) == (other.status_code, other.content, headers[1])


def test_held_reads_like_unknown_until_the_embargo_lifts_and_gone_after_a_withdrawal(
    house: House, server: Server
) -> None:
    stored = upload(server, photo())
    token = token_of(stored)
    until = from_us(house.clock.us) + timedelta(hours=1)
    assert same(seen(server, token), seen(server, UNKNOWN)), "no release yet"
    release_id = house.submit(**with_file(stored.json()["sha256"]), embargo_until=until.isoformat())
    house.clock.us += 3_600_000_000 - 1
    house.service.drain()
    for method in ("GET", "HEAD"):
        held = seen(server, token, method)
        assert held.status_code == 404
        assert same(held, seen(server, UNKNOWN, method))
    assert seen(server, token, **{"If-None-Match": f'"{stored.json()["sha256"]}"'}).status_code == 404
    known = seen(server, token, **TOKEN)
    assert (known.status_code, known.headers["Cache-Control"]) == (200, "private, no-store")
    assert seen(server, token, Authorization="Bearer wrong").status_code == 401
    house.clock.us += 1
    house.service.drain()
    assert seen(server, token).status_code == 200
    house.service.revise(release_id, Revision(action=Action.WITHHOLD, actor="t", note="Zahl"))
    assert same(seen(server, token), seen(server, UNKNOWN)), "withheld"
    house.service.revise(release_id, Revision(action=Action.REINSTATE, actor="t"))
    assert seen(server, token).status_code == 200
    house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="Irrtum"))
    gone = seen(server, token)
    assert (gone.status_code, gone.headers["Cache-Control"]) == (410, "no-store")
    house.service.drain()
    assert token not in requests.get(f"{server.url}/feeds/all.atom", timeout=10).text


def test_what_was_withdrawn_before_it_was_public_stays_unknown(house: House, server: Server) -> None:
    stored = upload(server, photo())
    until = from_us(house.clock.us) + timedelta(hours=1)
    release_id = house.submit(**with_file(stored.json()["sha256"]), embargo_until=until.isoformat())
    house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="Nie"))
    assert same(seen(server, token_of(stored)), seen(server, UNKNOWN))


def test_a_file_that_the_newest_version_left_out_is_shown_no_more(house: House, server: Server) -> None:
    old, new = upload(server, photo("red")), upload(server, photo("blue"))
    release_id = house.submit(**with_file(old.json()["sha256"]))
    changed = record(**with_file(new.json()["sha256"]))
    house.service.revise(release_id, Revision(action=Action.UPDATE, actor="somebody else", record=changed))
    assert (seen(server, token_of(old)).status_code, seen(server, token_of(new)).status_code) == (404, 200)


def test_a_file_of_two_releases_goes_with_the_last_of_them(house: House, server: Server) -> None:
    stored = upload(server, photo())
    first = house.submit(key="a", **with_file(stored.json()["sha256"]))
    house.submit(key="b", headline="Another", **with_file(stored.json()["sha256"]))
    house.service.revise(first, Revision(action=Action.WITHDRAW, actor="t", note="Irrtum"))
    assert seen(server, token_of(stored)).status_code == 200


def test_files_of_others_are_unknown(house: House, server: Server) -> None:
    theirs = house.service.attach(photo(), owner="another")
    mine = upload(server, photo())
    assert mine.json()["sha256"] == theirs.file.sha256
    assert token_of(mine) != theirs.file.token
    house.submit(**with_file(theirs.file.sha256))
    assert (seen(server, token_of(mine)).status_code, seen(server, theirs.file.token).status_code) == (200, 404)
    blue = house.service.attach(photo("blue"), owner="another")
    with pytest.raises(Rejected, match="no such file of yours"):
        house.submit(key="b", **with_file(blue.file.sha256))
    of_another = house.service.submit(record(), owner="another", key="c").release.id
    house.service.revise(
        of_another, Revision(action=Action.UPDATE, actor="operator", record=record(**with_file(blue.file.sha256)))
    )
    assert seen(server, blue.file.token).status_code == 200
    green = upload(server, photo("green")).json()["sha256"]
    with pytest.raises(Rejected, match="no such file of yours"):
        house.service.revise(
            of_another, Revision(action=Action.UPDATE, actor="operator", record=record(**with_file(green)))
        )


def test_every_fault_of_the_media_comes_at_once(house: House, server: Server) -> None:
    media = [{"caption": "x", "file": "foto.jpg"}, {"sha256": "0" * 64}, {"caption": "fine"}, {"sha256": "1" * 64}]
    answer = requests.post(
        f"{server.url}/api/v1/releases",
        json={**EXAMPLE, "media": media},
        headers={**TOKEN, "Idempotency-Key": "k"},
        timeout=10,
    )
    assert answer.status_code == 422
    faults = answer.json()["faults"]
    assert [fault["place"] for fault in faults] == ["media[0].file", "media[1].sha256", "media[3].sha256"]
    assert all("POST /api/v1/media" in fault["fix"] for fault in faults)
    release_id = house.submit()
    wrong = Revision(action=Action.UPDATE, actor="t", record=record(**with_file("0" * 64)))
    with pytest.raises(Rejected, match="no such file"):
        house.service.revise(release_id, wrong)
    assert count(house, "versions") == 1


def test_a_folder_that_cannot_be_written_is_told_from_a_database_that_cannot(house: House, server: Server) -> None:
    house.service.setup.media_dir.write_text("a file where the folder should be")
    answer = upload(server, photo())
    assert (answer.status_code, answer.json()["title"]) == (503, "The media folder cannot be used")
    assert count(house, "media_files") == 0


def test_a_wrong_token_is_told_how_files_are_asked_for(house: House, server: Server) -> None:
    stored = upload(server, photo())
    refused = requests.get(f"{server.url}/media/{token_of(stored)}", headers={"Authorization": "Bearer x"}, timeout=10)
    assert (refused.status_code, refused.headers.get("WWW-Authenticate")) == (401, 'Bearer realm="syndicator"')


def test_a_lost_file_is_an_error_of_the_service_and_comes_back_with_the_same_upload(
    house: House, server: Server
) -> None:
    stored = upload(server, photo())
    house.submit(**with_file(stored.json()["sha256"]))
    path = path_of(house.service.setup, stored.json()["sha256"])
    path.unlink()
    with structlog.testing.capture_logs() as lines:
        lost = seen(server, token_of(stored))
    assert lost.status_code == 503
    assert [stored.json()["sha256"] in line["reason"] for line in lines] == [True]
    assert "The media folder cannot be used" in lost.text
    assert upload(server, photo()).status_code == 200
    assert seen(server, token_of(stored)).status_code == 200
    os.truncate(path, 10)
    upload(server, photo())
    assert path.stat().st_size == stored.json()["bytes"]
