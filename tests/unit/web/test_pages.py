"""Pages that people read: whole, escaped, without scripts, and gone when their release is withdrawn."""

import json
import re
from pathlib import Path

import pytest
from lxml import etree, html

from syndicator.model.channel import AutomaticChannel, ChannelKind
from syndicator.store import channels, durability
from tests.unit.web.served import BASE, START_US, Served, record, serving

HOSTILE = "<script>alert(1)</script>\"'&amp;"
PAGES = ["/", "/channels", "/channels/all", "/terms"]


def _page(text: str) -> html.HtmlElement:
    return html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))


@pytest.mark.parametrize("path", [*PAGES, "/releases/{id}", "/releases/nope", "/nope"])
def test_every_page_is_whole_and_guarded(shown: Served, path: str) -> None:
    release_id = shown.public.get("/feeds/all.json").json["items"][0]["url"].rpartition("/")[2]
    answer = shown.public.get(path.format(id=release_id))
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "script" not in policy
    assert "unsafe" not in policy
    # default-src says nothing of these three: without them a page may be framed, and its links and forms led elsewhere
    assert {"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert {"img-src 'self' https:", "media-src 'self' https:"} <= set(policy.split("; ")), "pictures lie anywhere"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["tdm-policy"] == f"{BASE}/terms"
    kept = "public, max-age=300" if answer.status == 200 else "no-store"
    assert answer.headers["cache-control"] == kept, "what is not there may be public in a second"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["tdm-reservation"] == "1"
    page = _page(answer.text)
    assert page.get("lang") == ("de" if "{id}" in path else "en")
    for around in page.xpath("//header | //footer"):
        assert around.get("lang", page.get("lang")) == "en"
    assert bool(page.xpath("//meta[@name='robots'][@content='noindex']")) is (answer.status != 200)
    assert len(page.findall(".//h1")) == 1
    assert page.findtext(".//title")
    assert page.find(".//main") is not None
    assert page.find(".//meta[@name='tdm-reservation']").get("content") == "1"
    assert not page.findall(".//script")
    assert not page.xpath("//@style | //@*[starts-with(name(), 'on')]")
    for local in page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href"):
        assert shown.public.get(str(local)).status == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "title", "header"),
    [
        ("POST", "/", 405, "Method Not Allowed", ("allow", "GET, HEAD")),
        ("GET", "/media/x", 401, "A valid token is needed", ("www-authenticate", 'Bearer realm="syndicator"')),
    ],
)
def test_a_page_that_refuses_says_what_would_be_right(
    shown: Served, method: str, path: str, status: int, title: str, header: tuple[str, str]
) -> None:
    answer = shown.public(method, path, headers={"Authorization": "Bearer wrong"})
    assert (answer.status, _page(answer.text).findtext(".//h1")) == (status, title)
    assert sorted(answer.headers[header[0]].split(", ")) == sorted(header[1].split(", "))


@pytest.mark.parametrize("path", ["/", "/channels", "/channels/all", "/releases/{id}"])
def test_readers_find_the_feeds_by_themselves(shown: Served, path: str) -> None:
    release_id = shown.public.get("/feeds/all.json").json["items"][0]["url"].rpartition("/")[2]
    page = _page(shown.public.get(path.format(id=release_id)).text)
    links = page.findall(".//link[@rel='alternate']")
    assert {link.get("type") for link in links} == {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
    }
    assert len(links) == (9 if "{id}" in path else 3), "of a release all, its publisher's and its language's"
    for link in links:
        answer = shown.public.get(link.get("href", "").removeprefix(BASE))
        assert answer.headers["content-type"].startswith(link.get("type", ""))


def test_a_release_is_read_whole_with_publisher_contact_and_disclaimer(shown: Served) -> None:
    item = shown.public.get("/feeds/all.json").json["items"][0]
    answer = shown.public.get(item["url"].removeprefix(BASE))
    assert item["content_html"] in answer.text
    assert answer.headers["cache-control"] == "public, max-age=300"
    page = _page(answer.text)
    assert page.findtext(".//h1") == record()["headline"]
    assert page.find(".//link[@rel='canonical']").get("href") == item["url"]


