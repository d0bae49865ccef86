"""For publishers: hand a release in and follow it."""

import json
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from syndicator.cli.advice import of_publisher, profile_of, show_advice, taken_with
from syndicator.cli.arguments import KEY, RELEASE, argument_faults
from syndicator.cli.given import GivenFile
from syndicator.cli.lifting import lift_of
from syndicator.cli.options import as_json, of_text, segment, service_options
from syndicator.cli.sources import Source, source_of
from syndicator.cli.terminal import for_shell, say, show_json
from syndicator.errors import Fault, NotSettled, Rejected, Unreachable

if TYPE_CHECKING:
    from syndicator.client import Client

_PAUSE_S = 0.2
_REPEAT_S = 5.0
_ENDED = ("delivered", "superseded", "dead", "parked")


@click.command()
@click.argument("file", type=GivenFile())
@click.option(
    "--idempotency-key",
    callback=KEY,
    metavar="KEY",
    help="The key of an earlier attempt; without this option a new one is made.",
)
@of_publisher
@of_text
@click.option("--wait", is_flag=True, help="Follow the release until all feeds and newsrooms have it; see above.")
@click.option(
    "--wait-limit",
    "limit_s",
    type=click.FloatRange(0),
    metavar="SECONDS",
    default=60.0,
    show_default=True,
    help="How long to follow the release at most.",
)
@as_json
@service_options
def submit(
    client: "Client",
    file: BinaryIO,
    idempotency_key: str | None,
    publisher: str | None,
    stated: Mapping[str, str],
    limit_s: float,
    *,
    wait: bool,
    as_json: bool,
) -> None:
    """Hand a release in: a record (JSON, TOML), Markdown, plain text, DOCX or HTML.

    Accepted means stored for good. The idempotency key is printed before anything is sent: if you send the same
    file again with it, there will still be one release. Pictures and documents that the record names as media
    `file` must lie beside it; they are handed in first. Warnings of `check` are told when it is accepted.

    With --wait the command ends when every feed shows the release and every push has arrived, was superseded or is
    parked; for a release under embargo, when it is scheduled. Progress goes to stderr. The exit code is 11 if the
    limit comes first, if a push was given up, or if the service no longer answers: the release is accepted all the
    same, and whatever is left goes on.

    Example: syndicator submit examples/biom-kawasaki.json --to http://127.0.0.1:8080
    """
    from syndicator.client import without_lines

    source = source_of(file, stated)
    key = f"cli-{secrets.token_hex(16)}" if idempotency_key is None else idempotency_key
    profile = profile_of(client, publisher)
    record = _record(source, profile, argument_faults())
    say(f"Idempotency-Key: {key}", err=True)
    try:
        submitted = client.submit(_with_files(client, record, source.folder), key)
    except Unreachable as error:
        again = _again(client, file.name, key, {"--publisher": publisher, **_as_options(stated)})
        raise Unreachable(f"{error}\nSend it again with: {again}") from error
    except Rejected as refused:
        is_as_written = record is source.content and not source.names_files
        raise refused if is_as_written else without_lines(refused) from refused
    if as_json:
        show_json(submitted)
    else:
        _show_submitted(submitted)
        show_advice(file.name, submitted, taken_with(source.reading, profile))
    if wait:
        _follow(client, submitted["id"], limit_s)


def _as_options(stated: Mapping[str, str]) -> dict[str, str]:
    return {f"--{name.replace('_', '-')}": value for name, value in stated.items()}


def _again(client: "Client", name: str, key: str, options: Mapping[str, str | None]) -> str:
    """The command that sends the same once more: with what went into the record, else it would be another one."""
    source = "-" if name == sys.stdin.name else f"./{name}" if name.startswith("-") else name
    given = [word for option, value in options.items() if value for word in (option, value)]
    words = ["syndicator", "submit", source, "--to", client.base_url, "--idempotency-key", key, *given]
    return " ".join(map(for_shell, words))


def _record(source: Source, profile: Mapping[str, Any], besides: Sequence[Fault]) -> bytes:
    """The record as the API takes it; what is no record yet is read into one.

    JSON goes as it is, so that the service tells its faults with its lines; files go first, and with a good one only.
    """
    from syndicator.intake.fields.reading import Format

    if source.reading.format is not Format.JSON:
        return source.complete(profile, besides).model_dump_json(exclude_none=True).encode()
    if source.names_files or source.option_faults or besides or not source.is_text:
        source.complete(besides=besides)
    return source.content


def _with_files(client: "Client", record: bytes, beside: Path) -> bytes:
    """The record once the files that it names are handed in. What is no JSON goes as it is: the service says why."""
    from syndicator.cli.attachments import with_kept_files

    try:
        fields = json.loads(record)
    except (ValueError, RecursionError):
        return record
    kept = with_kept_files(client, fields, beside)
    return record if kept is fields else json.dumps(kept, ensure_ascii=False).encode()


