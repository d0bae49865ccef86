"""For operators: the database's schema, and the networks."""

from typing import TYPE_CHECKING

import click

from syndicator.cli.options import as_json, read_settings
from syndicator.cli.terminal import say, show_json
from syndicator.errors import NotFound

if TYPE_CHECKING:
    from syndicator.model.network import Network


@click.command()
@as_json
def migrate(*, as_json: bool) -> None:
    """Bring the database to the newest schema; does nothing when it is there.

    Example: SYNDICATOR_DATABASE_URL=postgresql+psycopg://… syndicator migrate
    """
    from syndicator.bootstrap import Syndicator
    from syndicator.store.schema_version import newest

    service = Syndicator(read_settings())
    try:
        service.migrate()
    finally:
        service.close()
    if as_json:
        show_json({"schema": newest()})
    else:
        say(f"The schema is at {newest()}.")


@click.group()
def network() -> None:
    """Show the networks that releases are issued by, and their wordings.

    Example: syndicator network show unn
    """


@network.command("list")
@as_json
def list_networks(*, as_json: bool) -> None:
    """List the networks.

    Example: syndicator network list
    """
    from syndicator.cli.tables import show_table

    networks = _networks()
    if as_json:
        show_json([{"name": each.name, "title": each.title, "operator": each.operator} for each in networks.values()])
        return
    show_table(
        ("network", "title", "operator", "languages"),
        [[n.name, n.title, n.operator, ", ".join(sorted({t.language for t in n.texts}))] for n in networks.values()],
    )


@network.command("show")
@click.argument("name")
@as_json
def show_network(name: str, *, as_json: bool) -> None:
    """Show a network's wordings: disclaimer and terms, per language and version.

    Example: syndicator network show unn
    """
    networks = _networks()
    if name not in networks:
        message = f"there is no network {name}; there are {', '.join(sorted(networks))}"
        raise NotFound(message)
    if as_json:
        show_json(networks[name].model_dump(mode="json"))
        return
    for texts in networks[name].texts:
        say(f"{name}/{texts.language}/{texts.version}, in force from {texts.valid_from} ({texts.source})")
        say(f"  {texts.disclaimer}\n  {texts.terms}\n")


def _networks() -> "dict[str, Network]":
    from syndicator.bootstrap import read_networks

    return {network.name: network for network in read_networks(read_settings().networks_dir)}
