"""For newsrooms: endpoints, deliveries, and a check of signatures."""

import json
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from syndicator.cli.options import as_json, service_options, show_json
from syndicator.errors import Fault, Rejected

if TYPE_CHECKING:
    from syndicator.client import Client

_filter = click.option("--filter", "wanted", metavar="JSON", help='Such as {"language": "de"}; all releases without.')
_event = click.option("--event", "events", multiple=True, metavar="TYPE", help="Such as release.published; repeatable.")


def _subscription(wanted: str | None, events: tuple[str, ...]) -> dict[str, Any]:
    return {**({"filter": parsed_filter(wanted)} if wanted else {}), **({"events": list(events)} if events else {})}


def parsed_filter(wanted: str) -> Any:  # noqa: ANN401 (JSON)
    """A filter as typed on the command line. Rejected when it is no JSON."""
    try:
        return json.loads(wanted)
    except ValueError as error:
        raise Rejected([Fault("--filter", f"this is no JSON: {error}", 'write {"language": "de"}')]) from error


@click.group()
def endpoint() -> None:
    """Register the addresses that releases are pushed to, and look after them."""


@endpoint.command("add")
@click.argument("url")
@click.option("--description", help="What it is, for people.")
@click.option("--owner", help="The newsroom it belongs to.")
@_filter
@_event
@as_json
@service_options
def add(
    client: "Client",
    url: str,
    description: str | None,
    owner: str | None,
    wanted: str | None,
    events: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Register an endpoint. Its secret is shown once.

    Example: syndicator endpoint add https://newsroom.example/push --filter '{"language": "de"}'
    """
    body = {"url": url, "description": description, "owner": owner}
    body = {name: value for name, value in body.items() if value}
    subscription = _subscription(wanted, events)
    added = client.post("/api/v1/endpoints", {**body, **({"subscriptions": [subscription]} if subscription else {})})
    if as_json:
        show_json(added)
    else:
        click.echo(f"Endpoint  {added['id']}\nSecret    {added['secret']}  (keep it: it is not shown again)")


@endpoint.command("list")
@as_json
@service_options
def list_endpoints(client: "Client", *, as_json: bool) -> None:
    """List the endpoints and how they are.

    Example: syndicator endpoint list
    """
    listed = client.get("/api/v1/endpoints")
    if as_json:
        show_json(listed)
        return
    from syndicator.cli.tables import show_table

    columns = ("id", "state", "failures", "url", "notice")
    rows = listed["endpoints"] if isinstance(listed, dict) else listed
    show_table(columns, [[row.get(name) for name in columns] for row in rows])


@endpoint.command("show")
@click.argument("endpoint_id", metavar="ID")
@as_json
@service_options
def show(client: "Client", endpoint_id: str, *, as_json: bool) -> None:
    """Show an endpoint with its subscriptions and last attempts.

    Example: syndicator endpoint show end_…
    """
    view = client.get(f"/api/v1/endpoints/{endpoint_id}")
    if as_json:
        show_json(view)
        return
    from syndicator.cli.tables import show_facts, show_table

    show_facts({name: view.get(name) for name in ("id", "state", "url", "description", "owner", "notice", "failures")})
    show_table(
        ("subscription", "events", "filter"),
        [[each["id"], " ".join(each["events"]), json.dumps(each["filter"])] for each in view["subscriptions"]],
    )
    _show_attempts(view["last_attempts"])


def _show_attempts(attempts: list[dict[str, Any]]) -> None:
    from syndicator.cli.tables import show_table

    columns = ("started_at", "delivery_id", "number", "outcome", "status", "duration_us", "reason", "by")
    show_table(columns, [[attempt.get(name) for name in columns] for attempt in attempts])


def _move(name: str, path: str, says: str, example: str) -> click.Command:
    """A command that posts to the endpoint and says what is true now."""

    @click.argument("endpoint_id", metavar="ID")
    @as_json
    @service_options
    def command(client: "Client", endpoint_id: str, *, as_json: bool) -> None:
        answer = client.post(f"/api/v1/endpoints/{endpoint_id}/{path}")
        if as_json:
            show_json(answer)
        else:
            secret = f"\nSecret    {answer['secret']}  (keep it: it is not shown again)" if "secret" in answer else ""
            click.echo(f"{endpoint_id}: {says}{secret}")

    command.__doc__ = f"{says.capitalize()}.\n\n    Example: syndicator endpoint {example} end_…\n    "
    return click.command(name)(command)


endpoint.add_command(_move("test", "test", "a signed endpoint.ping is on its way", "test"))
endpoint.add_command(_move("pause", "pause", "paused; deliveries are parked, none is lost", "pause"))
endpoint.add_command(_move("resume", "resume", "active; what was parked goes out now", "resume"))
endpoint.add_command(
    _move("rotate-secret", "rotate-secret", "a new secret signs; the old one for 24 h, too", "rotate-secret")
)


@endpoint.command("remove")
@click.argument("endpoint_id", metavar="ID")
@service_options
def remove(client: "Client", endpoint_id: str) -> None:
    """Remove an endpoint; what is still open for it ends.

    Example: syndicator endpoint remove end_…
    """
    client.delete(f"/api/v1/endpoints/{endpoint_id}")
    click.echo(f"{endpoint_id} is removed")


@endpoint.command("subscribe")
@click.argument("endpoint_id", metavar="ID")
@_filter
@_event
@service_options
def subscribe(client: "Client", endpoint_id: str, wanted: str | None, events: tuple[str, ...]) -> None:
    """Add a subscription: event types and a filter.

    Example: syndicator endpoint subscribe end_… --filter '{"publisher": "bio-m"}' --event release.published
    """
    added = client.post(f"/api/v1/endpoints/{endpoint_id}/subscriptions", _subscription(wanted, events))
    click.echo(added["id"])


@endpoint.command("unsubscribe")
@click.argument("endpoint_id", metavar="ID")
@click.argument("subscription_id", metavar="SUBSCRIPTION")
@service_options
def unsubscribe(client: "Client", endpoint_id: str, subscription_id: str) -> None:
    """Remove a subscription.

    Example: syndicator endpoint unsubscribe end_… sub_…
    """
    client.delete(f"/api/v1/endpoints/{endpoint_id}/subscriptions/{subscription_id}")
    click.echo(f"{subscription_id} is removed")


@endpoint.command("recover")
@click.argument("endpoint_id", metavar="ID")
@click.option("--since", required=True, metavar="TIME", help="With its offset: 2027-01-23T19:00:00+01:00.")
@click.option("--reason", required=True, help="Why; it is recorded.")
@service_options
def recover(client: "Client", endpoint_id: str, since: str, reason: str) -> None:
    """Send again what went to an endpoint since a time, newest version of each release only.

    Example: syndicator endpoint recover end_… --since 2027-01-23T00:00:00Z --reason "lost a disk"
    """
    show_json(client.post(f"/api/v1/endpoints/{endpoint_id}/recover", {"since": since, "reason": reason}))


@click.group()
def deliveries() -> None:
    """Look at deliveries and send them again."""


@deliveries.command("list")
@click.option("--state", help="waiting, queued, parked, claimed, delivered, dead or superseded.")
@click.option("--release", help="Id of a release.")
@click.option("--endpoint", help="Id of an endpoint.")
@as_json
@service_options
def list_deliveries(client: "Client", *, as_json: bool, **where: str | None) -> None:
    """List deliveries, newest first.

    Example: syndicator deliveries list --state dead
    """
    from urllib.parse import urlencode

    asked = urlencode({name: value for name, value in where.items() if value})
    listed = client.get(f"/api/v1/deliveries?{asked}")
    if as_json:
        show_json(listed)
        return
    from syndicator.cli.tables import show_table

    columns = ("id", "state", "event_type", "release_id", "version", "endpoint_id", "attempts", "due_at")
    show_table(columns, [[row.get(name) for name in columns] for row in listed["deliveries"]])


@deliveries.command("show")
@click.argument("delivery_id", metavar="ID", type=int)
@as_json
@service_options
def show_delivery(client: "Client", delivery_id: int, *, as_json: bool) -> None:
    """Show a delivery with every attempt.

    Example: syndicator deliveries show 17
    """
    view = client.get(f"/api/v1/deliveries/{delivery_id}")
    if as_json:
        show_json(view)
        return
    from syndicator.cli.tables import show_facts

    show_facts({name: value for name, value in view.items() if not isinstance(value, list)})
    _show_attempts(view["attempt_log"])


@deliveries.command("replay")
@click.argument("delivery_id", metavar="ID", type=int)
@click.option("--reason", required=True, help="Why; it is recorded.")
@service_options
def replay(client: "Client", delivery_id: int, reason: str) -> None:
    """Send a delivery again: same webhook-id, same bytes.

    Example: syndicator deliveries replay 17 --reason "the newsroom lost it"
    """
    view = client.post(f"/api/v1/deliveries/{delivery_id}/replay", {"reason": reason})
    click.echo(f"delivery {view['id']} is {view['state']}")


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--header", "-H", "headers", multiple=True, metavar="'NAME: VALUE'", help="As received; repeatable.")
@click.option("--key", "keys", multiple=True, required=True, help="The endpoint's whsec_ secret or the whpk_ key.")
@click.option("--tolerance", type=float, default=300, show_default=True, help="Seconds the signed time may be off.")
def verify(file: BinaryIO, headers: tuple[str, ...], keys: tuple[str, ...], tolerance: float) -> None:
    """Check that a push came from the holder of the key, its body byte for byte as received.

    Example: syndicator verify body.json --key whsec_… -H 'webhook-id: evt_…' -H 'webhook-timestamp: 1'
    -H 'webhook-signature: v1,…'
    """
    from syndicator.clock import SECOND_US, system_now_us
    from syndicator.delivery import signing

    received = {name.strip(): value.strip() for name, _, value in (header.partition(":") for header in headers)}
    verified = signing.verify(received, file.read(), keys, system_now_us() / SECOND_US, tolerance)
    click.echo(f"good: {verified.event_id}")
