"""For newsrooms: endpoints and what they want."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from syndicator.cli.arguments import ENDPOINT, INSTANT, REASON, SUBSCRIPTION
from syndicator.cli.options import as_json, segment, service_options
from syndicator.cli.terminal import say, show_json, tell
from syndicator.errors import Fault, Rejected

if TYPE_CHECKING:
    from syndicator.client import Client

_PAGE = 1000
_filter = click.option("--filter", "wanted", metavar="JSON", help='Such as {"language": "de"}; all releases without.')
_event = click.option("--event", "events", multiple=True, metavar="TYPE", help="Such as release.published; repeatable.")


def _subscription(wanted: str | None, events: tuple[str, ...]) -> dict[str, Any]:
    return {**({"filter": filter_as_sent(wanted)} if wanted else {}), **({"events": list(events)} if events else {})}


def filter_as_sent(wanted: str) -> Any:  # noqa: ANN401 (JSON)
    """The filter; one that is no JSON as a text, which the service refuses with whatever else is wrong."""
    try:
        return parsed_filter(wanted)
    except Rejected:
        return wanted


def post(
    client: "Client", path: str, body: dict[str, Any], wanted: str | None, *, answer_s: float | None = None
) -> Any:  # noqa: ANN401 (JSON)
    """The service's answer. Of a filter that is no JSON a refusal tells why it is none."""
    try:
        return client.post(path, body, answer_s=answer_s)
    except Rejected as refused:
        raise Rejected([_explained(fault, wanted) for fault in refused.faults]) from refused


def _explained(fault: Fault, wanted: str | None) -> Fault:
    try:
        parsed_filter(wanted or "{}")
    except Rejected as refused:
        return refused.faults[0] if fault.place.endswith("filter") else fault
    return fault


def parsed_filter(wanted: str) -> Any:  # noqa: ANN401 (JSON)
    """A filter as typed on the command line. Rejected when it is no JSON."""
    try:
        return json.loads(wanted)
    except ValueError as error:
        raise Rejected([Fault("--filter", f"this is no JSON: {error}", 'write {"language": "de"}')]) from error


@click.group()
def endpoint() -> None:
    """Register the addresses that releases are pushed to, and look after them.

    Example: syndicator endpoint add https://newsroom.example/push --filter '{"language": "de"}'
    """


@endpoint.command("add")
@click.argument("url")
@click.option("--description", help="What it is, for people.")
@click.option("--owner", help="The newsroom it belongs to.")
@click.option("--verify", is_flag=True, help="Push nothing until the receiver has answered a challenge.")
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
    verify: bool,
    as_json: bool,
) -> None:
    """Register an endpoint. Its secret is shown once.

    Example: syndicator endpoint add https://newsroom.example/push --filter '{"language": "de"}'
    """
    body = {"url": url, "description": description, "owner": owner, "verify": verify}
    body = {name: value for name, value in body.items() if value}
    subscription = _subscription(wanted, events)
    subscriptions = {"subscriptions": [subscription]} if subscription else {}
    added = post(client, "/api/v1/endpoints", {**body, **subscriptions}, wanted)
    if as_json:
        show_json(added)
    else:
        say(f"Endpoint  {added['id']}\nSecret    {added['secret']}  (keep it: it is not shown again)")
        if added["state"] == "unverified":
            say(f"State     unverified: give the receiver its secret, then syndicator endpoint verify {added['id']}")


@endpoint.command("list")
@click.option("--owner", default="", help="Only those of this newsroom.")
@as_json
@service_options
def list_endpoints(client: "Client", owner: str, *, as_json: bool) -> None:
    """List the endpoints and their states.

    Example: syndicator endpoint list
    """
    listed = list(_endpoints(client, owner))
    if as_json:
        show_json(listed)
        return
    from syndicator.cli.tables import show_table

    columns = ("id", "state", "failures", "url", "notice")
    show_table(columns, [[row.get(name) for name in columns] for row in listed])


def _endpoints(client: "Client", owner: str) -> Iterator[dict[str, Any]]:
    """All of them, asked for page by page."""
    from urllib.parse import urlencode

    after = ""
    while page := client.get(f"/api/v1/endpoints?{urlencode({'owner': owner, 'after': after, 'limit': _PAGE})}"):
        yield from page
        after = page[-1]["id"]


@endpoint.command("show")
@click.argument("endpoint_id", metavar="ID", callback=ENDPOINT)
@as_json
@service_options
def show(client: "Client", endpoint_id: str, *, as_json: bool) -> None:
    """Show an endpoint with its subscriptions and last attempts.

    Example: syndicator endpoint show end_…
    """
    view = client.get(f"/api/v1/endpoints/{segment(endpoint_id)}")
    if as_json:
        show_json(view)
        return
    from syndicator.cli.tables import show_facts, show_table

    show_facts({name: view.get(name) for name in ("id", "state", "url", "description", "owner", "notice", "failures")})
    show_table(
        ("subscription", "events", "filter"),
        [
            [each["id"], " ".join(each["events"]), json.dumps(each["filter"], ensure_ascii=False)]
            for each in view["subscriptions"]
        ],
    )
    show_attempts(view["last_attempts"])


def show_attempts(attempts: list[dict[str, Any]]) -> None:
    """What was sent when, and what came back."""
    from syndicator.cli.tables import show_table

    columns = ("started_at", "delivery_id", "number", "outcome", "status", "duration_us", "reason", "by")
    show_table(columns, [[attempt.get(name) for name in columns] for attempt in attempts])