def _show_submitted(submitted: dict[str, Any]) -> None:
    from syndicator.cli.tables import show_facts

    show_facts(
        {
            "Release": submitted["id"],
            "Version": submitted["version"],
            "State": submitted["state"],
            "Lifts": lift_of(submitted),
            "Page": submitted["url"],
            "Same content as": submitted.get("duplicate_of"),
        }
    )
    for feed in submitted["feeds"]:
        say(f"Feed     {feed['feeds']['atom']}  ({feed['title']})")


def _follow(client: "Client", release_id: str, limit_s: float) -> None:
    """Says each stage on stderr as it is reached, and a long one again. NotSettled unless everybody has the release."""
    ends, said, said_at = time.monotonic() + limit_s, "", 0.0
    while True:
        view = _seen(client, release_id)
        (stage, is_last), now = stage_of(view), time.monotonic()
        if stage != said or now - said_at >= _REPEAT_S:
            say(stage if stage != said else f"{stage}, {max(0.0, ends - now):.0f} s left", err=True)
            said, said_at = stage, now
        if is_last:
            return _end(view, stage)
        if now >= ends:
            message = f"{stage} after {limit_s:g} s; what is open goes on, see: syndicator status {release_id}"
            raise NotSettled(message)
        time.sleep(_PAUSE_S)


def _seen(client: "Client", release_id: str) -> dict[str, Any]:
    try:
        view: dict[str, Any] = client.get(f"/api/v1/releases/{segment(release_id)}")
    except Unreachable as error:
        message = f"accepted, but it cannot be followed: {error}"
        raise NotSettled(message) from error
    return view


def _end(view: dict[str, Any], stage: str) -> None:
    """Nothing, where all went well."""
    if view["inside"]["deliveries"].get("dead"):
        message = f"{stage}; see: syndicator deliveries list --state dead --release {view['id']}"
        raise NotSettled(message)


def stage_of(view: dict[str, Any]) -> tuple[str, bool]:
    """How far a release has come, in words, and whether that is as far as it goes for now."""
    if view["state"] == "scheduled":
        return f"scheduled for {lift_of(view) or 'later'}", True
    channels, counts = view["channels"], view["inside"]["deliveries"]
    if not channels:
        return "accepted", False
    fresh = sum(bool(channel.get("up_to_date")) for channel in channels)
    if fresh < len(channels):
        return f"{fresh}/{len(channels)} feeds", False
    done = f"{counts.get('delivered', 0)}/{sum(counts.values())} delivered"
    ended = {state: count for state, count in counts.items() if state in _ENDED}
    besides = "".join(f", {count} {state}" for state, count in ended.items() if state != "delivered")
    return done + besides, sum(ended.values()) == sum(counts.values())


@click.command()
@click.argument("release_id", metavar="ID", callback=RELEASE)
@as_json
@service_options
def status(client: "Client", release_id: str, *, as_json: bool) -> None:
    """Show where a release stands: state, channels, deliveries.

    Example: syndicator status rel_01m87a1akdd1gdw28q197schc2
    """
    view = client.get(f"/api/v1/releases/{segment(release_id)}")
    (show_json if as_json else _show_status)(view)


def _show_status(view: dict[str, Any]) -> None:
    from syndicator.cli.tables import show_facts

    counts: dict[str, int] = (view.get("inside") or {}).get("deliveries", {})
    show_facts(
        {
            "Release": view["id"],
            "Headline": (view.get("record") or {}).get("headline"),
            "State": view["state"],
            "Lifts": lift_of(view),
            "Version": view["version"],
            "Page": view["url"],
            "Channels": ", ".join(channel["channel"] for channel in view["channels"]),
            "Deliveries": ", ".join(f"{count} {state}" for state, count in counts.items()),
        }
    )


@click.command()
@click.argument("release_id", metavar="ID", callback=RELEASE)
@as_json
@service_options
def history(client: "Client", release_id: str, *, as_json: bool) -> None:
    """Show every version and who did what, when and why.

    Example: syndicator history rel_01m87a1akdd1gdw28q197schc2
    """
    told = client.get(f"/api/v1/releases/{segment(release_id)}/history")
    (show_json if as_json else _show_history)(told)


def _show_history(told: dict[str, Any]) -> None:
    from syndicator.cli.tables import show_table

    columns = ("at", "actor", "action", "detail")
    show_table(columns, [[_shown(row[name]) for name in columns] for row in told["audit"]])


def _shown(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return ", ".join(f"{name} {each}" for name, each in value.items() if each is not None)
