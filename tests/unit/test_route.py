"""A publisher inside a company: its proxy and its authorities are used, and what fails on the way is told as that."""

import base64
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from syndicator.client import Client
from syndicator.errors import ConfigError, SyndicatorError, Unreachable
from syndicator.route import BUNDLES, Route
from tests.contract.transport.receivers import answering, hang_before_tls, listening
from tests.servers.places import free_port
from tests.servers.tunnels import Authority, proxying
from tests.unit.cli.answering import Answer, Answering

HOST = "wire.example"
"""No name that anybody could look up: only the proxy knows where it is."""

FOUND = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
PROXIES = ["HTTPS_PROXY", "https_proxy", "Https_Proxy", "ALL_PROXY", "all_proxy"]


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine needs to reach anything says nothing here."""
    for name in (*PROXIES, "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", *BUNDLES):
        monkeypatch.delenv(name, raising=False)


@dataclass(frozen=True, slots=True)
class Company:
    """A service that only ``proxy`` can reach, with a certificate of the company's own authority."""

    proxy: str
    heads: list[bytes]
    asked: list[bytes]
    authority: Path


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    authority, asked = Authority(tmp_path), list[bytes]()
    with (
        listening(answering(FOUND, asked), authority.vouch(HOST)) as port,
        proxying(port) as (proxy, tunnels),
    ):
        yield Company(proxy, tunnels.heads, asked, authority.file)
        assert b"of-the-service" not in tunnels.carried


@pytest.mark.parametrize("variable", PROXIES)
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_a_proxy_is_asked_for_a_tunnel_and_sees_no_token(
    company: Company, monkeypatch: pytest.MonkeyPatch, variable: str, scheme: str
) -> None:
    monkeypatch.setenv(variable, scheme + company.proxy)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(company.authority))
    with Client(f"https://{HOST}", "of-the-service") as client:
        assert client.post("/api/v1/releases") == {}
    (head,) = company.heads
    assert head.startswith(f"CONNECT {HOST}:443 ".encode())
    assert b"of-the-service" not in head
    assert b"Authorization: Bearer of-the-service" in company.asked[0]


def test_a_proxy_is_given_its_own_name_and_password_and_the_service_is_not(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:p%40ss@{company.proxy}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(company.authority))
    with Client(f"https://{HOST}", "token") as client:
        client.post("/")
    known = base64.b64encode(b"me:p@ss")
    assert b"Proxy-Authorization: Basic " + known in company.heads[0]
    assert known not in company.asked[0]
    assert b"proxy-authorization" not in company.asked[0].lower()


def test_a_proxy_that_speaks_tls_is_checked_by_the_same_authorities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    with (
        listening(answering(FOUND), authority.vouch(HOST)) as port,
        proxying(port, context=authority.vouch("localhost")) as (proxy, tunnels),
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"https://{proxy}")
        with Client(f"https://{HOST}", "token") as client:
            with pytest.raises(
                Unreachable, match=f"the proxy {proxy} of HTTPS_PROXY shows a certificate of an authority"
            ):
                client.post("/")
            assert tunnels.heads == []
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
        with Client(f"https://{HOST}", "token") as client:
            assert client.post("/") == {}


