"""For publishers: what may happen to a release after it was handed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from syndicator.cli.advice import of_publisher, profile_of, show_advice, taken_with
from syndicator.cli.arguments import NOTE, RELEASE, TIME, argument_faults
from syndicator.cli.given import GivenFile
from syndicator.cli.lifting import lift_of
from syndicator.cli.options import as_json, of_text, segment, service_options
from syndicator.cli.sources import source_of
from syndicator.cli.terminal import say, show_json

if TYPE_CHECKING:
    from syndicator.client import Client
    from syndicator.intake.findings.diagnostics import Diagnostic

_file = click.option("--file", "file", type=GivenFile(), required=True, help="The whole release as it is now.")
_note = click.option(
    "--note", callback=NOTE, metavar="TEXT", required=True, help="One sentence that says why; readers see it."
)
_expected = click.option("--expected-version", type=int, help="Refuse unless this is the newest version.")


def _revise(
    client: "Client",
    release_id: str,
    action: str,
    *,
    as_json: bool,
    text: "_Text | None" = None,
    **fields: Any,  # noqa: ANN401 (JSON)
) -> None:
    fields["record"] = text.record if text else None
    body = {name: value for name, value in fields.items() if value is not None}
    view = client.post(f"/api/v1/releases/{segment(release_id)}/{action}", body)
    if as_json:
        show_json(view)
    else:
        lift = lift_of(view)
        lifts = f"; it lifts on {lift}" if lift else ""
        say(f"{view['id']} is {view['state']}, version {view['version']}{lifts}")
        show_advice(text.file if text else release_id, view, text.findings if text else ())


@dataclass(frozen=True, slots=True)
class _Text:
    """A release as a file states it now: its record as the API takes it, and what ``check`` says to the file."""

    record: Any
    file: str
    findings: "Sequence[Diagnostic]"


def _text(client: "Client", file: BinaryIO, publisher: str | None, stated: Mapping[str, str]) -> _Text:
    from syndicator.cli.attachments import with_kept_files

    source, profile = source_of(file, stated), profile_of(client, publisher)
    record = source.complete(profile, argument_faults()).model_dump(mode="json", exclude_none=True)
    return _Text(with_kept_files(client, record, source.folder), file.name, taken_with(source.reading, profile))


@click.command()
@click.argument("release_id", metavar="ID", callback=RELEASE)
@_file
@of_publisher
@of_text
@_expected
@as_json
@service_options
def update(
    client: "Client",
    release_id: str,
    file: BinaryIO,
    publisher: str | None,
    stated: Mapping[str, str],
    expected_version: int | None,
    *,
    as_json: bool,
) -> None:
    """Replace a release's text by one with new facts.

    Example: syndicator update rel_… --file release.json
    """
    text = _text(client, file, publisher, stated)
    _revise(client, release_id, "update", as_json=as_json, text=text, expected_version=expected_version)


@click.command()
@click.argument("release_id", metavar="ID", callback=RELEASE)
@_file
@of_publisher
@of_text
@_note
@_expected
@as_json
@service_options
def correct(
    client: "Client",
    release_id: str,
    file: BinaryIO,
    publisher: str | None,
    stated: Mapping[str, str],
    note: str,
    expected_version: int | None,
    *,
    as_json: bool,
) -> None:
    """Correct an error; the note is shown on top of the release.

    Example: syndicator correct rel_… --file release.json --note "The name was misspelt."
    """
    text = _text(client, file, publisher, stated)
    _revise(client, release_id, "correct", as_json=as_json, text=text, note=note, expected_version=expected_version)


@click.command()
@click.argument("release_id", metavar="ID", callback=RELEASE)
@_note
@_expected
@as_json
@service_options
def withhold(client: "Client", release_id: str, note: str, expected_version: int | None, *, as_json: bool) -> None:
    """Hold a public release back for the time being; a stub takes its place.

    Example: syndicator withhold rel_… --note "A figure is being checked."
    """
    _revise(client, release_id, "withhold", as_json=as_json, note=note, expected_version=expected_version)


@click.command()
@click.argument("release_id", metavar="ID", callback=RELEASE)
@_expected
@as_json
@service_options
def reinstate(client: "Client", release_id: str, expected_version: int | None, *, as_json: bool) -> None:
    """Publish a withheld release again.

    Example: syndicator reinstate rel_…
    """
    _revise(client, release_id, "reinstate", as_json=as_json, expected_version=expected_version)


@click.command()
@click.argument("release_id", metavar="ID", callback=RELEASE)
@click.option(
    "--until",
    "until",
    callback=TIME,
    required=True,
    metavar="TIME",
    help="The new time, with its offset or in the release's zone.",
)
@_expected
@as_json
@service_options
def reschedule(client: "Client", release_id: str, until: str, expected_version: int | None, *, as_json: bool) -> None:
    """Move an embargo that has not lifted yet.

    Example: syndicator reschedule rel_… --until 2027-01-23T19:00:00+01:00
    """
    _revise(client, release_id, "reschedule", as_json=as_json, embargo_until=until, expected_version=expected_version)


@click.command()
@click.argument("release_id", metavar="ID", callback=RELEASE)
@_note
@_expected
@as_json
@service_options
def withdraw(client: "Client", release_id: str, note: str, expected_version: int | None, *, as_json: bool) -> None:
    """Take a release back for ever; everybody who received it is told.

    Example: syndicator withdraw rel_… --note "Sent by mistake. Please do not use."
    """
    _revise(client, release_id, "withdraw", as_json=as_json, note=note, expected_version=expected_version)
