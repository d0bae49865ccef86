"""Diagnostics as a modern compiler shows them: code, place, the line itself, a mark under it, and the fix."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
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