def test_who_issued_it_and_what_was_corrected_is_seen_at_once(served: Served) -> None:
    """In lists and feeds, too: who looks through them at six o'clock opens no entry to learn that it changed."""
    publisher = {**record()["publisher"], "name": "Acme & Söhne"}
    release_id = served.submit(teaser="Acme opens a hall.", publisher=publisher)["id"]
    corrected = record(teaser="Acme opens a hall.", publisher=publisher)
    served.revise(release_id, "correct", record=corrected, note="It opens on Sunday.")
    served.render()
    told = "Berichtigung: It opens on Sunday. Acme opens a hall."
    for path in ("/", "/channels/all", f"/releases/{release_id}"):
        page = _page(served.public.get(path).text)
        assert page.xpath("string(//p[@class='when']/bdi)") == "Acme & Söhne"
        assert page.xpath("//p[@class='when']//time")
        assert told in (page.text_content() + "".join(page.xpath("//meta[@name='description']/@content")))
    assert served.public.get("/feeds/all.json").json["items"][0]["summary"] == told
    assert told in served.public.get("/feeds/all.rss").text
    assert told in served.public.get("/feeds/all.atom").text


def test_what_a_publisher_wrote_is_text_on_every_page(served: Served) -> None:
    publisher = {**record()["publisher"], "name": HOSTILE}
    subjects = [{"code": "1", "label": HOSTILE}]
    accepted = served.submit(headline=HOSTILE, teaser=HOSTILE, publisher=publisher, subjects=subjects)
    served.render()
    for path in (*PAGES, f"/releases/{accepted['id']}", "/channels/subject-1"):
        answer = served.public.get(path)
        assert not _page(answer.text).findall(".//script"), path
        assert "<script" not in answer.text.lower()
    assert _page(served.public.get(f"/releases/{accepted['id']}").text).findtext(".//h1") == HOSTILE


@pytest.mark.parametrize(
    ("language", "headline", "expected"),
    [
        ("ar", "BioM \u062a\u0639\u0644\u0646", "rtl"),
        ("he", "2027: \u05e9\u05dc\u05d5\u05dd", "rtl"),
        ("az-Arab", "BioM", "rtl"),
        ("en", "\u0627\u0644\u062c\u0632\u064a\u0631\u0629 (Al Jazeera) opens in Hull", "ltr"),
        ("ur-Latn", "Salam", "ltr"),
    ],
)
def test_a_release_runs_as_its_language_does(served: Served, language: str, headline: str, expected: str) -> None:
    accepted = served.submit(language=language, headline=headline)
    served.render()
    article = _page(served.public.get(f"/releases/{accepted['id']}").text).find(".//article")
    line = _page(served.public.get("/channels/all").text).xpath("//ol[@class='releases']/li")[0]
    for part in (article, line):
        assert part.get("dir") == expected
        assert not part.xpath("./h1/@dir | ./h2[a]/@dir")
        assert part.xpath("string(.//time/parent::*/@dir)") == "ltr"


def test_a_table_that_is_scrolled_is_reached_by_keyboard_and_no_text_is_taken_for_one(served: Served) -> None:
    blocks = [{"type": "table", "rows": [["a", "b"]]}, {"type": "paragraph", "text": "As <table> it is written."}]
    release_id = served.submit(body=blocks, quotes=[])["id"]
    page = served.public.get(f"/releases/{release_id}").text
    assert page.count('<table tabindex="0"><tbody><tr><td>a</td>') == page.count("<table") == 1
    assert "As &lt;table&gt; it is written." in page


def test_a_withdrawn_release_leaves_a_stub_that_says_so(served: Served) -> None:
    accepted = served.submit(headline="Taken back")
    served.render()
    path = f"/releases/{accepted['id']}"
    assert served.public.get(path).status == 200
    served.revise(accepted["id"], "withhold", note="Under review.")
    withheld = served.public.get(path)
    assert (withheld.status, "Taken back" in withheld.text, "Under review." in withheld.text) == (200, False, True)
    assert "version 2" in _page(withheld.text).xpath("string(//p[@class='when'])")
    served.revise(accepted["id"], "withdraw", note="Not ours.")
    served.render()
    gone = served.public.get(path)
    assert gone.status == 410
    assert "Not ours." in gone.text
    assert _page(gone.text).find(".//meta[@name='robots']").get("content") == "noindex"
    for shown in ("/", "/channels/all"):
        assert "Taken back" not in served.public.get(shown).text


