"""What is asked for is what the guard read, sign for sign, whichever client asks."""

import pytest

from syndicator.delivery.transport.protocol import Answer
from syndicator.delivery.url import parse_endpoint_url
from tests.contract.transport.conftest import ALL_PORTS, NO_CONTENT, Made, push
from tests.contract.transport.receivers import answering, listening

TARGETS = [
    "/", "/?", "/p?", "/?x=1", "/p?x=1?y=2", "/%41?x=%41%2f", "/%7euser/%7E", "/%c3%bc/%C3%BC", "/a%2fb%2F..%2Fx",
    "/[x]?a[]=1", "//double//x", "//host.example/x", "/a:b@c", "/a'b(c)*!$&+,;=~-._", "/a;b=c", "/...", "/..a/b..",
    "/?a=../b/./c", "/?q=/..", "/%00?", "/?u=http://user@127.0.0.1/", "/?a=%20+b", "/%25",
]  # fmt: skip
RESOLVED = {
    "/a/../b": "/b",
    "/a/./b/.": "/a/b/",
    "/%2e%2e/b": "/b",
    "/a/b/.%2E/c": "/a/c",
    "/..": "/",
    "/a/%2e?x=..": "/a/?x=..",
}


@pytest.mark.parametrize(("written", "sent"), [*((each, each) for each in TARGETS), *RESOLVED.items()])
def test_what_is_asked_for_is_what_was_read(make: Made, written: str, sent: str) -> None:
    seen: list[bytes] = []
    with listening(answering(NO_CONTENT, seen)) as port:
        url = f"http://127.0.0.1:{port}{written}"
        assert isinstance(push(make(), url), Answer)
        read = parse_endpoint_url(url, ALL_PORTS)
        assert (read.origin, read.target) == (f"http://127.0.0.1:{port}", sent)
    assert seen[0].partition(b"\r\n")[0] == f"POST {sent} HTTP/1.1".encode()


def test_a_kept_connection_and_handle_ask_for_what_comes_next(make: Made) -> None:
    seen: list[bytes] = []
    with listening(answering(NO_CONTENT, seen)) as port:
        transport = make()
        for target in ("/first?x", "/", "/%41"):
            assert isinstance(push(transport, f"http://127.0.0.1:{port}{target}"), Answer)
    assert [request.split(b" ", 2)[1] for request in seen] == [b"/first?x", b"/", b"/%41"]
