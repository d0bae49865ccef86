"""The yardstick: a bare libcurl multi loop with no database, no queue, no guard and no log, in its own process.

Reads what to send as JSON from stdin, prints how long each round over all endpoints took. The loop is
socket_action with epoll over handles that are made once; each request is signed with its endpoint's own
secret, since the bodies that the engine sends are signed too. Whatever the engine does beyond that is
what the ratio shows.
"""

import json
import resource
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import certifi
import pycurl

from syndicator.delivery.signing import sign
from tests.bench.figures import BenchFailed

ENDED = select.EPOLLERR | select.EPOLLHUP
KEPT_CONNECTIONS = 12_000


@dataclass(frozen=True, slots=True)
class Work:
    urls: list[str]
    body_bytes: int
    in_flight: int
    rounds: int
    ca_file: str = ""


def rates(work: Work) -> list[float]:
    """Requests a second of each round; the first meets every endpoint for the first time."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.raw"],
        input=json.dumps(asdict(work)),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=Path(__file__).parents[2],
    )
    if done.returncode:
        raise BenchFailed(done.stderr)
    return [len(work.urls) / took for took in json.loads(done.stdout)]


class Loop:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._body = b"x" * work.body_bytes
        self._epoll = select.epoll()
        self._timer_at: float | None = None
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, KEPT_CONNECTIONS)
        self._idle = [self._handle() for _ in range(work.in_flight)]
        self._busy: set[pycurl.Curl] = set()

    def round(self, keys: Sequence[bytes]) -> float:
        """Seconds until every endpoint has answered."""
        left, answered = list(zip(self._work.urls, keys, strict=True)), 0
        started = time.monotonic()
        while left or self._busy:
            while left and self._idle:
                self._send(*left.pop())
            self._act()
            answered += self._finish()
        took = time.monotonic() - started
        if answered != len(keys):
            raise BenchFailed(f"{answered} of {len(keys)} answered")
        return took

    def _send(self, url: str, key: bytes) -> None:
        easy = self._idle.pop()
        signature = sign("evt_raw", 1, self._body, (key,))
        easy.setopt(pycurl.URL, url)
        easy.setopt(pycurl.POSTFIELDS, self._body)
        easy.setopt(
            pycurl.HTTPHEADER,
            ["Expect:", "webhook-id: evt_raw", "webhook-timestamp: 1", f"webhook-signature: {signature}"],
        )
        if self._work.ca_file:
            host = url.partition("//")[2].partition("/")[0]
            easy.setopt(pycurl.CONNECT_TO, [f"{host}:127.0.0.1:{host.partition(':')[2]}"])
        self._busy.add(easy)
        self._multi.add_handle(easy)

    def _act(self) -> None:
        wait_s = 1.0 if self._timer_at is None else max(0.0, self._timer_at - time.monotonic())
        for descriptor, event in self._epoll.poll(wait_s):
            bits = (pycurl.CSELECT_IN if event & select.EPOLLIN else 0) | (
                pycurl.CSELECT_OUT if event & select.EPOLLOUT else 0
            )
            self._multi.socket_action(descriptor, bits | (pycurl.CSELECT_ERR if event & ENDED else 0))
        if self._timer_at is not None and time.monotonic() >= self._timer_at:
            self._timer_at = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _finish(self) -> int:
        answered, queued = 0, 1
        while queued:
            queued, worked, failed = self._multi.info_read()
            answered += len(worked)
            for easy in (*worked, *(each[0] for each in failed)):
                self._multi.remove_handle(easy)
                self._busy.discard(easy)
                self._idle.append(easy)
        return answered

    def _handle(self) -> pycurl.Curl:
        easy = pycurl.Curl()
        for option, value in (
            (pycurl.POST, 1),
            (pycurl.PROXY, ""),
            (pycurl.NOSIGNAL, 1),
            (pycurl.TIMEOUT_MS, 15_000),
            (pycurl.CAINFO, self._work.ca_file or certifi.where()),
            (pycurl.DNS_CACHE_TIMEOUT, 0),
            (pycurl.BUFFERSIZE, 4096),
            (pycurl.TCP_NODELAY, 1),
            (pycurl.WRITEFUNCTION, len),
        ):
            easy.setopt(option, value)
        return easy

    def _watch(self, what: int, descriptor: int, _multi: object, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            try:
                self._epoll.unregister(descriptor)
            except (OSError, ValueError):
                return  # closed already
            return
        mask = (select.EPOLLIN if what & pycurl.POLL_IN else 0) | (select.EPOLLOUT if what & pycurl.POLL_OUT else 0)
        try:
            self._epoll.modify(descriptor, mask)
        except FileNotFoundError:
            self._epoll.register(descriptor, mask)

    def _set_timer(self, timeout_ms: int) -> None:
        self._timer_at = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000


def main() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    work = Work(**json.load(sys.stdin))
    keys = [number.to_bytes(32) for number in range(len(work.urls))]
    loop = Loop(work)
    json.dump([loop.round(keys) for _ in range(work.rounds)], sys.stdout)


if __name__ == "__main__":
    main()
