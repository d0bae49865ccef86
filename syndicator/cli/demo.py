"""The main job once, on a real release: submitted by the CLI, rendered and pushed by Celery, read back by others."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from config.settings import Settings
from syndicator.cli.compose import embedded
from syndicator.cli.newsroom import Newsroom, Received
from syndicator.client import Client
from syndicator.errors import SyndicatorError

Facts = dict[str, Any]

_DEADLINE_S: Final = 20.0
_FORMATS: Final = ("rss", "atom", "json")
_PAUSE_S: Final = 0.01


class DemoFailed(SyndicatorError):
    """Something that should have happened did not; the message says what."""

    title = "The demo failed"


class NotSubmitted(SyndicatorError):
    """`syndicator submit` ended without a release: in its own words, and with its own exit code."""

    title = "The release was not submitted"

    def __init__(self, exit_code: int, words: str) -> None:
        self.exit_code = exit_code
        super().__init__(words)


@contextmanager
def demonstrated(example: Path, deadline_s: float = _DEADLINE_S) -> Iterator[Facts]:
    """What happened, as facts; the service and the newsroom run until the block ends.

    Errors: DemoFailed when a feed or the push does not come before the deadline.
    """
    started = time.monotonic()
    with _folder() as folder, Newsroom() as newsroom, embedded(_settings(folder)) as running:
        token = running.service.operator_token
        client = Client(running.server.url, token)
        endpoint = client.post("/api/v1/endpoints", {"url": newsroom.url, "description": "the demo's newsroom"})
        newsroom.secret = endpoint["secret"]
        release = _submit(example, running.server.url, token)
        received = newsroom.wait_for("release.published", deadline_s)
        if received is None:
            message = f"the newsroom received nothing within {deadline_s:g} s: do the Celery tasks run?"
            raise DemoFailed(message)
        yield {
            "service": running.server.url,
            "data_dir": str(folder),
            "release": release,
            "endpoint": {"id": endpoint["id"], "url": newsroom.url},
            "push": _push(received, _delivery(client, release["id"], deadline_s)),
            "feeds": [_feed(running.server.url, form, release, deadline_s) for form in _FORMATS],
            "rendered_by": _rendered_by(client, release["id"]),
            "seconds": round(time.monotonic() - started, 2),
        }


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="syndicator-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Settings(
        data_dir=folder,
        database_url="",
        broker_url="memory://",
        host="127.0.0.1",
        port=port,
        public_base_url=f"http://127.0.0.1:{port}",
        allow_cidrs=("127.0.0.0/8",),
        allowed_ports=(0,),
        log_level="error",
    )


def _submit(example: Path, url: str, token: str) -> Facts:
    """Hands the release in as a publisher does: with the command line, over HTTP."""
    done = subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-m", "syndicator", "submit", str(example), "--to", url, "--json"],
        env={**os.environ, "SYNDICATOR_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotSubmitted(done.returncode, done.stderr.strip())
    submitted: Facts = json.loads(done.stdout)
    return submitted


def _delivery(client: Client, release_id: str, deadline_s: float) -> Facts:
    """The recorded delivery with its attempts."""

    def found() -> Facts | None:
        listed = client.get(f"/api/v1/deliveries?release={release_id}&state=delivered")["deliveries"]
        return client.get(f"/api/v1/deliveries/{listed[0]['id']}") if listed else None

    return _eventually(found, "the delivery was not recorded", deadline_s)


def _push(received: Received, delivery: Facts) -> Facts:
    data, attempt = received.envelope["data"], delivery["attempt_log"][-1]
    return {
        "webhook_id": received.webhook_id,
        "bytes": received.size,
        "headline": data["headline"],
        "text_sha256": data["sha256"],
        "publisher": data["publisher"]["name"],
        "disclaimer": data["disclaimer"],
        "status": attempt["status"],
        "sent_by": attempt["by"],
    }


def _feed(url: str, form: str, release: Facts, deadline_s: float) -> Facts:
    """The release's entry as feedparser (json for the JSON Feed) reads it from the service."""
    address = f"{url}/feeds/all.{form}"
    client = Client(url, None)

    def found() -> Facts | None:
        entry = _entry_of_json(client.text(address)) if form == "json" else _entry_of_xml(client.text(address))
        return entry if entry and entry["id"] == release["guid"] else None

    entry = _eventually(found, f"{address} does not show the release", deadline_s)
    return {"url": address, **entry}


def _entry_of_xml(text: str) -> Facts | None:
    import feedparser

    parsed = feedparser.parse(text)
    if parsed.bozo or not parsed.entries:
        return None
    entry = parsed.entries[0]
    return {"id": entry.id, "title": entry.title, "characters": len(entry.content[0].value)}


def _entry_of_json(text: str) -> Facts | None:
    entries = json.loads(text)["items"] if text else []
    if not entries:
        return None
    entry = entries[0]
    return {"id": entry["id"], "title": entry["title"], "characters": len(entry["content_html"])}


def _rendered_by(client: Client, release_id: str) -> list[str]:
    channels = client.get(f"/api/v1/releases/{release_id}")["channels"]
    return sorted({channel["rendered_by"] for channel in channels if channel.get("rendered_by")})


def _eventually(found: Callable[[], Facts | None], otherwise: str, deadline_s: float) -> Facts:
    ends = time.monotonic() + deadline_s
    while True:
        facts = found()
        if facts is not None:
            return facts
        if time.monotonic() > ends:
            raise DemoFailed(otherwise)
        time.sleep(_PAUSE_S)


def lines(facts: Facts) -> Iterator[str]:
    """What happened, for people."""
    release, push = facts["release"], facts["push"]
    yield f"Service      {facts['service']}  (SQLite, Celery worker and HTTP server in one process)"
    yield f"Submitted    {push['headline']}"
    yield f"             {release['id']}, version {release['version']}, {release['state']}"
    yield f"Page         {release['url']}"
    for feed in facts["feeds"]:
        yield f"Feed         {feed['url']}  read back: {feed['characters']} characters of this release"
    for worker in facts["rendered_by"]:
        yield f"Rendered by  {worker}"
    yield f"Pushed by    {push['sent_by']}"
    yield f"Newsroom     got {push['bytes']} bytes as {push['webhook_id']}, signature good, answered {push['status']}"
    yield f"             publisher block: {push['publisher']}"
    yield f"             disclaimer: {push['disclaimer'][:72]}…"
    yield f"Text         sha256 {push['text_sha256']}"
    yield f"Files        {facts['data_dir']}"
    yield f"Done         in {facts['seconds']} s"