def _move(name: str, does: str, says: str) -> click.Command:
    """A command that posts to the endpoint and says what is true now, with the fields of the answer."""

    @click.argument("endpoint_id", metavar="ID", callback=ENDPOINT)
    @as_json
    @service_options
    def command(client: "Client", endpoint_id: str, *, as_json: bool) -> None:
        answer = client.post(f"/api/v1/endpoints/{segment(endpoint_id)}/{name}")
        tell(f"{endpoint_id}: {says.format_map(answer)}", answer, as_json=as_json)

    command.__doc__ = f"{does}.\n\n    Example: syndicator endpoint {name} end_…\n    "
    return click.command(name)(command)


for _name, _does, _says in (
    (
        "test",
        "Send a signed endpoint.ping",
        "a signed endpoint.ping is on its way; what came of it: syndicator deliveries show {delivery_id}",
    ),
    (
        "verify",
        "Send a challenge, and make an unverified endpoint active if it answers",
        "the receiver answered the challenge; the endpoint is {state}",
    ),
    (
        "pause",
        "Pause an endpoint: its deliveries are parked, and none is lost",
        "paused; deliveries are parked, none is lost",
    ),
    (
        "resume",
        "Make a paused or disabled endpoint active again",
        "active; what was parked goes out now; syndicator endpoint recover sends what came while it was disabled",
    ),
):
    endpoint.add_command(_move(_name, _does, _says))


@endpoint.command("rotate-secret")
@click.argument("endpoint_id", metavar="ID", callback=ENDPOINT)
@click.option(
    "--overlap",
    type=click.IntRange(0, 720),
    default=24,
    show_default=True,
    metavar="HOURS",
    help="How long the old secret goes on signing; use 0 if somebody else has it.",
)
@as_json
@service_options
def rotate_secret(client: "Client", endpoint_id: str, overlap: int, *, as_json: bool) -> None:
    """Give an endpoint a new secret. It is shown once.

    Example: syndicator endpoint rotate-secret end_… --overlap 48
    """
    answer = client.post(f"/api/v1/endpoints/{segment(endpoint_id)}/rotate-secret?overlap_s={overlap * 3600}")
    if as_json:
        show_json(answer)
        return
    old = f"the old one for {overlap} h, too" if overlap else "the old one does no longer"
    say(f"{endpoint_id}: a new secret signs; {old}")
    say(f"Secret    {answer['secret']}  (keep it: it is not shown again)")


@endpoint.command("remove")
@click.argument("endpoint_id", metavar="ID", callback=ENDPOINT)
@as_json
@service_options
def remove(client: "Client", endpoint_id: str, *, as_json: bool) -> None:
    """Remove an endpoint; deliveries that are still open end.

    Example: syndicator endpoint remove end_…
    """
    client.delete(f"/api/v1/endpoints/{segment(endpoint_id)}")
    tell(f"{endpoint_id} is removed", {"removed": endpoint_id}, as_json=as_json)


@endpoint.command("subscribe")
@click.argument("endpoint_id", metavar="ID", callback=ENDPOINT)
@_filter
@_event
@as_json
@service_options
def subscribe(
    client: "Client", endpoint_id: str, wanted: str | None, events: tuple[str, ...], *, as_json: bool
) -> None:
    """Add a subscription: event types and a filter.

    Example: syndicator endpoint subscribe end_… --filter '{"region": "DE-BY"}' --event release.published
    """
    path = f"/api/v1/endpoints/{segment(endpoint_id)}/subscriptions"
    added = post(client, path, _subscription(wanted, events), wanted)
    tell(f"Subscription  {added['id']}", added, as_json=as_json)


@endpoint.command("unsubscribe")
@click.argument("endpoint_id", metavar="ID", callback=ENDPOINT)
@click.argument("subscription_id", metavar="SUBSCRIPTION", callback=SUBSCRIPTION)
@as_json
@service_options
def unsubscribe(client: "Client", endpoint_id: str, subscription_id: str, *, as_json: bool) -> None:
    """Remove a subscription.

    Example: syndicator endpoint unsubscribe end_… sub_…
    """
    client.delete(f"/api/v1/endpoints/{segment(endpoint_id)}/subscriptions/{segment(subscription_id)}")
    tell(f"{subscription_id} is removed", {"removed": subscription_id}, as_json=as_json)


@endpoint.command("recover")
@click.argument("endpoint_id", metavar="ID", callback=ENDPOINT)
@click.option(
    "--since", callback=INSTANT, required=True, metavar="TIME", help="With its offset: 2027-01-23T19:00:00+01:00."
)
@click.option("--reason", callback=REASON, required=True, help="Why; it is recorded.")
@as_json
@service_options
def recover(client: "Client", endpoint_id: str, since: str, reason: str, *, as_json: bool) -> None:
    """Send again what an endpoint was sent since a time, and what it missed while it was disabled.

    Only the newest version of each release is sent; for a release that was withdrawn since, the withdrawal, if the
    endpoint had received it. Nothing is sent that is older than the endpoint.

    Example: syndicator endpoint recover end_… --since 2027-01-23T00:00:00Z --reason "lost a disk"
    """
    path = f"/api/v1/endpoints/{segment(endpoint_id)}/recover"
    recovered = client.post(path, {"since": since, "reason": reason})
    count = recovered["deliveries"]
    some = "1 delivery goes" if count == 1 else f"{count} deliveries go"
    tell(f"{endpoint_id}: {some} out again", recovered, as_json=as_json)
