"""What the service knows beside the file: the publisher's stored profile, and warnings about a release."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from syndicator.cli.attachments import without_files
from syndicator.cli.options import connect, connect_nearby, segment, where_a_token_comes_from
from syndicator.cli.sources import OF_PROFILE
from syndicator.cli.terminal import say
from syndicator.errors import Fault, Rejected, SyndicatorError

if TYPE_CHECKING:
    from syndicator.client import Client
    from syndicator.intake.fields.reading import Reading
    from syndicator.intake.findings.diagnostics import Diagnostic

of_publisher = click.option(
    "--publisher",
    metavar="KEY",
    help="Take what the file does not say (publisher, contacts, language, network) from this publisher's profile.",
)


def profile_of(client: "Client", key: str | None) -> Mapping[str, Any]:
    """The stored profile in the fields of a record; nothing without a key."""
    if key is None:
        return {}
    stored = client.get(f"/api/v1/publishers/{segment(key)}")
    return {name: stored[name] for name in OF_PROFILE if stored.get(name)}


@dataclass(frozen=True)
class Adviser:
    """Asks a service about a reading. One that was not ``named`` and does not answer is passed over."""

    client: "Client | None"
    named: bool
    profile: Mapping[str, Any]
    faults: Sequence[Fault] = ()
    """What is wrong with its address."""

    def findings(self, reading: "Reading") -> "list[Diagnostic]":
        """What the service says to the record that the reading makes."""
        from syndicator.intake.fields.reading import to_record

        if self.client is None:
            return []
        record = without_files(to_record(reading, self.profile))
        try:
            answer = self.client.check(record.model_dump_json(exclude_none=True).encode())
        except Rejected as refused:
            return _refusals(refused)
        except SyndicatorError:
            if self.named:
                raise
            return []
        return [_placed(reading, one) for one in diagnostics_of(answer)]


@contextmanager
def adviser(to: str | None, token: str | None, publisher: str | None) -> Iterator[Adviser]:
    """The service that is named, or the one of these settings if there is one. NotFound without the wanted profile."""
    named = bool(to or token or publisher)
    try:
        client = connect(to, token) if named else connect_nearby()
    except Rejected as refused:
        yield Adviser(None, named, {}, refused.faults)
        return
    if client is None:
        yield Adviser(None, named, {})
        return
    with client, where_a_token_comes_from(client):
        yield Adviser(client, named, profile_of(client, publisher))


def _refusals(refused: Rejected) -> "list[Diagnostic]":
    from syndicator.intake.findings.diagnostics import Diagnostic

    return [Diagnostic("E001", fault.problem, fault.fix, place=fault.place) for fault in refused.faults]


def _placed(reading: "Reading", one: "Diagnostic") -> "Diagnostic":
    """The finding at the line that states the field, as far as the reading knows it."""
    from syndicator.intake.findings.locate import of_fault

    return of_fault(reading, Fault(one.place, one.message, one.fix), one.code)


def diagnostics_of(answer: Mapping[str, Any]) -> "list[Diagnostic]":
    """The warnings in an answer as findings."""
    from syndicator.intake.findings.diagnostics import Diagnostic

    return [
        Diagnostic(each["code"], each["message"], each["fix"], place=each.get("field", ""))
        for each in answer.get("warnings", ())
    ]


def show_advice(name: str, answer: Mapping[str, Any], of_text: "Sequence[Diagnostic]" = ()) -> None:
    """Says the warnings in an answer on stderr, below those about the text that was taken."""
    found = [*of_text, *diagnostics_of(answer)]
    if found:
        from syndicator.intake.findings.diagnostics import in_order, render_diagnostics

        say(render_diagnostics(name, in_order(found)), err=True, nl=False)


def taken_with(reading: "Reading", profile: Mapping[str, Any]) -> "list[Diagnostic]":
    """What ``check`` says to a text that the service has taken: its author may have seen none of it."""
    from syndicator.intake.findings.diagnostics import Severity
    from syndicator.intake.findings.lint import diagnose

    return [one for one in diagnose(reading, profile) if one.severity is not Severity.ERROR]
