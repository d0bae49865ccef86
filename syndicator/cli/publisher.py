"""For publishers: hand a release in and follow it."""

import secrets
import time
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from syndicator.cli.options import as_json, service_options, show_json
from syndicator.errors import Unreachable

if TYPE_CHECKING:
    from syndicator.client import Client

_FOLLOW_S = 60.0
_PAUSE_S = 0.2


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--idempotency-key", metavar="KEY", help="The key of an earlier try; a new one is made without it.")
@click.option("--wait", is_flag=True, help="Follow the release until feeds and newsrooms have it.")
@as_json
@service_options
def submit(client: "Client", file: BinaryIO, idempotency_key: str | None, *, wait: bool, as_json: bool) -> None:
    """Hand a release in: a record (JSON, TOML), Markdown, plain text, DOCX or HTML.

    Accepted means stored for good. The idempotency key is printed before anything is sent: send the same
    file again with it, and there will still be one release.

    Example: syndicator submit examples/biom-kawasaki.json --to http://127.0.0.1:8080
    """
    record = _record(file)
    key = idempotency_key or f"cli-{secrets.token_hex(16)}"
    click.echo(f"Idempotency-Key: {key}", err=True)
    try:
        submitted = client.submit(record, key)
    except Unreachable as error:
        message = f"{error}\nSend it again with: syndicator submit {file.name} --idempotency-key {key}"
        raise Unreachable(message) from error
    if as_json:
        show_json(submitted)
    else:
        _show_submitted(submitted)
    if wait:
        _follow(client, submitted["id"])


def _record(file: BinaryIO) -> bytes:
    """The record as the API takes it; what is no record yet is read into one."""
    from syndicator.intake.read import format_of, read
    from syndicator.intake.reading import Format, to_record

    source = file.read()
    if format_of(source, file.name) is Format.JSON:
        return source
    return to_record(read(source, file.name)).model_dump_json(exclude_none=True).encode()


def _show_submitted(submitted: dict[str, Any]) -> None:
    from syndicator.cli.tables import show_facts

    show_facts(
        {
            "Release": submitted["id"],
            "Version": submitted["version"],
            "State": submitted["state"],
            "Page": submitted["url"],
            "Same content as": submitted.get("duplicate_of"),
        }
    )
    for feed in submitted["feeds"]:
        click.echo(f"Feed     {feed['feeds']['atom']}  ({feed['title']})")


def _follow(client: "Client", release_id: str) -> None:
    """Says each stage on stderr as it is reached; gives up after a minute, which harms nothing."""
    ends, said = time.monotonic() + _FOLLOW_S, ""
    while time.monotonic() < ends:
        view = client.get(f"/api/v1/releases/{release_id}")
        counts: dict[str, int] = view["inside"]["deliveries"]
        done, total = counts.get("delivered", 0), sum(counts.values())
        behind = [channel for channel in view["channels"] if not channel.get("up_to_date")]
        stage = "scheduled" if view["state"] == "scheduled" else f"{done}/{total} delivered"
        if stage != said:
            click.echo(stage, err=True)
            said = stage
        if view["state"] == "scheduled" or (view["channels"] and not behind and done == total):
            return
        time.sleep(_PAUSE_S)
    click.echo("still under way; see: syndicator status " + release_id, err=True)


@click.command()
@click.argument("release_id", metavar="ID")
@as_json
@service_options
def status(client: "Client", release_id: str, *, as_json: bool) -> None:
    """Show where a release stands: state, channels, deliveries.

    Example: syndicator status rel_01m87a1akdd1gdw28q197schc2
    """
    view = client.get(f"/api/v1/releases/{release_id}")
    if as_json:
        show_json(view)
        return
    from syndicator.cli.tables import show_facts

    counts: dict[str, int] = (view.get("inside") or {}).get("deliveries", {})
    show_facts(
        {
            "Release": view["id"],
            "Headline": (view.get("record") or {}).get("headline"),
            "State": view["state"],
            "Version": view["version"],
            "Page": view["url"],
            "Channels": ", ".join(channel["channel"] for channel in view["channels"]),
            "Deliveries": ", ".join(f"{count} {state}" for state, count in counts.items()),
        }
    )


@click.command()
@click.argument("release_id", metavar="ID")
@as_json
@service_options
def history(client: "Client", release_id: str, *, as_json: bool) -> None:
    """Show every version and who did what, when and why.

    Example: syndicator history rel_01m87a1akdd1gdw28q197schc2
    """
    told = client.get(f"/api/v1/releases/{release_id}/history")
    if as_json:
        show_json(told)
        return
    from syndicator.cli.tables import show_table

    columns = ("at", "actor", "action", "detail")
    show_table(columns, [[_shown(row[name]) for name in columns] for row in told["audit"]])


def _shown(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return ", ".join(f"{name} {each}" for name, each in value.items() if each is not None)
