"""The client against real sockets: errors as ours, and a token that never leaves the service it is for."""

import io
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from syndicator.client import Client
from syndicator.errors import (
    Conflict,
    Fault,
    NotFound,
    Rejected,
    SyndicatorError,
    Unauthorised,
    Unreachable,
)
from tests.unit.cli.answering import Answer, Answering

FAULTS = [
    {"place": "headline", "problem": "this is empty", "fix": "write one", "line": 2, "column": 5},
    {"place": "contacts", "problem": "there is none", "fix": ""},
]


@pytest.fixture
def elsewhere() -> Iterator[Answering]:
    """Another host that must never be asked."""
    with Answering() as other:
        yield other
        assert other.asked == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Unauthorised),
        (403, Unauthorised),
        (404, NotFound),
        (405, SyndicatorError),
        (409, Conflict),
        (429, Unreachable),
        (500, SyndicatorError),
        (502, Unreachable),
        (503, Unreachable),
        (504, Unreachable),
        (507, Unreachable),
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_a_problem_is_our_error_in_the_services_words(status: int, kind: type[SyndicatorError], method: str) -> None:
    problem = Answer(status, {"title": "No", "detail": "because of the moon"})
    with (
        Answering(problem) as service,
        Client(service.url, "token") as client,
        pytest.raises(SyndicatorError, match="because of the moon") as raised,
    ):
        getattr(client, method)("/api/v1/releases/rel_1")
    assert type(raised.value) is kind
    assert ("No: " in str(raised.value)) == (status >= 500), "which part of the service it is, is in the title"


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_bad_input_is_rejected_with_every_fault_and_its_line(status: int) -> None:
    with (
        Answering(Answer(status, {"title": "No", "faults": FAULTS})) as service,
        Client(service.url, "t") as client,
        pytest.raises(Rejected) as raised,
    ):
        client.submit(b"{}", "key")
    assert raised.value.faults == (
        Fault("headline", "this is empty", "write one", 2, 5),
        Fault("contacts", "there is none"),
    )


def test_lines_of_a_body_that_the_caller_never_saw_are_not_told() -> None:
    with (
        Answering(Answer(422, {"faults": FAULTS})) as service,
        Client(service.url, "t") as client,
        pytest.raises(Rejected) as raised,
    ):
        client.post("/api/v1/channels", {"title": ""})
    assert [(fault.place, fault.line) for fault in raised.value.faults] == [("headline", None), ("contacts", None)]


@pytest.mark.parametrize(
    "body",
    [b"<html>413</html>", b"\xff", [1], {"faults": "many"}, {"faults": ["a", {"place": "only"}]}, {"detail": None}],
)
def test_a_refusal_that_is_no_problem_document_is_still_rejected(body: object) -> None:
    with (
        Answering(Answer(422, body)) as service,
        Client(service.url, "t") as client,
        pytest.raises(Rejected) as raised,
    ):
        client.submit(b"{}", "key")
    assert raised.value.faults == (
        Fault("request", f"{service.url}/api/v1/releases answered 422 without a reason: is --to right?"),
    )


def test_a_size_that_the_service_does_not_speak_of_is_the_limit_of_what_stands_in_front() -> None:
    """nginx takes 1 MB by default, and the service 25."""
    with (
        Answering(Answer(413, b"<html>413 Request Entity Too Large</html>")) as proxy,
        Client(proxy.url, "t") as client,
        pytest.raises(Rejected, match=r"in front of the service .* smaller.*client_max_body_size"),
    ):
        client.upload(b"picture", "picture.jpg")


@pytest.mark.parametrize("body", [b"<html>welcome</html>", b"", b"\xff\xfe"])
def test_an_answer_of_something_that_is_no_service_is_a_clear_error(body: bytes) -> None:
    with (
        Answering(Answer(200, body)) as other,
        Client(other.url, None) as client,
        pytest.raises(SyndicatorError, match="is --to right"),
    ):
        client.get("/api/v1/channels")


def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused for sure
        client = Client(f"http://127.0.0.1:{taken.getsockname()[1]}", None)
        with pytest.raises(Unreachable, match="no connection"):
            client.get("/")


def test_no_answer_in_time_is_unreachable() -> None:
    with (
        Answering(hold=True) as service,
        Client(service.url, None, timeouts_s=(5, 0.1)) as client,
        pytest.raises(Unreachable, match="no answer in time"),
    ):
        client.get("/")


def test_a_connection_that_breaks_amid_the_answer_is_unreachable() -> None:
    short = Answer(200, b"{}", {"Transfer-Encoding": "chunked"})
    with (
        Answering(short) as service,
        Client(service.url, None) as client,
        pytest.raises(Unreachable, match="its answer broke off"),
    ):
        client.get("/")


def test_an_answer_that_cannot_be_unpacked_is_told_in_words() -> None:
    """By what happened, and not by the name of a class."""
    packed = Answer(200, b"no gzip", {"Content-Encoding": "gzip"})
    with (
        Answering(packed) as service,
        Client(service.url, None) as client,
        pytest.raises(Unreachable, match="makes no sense"),
    ):
        client.get("/")


def test_plain_http_behind_https_is_unreachable() -> None:
    with (
        Answering() as service,
        Client(f"https://{service.host}", "token") as client,
        pytest.raises(Unreachable, match="does not speak TLS: is http:// meant"),
    ):
        client.get("/")
    assert service.asked == []