@pytest.mark.parametrize("path", ["/opml", "/feeds.opml"])
def test_all_channels_as_opml(shown: Served, path: str) -> None:
    answer = shown.public.get(path)
    assert answer.headers["content-type"] == "text/x-opml; charset=utf-8"
    outlines = etree.fromstring(answer.body).findall(".//outline[@xmlUrl]")
    listed = shown.public.get("/api/v1/channels").json
    assert {outline.get("xmlUrl") for outline in outlines} == {channel["feeds"]["atom"] for channel in listed}
    for outline in outlines:
        assert shown.public.get(outline.get("htmlUrl", "").removeprefix(BASE)).status == 200


def test_no_number_of_channels_is_too_large_for_the_list(served: Served) -> None:
    rows = [AutomaticChannel(ChannelKind.REGION, f"X-{number}", "Region").as_row() for number in range(10_001)]
    with served.service.database.write() as connection:
        channels.insert_automatic(served.service.database, connection, rows, START_US)
    addresses = re.findall(rb'xmlUrl="[^"]*/feeds/region-[^"]*"', served.public.get("/opml").body)
    assert len(set(addresses)) == len(rows)


def test_every_link_of_the_pages_leads_somewhere(shown: Served) -> None:
    seen, waiting = set[str](), ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = shown.public.get(path)
        assert answer.status == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            links = re.findall(r'(?:href|src)="([^"]+)"', answer.text)
            waiting += [link.removeprefix(BASE) for link in links if link.startswith(("/", BASE))]
    assert len(seen) > 15


def test_no_answer_is_made_of_the_host_header(shown: Served) -> None:
    for path in (*PAGES, "/opml", "/feeds/all.json", "/api/v1/channels", "/channels/", "/api/v1/channels/"):
        answer = shown.public.get(path, Host="evil.example")
        assert "evil.example" not in answer.text + str(answer.headers), path


def test_the_service_tells_machines_how_it_is(shown: Served) -> None:
    assert shown.public.get("/healthz").text == "ok\n"
    assert shown.public.get("/readyz").json == {"ready": True}
    metrics = shown.operator.get("/metrics")
    assert (metrics.status, "syndicator_submissions_total" in metrics.text) == (200, True)
    reserved = shown.public.get("/.well-known/tdmrep.json").json
    assert reserved == [{"location": "/", "tdm-reservation": 1, "tdm-policy": f"{BASE}/terms"}]
    answer = shown.public.get("/.well-known/syndicator-keys.json")
    assert answer.headers["access-control-allow-origin"] == "*", "a page of another site may check signatures"
    keys = answer.json
    (key,) = shown.service.signer.public_keys
    assert keys == {"keys": [{"type": "ed25519", "key": key}]}


def test_a_service_whose_database_is_behind_is_not_ready(served: Served) -> None:
    with served.service.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    answer = served.public.get("/readyz")
    assert answer.status == 503
    assert "run syndicator migrate" in answer.json["lacking"]


def test_a_service_whose_disk_is_full_is_not_ready(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    assert served.public.get("/readyz").status == 200
    monkeypatch.setattr(durability, "ROOM_BYTES", 2**62)
    answer = served.public.get("/readyz")
    assert answer.status == 503
    assert "make room" in answer.json["lacking"]


def test_a_folder_that_was_moved_while_it_is_in_use_is_not_told_as_a_full_disk(tmp_path: Path) -> None:
    with serving(tmp_path / "house") as served:
        assert served.public.get("/readyz").status == 200
        (tmp_path / "house").rename(tmp_path / "elsewhere")
        assert served.public.get("/readyz").json == {"ready": True}
        (tmp_path / "elsewhere").rename(tmp_path / "house")


@pytest.mark.parametrize("name", ["feed.css", "page.css", "icon.png"])
def test_static_files_are_kept_by_browsers(shown: Served, name: str) -> None:
    answer = shown.public.get(f"/static/{name}")
    assert answer.status == 200
    again = shown.public.get(f"/static/{name}", If_None_Match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_the_stylesheet_and_icon_of_the_feeds_are_there(shown: Served) -> None:
    feed = shown.public.get("/feeds/all.atom").text
    styles = re.findall(r'<\?xml-stylesheet[^>]*href="([^"]+)"', feed)
    icons = re.findall(r"<icon>([^<]+)</icon>", feed)
    assert styles
    assert icons
    for address in (*styles, *icons):
        assert shown.public.get(address.removeprefix(BASE)).status == 200


def test_the_openapi_description_names_every_body_and_problem(shown: Served) -> None:
    described = shown.public.get("/openapi.json").json
    schemas = described["components"]["schemas"]
    assert {"Record", "NewEndpoint", "NewChannel", "Problem", "ReleaseView"} <= set(schemas)
    used = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(described)))
    assert used <= set(schemas)


