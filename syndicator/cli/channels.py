"""Channels and their feeds: list, make, try, delete."""

import json
from typing import TYPE_CHECKING, Any, Final

import click

from syndicator.cli.options import as_json, segment, service_options
from syndicator.cli.terminal import say, show_json, tell

if TYPE_CHECKING:
    from syndicator.client import Client

_LOOK_BACK_S: Final = 600.0
"""To hold a filter against each of the last 20,000 releases takes a busy machine minutes."""


@click.group()
def feeds() -> None:
    """Look at the channels, each a feed in three formats, and save filters as channels.

    Example: syndicator feeds show all
    """


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

    show_table(("channel", "title", "feed"), [[row["name"], row["title"], row["feeds"]["atom"]] for row in listed])


def _show_channel(channel: dict[str, Any]) -> None:
    from syndicator.cli.tables import show_facts

    show_facts(
        {
            "Channel": channel["name"],
            "Title": channel["title"],
            "Filter": json.dumps(channel["filter"], ensure_ascii=False) if "filter" in channel else None,
            "Page": channel["url"],
            **{f"Feed ({form})": address for form, address in channel["feeds"].items()},
        }
    )


@feeds.command("show")
@click.argument("name")
@as_json
@service_options
def show(client: "Client", name: str, *, as_json: bool) -> None:
    """Show a channel.

    Example: syndicator feeds show all
    """
    channel = client.get(f"/api/v1/channels/{segment(name)}")
    (show_json if as_json else _show_channel)(channel)


@feeds.command("create")
@click.argument("name")
@click.option("--title", required=True, help="What readers see as the feed's name.")
@click.option("--filter", "wanted", required=True, metavar="JSON", help='Such as {"any": [{"region": "DE-BY"}]}.')
@as_json
@service_options
def create(client: "Client", name: str, title: str, wanted: str, *, as_json: bool) -> None:
    """Save a filter as a channel; it starts with the releases that `feeds try` counts.

    Example: syndicator feeds create bavaria --title Bavaria --filter '{"region": "DE-BY"}'
    """
    from syndicator.cli.newsrooms import filter_as_sent, post

    body = {"name": name, "title": title, "filter": filter_as_sent(wanted)}
    channel = post(client, "/api/v1/channels", body, wanted, answer_s=_LOOK_BACK_S)
    (show_json if as_json else _show_channel)(channel)


@feeds.command("try")
@click.argument("wanted", metavar="FILTER")
@as_json
@service_options
def try_filter(client: "Client", wanted: str, *, as_json: bool) -> None:
    """Show what a filter takes of the last 30 days as it reads now (the newest 20,000 releases at most).

    Example: syndicator feeds try '{"headline": "Kawasaki"}'
    """
    from syndicator.cli.newsrooms import parsed_filter

    trial = client.post("/api/v1/filters/try", {"filter": parsed_filter(wanted)}, answer_s=_LOOK_BACK_S)
    if as_json:
        show_json(trial)
        return
    from syndicator.cli.tables import show_table

    count = trial["count"]
    say(f"{count} {'release' if count == 1 else 'releases'} in {trial['days']} days")
    columns = ("published_at", "headline", "url")
    show_table(columns, [[match[name] for name in columns] for match in trial["newest"]])


@feeds.command("delete")
@click.argument("name")
@as_json
@service_options
def delete(client: "Client", name: str, *, as_json: bool) -> None:
    """Delete a channel that is a saved filter.

    Example: syndicator feeds delete bavaria
    """
    client.delete(f"/api/v1/channels/{segment(name)}")
    tell(f"{name} is deleted", {"deleted": name}, as_json=as_json)
