"""For operators: the lawful erasure of a contact."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click

from syndicator.cli.arguments import RELEASE
from syndicator.cli.options import as_json, service_options
from syndicator.cli.terminal import say, show_json
from syndicator.errors import Conflict, Rejected

if TYPE_CHECKING:
    from syndicator.client import Client

_PAUSE_S: Final = 2.0
_OPTIONS: Final = {
    "body": "--release, --publisher, --owner",
    "contact": "CONTACT",
    "publisher": "--publisher",
    "owner": "--owner",
    "release": "--release",
    "replacement": "--replacement-phone, --replacement-email",
    "replacement.name": "--replacement-name",
    "replacement.phone": "--replacement-phone",
    "replacement.email": "--replacement-email",
}


@click.command()
@click.argument("contact")
@click.option("--release", metavar="ID", callback=RELEASE, help="From this release.")
@click.option("--publisher", metavar="KEY", help="From all releases of this publisher, and its profile.")
@click.option("--owner", metavar="NAME", help="From all releases and profiles of this owner.")
@click.option("--replacement-name", metavar="NAME", help="Who answers instead; otherwise the publisher's desk.")
@click.option("--replacement-phone", metavar="NUMBER")
@click.option("--replacement-email", metavar="ADDRESS")
@click.option("--publisher-block", is_flag=True, help="Also clear the name or number where the publisher block has it.")
@click.option("--dry-run", is_flag=True, help="Only say what would be rewritten.")
@click.option(
    "--wait-limit",
    "wait_s",
    type=click.FloatRange(0, 86_400),
    default=90.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to try, at most, while pushes of these releases are under way.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@service_options
def erase_contact(
    client: "Client",
    *,
    dry_run: bool,
    wait_s: float,
    yes: bool,
    as_json: bool,
    **options: Any,  # noqa: ANN401
) -> None:
    """Erase a contact, by its exact name or e-mail address, from stored versions, pushes and feeds.

    The law may demand it; it cannot be undone. Texts that name the person are left as they are and listed, as are
    the endpoints that were sent the releases: see docs/erasure.md.

    Example: syndicator erase-contact "Erika Mustermann" --publisher bio-m-gmbh --dry-run
    """
    wanted = _wanted(**options)
    shown = _shown(client, wanted)
    if not (dry_run or yes) and _rewrites(shown):
        _show(shown)
        click.confirm("Rewrite all of this for good?", abort=True, err=True)
    report = shown if dry_run else _erased(client, wanted, wait_s)
    if as_json:
        show_json(report)
        return
    _show(report)
    if not dry_run:
        did = "Erased" if _rewrites(report) else "Nothing was erased"
        say(f"{did}." if report["purged"] else f"{did}; the database is still being read: run it once more.")


def _erased(client: "Client", wanted: dict[str, Any], wait_s: float) -> dict[str, Any]:
    """What was rewritten, once no push of these releases is under way; says on stderr what it waits for.

    Conflict when that did not happen in time: then nothing was rewritten.
    """
    ends, said = time.monotonic() + wait_s, ""
    while True:
        try:
            report: dict[str, Any] = client.post("/api/v1/erasures", wanted)
        except Conflict as error:
            if time.monotonic() >= ends:
                message = (
                    f"nothing was erased: {error}; or try for longer (--wait-limit), or release by release (--release)"
                )
                raise Conflict(message) from error
            if str(error) != said:
                said = str(error)
                say(f"Waiting for {wait_s:g} s at most: {said}", err=True)
            time.sleep(_PAUSE_S)
        else:
            return report


def _shown(client: "Client", wanted: dict[str, Any]) -> dict[str, Any]:
    """What would be rewritten. A refusal names the options, as they were given here."""
    try:
        report: dict[str, Any] = client.post("/api/v1/erasures", {**wanted, "dry_run": True})
    except Rejected as refused:
        faults = [replace(fault, place=_OPTIONS.get(fault.place, fault.place)) for fault in refused.faults]
        raise Rejected(faults) from refused
    return report


def _wanted(
    *,
    contact: str,
    replacement_name: str | None,
    replacement_phone: str | None,
    replacement_email: str | None,
    **scope: Any,  # noqa: ANN401
) -> dict[str, Any]:
    stated = {"name": replacement_name, "phone": replacement_phone, "email": replacement_email}
    replacement = {name: value for name, value in stated.items() if value is not None}
    wanted = {"contact": contact, "replacement": replacement or None, **scope}
    return {name: value for name, value in wanted.items() if value is not None}


def _rewrites(report: dict[str, Any]) -> bool:
    """Whether there is more than places in texts, which are left to a person."""
    return bool(report["profiles"]) or any(each["versions"] or each["pushes"] for each in report["releases"])


def _show(report: dict[str, Any]) -> None:
    """On stderr: what is rewritten, and what a person has to judge."""
    for each in report["releases"]:
        versions = ", ".join(map(str, each["versions"])) or "none"
        say(f"{each['id']}: versions {versions}; {each['pushes']} pushes", err=True)
        for place in each["remains"]:
            say(f"  still named in {place}", err=True)
        if each["received_by"]:
            say(f"  was sent to {', '.join(each['received_by'])}", err=True)
    for key in report["profiles"]:
        say(f"profile of {key}", err=True)
    if not (report["releases"] or report["profiles"]):
        say("Nothing here names this contact: give its name or address as it is written there.", err=True)
