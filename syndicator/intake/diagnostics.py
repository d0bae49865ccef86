"""Diagnostics as a modern compiler shows them: code, place, the line itself, a mark under it, and the fix."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

_WIDEST: Final = 120
_LEAD: Final = 40


class Severity(StrEnum):
    ERROR = "error"
    """The release would be refused."""
    WARNING = "warning"
    """It would be accepted; ``--strict`` makes it fail."""
    NOTE = "note"
    """Worth knowing."""


CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "E001": "a field is missing, wrong or unknown",
        "E002": "the source cannot be read",
        "E003": "there is no contact",
        "E004": "nobody can reach this contact",
        "E005": "the text is not in Unicode form NFC",
        "E006": "a character that no feed can carry",
        "E007": "a file name that leaves its folder",
        "E008": "an embargo in the text but not in its field",
        "E009": "a file that is not beside the release",
        "W101": "placeholder text",
        "W102": "a long headline",
        "W105": "no date line where the law asks for one",
        "W106": "a caption without a credit",
        "W107": "a picture without alternative text",
        "W108": "a paragraph in another language",
        "W109": "a text that speaks of an embargo, without its field",
        "W111": "an invisible control character",
        "W112": "the same text was issued before",
        "W113": "the publisher block differs from the stored profile",
        "W114": "a link to a place that is not there",
        "W115": "a link that no page may carry",
        "W116": "a tracking pixel",
        "W117": "a link that tracks its readers",
        "W118": "more links than a release holds",
        "W119": "more marks than a text needs",
        "W120": "inside information without the regulatory fields",
        "W121": "an embargo that is over",
        "W122": "another day in the text than in embargo_until",
        "W123": "hidden text that was left out",
        "W124": "tracked changes that nobody has accepted",
        "W125": "a text box or diagram that was not read",
        "W126": "struck-out text that was left out",
        "W127": "more pictures than a release holds",
        "W128": "characters that were read wrongly",
        "W129": "words that say that they are not for publication",
        "W130": "more contacts than a release holds",
        "W131": "a text that takes the place of another release",
        "W132": "marks of pages that the text was copied from",
        "N201": "lines that were not understood",
        "N202": "a picture inside of the document",
        "N203": "the network's wording in another language",
        "N204": "text above, below or beside the pages of a document",
    }
)
"""Every code and what it stands for; docs/diagnostics.md says more about each."""

_SEVERITIES: Final = {"E": Severity.ERROR, "W": Severity.WARNING, "N": Severity.NOTE}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. Line, column and length count from 1, in characters; line 0 is the source as a whole."""

    code: str
    message: str
    fix: str = ""
    line: int = 0
    column: int = 1
    length: int = 1
    text: str = ""
    """The line itself."""
    place: str = ""
    """The field, where one is meant."""

    @property
    def severity(self) -> Severity:
        return _SEVERITIES[self.code[0]]


def render_diagnostics(name: str, diagnostics: Iterable[Diagnostic]) -> str:
    """All of them as text for a terminal, without colour, with a line at the end that counts them."""
    found = list(diagnostics)
    return "\n\n".join([*(_rendered(name, one) for one in found), _counted(found)]) + "\n"


def as_dicts(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """All of them for machines."""
    return [{"severity": str(one.severity), **asdict(one)} for one in diagnostics]


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Errors first, then in the order of the source's lines."""
    return tuple(sorted(diagnostics, key=lambda one: ("EWN".index(one.code[0]), one.line, one.column, one.code)))


def is_clean(diagnostics: Iterable[Diagnostic], *, strict: bool = False) -> bool:
    """No error, and under ``strict`` no warning either."""
    bad = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return not any(one.severity in bad for one in diagnostics)


def _rendered(name: str, one: Diagnostic) -> str:
    field = f"{one.place}: " if one.place else ""
    lines = [f"{one.severity}[{one.code}]: {field}{one.message}"]
    gutter = " " * len(str(one.line))
    if one.line:
        shown, column, length = _window(one)
        marks = " " * _width(shown[: column - 1]) + "^" * max(1, _width(shown[column - 1 : column - 1 + length]))
        lines += [
            f"{gutter}--> {name}:{one.line}:{one.column}",
            f"{gutter} |",
            f"{one.line} | {shown}",
            f"{gutter} | {marks}",
        ]
    else:
        lines.append(f"{gutter}--> {name}")
    return "\n".join([*lines, *([f"{gutter} = help: {one.fix}"] if one.fix else [])])


def _window(one: Diagnostic) -> tuple[str, int, int]:
    """The part of a long line around the mark, with what a terminal must not see made visible."""
    start = max(0, one.column - 1 - _LEAD) if len(one.text) > _WIDEST else 0
    cut = one.text[start : start + _WIDEST]
    shown = "".join(_visible(sign) for sign in cut)
    before, after = ("…" if start else ""), ("…" if start + _WIDEST < len(one.text) else "")
    column = min(one.column - 1 - start, len(shown)) + len(before) + 1
    return before + shown + after, column, min(one.length, len(before + shown) - column + 1)


def _visible(sign: str) -> str:
    """One character for one: control characters, half characters and writing directions could forge a terminal."""
    kind = unicodedata.category(sign)
    return "\N{REPLACEMENT CHARACTER}" if kind in {"Cc", "Cs", "Cf", "Zl", "Zp"} and sign != "\xad" else sign


def _width(text: str) -> int:
    """Columns of a terminal."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )


def _counted(found: Sequence[Diagnostic]) -> str:
    counts = {severity: sum(one.severity is severity for one in found) for severity in Severity}
    parts = [f"{count} {severity}{'s' if count > 1 else ''}" for severity, count in counts.items() if count]
    return ", ".join(parts) if parts else "no findings"
