"""For operators: what is known of publishers beforehand."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import click

from syndicator.cli.given import GivenFile
from syndicator.cli.options import as_json, segment, service_at, service_options, where_options
from syndicator.cli.sources import bounded
from syndicator.cli.terminal import show_json
from syndicator.errors import Fault, Rejected

if TYPE_CHECKING:
    from syndicator.client import Client

_MOST_BYTES: Final = 20_000_000
_PAGE: Final = 1000


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

    listed = list(_publishers(client))
    if as_json:
        show_json(listed)
        return
    show_table(
        ("publisher", "name", "contacts"),
        [[each["key"], each["publisher"]["name"], len(each["contacts"])] for each in listed],
    )


def _publishers(client: "Client") -> Iterator[dict[str, Any]]:
    """All of them, asked for page by page."""
    from urllib.parse import urlencode

    after = ""
    while page := client.get(f"/api/v1/publishers?{urlencode({'after': after, 'limit': _PAGE})}"):
        yield from page
        after = page[-1]["key"]


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
@click.argument("file", type=GivenFile())
@as_json
@where_options
def set_publisher(key: str, file: BinaryIO, to: str | None, token: str | None, *, as_json: bool) -> None:
    """Set a publisher's profile: JSON or TOML with publisher, contacts, language, network.

    No issued release changes: each version has its own snapshot.

    Example: syndicator publisher set biom-biotech-cluster-development-gmbh profile.toml
    """
    from syndicator.client import without_lines

    content = bounded(file, _MOST_BYTES, "hand in one publisher's profile")
    with service_at(to, token, lambda: _faults(content, file.name)) as client:
        try:
            profile = client.put(f"/api/v1/publishers/{segment(key)}", _body(content, file.name))
        except Rejected as refused:
            raise without_lines(refused) if _is_toml(file.name) else refused from refused
    _show(profile, as_json=as_json)


def _show(profile: dict[str, Any], *, as_json: bool) -> None:
    from syndicator.cli.tables import show_facts

    fields = {name: value for name, value in profile.items() if name != "key"}
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


def _faults(content: bytes, name: str) -> Sequence[Fault]:
    """What is wrong with a profile that no service was asked about."""
    from syndicator.client import without_lines
    from syndicator.intake.records.strict import read_model
    from syndicator.model.publisher import Profile

    try:
        read_model(Profile, _body(content, name), whole="body")
    except Rejected as refused:
        return (without_lines(refused) if _is_toml(name) else refused).faults
    return ()


def _body(content: bytes, name: str) -> bytes:
    """The profile as the API takes it: JSON as it was written, so that its faults are told with their lines."""
    import json
    import tomllib

    try:
        fields = tomllib.loads(content.decode("utf-8-sig")) if _is_toml(name) else json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Rejected([Fault(name, f"this cannot be read: {error}", "hand in JSON, or TOML named .toml")]) from error
    return json.dumps(fields, default=str).encode() if _is_toml(name) else content  # default: TOML knows dates


def _is_toml(name: str) -> bool:
    return name.endswith(".toml")
