"""For newsrooms: what was pushed, what failed, sending it again, and a check of signatures."""

import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import TYPE_CHECKING, BinaryIO

import click

from syndicator.cli.arguments import DELIVERY, ENDPOINT, REASON, RELEASE
from syndicator.cli.given import GivenFile
from syndicator.cli.options import as_json, service_options
from syndicator.cli.sources import bounded
from syndicator.cli.terminal import say, show_json, tell
from syndicator.errors import ConfigError, Fault, Rejected

if TYPE_CHECKING:
    from syndicator.client import Client

_PAGE = 50
_MOST_BYTES = 100_000_000
"""More than any push has, also where a service was set to take records of 20 MB."""
_MOST_HEADER_BYTES = 1_000_000


@click.group()
def deliveries() -> None:
    """Look at deliveries and send them again.

    Example: syndicator deliveries list --state dead
    """


@deliveries.command("list")
@click.option("--state", help="waiting, queued, parked, claimed, delivered, dead or superseded.")
@click.option("--release", metavar="ID", callback=RELEASE, help="Id of a release.")
@click.option("--endpoint", metavar="ID", callback=ENDPOINT, help="Id of an endpoint.")
@click.option("--before", callback=DELIVERY, metavar="ID", help="Older than this delivery: the next page.")
@click.option("--limit", type=click.IntRange(1, 500), default=_PAGE, show_default=True, help="Most to list.")
@as_json
@service_options
def list_deliveries(client: "Client", *, as_json: bool, **where: str | int | None) -> None:
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
    if "next" in listed:
        say(f"there are older ones: add --before {listed['next']}", err=True)


@deliveries.command("show")
@click.argument("delivery_id", metavar="ID", callback=DELIVERY)
@as_json
@service_options
def show(client: "Client", delivery_id: str, *, as_json: bool) -> None:
    """Show a delivery with every attempt.

    Example: syndicator deliveries show 17
    """
    view = client.get(f"/api/v1/deliveries/{delivery_id}")
    if as_json:
        show_json(view)
        return
    from syndicator.cli.newsrooms import show_attempts
    from syndicator.cli.tables import show_facts

    show_facts({name: value for name, value in view.items() if not isinstance(value, list)})
    show_attempts(view["attempt_log"])


@deliveries.command("replay")
@click.argument("delivery_id", metavar="ID", callback=DELIVERY)
@click.option("--reason", callback=REASON, required=True, help="Why; it is recorded.")
@as_json
@service_options
def replay(client: "Client", delivery_id: str, reason: str, *, as_json: bool) -> None:
    """Send a delivery again: same webhook-id, same bytes.

    Example: syndicator deliveries replay 17 --reason "the newsroom lost it"
    """
    view = client.post(f"/api/v1/deliveries/{delivery_id}/replay", {"reason": reason})
    tell(f"delivery {view['id']} is {view['state']}", view, as_json=as_json)


@click.command()
@click.argument("file", type=GivenFile())
@click.option("--header", "-H", "lines", multiple=True, metavar="'NAME: VALUE'", help="As received; repeatable.")
@click.option("--headers", "stored", type=GivenFile(), help="The headers as received: lines, or a JSON object.")
@click.option(
    "--secret",
    "--key",
    "keys",
    multiple=True,
    required=True,
    envvar="WEBHOOK_SECRETS",
    show_envvar=True,
    help="The endpoint's whsec_ secret or the service's whpk_ key; one good signature by any of them is enough.",
)
@click.option(
    "--tolerance", type=click.FloatRange(0), default=300, show_default=True, help="Seconds the signed time may be off."
)
@as_json
def verify(
    file: BinaryIO,
    lines: tuple[str, ...],
    stored: BinaryIO | None,
    keys: tuple[str, ...],
    tolerance: float,
    *,
    as_json: bool,
) -> None:
    r"""Check that a push came from the holder of the secret. FILE is the body byte for byte as received; - is stdin.

    Exit code 3 when no signature is good.

    Example: syndicator verify body.json --secret whsec_… --headers headers.json

    Example: syndicator verify - --secret whsec_… -H 'webhook-id: evt_…' \
      -H 'webhook-timestamp: 1800000000' -H 'webhook-signature: v1,…' < body.json
    """
    from syndicator.clock import SECOND_US, system_now_us
    from syndicator.delivery import signing

    body = bounded(file, _MOST_BYTES, "give the body of one push")
    received = {**(_stored_headers(stored) if stored else {}), **dict(map(_header, lines))}
    try:
        verified = signing.verify(received, body, keys, system_now_us() / SECOND_US, tolerance)
    except ConfigError as error:  # a setting where a service signs, and an argument here
        problem, _, fix = str(error).partition(": ")
        raise Rejected([Fault("--secret", problem, fix)]) from error
    if as_json:
        show_json({"webhook_id": verified.event_id, "timestamp": verified.timestamp_s})
    else:
        say(f"good: {verified.event_id}")


def _header(line: str, place: str = "--header") -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise Rejected([Fault(place, f"{line!r:.80} has no colon", _LINE_FIX)])
    return name.strip(), value.strip()


def _stored_headers(file: BinaryIO) -> dict[str, str]:
    """The headers of a JSON object, or of lines as they stand in a request, its first line and body left out."""
    given = bounded(file, _MOST_HEADER_BYTES, "give the headers of one push")
    encoding = "utf-16" if given.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"  # as shells of Windows write
    text = given.decode(encoding, "replace").strip()
    if text.startswith(("{", "[", '"')):
        return _json_headers(text)
    head = text.replace("\r\n", "\n").partition("\n\n")[0].split("\n")
    lines = head[1:] if " HTTP/" in head[0] else head
    return dict(_header(line, "--headers") for line in lines)


def _json_headers(text: str) -> dict[str, str]:
    try:
        headers = json.loads(text)
    except ValueError as error:
        raise Rejected([Fault("--headers", f"this is no JSON: {error}", _HEADERS_FIX)]) from error
    if not isinstance(headers, dict) or not all(map(_is_value, headers.values())):
        raise Rejected([Fault("--headers", "this is no object of texts", _HEADERS_FIX)])
    return {name: value if isinstance(value, str) else value[0] for name, value in headers.items()}


def _is_value(value: object) -> bool:
    """A text, or as many servers keep them, a list with one."""
    return isinstance(value, str) or (isinstance(value, list) and len(value) == 1 and isinstance(value[0], str))


_LINE_FIX = "write 'webhook-id: evt_…', one header a line"
_HEADERS_FIX = 'write {"webhook-id": "evt_…", "webhook-timestamp": "1800000000", "webhook-signature": "v1,…"}'
