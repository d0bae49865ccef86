"""From the accepted answer to the entry in every feed that is watched, with many releases and channels stored.

Real processes: everything in one on SQLite; web and two workers on PostgreSQL and Redis.
"""

import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import requests
from pydantic import SecretStr

from config.settings import Settings
from syndicator.bootstrap import Syndicator
from syndicator.clock import from_us, system_now_us
from tests.bench import running
from tests.bench.figures import Figure, progress
from tests.bench.stock import Stock
from tests.servers.places import free_port
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

STEADY = ((100, 0.4), (50, 1.0))
"""How many releases, and one in how many seconds. The p99 of fifty is the latest of them: no easier than of a hundred."""
BURST, BURST_WIDTH = 25, 8
LIFTS, LIFT_AFTER_S, LIFTS_APART_S = 10, 3.0, 2.0
BAR_S = 1.0
PATIENCE_S = 60.0
POLL_S = 0.02
_SEALING = "k1:" + "A" * 43 + "="
_SIGNING = "whsk_" + "B" * 43 + "="


def measure(releases: int, channels: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        for size in (one_process, scaled_out):
            progress(f"{size.__name__}: storing {releases:,} releases in {channels} channels")
            place = stack.enter_context(size(folder / size.__name__, releases, channels))
            yield from watched(place, f"{releases:,} releases and {channels} channels")


@dataclass(frozen=True)
class Place:
    """A running service and the releases to hand in."""

    name: str
    base: str
    stock: Stock

    def submit(self, number: int, **further: object) -> str:
        """The guid, as soon as the service has accepted."""
        answer = requests.post(
            f"{self.base}/api/v1/releases",
            json={**self.stock.fields(number), **further},
            headers={"Authorization": f"Bearer {running.TOKEN}", "Idempotency-Key": f"fresh-{number}"},
            timeout=30,
        )
        answer.raise_for_status()
        return str(answer.json()["guid"])


@dataclass
class Watch:
    """Reads a feed over and over as good readers do, and remembers when each guid came.

    It asks only for what is new, and walks back through archive documents that it does not know.
    """

    url: str
    seen: dict[str, float] = field(default_factory=dict)
    _walked: set[str] = field(default_factory=set)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        with requests.Session() as session:
            tag = ""
            while not self._stopped.wait(POLL_S):
                answer = session.get(self.url, headers={"If-None-Match": tag, "A-IM": "feed"}, timeout=30)
                if answer.status_code in {200, 226}:
                    self._take(session, answer, first=not tag)
                    tag = answer.headers["ETag"]

    def _take(self, session: requests.Session, answer: requests.Response, *, first: bool) -> None:
        document = answer.json()
        for entry in document["items"]:
            self.seen.setdefault(entry["id"], time.monotonic())
        before = document.get("next_url")
        if before is not None and before not in self._walked:
            self._walked.add(before)
            if not first:
                self._take(session, session.get(before, timeout=30), first=False)

    def stop(self) -> None:
        self._stopped.set()


@contextmanager
def watching(place: Place) -> Iterator[list[Watch]]:
    """The first channel and the one that is rendered last."""
    watches = [Watch(f"{place.base}/feeds/{name}.json") for name in ("all", place.stock.newest_channel)]
    threads = [threading.Thread(target=watch.run) for watch in watches]
    for thread in threads:
        thread.start()
    try:
        yield watches
    finally:
        for watch in watches:
            watch.stop()
        for thread in threads:
            thread.join()


def watched(place: Place, stored: str) -> Iterator[Figure]:
    with watching(place) as watches:
        place.submit(10**6)  # the first one warms what comes up late
        for name, hand_in in (  # one after the other: what was handed in before stands in all feeds by then
            *(
                (f"{count} releases, {60 / pace_s:.0f} a minute", partial(steadily, place, count, pace_s))
                for count, pace_s in STEADY
            ),
            (f"{BURST} releases at once", partial(at_once, place)),
            (f"{LIFTS} lifted embargoes one by one, from their instant", partial(lifted, place, LIFTS_APART_S)),
            (f"{LIFTS} embargoes lifted at once, from their instant", partial(lifted, place, 0.0)),
        ):
            progress(f"  {name}")
            late = waits(hand_in(), watches)
            p99 = percentile(late, 99)
            progress(f"    p99 {p99:.2f} s")
            yield Figure(
                f"{place.name}, {stored}: {name}, readable in all feeds, p99",
                f"{p99:.2f} s",
                f"median {percentile(late, 50):.2f} s",
                p99 / BAR_S,
                1,
                at_least=False,
            )


def steadily(place: Place, count: int, pace_s: float) -> Mapping[str, float]:
    accepted = {}
    first = 2 * 10**6 + int(pace_s * 1000)  # numbers of their own: each is another release
    for number in range(count):
        due = time.monotonic() + pace_s
        accepted[place.submit(first + number)] = time.monotonic()
        time.sleep(max(due - time.monotonic(), 0))
    return accepted


def at_once(place: Place) -> Mapping[str, float]:
    def submit(number: int) -> tuple[str, float]:
        return place.submit(3 * 10**6 + number), time.monotonic()

    with ThreadPoolExecutor(BURST_WIDTH) as publishers:
        return dict(publishers.map(submit, range(BURST)))


def lifted(place: Place, apart_s: float) -> Mapping[str, float]:
    """Releases whose embargoes lift so many seconds apart, the first when all are in."""
    now, started = from_us(system_now_us()), time.monotonic()
    first = int(apart_s * 1000)  # numbers of their own: each is another release
    return {
        place.submit(4 * 10**6 + first + n, embargo_until=(now + timedelta(seconds=after_s)).isoformat()): started
        + after_s
        for n in range(LIFTS)
        for after_s in (LIFT_AFTER_S + n * apart_s,)
    }


def waits(accepted: Mapping[str, float], watches: list[Watch]) -> list[float]:
    """Seconds until each release stood in every watched feed."""
    ends = time.monotonic() + PATIENCE_S
    while not all(guid in watch.seen for watch in watches for guid in accepted):
        if time.monotonic() > ends:
            missing = sum(guid not in watch.seen for watch in watches for guid in accepted)
            message = f"{missing} entries did not come in {PATIENCE_S:.0f} s"
            raise TimeoutError(message)
        time.sleep(0.05)
    return [max(watch.seen[guid] for watch in watches) - at for guid, at in accepted.items()]


def percentile(values: list[float], wanted: int) -> float:
    return sorted(values)[max(-(-len(values) * wanted // 100) - 1, 0)]


@contextmanager
def one_process(folder: Path, releases: int, channels: int) -> Iterator[Place]:
    port = free_port()
    environment = running.settings(folder, port)
    stock = filled(folder, port, releases, channels)
    with running.service(["run"], environment):
        base = f"http://127.0.0.1:{port}"
        running.await_answer(f"{base}/readyz")
        yield Place("one process on SQLite", base, stock)


@contextmanager
def scaled_out(folder: Path, releases: int, channels: int) -> Iterator[Place]:
    postgres, redis = PostgresServer(), RedisServer()
    with ExitStack() as stack:
        stack.callback(redis.remove)
        stack.callback(postgres.remove)
        postgres.start()
        redis.start()
        port, url = free_port(), postgres.create_database()
        stock = filled(folder, port, releases, channels, database_url=url)
        environment = running.settings(
            folder,
            port,
            SYNDICATOR_DATABASE_URL=url,
            SYNDICATOR_BROKER_URL=redis.url,
            SYNDICATOR_SEALING_KEYS=_SEALING,
            SYNDICATOR_SIGNING_KEY=_SIGNING,
        )
        for command in ("web", "worker", "worker"):
            stack.enter_context(running.service([command], environment))
        base = f"http://127.0.0.1:{port}"
        running.await_answer(f"{base}/readyz")
        yield Place("web and two workers on PostgreSQL and Redis", base, stock)


def filled(folder: Path, port: int, releases: int, channels: int, **further: Any) -> Stock:
    service = Syndicator(
        Settings(
            data_dir=folder / "data",
            public_base_url=f"http://127.0.0.1:{port}",
            operator_token=SecretStr(running.TOKEN),
            sealing_keys=SecretStr(_SEALING),
            signing_key=SecretStr(_SIGNING),
            **further,
        )
    )
    try:
        service.migrate()
        stock = Stock(service, releases, channels)
        stock.fill()
    finally:
        service.close()
    return stock
