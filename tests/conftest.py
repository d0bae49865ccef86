"""What holds for every test: no way out but loopback, settings that no shell leaks into, golden files."""

import gc
import ipaddress
import os
import sys
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

from tests.servers.fixtures import (
    _copies,
    _postgres_process,
    _redis_process,
    copies,
    migrated_postgres_url,
    postgres_server,
    postgres_url,
    redis_server,
    redis_url,
)

__all__ = [
    "_copies",
    "_postgres_process",
    "_redis_process",
    "copies",
    "golden",
    "migrated_postgres_url",
    "postgres_server",
    "postgres_url",
    "redis_server",
    "redis_url",
]

GOLDEN = Path(__file__).parent / "golden"

# fast: the same examples on every run, so that a red build is the change's fault. deep: new ones each time.
hypothesis.settings.register_profile(
    "fast", max_examples=50, derandomize=True, deadline=None, database=None, print_blob=True
)
hypothesis.settings.register_profile("deep", max_examples=2_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew instead of comparing")


def pytest_configure() -> None:
    for name in [name for name in os.environ if name.startswith("SYNDICATOR_")]:
        del os.environ[name]
    sys.addaudithook(_refuse_the_outside_world)


def pytest_collection_finish() -> None:
    """Spares the garbage collector six thousand tests that stay until the end: a fortieth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """``golden(name, got)``: compares bytes with tests/golden/NAME, or writes them with --update-golden."""
    update = bool(request.config.getoption("--update-golden"))

    def compare(name: str, got: bytes) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(got)
        assert path.exists(), f"{path} is missing: look at the result, then pytest --update-golden"
        assert got == path.read_bytes()

    return compare


def _refuse_the_outside_world(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: fails the test, past any ``except Exception``, that looks up or calls another machine."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and not _is_here(str(address[0])):
            pytest.fail(f"a test may not reach {address}: only loopback")
    elif event == "socket.getaddrinfo" and not _needs_no_lookup(arguments[0]):
        pytest.fail(f"a test may not look up {arguments[0]!r}: only localhost")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return _needs_no_lookup(host)


def _needs_no_lookup(host: object) -> bool:
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")
    if name in {"", "localhost"}:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
