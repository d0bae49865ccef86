"""Lints of the release itself: what an editor would send back."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from syndicator.clock import from_us, system_now_us
from syndicator.errors import Fault, Rejected
from syndicator.intake.fields.drafts import entries, texts_of
from syndicator.intake.fields.reading import Reading, to_record
from syndicator.intake.findings.diagnostics import Diagnostic, in_order
from syndicator.intake.findings.locate import at_field, of_fault
from syndicator.intake.findings.source import lint_source
from syndicator.intake.findings.unheld import unheld
from syndicator.intake.lines.languages import language_of
from syndicator.intake.parts.layout import Part
from syndicator.model.media import leaves_folder
from syndicator.model.publisher import Publisher
from syndicator.model.release import Record

_LONGEST_HEADLINE: Final = 110
_MOST_LINKS: Final = 50
# Named once, at its line; the field's own fault about it has no better place.
_CHARACTERS: Final = frozenset({"E005", "E006"})
_PAST_EMBARGO: Final = Fault(
    "embargo_until",
    "this embargo is over: the release would appear at once",
    "correct it, or leave it out; one that ended more than a day ago is refused",
)
_NO_WORD: Final = re.compile(r"[\W_]+")


def diagnose(reading: Reading, profile: Mapping[str, Any] | None = None) -> tuple[Diagnostic, ...]:
    """Every finding about a source, errors first, then in the order of its lines.

    ``profile`` is what the publisher's stored profile fills in (see ``to_record``).
    """
    found = [*_faults(reading, profile), *lint_source(reading), *_release(reading), *unheld(reading)]
    spoken = {one.code for one in found if not one.place}
    kept = [one for one in dict.fromkeys(found) if not (one.place and one.code in spoken & _CHARACTERS)]
    return in_order(kept)


def content_hash(record: Record) -> str:
    """SHA-256 of the words of headline and body: the same for texts that differ in spaces and signs only."""
    blocks = [block.model_dump(mode="json") for block in record.body]
    words = _NO_WORD.sub(" ", unicodedata.normalize("NFKC", "\n".join([record.headline, *texts_of(blocks)])).casefold())
    return hashlib.sha256(words.strip().encode()).hexdigest()


def duplicate_of(release_id: str) -> Diagnostic:
    """The finding for a text whose content hash an issued release has, too."""
    fix = "correct or update that release instead, or go on if it is meant to appear twice"
    return Diagnostic("W112", f"the same text was issued as {release_id}", fix)


def borrowed_wording(network: str, language: str, spoken: str) -> Diagnostic:
    """The finding for a network that has no wording in the release's language, so that another one goes out."""
    message = f"the network {network} has no wording in {language}: that in {spoken} goes out"
    return Diagnostic("N203", message, "ask the operator for one, if it should be in the text's language")


def unknown_release(field: str, release_id: str) -> Diagnostic:
    """The finding for the id of another release that the service does not have."""
    fix = "correct the id: as it is, nothing links the two"
    return Diagnostic("W135", f"there is no release {release_id} here", fix, place=field)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of the publisher block: what was handed in, and what stands in the stored profile."""

    field: str
    given: str | list[str]
    stored: str | list[str]


def differences(publisher: Publisher, profile: Publisher) -> tuple[Difference, ...]:
    """Where a publisher block says something else than the publisher's stored profile."""
    given, stored = (_block(block) for block in (publisher, profile))
    return tuple(
        Difference(f"publisher.{name}", given[name], stored[name])
        for name in given
        if name in stored and given[name] != stored[name]
    )


def differs(one: Difference) -> Diagnostic:
    """The finding for a difference from the profile."""
    message = f"{one.given!r} here, {one.stored!r} in the profile"
    return Diagnostic("W113", message, "change the one that is wrong", place=one.field)


def unfit_file(reading: Reading, fault: Fault) -> Diagnostic:
    """The finding for a file that a record names and that cannot be handed in with it."""
    return of_fault(reading, fault, "E007" if "outside" in fault.problem else "E009")


