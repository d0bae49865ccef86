"""Channels and their feeds: list, make, try, delete."""

import json
from typing import TYPE_CHECKING

import click

from syndicator.cli.options import as_json, service_options, show_json

if TYPE_CHECKING:
    from syndicator.client import Client


@click.group()
def feeds() -> None:
    """Look at the channels, each a feed in three formats, and save filters as channels."""


@feeds.command("list")
@as_json
@service_options
def list_channels(client: "Client", *, as_json: bool) -> None:
    """List the channels with their feeds.

    Example: syndicator feeds list
    """
    listed = client.get("/api/v1/channels")
    if as_json:
        show_json(listed)
        return
    from syndicator.cli.tables import show_table

    rows = listed["channels"] if isinstance(listed, dict) else listed
    show_table(("channel", "title", "feed"), [[row["name"], row["title"], row["feeds"]["atom"]] for row in rows])


@feeds.command("show")
@click.argument("name")
@service_options
def show(client: "Client", name: str) -> None:
    """Show a channel.

    Example: syndicator feeds show all
    """
    show_json(client.get(f"/api/v1/channels/{name}"))


@feeds.command("create")
@click.argument("name")
@click.option("--title", required=True)
@click.option("--filter", "wanted", required=True, metavar="JSON", help='Such as {"any": [{"region": "DE-BY"}]}.')
@service_options
def create(client: "Client", name: str, title: str, wanted: str) -> None:
    """Save a filter as a channel; it starts with the matching releases of the last 30 days.

    Example: syndicator feeds create bavaria --title Bavaria --filter '{"region": "DE-BY"}'
    """
    from syndicator.cli.newsrooms import parsed_filter

    show_json(client.post("/api/v1/channels", {"name": name, "title": title, "filter": parsed_filter(wanted)}))


@feeds.command("try")
@click.argument("wanted", metavar="FILTER")
@service_options
def try_filter(client: "Client", wanted: str) -> None:
    """Show what a filter would have taken in the last 30 days.

    Example: syndicator feeds try '{"headline": "Kawasaki"}'
    """
    from syndicator.cli.newsrooms import parsed_filter

    click.echo(json.dumps(client.post("/api/v1/filters/try", {"filter": parsed_filter(wanted)}), indent=2))


@feeds.command("delete")
@click.argument("name")
@service_options
def delete(client: "Client", name: str) -> None:
    """Delete a channel that is a saved filter.

    Example: syndicator feeds delete bavaria
    """
    client.delete(f"/api/v1/channels/{name}")
    click.echo(f"{name} is deleted")
