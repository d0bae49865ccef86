"""Lints of the source's lines: characters, placeholders, embargoes, addresses that track."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from syndicator.intake.fields.reading import Format, Reading
from syndicator.intake.fields.trackers import is_pixel, is_tracker
from syndicator.intake.findings.asides import asides
from syndicator.intake.findings.diagnostics import Diagnostic
from syndicator.intake.findings.locate import at_field, at_line, at_text, lines_with_text
from syndicator.intake.findings.mail_marks import mail_marks
from syndicator.intake.findings.mojibake import misread_characters
from syndicator.intake.findings.page_marks import page_marks
from syndicator.intake.findings.uncaptioned import uncaptioned
from syndicator.intake.lines.embargoes import MENTION, contradicts, says_none
from syndicator.intake.lines.layouts import folded, layouts
from syndicator.intake.lines.openings import revises
from syndicator.intake.lines.reach import URL
from syndicator.intake.parts.layout import Part

_C1: Final = re.compile("[\x7f-\x84\x86-\x9f]")
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_PLACEHOLDER_WORDS: Final = re.compile(r"\b(?:TODO|TBD|TBC|X{3,}|FIXME)\b(?!\w)")
_MOST: Final = 20
_SENTENCE_END: Final = re.compile(r"[.!?:;]\s|\n\s*\n")
_WRITE_FIX: Final = "write what belongs there, or remove it"
_DENIED_WITHIN: Final = 60


def lint_source(reading: Reading) -> Iterator[Diagnostic]:
    """Findings about the lines of the source."""
    for lint in _LINTS:
        for count, one in enumerate(lint(reading)):
            if count < _MOST:
                yield one


def _characters(reading: Reading) -> Iterator[Diagnostic]:
    for number, line in lines_with_text(reading):
        if not unicodedata.is_normalized("NFC", line):
            yield _not_nfc(reading, number, line)
        for code, pattern, message, fix in (
            (
                "W111",
                _C1,
                "an invisible control character",
                "remove it; Windows-1252 text was probably read as Latin-1",
            ),
            ("E006", _UNFIT, "a character that no feed can carry", "remove it or put a space there"),
        ):
            found = pattern.search(line)
            if found:
                one = Diagnostic(code, f"{message}: U+{ord(found[0]):04X}", fix)
                yield at_line(reading, one, number, found.start() + 1, 1)


def _not_nfc(reading: Reading, number: int, line: str) -> Diagnostic:
    pairs = zip(line, unicodedata.normalize("NFC", line), strict=False)
    column = next((place for place, (old, new) in enumerate(pairs, 1) if old != new), 1)
    return at_line(
        reading, Diagnostic("E005", "the text is not in Unicode form NFC", "save it as NFC"), number, column, 2
    )


@lru_cache(maxsize=1)
def _bracketed() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in layouts().placeholder_openings)
    return re.compile(rf"[\[<{{]{{1,2}}\s*(?:{words})\b[^\]>}}\n]{{0,80}}[\]>}}](?!\()", re.IGNORECASE)


def _placeholders(reading: Reading) -> Iterator[Diagnostic]:
    headline = str(reading.draft.get("headline", ""))
    if folded(headline) in layouts().placeholders or _phrase(headline)[1]:
        one = Diagnostic("W101", f"{headline!r} is no headline", "write the headline")
        yield at_field(reading, one, "headline", headline)
    for number, line in lines_with_text(reading):
        if line.strip() == headline.strip():
            continue
        found = _bracketed().search(line) or _PLACEHOLDER_WORDS.search(line)
        place, length = (found.start(), len(found[0])) if found else _phrase(line)
        if length:
            shown = line[place : place + length]
            one = Diagnostic("W101", f"{shown!r} looks like placeholder text", _WRITE_FIX)
            yield at_line(reading, one, number, place + 1, length)


def _phrase(line: str) -> tuple[int, int]:
    low = line.lower()
    for phrase in layouts().placeholder_phrases:
        place = low.find(phrase)
        if place >= 0:
            return place, len(phrase)
    return 0, 0


def _embargo(reading: Reading) -> Iterator[Diagnostic]:
    lines = reading.embargoes
    if until := reading.draft.get("embargo_until"):
        for number, line in lines.items():
            if contradicts(line, reading.draft):
                problem = f"the text states another day for the embargo than embargo_until ({until})"
                yield at_line(reading, Diagnostic("W122", problem, "correct the one that is wrong"), number)
        return
    for number, line in lines_with_text(reading):
        found = MENTION.search(line)
        if found and number not in lines and not says_none(line):
            one = Diagnostic(
                "W109",
                "the text speaks of an embargo, but embargo_until is not set: the release would appear at once",
                "set embargo_until and embargo_zone, if it is one",
            )
            yield at_line(reading, one, number, found.start() + 1, len(found[0].strip()))


@lru_cache(maxsize=1)
def _inside_words() -> re.Pattern[str]:
    words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in layouts().inside)
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


def _inside(reading: Reading) -> Iterator[Diagnostic]:
    """Once, at the first place; a line may end between the words. Not where the sentence says that there is none."""
    if reading.draft.get("regulatory"):
        return
    text = "\n".join(reading.lines)
    for found in _inside_words().finditer(text):
        before = _SENTENCE_END.split(text[max(0, found.start() - _DENIED_WITHIN) : found.start()])[-1]
        if layouts().denials.isdisjoint(folded(before).split()):
            one = Diagnostic(
                "W120",
                "the text announces inside information, but the regulatory fields are missing",
                "add regulatory with issuer, notifier, notifier_position, subject and inside_information",
            )
            number = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            yield at_line(reading, one, number, column, len(found[0].partition("\n")[0]))
            return


def _revisions(reading: Reading) -> Iterator[Diagnostic]:
    """Where a text says that it takes the place of another: submitted, it stands beside the one that is wrong."""
    headline = str(reading.draft.get("headline") or "")
    said = next((span.text for span in reading.spans_of(Part.KICKER) if revises(span.text)), headline)
    if revises(said) and not reading.draft.get("replaces"):
        problem = f"{said[:60]!r} says that this takes the place of another release"
        yield at_text(reading, Diagnostic("W131", problem, _REVISION_FIX), said)


_REVISION_FIX: Final = (
    "hand it in by `correct` (`update`, `withdraw`) with that release's id, or name the id in replaces; "
    "submitted, it stands beside the other"
)


def _links(reading: Reading) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for anchor in reading.anchors:
        if anchor.href not in seen and is_tracker(anchor.href):
            seen.add(anchor.href)
            one = at_text(reading, _tracks(anchor.href), anchor.href, first=max(1, anchor.line))
            yield one if one.line else at_line(reading, one, anchor.line)
        if anchor.href in {"#", ""}:
            yield at_line(
                reading, Diagnostic("W114", f"the link {anchor.text[:40]!r} leads nowhere", _LINK_FIX), anchor.line
            )
    for number, line in lines_with_text(reading):
        for found in URL.finditer(line):
            address = found[0].rstrip(").,;]\"'>")
            if address not in seen and is_tracker(address):
                seen.add(address)
                yield at_line(reading, _tracks(address), number, found.start() + 1, len(address))


_LINK_FIX: Final = "give the address, or remove the link"
_SHOW_FIX: Final = "show it if it belongs to the text, or remove it"
_STRUCK_FIX: Final = "delete it, or take the line through it away if it belongs to the text"
_CHANGES_FIX: Final = "accept or reject the changes in the document"
_MARGIN_FIX: Final = "write it into the text if it belongs there"


def _tracks(address: str) -> Diagnostic:
    return Diagnostic("W117", f"{address[:60]} tracks its readers", "link to the page itself, without the parameters")


def _pictures(reading: Reading) -> Iterator[Diagnostic]:
    for picture in reading.pictures:
        if is_pixel(picture):
            one = Diagnostic("W116", f"{picture.source[:60]} is a tracking pixel", "remove it")
            yield at_line(reading, one, picture.line)
        elif not picture.alt.strip():
            one = Diagnostic("W107", f"the picture {picture.source[-60:]} has no alternative text", "say what it shows")
            yield at_line(reading, one, picture.line)


def _oddities(reading: Reading) -> Iterator[Diagnostic]:
    fixes = {
        "W101": _WRITE_FIX,
        "W114": _LINK_FIX,
        "W115": _LINK_FIX,
        "W123": _SHOW_FIX,
        "W124": _CHANGES_FIX,
        "W125": _MARGIN_FIX,
        "W126": _STRUCK_FIX,
        "W127": "the first 100 are kept: hand in those that matter",
        "W130": "the first 20 are kept: hand in those who answer",
        "N204": _MARGIN_FIX,
    }
    for odd in reading.oddities:
        if odd.code != "E008":  # refused, and told as such, unless the field is set
            yield at_line(reading, Diagnostic(odd.code, odd.problem, fixes.get(odd.code, "")), odd.line)


def _unread(reading: Reading) -> Iterator[Diagnostic]:
    if reading.format in {Format.JSON, Format.TOML}:
        return
    for span in reading.spans_of(Part.UNREAD):
        one = Diagnostic(
            "N201",
            "this line was not understood and is in no field",
            "write it as a paragraph if it belongs to the text",
        )
        yield at_line(reading, one, span.first)


_LINTS: Final = (
    _characters,
    misread_characters,
    _placeholders,
    _embargo,
    asides,
    page_marks,
    mail_marks,
    uncaptioned,
    _inside,
    _revisions,
    _links,
    _pictures,
    _oddities,
    _unread,
)
