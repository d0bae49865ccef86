"""The compose file's proxy keeps a feed for as long as the origin says, and not a request longer."""

import re
import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.servers.nginx import MISSING, NGINX, nginx, proxy_configuration
from tests.servers.places import free_port
from tests.unit.web.served import Served, serving

CONFIGURATION = (Path(__file__).parents[2] / "docker" / "nginx.conf").read_text(encoding="utf-8")
FEED = "/feeds/all.atom"
MAX_AGE_S = 1
PATIENCE_S = 15.0

needs_nginx = pytest.mark.skipif(NGINX is None, reason=MISSING)


def directives(name: str) -> list[str]:
    return re.findall(rf"^\s*{name}\s+([^;]+);", CONFIGURATION, re.MULTILINE)


def test_the_origin_alone_says_how_long_a_feed_is_kept() -> None:
    assert directives("proxy_cache") == ["feeds"]
    assert directives("proxy_cache_use_stale") == ["off"]
    assert directives("proxy_cache_valid") == []
    assert directives("proxy_cache_background_update") == []
    assert directives("proxy_ignore_headers") == ["Vary"]


def test_no_answer_waits_for_the_readers_acknowledgement() -> None:
    assert directives("tcp_nopush") == []


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[tuple[Served, int]]:
    with serving(tmp_path / "house", feed_max_age_s=MAX_AGE_S) as served:
        port = free_port()
        with nginx(tmp_path / "nginx.conf", proxy_configuration(tmp_path, port, served.server.port), port):
            yield served, port


def read(port: int) -> tuple[int, str, str]:
    """Status, what the cache did, and the body."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", FEED)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("X-Cache", ""), answer.read().decode()
    finally:
        connection.close()


def last_seen(port: int, text: str) -> float:
    """When the proxy last showed a body with that text; it must end by itself."""
    seen = started = time.monotonic()
    while time.monotonic() < started + PATIENCE_S:
        asked = time.monotonic()
        status, _, body = read(port)
        if status != 200 or text not in body:
            return seen
        seen = asked
        time.sleep(0.02)
    pytest.fail(f"still shown {PATIENCE_S} s later, max-age is {MAX_AGE_S} s")


@needs_nginx
def test_a_withdrawn_release_is_gone_from_the_proxy_after_max_age(proxied: tuple[Served, int]) -> None:
    served, port = proxied
    release = served.submit(headline="Zugesagt und wieder abgesagt")
    served.render()
    served.public.until(FEED, lambda answer: "wieder abgesagt" in answer.text)
    answers = [read(port) for _ in range(2)]
    assert answers[0][2] == answers[1][2]
    assert "HIT" in {cache for _, cache, _ in answers}
    served.revise(release["id"], "withdraw", note="A mistake.")
    served.render()
    served.public.until(FEED, lambda answer: "wieder abgesagt" not in answer.text)
    gone_from_origin = time.monotonic()
    # A second for nginx's clock, which counts whole ones.
    assert last_seen(port, "wieder abgesagt") <= gone_from_origin + MAX_AGE_S + 1


@needs_nginx
def test_an_origin_that_is_gone_does_not_prolong_what_the_proxy_keeps(proxied: tuple[Served, int]) -> None:
    served, port = proxied
    served.submit(headline="Vorerst nur hier")
    served.render()
    served.public.until(FEED, lambda answer: "Vorerst nur hier" in answer.text)
    assert "Vorerst nur hier" in read(port)[2]
    stopped = time.monotonic()
    served.server.stop()
    assert last_seen(port, "Vorerst nur hier") <= stopped + MAX_AGE_S + 1
    assert read(port)[0] == 502


@needs_nginx
@pytest.mark.parametrize("path", [FEED, "/healthz"])
def test_a_client_that_is_too_old_to_name_a_host_is_answered(proxied: tuple[Served, int], path: str) -> None:
    _, port = proxied
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as asking, asking.makefile("rb") as answer:
        asking.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        assert answer.readline().startswith(b"HTTP/1.1 200 ")