def test_the_openapi_description_is_not_sent_again_to_who_has_it(shown: Served) -> None:
    answer = shown.public.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = shown.public.get("/openapi.json", If_None_Match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    head = shown.public("HEAD", "/openapi.json")
    assert (head.status, head.headers["content-length"]) == (200, str(len(answer.body)))
    assert shown.public("POST", "/openapi.json").status == 405


def test_a_service_below_a_path_of_its_host_links_below_it(tmp_path: Path) -> None:
    with serving(tmp_path, public_base_url=f"{BASE}/wire") as served:
        release_id = served.submit()["id"]
        served.render()
        paths = [*PAGES, f"/releases/{release_id}", "/nope"]
        found = [link for path in paths for link in _links(served.public.get(path).text)]
        assert f"/wire/releases/{release_id}" in found
        for link in set(found):
            path = link.removeprefix(BASE)
            assert path.startswith("/wire/"), "a proxy hands on what is below /wire, without it"
            assert served.public.get(path.removeprefix("/wire")).status == 200


def _links(text: str) -> list[str]:
    found = [str(link) for link in _page(text).xpath("//@href | //@src")]
    return [link for link in found if link.startswith(("/", BASE))]


def test_a_release_and_the_one_that_takes_its_place_name_each_other(served: Served) -> None:
    old = served.submit(headline="Alt")["id"]
    until = "2099-01-01T00:00:00Z"
    served.submit(headline="Noch nicht", replaces=old, embargo_until=until)
    assert "Replaced by" not in served.public.get(f"/releases/{old}").text
    new = served.submit(headline=f"Neu {HOSTILE}", replaces=old)["id"]

    def named(page: str) -> list[tuple[str, str]]:
        return _named(served, page)

    assert named(old) == [(f"Replaced by Neu {HOSTILE}", f"/releases/{new}")]
    assert named(new) == [("Replaces Alt", f"/releases/{old}")]
    served.revise(old, "withdraw", note="Falsch.")
    assert served.public.get(f"/releases/{old}").status == 410
    assert named(old) == [(f"Replaced by Neu {HOSTILE}", f"/releases/{new}")]
    assert named(new) == [(f"Replaces {old}", f"/releases/{old}")], "nothing of a withdrawn text is shown"
    served.revise(new, "withdraw", note="Auch falsch.")
    assert (named(old), named(new)) == ([], [])


def _named(served: Served, page: str) -> list[tuple[str, str]]:
    found = _page(served.public.get(f"/releases/{page}").text).xpath("//article/p/a[contains(@href, '/releases/')]")
    return [(f"{link.getparent().text}{link.text_content()}", link.get("href")) for link in found]


def test_a_release_and_its_translations_name_each_other(served: Served) -> None:
    original = served.submit(headline="Urtext")["id"]
    served.submit(headline="Noch nicht", translation_of=original, embargo_until="2099-01-01T00:00:00Z")
    assert _named(served, original) == []
    english = served.submit(headline=f"English {HOSTILE}", language="en", translation_of=original)["id"]
    assert _named(served, original) == [(f"Translation (en) English {HOSTILE}", f"/releases/{english}")]
    assert _named(served, english) == [("Translation of Urtext", f"/releases/{original}")]
    served.revise(original, "withdraw", note="Falsch.")
    assert _named(served, english) == [(f"Translation of {original}", f"/releases/{original}")]
    served.revise(english, "withdraw", note="Wrong, too.")
    assert (_named(served, original), _named(served, english)) == ([], [])


def test_terms_are_whole_sentences_of_one_language(shown: Served) -> None:
    page = _page(shown.public.get("/terms").text)
    german = [section.text_content() for section in page.findall(".//section[@lang='de']")]
    assert any("Herausgeber (…)" in wording for wording in german)
    assert "{" not in page.text_content()
    english = shown.service.networks["default"].operator
    assert english in "".join(each.text_content() for each in page.findall(".//section[@lang='en']"))
    assert all(english not in wording for wording in german)
