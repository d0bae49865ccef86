"""Pages, the list of channels and stylesheets keep to the same conditions and codings as feeds."""

import gzip

import pytest

from tests.unit.web.served import Served

PATHS = ["/", "/channels", "/channels/all", "/terms", "/opml", "/feeds.opml", "/static/feed.css", "/static/icon.png"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize(
    ("sent", "held"),
    [("{tag}", True), ("W/{tag}", True), ('"other", {tag}', True), ("*", True), ('"other"', False), ("other", False)],
)
def test_who_holds_this_state_gets_no_body(
    shown: Served, path: str, method: str, coding: str, sent: str, held: bool
) -> None:
    whole = shown.public.get(path, Accept_Encoding=coding)
    wishes = {"Accept-Encoding": coding, "If-None-Match": sent.format(tag=whole.headers["etag"])}
    answer = shown.public(method, path, headers=wishes)
    assert answer.status == (304 if held else 200)
    assert answer.body == (whole.body if method == "GET" and not held else b"")
    for name in ("etag", "cache-control", "vary"):
        assert answer.headers[name] == whole.headers[name]
    assert answer.headers["vary"] == "Accept-Encoding"
    if held:
        assert not {"content-type", "content-length", "content-encoding"} & set(answer.headers)
    else:
        assert answer.headers["content-length"] == str(len(whole.body))


@pytest.mark.parametrize("path", PATHS)
def test_the_codings_hold_the_same_bytes_under_different_tags(shown: Served, path: str) -> None:
    plain, packed = (shown.public.get(path, Accept_Encoding=coding) for coding in ("identity", "gzip"))
    assert "content-encoding" not in plain.headers
    if path.endswith(".png"):
        assert (packed.body, packed.headers["etag"]) == (plain.body, plain.headers["etag"])
    else:
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed.body) == plain.body
        assert packed.headers["etag"] != plain.headers["etag"]


def test_a_new_channel_is_a_new_state_of_the_directory_and_the_list(served: Served) -> None:
    tags = {path: served.public.get(path).headers["etag"] for path in ("/channels", "/opml")}
    served.service.sweep()
    assert all(served.public.get(path, If_None_Match=tag).status == 304 for path, tag in tags.items())
    new = {"name": "biotech", "title": "Biotech", "filter": {"headline": "Kawasaki"}}
    assert served.operator("POST", "/api/v1/channels", new).status == 201
    for path, tag in tags.items():
        answer = served.public.get(path, If_None_Match=tag)
        assert answer.status == 200
        assert "biotech" in answer.text


def test_a_withdrawn_release_is_told_to_whoever_holds_its_page(served: Served) -> None:
    path = f"/releases/{served.submit(headline='Taken back')['id']}"
    held = served.public.get(path)
    assert served.public.get(path, If_None_Match=held.headers["etag"]).status == 304
    served.revise(path.rpartition("/")[2], "withdraw", note="Not ours.")
    for sent in (held.headers["etag"], "*"):
        gone = served.public.get(path, If_None_Match=sent)
        assert (gone.status, "Not ours." in gone.text) == (410, True)
