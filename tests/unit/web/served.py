"""A real service behind a real socket, and a client that shows every header as it came."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from config.settings import Settings
from syndicator.bootstrap import Syndicator
from syndicator.clock import SECOND_US
from syndicator.services.regenerate import dirty_channels
from syndicator.web.app import make_app
from syndicator.web.serve import Server
from tests.servers.migrated import migrated_file

BASE: Final = "https://wire.example"
START_US: Final = 1_800_000_000 * SECOND_US
TOUCHSTONE: Final = Path(__file__).parents[3] / "examples" / "biom-kawasaki.json"
_PATIENCE_S: Final = 10.0
_KEPT_S: Final = 2.0
"""How long a connection that says nothing is used again: less than the server's 5 s, after which it hangs up."""


class Clock:
    """The database's clock, set by the test."""

    def __init__(self) -> None:
        self.us = START_US
        self.meanwhile: Callable[[], None] | None = None

    def __call__(self) -> int:
        """``meanwhile`` happens once, right after somebody read the time."""
        now, happens, self.meanwhile = self.us, self.meanwhile, None
        if happens is not None:
            happens()
        return now

    def forward(self, seconds: float) -> None:
        self.us += int(seconds * SECOND_US)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Client:
    """One connection, opened anew after a while of silence; sends the headers it is given and no others."""

    def __init__(self, server: Server, token: str = "") -> None:
        self._connection = HTTPConnection(server.host, server.port, timeout=20)
        self._token = token
        self._used_s = time.monotonic()

    def __call__(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """``body``: bytes as they are, anything else as JSON."""
        sent = {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {self._token}"} if self._token else {})}
        raw = None
        if body is not None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        if time.monotonic() - self._used_s > _KEPT_S:
            self._connection.close()
        self._connection.request(method, path, raw, {**sent, **(headers or {})})
        answer = self._connection.getresponse()
        names = [name.lower() for name in answer.headers]
        assert len(names) == len(set(names)), f"a header came twice: {names}"
        content = answer.read()
        self._used_s = time.monotonic()
        return Answer(answer.status, {n.lower(): v for n, v in answer.headers.items()}, content)

    def get(self, path: str, **headers: str) -> Answer:
        return self("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def until(self, path: str, seen: Callable[[Answer], bool]) -> Answer:
        """The first answer that shows it. The server learns of a change within its poll."""
        deadline = time.monotonic() + _PATIENCE_S
        while not seen(answer := self.get(path)):
            assert time.monotonic() < deadline, f"{path} never showed it: {answer.status} {answer.body[:300]!r}"
            time.sleep(0.01)
        return answer

    def close(self) -> None:
        self._connection.close()


class Served:
    """Service, clock, and two clients: the operator's and that of everybody else."""

    def __init__(self, service: Syndicator, clock: Clock, server: Server) -> None:
        self.service = service
        self.clock = clock
        self.server = server
        self.operator = Client(server, service.operator_token)
        self.public = Client(server)
        self._keys = 0

    def submit(self, **changes: object) -> dict[str, Any]:
        """A release over the API, the touchstone with these changes."""
        self._keys += 1
        answer = self.operator("POST", "/api/v1/releases", record(**changes), {"Idempotency-Key": f"key-{self._keys}"})
        assert answer.status == 201, answer.text
        accepted: dict[str, Any] = answer.json
        return accepted

    def revise(self, release_id: str, action: str, **body: object) -> Answer:
        return self.operator("POST", f"/api/v1/releases/{release_id}/{action}", body)

    def render(self) -> None:
        """Lifts, fans out and renders all that is due, as the workers would."""
        self.service.sweep()
        while self.service.fan_out("test").events:
            pass
        self.service.regenerate(dirty_channels(self.service.setup), "test")


def record(**changes: object) -> dict[str, Any]:
    """The touchstone's record; a change to None leaves a field out."""
    whole = {**json.loads(TOUCHSTONE.read_bytes()), **changes}
    return {name: value for name, value in whole.items() if value is not None}


@contextmanager
def serving(folder: Path, **settings: Any) -> Iterator[Served]:
    clock = Clock()
    migrated_file(folder / "syndicator.db")  # where it lies without a database_url
    service = Syndicator(Settings(**{"data_dir": folder, "public_base_url": BASE, **settings}), clock=clock)
    service.migrate()
    with Server(make_app(service), "127.0.0.1", 0) as server:
        served = Served(service, clock, server)
        try:
            served.render()
            yield served
        finally:
            served.operator.close()
            served.public.close()
    service.close()
