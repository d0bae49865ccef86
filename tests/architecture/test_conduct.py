"""The rules that tests/conftest.py sets for every test do bite."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

Golden = Callable[[str, bytes], None]


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("2001:db8::1", 443)])
def test_no_test_reaches_another_machine(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as outgoing, pytest.raises(pytest.fail.Exception, match="only loopback"):
        outgoing.connect(address)


def test_no_test_looks_a_name_up() -> None:
    with pytest.raises(pytest.fail.Exception, match="only localhost"):
        socket.getaddrinfo("example.com", 443)


def test_loopback_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5).close()


def test_a_golden_file_holds_every_byte(golden: Golden, pytestconfig: pytest.Config) -> None:
    golden("conduct/bytes.txt", b"every byte\r\ncounts")
    if not pytestconfig.getoption("--update-golden"):
        with pytest.raises(AssertionError):
            golden("conduct/bytes.txt", b"every byte\ncounts")
        with pytest.raises(AssertionError, match="is missing"):
            golden("conduct/never-written.txt", b"")
        assert not Path(__file__).parents[1].joinpath("golden/conduct/never-written.txt").exists()
