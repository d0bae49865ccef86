"""For operators: what is known of publishers beforehand."""

from typing import TYPE_CHECKING, Any, BinaryIO

import click

from syndicator.cli.options import as_json, segment, service_options
from syndicator.cli.terminal import show_json
from syndicator.errors import Fault, Rejected

if TYPE_CHECKING:
    from syndicator.client import Client


@click.group()
def publisher() -> None:
    """Show and set publishers' profiles: what texts are completed by, and releases are compared with.

    Example: syndicator publisher show biom-biotech-cluster-development-gmbh
    """


@publisher.command("list")
@as_json
@service_options
def list_publishers(client: "Client", *, as_json: bool) -> None:
    """List the publishers.

    Example: syndicator publisher list
    """
    from syndicator.cli.tables import show_table

    listed = client.get("/api/v1/publishers")
    if as_json:
        show_json(listed)
        return
    show_table(
        ("publisher", "name", "contacts"),
        [[each["key"], each["publisher"]["name"], len(each["contacts"])] for each in listed],
    )


@publisher.command("show")
@click.argument("key")
@as_json
@service_options
def show_publisher(client: "Client", key: str, *, as_json: bool) -> None:
    """Show a publisher's profile; as JSON it can be changed and set again.

    Example: syndicator publisher show biom-biotech-cluster-development-gmbh --json
    """
    _show(client.get(f"/api/v1/publishers/{segment(key)}"), as_json=as_json)


@publisher.command("set")
@click.argument("key")
@click.argument("file", type=click.File("rb"))
@as_json
@service_options
def set_publisher(client: "Client", key: str, file: BinaryIO, *, as_json: bool) -> None:
    """Set a publisher's profile: JSON or TOML with publisher, contacts, language, network.

    No issued release changes: each version has its own snapshot.

    Example: syndicator publisher set biom-biotech-cluster-development-gmbh profile.toml
    """
    _show(client.put(f"/api/v1/publishers/{segment(key)}", _fields(file.read(), file.name)), as_json=as_json)


def _show(profile: dict[str, Any], *, as_json: bool) -> None:
    from syndicator.cli.tables import show_facts

    fields = {name: value for name, value in profile.items() if name not in {"key", "updated_at"}}
    if as_json:
        show_json(fields)
        return
    block = {name.replace("_", " ").capitalize(): _line(value) for name, value in profile["publisher"].items()}
    contacts = "; ".join(", ".join(map(str, each.values())) for each in profile["contacts"])
    show_facts(
        {
            "Publisher": profile["key"],
            **block,
            "Contacts": contacts,
            "Language": profile.get("language"),
            "Network": profile.get("network"),
        }
    )


def _line(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _fields(source: bytes, name: str) -> dict[str, object]:
    import json
    import tomllib

    try:
        fields = tomllib.loads(source.decode()) if name.endswith(".toml") else json.loads(source)
    except (ValueError, RecursionError) as error:
        raise Rejected([Fault(name, f"this cannot be read: {error}", "hand in JSON, or TOML named .toml")]) from error
    if not isinstance(fields, dict):
        raise Rejected([Fault(name, "this is no profile", "write an object with a member publisher")])
    return fields
