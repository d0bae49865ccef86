"""What a core of the server answers, beside nginx with the same bytes in a file.

Throughput per core = answers ÷ CPU seconds of the server's processes while readers on another core ask as
fast as they can: the same as answers a second where the core is busy, and right where it is not.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import psutil
import requests
from pydantic import SecretStr

from config.settings import Settings
from syndicator.bootstrap import Syndicator
from tests.bench import running
from tests.bench.figures import Figure
from tests.bench.releases import Newsdesk
from tests.servers.nginx import MISSING, NGINX, nginx, proxy_configuration
from tests.servers.places import free_port

ROUNDS = 5
SECONDS = 2.0
CONNECTIONS = 32
RELEASES = 60
FEED = "/feeds/all.atom"
MANY_REQUESTS = "keepalive_requests 1000000000;"  # over one connection: no reader comes anew
DIRECT_BAR, PROXY_BAR = 0.35, 0.8
_READERS = Path(__file__).with_name("readers.py")


@dataclass(frozen=True)
class Place:
    """Who answers at an address, and all processes that work for the answer."""

    port: int
    path: str
    processes: Sequence[psutil.Process]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"


def measure() -> Iterator[Figure]:
    if NGINX is None:
        yield Figure("serving beside nginx", MISSING, "")
        return
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        publish(folder)
        ours = stack.enter_context(service(folder))
        size = keep_as_file(ours, folder)
        static = stack.enter_context(nginx_static(folder))
        bare = [stack.enter_context(empty(bytes_)) for bytes_ in (0, size)]
        proxy = stack.enter_context(nginx_proxy(folder, ours))
        for what, reference, held in (("304", bare[0], True), ("200 gzip", bare[1], False)):
            yield from beside(static, [(ours, f"feed, {what}, direct", DIRECT_BAR)], held=held)
            yield from beside(static, [(reference, f"empty ASGI application, {what}", None)], held=held)
            yield from beside(static, [(proxy, f"feed, {what}, behind the caching proxy", PROXY_BAR)], held=held)


def beside(static: Place, others: Sequence[tuple[Place, str, float | None]], *, held: bool) -> Iterator[Figure]:
    """Medians of alternating runs, the ratio that of the pairs. ``held``: the readers hold the feed already."""
    for place, name, bar in others:
        rates = [(rate(place, held=held), rate(static, held=held)) for _ in range(ROUNDS)]
        measured, compared = (
            Rate(*(statistics.median(each) for each in zip(*of_one, strict=True)))
            for of_one in zip(*rates, strict=True)
        )
        ratio = statistics.median(ours.a_core / theirs.a_core for ours, theirs in rates)
        yield Figure(f"{name}, beside nginx static", str(measured), str(compared), ratio, bar)


class Rate(NamedTuple):
    """Answers for each CPU second of whoever makes them, and for each second that the readers waited."""

    a_core: float
    seen: float

    def __str__(self) -> str:
        return f"{self.a_core:,.0f}/s a core, {self.seen:,.0f}/s seen"


def rate(place: Place, *, held: bool) -> Rate:
    before = running.cpu_s(place.processes)
    answers = read(place, held=held)
    return Rate(answers / (running.cpu_s(place.processes) - before), answers / SECONDS)


def read(place: Place, *, held: bool) -> int:
    """Answers that the readers got; all of them of the one status that was asked for."""
    headers = {"Host": f"127.0.0.1:{place.port}", "Accept-Encoding": "gzip", "User-Agent": "bench"}
    if held:
        headers["If-None-Match"] = requests.get(place.url, headers=headers, timeout=10).headers.get("ETag", '"none"')
    lines = [f"GET {place.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    done = subprocess.run(
        [sys.executable, str(_READERS), *map(str, (place.port, SECONDS, CONNECTIONS, running.READER_CORE))],
        input="\r\n".join(lines).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    got = json.loads(done.stdout)
    assert got["statuses"] == [304 if held else 200], got
    return int(got["answers"])


def publish(folder: Path) -> None:
    """A store with a full current document and an archive document."""
    desk = Newsdesk()
    newsroom = Syndicator(Settings(data_dir=folder / "data", operator_token=SecretStr(running.TOKEN)))
    try:
        newsroom.migrate()
        for number in range(RELEASES):
            newsroom.submit(desk.record(number), owner="bench", key=str(number))
        newsroom.drain()
    finally:
        newsroom.close()


@contextmanager
def service(folder: Path) -> Iterator[Place]:
    port = free_port()
    with running.service(["run"], running.settings(folder, port), core=running.SERVER_CORE) as process:
        running.await_answer(f"http://127.0.0.1:{port}{FEED}")
        yield Place(port, FEED, (process,))


def keep_as_file(ours: Place, folder: Path) -> int:
    """The feed's bytes as files for nginx, plain and compressed; the compressed size."""
    site = folder / "site"
    site.mkdir()
    plain = requests.get(ours.url, headers={"Accept-Encoding": "identity"}, timeout=10).content
    with requests.get(ours.url, headers={"Accept-Encoding": "gzip"}, timeout=10, stream=True) as answer:
        packed = answer.raw.read(decode_content=False)
    (site / "all.atom").write_bytes(plain)
    (site / "all.atom.gz").write_bytes(packed)
    return len(packed)


@contextmanager
def empty(size: int) -> Iterator[Place]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.empty", str(port), str(size)]
    environment = running.settings(running.ROOT, port)
    with running.started(command, environment=environment, core=running.SERVER_CORE) as process:
        running.await_answer(f"http://127.0.0.1:{port}/")
        yield Place(port, "/", (process,))


@contextmanager
def nginx_static(folder: Path) -> Iterator[Place]:
    """nginx with the feed in a file, compressed beforehand; logs nothing."""
    port = free_port()
    configuration = f"""
        pid {folder}/static.pid; error_log {folder}/static.log; worker_processes 1; daemon off;
        events {{ worker_connections 1024; }}
        http {{
            access_log off; sendfile on; tcp_nopush on; server_tokens off; {MANY_REQUESTS}
            types {{ application/atom+xml atom; }}
            server {{ listen 127.0.0.1:{port}; root {folder}/site; gzip_static on; add_header Vary Accept-Encoding; }}
        }}
    """
    with nginx(folder / "static.conf", configuration, port, running.SERVER_CORE) as pid:
        yield Place(port, "/all.atom", (psutil.Process(pid),))


@contextmanager
def nginx_proxy(folder: Path, origin: Place) -> Iterator[Place]:
    """nginx as the compose file runs it; the origin works for its answers, too."""
    port = free_port()
    configuration = proxy_configuration(folder, port, origin.port).replace("http {", f"http {{ {MANY_REQUESTS}")
    with nginx(folder / "proxy.conf", configuration, port, running.SERVER_CORE) as pid:
        running.await_answer(f"http://127.0.0.1:{port}{FEED}")
        yield Place(port, FEED, (psutil.Process(pid), *origin.processes))