def test_a_service_of_plain_http_is_asked_through_the_proxy_for_http(monkeypatch: pytest.MonkeyPatch) -> None:
    with Answering(Answer(200, {})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with Client(f"http://{HOST}/wire", None) as client:
            client.get("/feeds")
    assert [asked.path for asked in proxy.asked] == [f"http://{HOST}/wire/feeds"]


@pytest.mark.parametrize("listed", [HOST, ".example", "other.test, wire.example:443", "*"])
def test_a_host_of_no_proxy_is_reached_without(monkeypatch: pytest.MonkeyPatch, listed: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:8080")
    monkeypatch.setenv("NO_PROXY", listed)
    assert Route.to(f"https://{HOST}:443").proxy is None
    monkeypatch.setenv("NO_PROXY", "other.example")
    assert Route.to(f"https://{HOST}:443").proxy


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_no_proxy_is_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with proxying(9) as (proxy, tunnels):
        for name in (*PROXIES, "http_proxy"):
            monkeypatch.setenv(name, f"http://{proxy}")
        monkeypatch.setenv("NO_PROXY", "")
        with Client(f"http://{host}:{free_port()}", None) as client, pytest.raises(Unreachable):
            client.get("/")
    assert tunnels.heads == []
    assert Route.to("http://app.localhost").proxy is None


@pytest.mark.parametrize("variable", BUNDLES)
def test_a_private_authority_is_known_by_the_variables_of_other_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    authority = Authority(tmp_path)
    with listening(answering(FOUND), authority.vouch("localhost")) as port:
        monkeypatch.setenv(variable, str(authority.file))
        with Client(f"https://localhost:{port}", "token") as client:
            assert client.post("/") == {}


@pytest.mark.parametrize(
    ("of", "days", "known", "told"),
    [
        ("localhost", 1, False, "authority that is not known here.*have REQUESTS_CA_BUNDLE name"),
        ("localhost", 1, None, r"authority that is not known here.*SSL_CERT_FILE names \(.*\) does not have it"),
        ("localhost", -1, True, "certificate has expired.*clock"),
        ("other.example", 1, True, "certificate is for another name.*is --to right"),
    ],
)
def test_a_certificate_that_is_not_good_is_told_with_its_cause_and_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: str, days: int, *, known: bool | None, told: str
) -> None:
    authority = Authority(tmp_path)
    if known:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    if known is None:
        (tmp_path / "other").mkdir()
        monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path / "other").file))
    with (
        listening(answering(FOUND), authority.vouch(of, days)) as port,
        Client(f"https://localhost:{port}", "token") as client,
        pytest.raises(Unreachable, match=told) as raised,
    ):
        client.post("/")
    assert "is the service running" not in str(raised.value)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (9, "its certificate has expired, or is not valid yet"),
        (18, "of an authority that is not known here"),
        (19, "of an authority that is not known here"),
        (64, "its certificate is for another name"),
        (23, r"its certificate is not good \(as OpenSSL says\)"),
    ],
)
def test_what_openssl_has_against_a_certificate_is_told_by_its_number(code: int, told: str) -> None:
    """Not valid yet, signed by itself, by an unknown one that comes along, for another address, revoked."""
    distrust = ssl.SSLCertVerificationError("failed")
    distrust.verify_code, distrust.verify_message = code, "as OpenSSL says"
    failure = Route(f"https://{HOST}", None, None).failure(requests.exceptions.SSLError(distrust))
    assert re.search(told, str(failure))