def test_a_page_that_is_not_there_is_told_with_its_address() -> None:
    """A release that is not there, and a service that is not there, read the same."""
    with (
        Answering(Answer(404, b"<html>")) as other,
        Client(f"{other.url}/wire", "token") as client,
        pytest.raises(NotFound, match="/wire/api/v1/channels answered 404 without a reason: is --to right"),
    ):
        client.get("/api/v1/channels")


@pytest.mark.parametrize("url", ["http://wire example", "http://*.example", "http://.example"])
def test_a_name_that_no_host_can_have_is_refused(url: str) -> None:
    with pytest.raises(Rejected, match="is no service's address"):
        Client(url, None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_and_not_followed(status: int, elsewhere: Answering) -> None:
    moved = Answer(status, b"", {"Location": f"{elsewhere.url}/api/v1/releases"})
    with (
        Answering(moved) as service,
        Client(service.url, "token") as client,
        pytest.raises(SyndicatorError, match=elsewhere.host),
    ):
        client.submit(b"{}", "key")


def test_the_token_goes_to_no_other_host_whatever_the_path_says(elsewhere: Answering) -> None:
    with Answering(Answer(200, {})) as service, Client(service.url, "token") as client:
        client.get(f"{elsewhere.url}/feeds/all.atom")
        client.get(f"//{elsewhere.host}/feeds")
        client.get(f"{service.url}@{elsewhere.host}/feeds")
        client.get(f"{service.url}/feeds/all.json")
        assert [asked.path for asked in service.asked] == [
            f"/{elsewhere.url}/feeds/all.atom",
            f"/{elsewhere.host}/feeds",
            f"/{service.url}@{elsewhere.host}/feeds",
            "/feeds/all.json",
        ]
        assert {asked.headers["authorization"] for asked in service.asked} == {"Bearer token"}


def test_a_netrc_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with Answering() as service, Client(service.url, None) as client:
        client.get("/")
        assert "authorization" not in service.asked[0].headers


def test_a_service_may_live_below_a_path() -> None:
    with Answering(Answer(201, {"id": "rel_1"})) as service, Client(f"{service.url}/wire/", "token") as client:
        assert client.submit(b'{"a": 1}', "my key") == {"id": "rel_1"}
    (asked,) = service.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/wire/api/v1/releases", b'{"a": 1}')
    assert (asked.headers["idempotency-key"], asked.headers["content-type"]) == ("my key", "application/json")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "wire.example",
        "ftp://wire.example",
        "http://",
        "http://[",
        "http://a:b",
        "http://a:99999",
        "http://a:0",
        "http://a/?q",
        "http://a/#f",
        "http://user:word@a/",
        "http://:word@a/",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_services_address_is_rejected(url: str) -> None:
    with pytest.raises(Rejected, match="--to"):
        Client(url, None)


@pytest.mark.parametrize("token", ["tök", "a b", "a\nX-Other: 1", " a", "a\x00"])
def test_a_token_that_cannot_be_one_is_not_sent(token: str) -> None:
    with pytest.raises(Unauthorised, match="copy it anew"):
        Client("http://127.0.0.1", token)


@pytest.mark.parametrize("key", ["", "k" * 129, "schlüssel", "a\r\nb", " a", "a\t"])
def test_a_key_that_cannot_be_sent_is_rejected_and_nothing_is_sent(key: str) -> None:
    with (
        Answering() as service,
        Client(service.url, "token") as client,
        pytest.raises(Rejected, match="idempotency key"),
    ):
        client.submit(b"{}", key)
    assert service.asked == []


def test_a_text_that_is_not_there_is_empty() -> None:
    with Answering(Answer(404), Answer(200, "ü".encode())) as service, Client(service.url, None) as client:
        assert client.text("/feeds/all.atom") == ""
        assert client.text("/feeds/all.atom") == "ü"


class Paged(io.BytesIO):
    """Remembers how much of it was asked for at once."""

    asked: list[int | None]

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked.append(size)
        return super().read(size)


@pytest.mark.parametrize("bytes_then", [100_000, 3_000_001])
def test_a_file_that_changes_while_it_is_sent_is_told_as_that(tmp_path: Path, bytes_then: int) -> None:
    """The service waited for what did not come, or was sent more than it was told: is --to right, people were asked."""
    path = tmp_path / "noise.png"
    path.write_bytes(bytes(3_000_000))

    class Changed(io.FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            os.truncate(path, bytes_then)
            return super().read(size)

    with Answering(Answer(201, {"sha256": "x"})) as service, Client(service.url, None) as client:
        with Changed(path) as file, pytest.raises(Rejected, match="had 3,000,000 bytes, and was changed") as refused:
            client.upload(cast("BinaryIO", file), "noise.png")
        assert [fault.place for fault in refused.value.faults] == ["file"]


@pytest.mark.parametrize("content", [b"", bytes(3_000_000)])
def test_a_file_is_sent_as_it_is_read(content: bytes) -> None:
    """One of 300 MB, which the service refuses, took 350 MB here."""
    with (
        Paged(content) as file,
        Answering(Answer(201, {"sha256": "x"})) as service,
        Client(service.url, None) as client,
    ):
        file.asked = []
        client.upload(file, "noise.png")
        assert all(size is not None and 0 < size < 1_000_000 for size in file.asked)
        assert service.asked[0].body == content
