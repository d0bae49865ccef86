"""For publishers, without a service: what was read in a file, and how it will look."""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from syndicator.cli.advice import of_publisher
from syndicator.cli.given import GivenFile
from syndicator.cli.options import as_json, of_text, read_settings, where_options
from syndicator.cli.sources import Source, source_of
from syndicator.cli.terminal import say, show_json
from syndicator.cli.written import write_whole

if TYPE_CHECKING:
    from syndicator.intake.fields.reading import Reading
    from syndicator.intake.findings.diagnostics import Diagnostic

_SHOWN = 100
_FAULTY = 3


@click.command()
@click.argument("file", type=GivenFile())
@of_text
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
@of_publisher
@where_options
@as_json
def check(
    file: BinaryIO,
    stated: Mapping[str, str],
    publisher: str | None,
    to: str | None,
    token: str | None,
    *,
    strict: bool,
    as_json: bool,
) -> int:
    """Show what was read as what, and everything that is wrong with it, with the fix.

    The service named by --to, or running with these settings, is asked, too: it knows what was issued before and
    the publisher's stored profile. Exit code 3 if the file cannot be submitted as it is. Files that it names as
    media have to lie beside it.

    Example: syndicator check release.txt --language de
    """
    from pydantic_core import to_jsonable_python

    from syndicator.intake.findings.diagnostics import as_dicts, is_clean, render_diagnostics

    source = source_of(file, stated)
    reading = source.reading
    found = _findings(source, to, token, publisher)
    if as_json:
        outline = [{"part": part, "text": text, "lines": list(lines)} for part, text, lines in reading.outline()]
        fields = to_jsonable_python(dict(reading.draft), fallback=str)
        show_json({"reading": outline, "fields": fields, "quotes": _quotes(reading), "diagnostics": as_dicts(found)})
    else:
        _show_reading(reading)
        say(render_diagnostics(file.name, found), nl=False)
    return 0 if is_clean(found, strict=strict) else _FAULTY


def _findings(source: Source, to: str | None, token: str | None, publisher: str | None) -> "tuple[Diagnostic, ...]":
    """Those of the file and the files beside it, and, when it makes a record, those of the service."""
    from syndicator.cli.advice import adviser
    from syndicator.intake.findings.diagnostics import in_order, is_clean
    from syndicator.intake.findings.lint import diagnose, unfit_file
    from syndicator.intake.findings.locate import of_fault

    with adviser(to, token, publisher) as asked:
        found = diagnose(source.reading, asked.profile)
        if asked.faults:  # nobody told the profile
            found = tuple(one for one in found if not source.leaves_open(one.place, publisher))
        of_service = asked.findings(source.reading) if is_clean(found) else []
    told = {one.place for one in found if one.code == "E007"}
    unfit = [fault for fault in source.file_faults() if fault.place.removesuffix(".file") not in told]
    options = [of_fault(source.reading, fault, "E001") for fault in (*source.option_faults, *asked.faults)]
    return in_order([*found, *options, *(unfit_file(source.reading, fault) for fault in unfit), *of_service])


def _quotes(reading: "Reading") -> list[dict[str, Any]]:
    return [quote.model_dump(mode="json", exclude_none=True) for quote in reading.quotes]


def _show_reading(reading: "Reading") -> None:
    from syndicator.cli.tables import show_table
    from syndicator.intake.fields.shown import fields_of

    rows = [
        [f"{first}" if first == last else f"{first}-{last}", part, text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"]
        for part, text, (first, last) in reading.outline()
    ]
    rows += [["", label, text] for label, text in fields_of(reading)]
    if rows:
        show_table(("lines", "read as", "text"), rows)
        say()


@click.command()
@click.argument("file", type=GivenFile())
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "html", "rss", "atom", "json", "webhook"]),
    default="text",
    show_default=True,
    help="What to render it as; feeds have this one entry.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True),
    default="-",
    help="A file instead of stdout (-); one that is there is replaced, but never FILE.",
)
@of_text
def render(file: BinaryIO, form: str, output: str, stated: Mapping[str, str]) -> None:
    """Write a release as it will look, byte for byte.

    Example: syndicator render examples/biom-kawasaki.json --format text
    """
    rendered = _rendered(file, form, stated)
    if output == "-":
        sys.stdout.buffer.write(rendered)
        sys.stdout.buffer.flush()
        return
    try:
        write_whole(Path(output), rendered, file)
    except OSError as error:
        message = f"{output} cannot be written: {error.strerror}"
        raise click.BadParameter(message, param_hint="--output") from error


@click.command()
@click.argument("file", type=GivenFile())
@click.option(
    "--format", "form", type=click.Choice(["html", "text", "rss", "webhook"]), default="html", show_default=True
)
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@of_text
@as_json
def preview(file: BinaryIO, form: str, stated: Mapping[str, str], *, open_it: bool, as_json: bool) -> None:
    """Write a preview to a temporary file and say where it is. As HTML it shows the pictures beside the release.

    Example: syndicator preview release.md --open
    """
    rendered = _rendered(file, form, stated, with_pictures=form == "html")
    ending = {"html": "html", "text": "txt", "rss": "xml", "webhook": "json"}[form]
    with tempfile.NamedTemporaryFile(prefix="syndicator-preview-", suffix=f".{ending}", delete=False) as target:
        try:
            target.write(rendered)
            target.flush()
        except OSError:  # the disk is full: a part of it would only take room
            Path(target.name).unlink()
            raise
    if as_json:
        show_json({"format": form, "file": target.name, "bytes": len(rendered)})
    else:
        say(target.name)
    if open_it:
        click.launch(target.name)


def _rendered(file: BinaryIO, form: str, stated: Mapping[str, str], *, with_pictures: bool = False) -> bytes:
    """``with_pictures``: those beside the release are shown from where they lie."""
    from syndicator.bootstrap import known_networks
    from syndicator.cli.attachments import shown_in_place
    from syndicator.model.addresses import Addresses
    from syndicator.services.rendering import render_alone

    settings = read_settings()
    source = source_of(file, stated)
    record = source.record()
    for fault in source.file_faults():
        say(f"Without this file, it could not be submitted so: {fault}", err=True)
    if with_pictures:
        record = shown_in_place(record, source.folder)
    return render_alone(
        record,
        form,
        known_networks(settings),
        settings.network,
        Addresses(settings.public_base_url, settings.authority),
    )