def _block(publisher: Publisher) -> dict[str, Any]:
    fields = publisher.model_dump(mode="json", exclude_none=True, exclude={"key", "street", "postal_code", "locality"})
    return {name: value for name, value in {**fields, "address": list(publisher.address_lines)}.items() if value}


def _faults(reading: Reading, profile: Mapping[str, Any] | None) -> Iterator[Diagnostic]:
    """What would make the submission fail."""
    try:
        record = to_record(reading, profile)
    except Rejected as error:
        for fault in error.faults:
            yield of_fault(reading, fault, _code(fault.place, fault.problem))
    else:
        if record.embargo_until is not None and record.embargo_until <= from_us(system_now_us()):
            yield of_fault(reading, _PAST_EMBARGO, "W121")


def _code(place: str, problem: str) -> str:
    if place in {"record", "front matter"}:
        return "E002"
    if place == "contacts" and ("missing" in problem or "empty" in problem):
        return "E003"
    if problem.startswith("nobody can reach"):
        return "E004"
    if problem.startswith("the text states an embargo"):
        return "E008"
    if "NFC" in problem:
        return "E005"
    return "E006" if "no feed can carry" in problem else "E001"


def _release(reading: Reading) -> Iterator[Diagnostic]:
    yield from _headline(reading)
    yield from _dateline(reading)
    yield from _media(reading)
    yield from _languages(reading)
    if len({anchor.href for anchor in reading.anchors}) > _MOST_LINKS and reading.record is None:
        yield Diagnostic(
            "W118", f"the text has more than {_MOST_LINKS} links", "the first are kept as links of the release"
        )


def _headline(reading: Reading) -> Iterator[Diagnostic]:
    headline = str(reading.draft.get("headline") or "")
    if len(headline) > _LONGEST_HEADLINE:
        message = (
            f"the headline has {len(headline)} characters; search results and phones cut it after {_LONGEST_HEADLINE}"
        )
        one = Diagnostic("W102", message, "shorten it, or move a part to the subheadline")
        yield at_field(reading, one, "headline", headline)


def _dateline(reading: Reading) -> Iterator[Diagnostic]:
    if reading.draft.get("regulatory") and not (reading.draft.get("dateline") or reading.dateline):
        fix = "add dateline with place and date, or begin the text with them"
        yield Diagnostic("W105", "an ad-hoc release needs place and date in front of its text", fix)


def _media(reading: Reading) -> Iterator[Diagnostic]:
    first = next((span.first for span in reading.spans_of(Part.CAPTION)), 1)
    for place, media in enumerate(entries(reading.draft.get("media"))):
        field, caption = f"media[{place}]", str(media.get("caption") or "")
        file = str(media.get("file") or "")
        if leaves_folder(file):
            one = Diagnostic(
                "E007", f"{file[:60]!r} leaves the folder of the release", "name a file beside it", place=field
            )
            yield at_field(reading, one, f"{field}.file", file)
        if caption and not media.get("credit"):
            one = Diagnostic("W106", "this caption names nobody who made the picture", "add the credit", place=field)
            yield at_field(reading, one, f"{field}.caption", caption, first=first)
        if (file or media.get("href")) and media.get("role", "photo") in {"photo", "logo"} and not media.get("alt"):
            one = Diagnostic("W107", "this picture has no alternative text", "say in alt what it shows", place=field)
            if not reading.pictures:
                yield at_field(reading, one, f"{field}.{'file' if file else 'href'}", file or str(media.get("href")))


def _languages(reading: Reading) -> Iterator[Diagnostic]:
    stated = str(reading.language or "")[:2]
    if not stated:
        return
    for place, block in enumerate(entries(reading.draft.get("body"))):
        text = " ".join(texts_of([dict(block)]))
        language = language_of(text)
        if language and language != stated:
            message = f"this reads like {language!r} in a release in {stated!r}"
            one = Diagnostic("W108", message, "hand the translation in as a release of its own, with translation_of")
            yield at_field(reading, one, f"body[{place}]", texts_of([dict(block)])[0])