def test_a_certificate_that_a_proxy_puts_in_is_told_as_well(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", company.proxy)
    with (
        Client(f"https://{HOST}", "token") as client,
        pytest.raises(Unreachable, match=f"{HOST} shows a certificate of an authority that is not known here"),
    ):
        client.post("/")
    assert company.asked == []


@pytest.mark.parametrize(
    ("login", "told"),
    [
        ("", r"wants a name and a password: write HTTPS_PROXY=http://NAME:PASSWORD@"),
        ("me:secret@", "does not take the name and the password of HTTPS_PROXY"),
    ],
)
def test_a_proxy_that_wants_a_login_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch, login: str, told: str) -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\ncontent-length: 0\r\n\r\n"
    with proxying(9, refusal) as (proxy, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{login}{proxy}")
        with Client(f"https://{HOST}", "token") as client, pytest.raises(ConfigError, match=told) as raised:
            client.get("/")
    assert "secret" not in str(raised.value)


def test_a_proxy_for_plain_http_that_wants_a_login_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    with Answering(Answer(407, b"<html>")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with (
            Client(f"http://{HOST}", None) as client,
            pytest.raises(ConfigError, match="write http_proxy=http://NAME:PASSWORD@"),
        ):
            client.get("/")


def test_a_proxy_that_lets_nobody_through_is_told_with_what_it_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxying(9, b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n") as (proxy, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret@{proxy}")
        with (
            Client(f"https://{HOST}", "token") as client,
            pytest.raises(
                Unreachable, match=f"{proxy} of HTTPS_PROXY made no way to {HOST}, and answered 403"
            ) as raised,
        ):
            client.get("/")
    assert "NO_PROXY" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_proxy_that_is_not_there_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret@127.0.0.1:{port}")
    monkeypatch.setenv("ALL_PROXY", "http://proxy.test:1")
    with (
        Client(f"https://{HOST}", "token") as client,
        pytest.raises(Unreachable, match=f"the proxy 127.0.0.1:{port} of HTTPS_PROXY cannot be reached") as raised,
    ):
        client.get("/")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"HTTPS_PROXY": "old.test:1", "https_proxy": "proxy.test:8080"}, "https_proxy"),
        ({"https_proxy": "", "ALL_PROXY": "proxy.test:8080"}, "ALL_PROXY"),
        ({"HTTPS_PROXY": "http://me:p@secret@proxy.test:8080"}, "HTTPS_PROXY"),
    ],
)
def test_the_variable_that_counts_is_the_one_that_is_told(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert str(Route.to(f"https://{HOST}").proxy) == f"the proxy proxy.test:8080 of {named}"


@pytest.mark.parametrize("refusal", [b"\r\n\r\n", b"SSH-2.0-OpenSSH\r\n\r\n"])
def test_what_is_no_proxy_is_told_as_that(monkeypatch: pytest.MonkeyPatch, refusal: bytes) -> None:
    with proxying(9, refusal) as (proxy, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
        with Client(f"https://{HOST}", "token") as client, pytest.raises(Unreachable, match="of HTTPS_PROXY"):
            client.get("/")


def test_a_proxy_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(hang_before_tls) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with (
            Client(f"https://{HOST}", "token", timeouts_s=(0.2, 0.2)) as client,
            pytest.raises(Unreachable, match="of HTTPS_PROXY"),
        ):
            client.get("/")


def test_a_gateways_error_may_be_the_proxys(monkeypatch: pytest.MonkeyPatch) -> None:
    with Answering(Answer(502, b"<html>")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with (
            Client(f"http://{HOST}", None) as client,
            pytest.raises(Unreachable, match=f"the service, or the proxy {proxy.host} of http_proxy, answered 502"),
        ):
            client.get("/")


@pytest.mark.parametrize("status", [502, 407])
def test_what_comes_out_of_a_tunnel_is_the_services_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    authority = Authority(tmp_path)
    answer = f"HTTP/1.1 {status} No\r\ncontent-length: 0\r\n\r\n".encode()
    with listening(answering(answer), authority.vouch(HOST)) as port, proxying(port) as (proxy, _):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        with Client(f"HTTPS://{HOST}", "token") as client, pytest.raises(SyndicatorError) as raised:
            client.post("/")
    assert not isinstance(raised.value, ConfigError)
    assert "proxy" not in str(raised.value)


@pytest.mark.parametrize(
    "named",
    [
        "socks5://127.0.0.1:1080",
        "http://",
        "http://a:b",
        "http://me:p#ss@a:8080",
        "http://me:%E2%82%AC@a:8080",
        *(f"http://me:123{sign}ss@a:8080" for sign in "/?#"),
    ],
)
def test_what_is_no_proxy_that_can_be_used_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", named)
    with pytest.raises(ConfigError, match=f"ALL_PROXY .* list {HOST} in NO_PROXY") as raised:
        Client(f"https://{HOST}", "token")
    assert "p#ss" not in str(raised.value)
    assert "123" not in str(raised.value)


def test_the_variable_that_is_named_is_the_one_that_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty one in small letters takes the one in capitals back, as for curl."""
    monkeypatch.setenv("https_proxy", "")
    monkeypatch.setenv("HTTPS_PROXY", "http://one.test:1")
    monkeypatch.setenv("ALL_PROXY", "http://two.test:2")
    assert str(Route.to(f"https://{HOST}").proxy) == "the proxy two.test:2 of ALL_PROXY"


@pytest.mark.parametrize("variable", BUNDLES)
def test_a_file_that_holds_no_authorities_is_a_wrong_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("gone.pem", "empty.pem"):
        monkeypatch.setenv(variable, str(tmp_path / name))
        with pytest.raises(ConfigError, match=rf"{variable} names .*{name}.* holds no certificates"):
            Client("https://localhost:1", None)
        (tmp_path / "empty.pem").touch()
    Client("http://localhost:1", None).close()


def test_a_folder_of_authorities_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    Client("https://localhost:1", None).close()
