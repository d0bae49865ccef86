"""What a text brings along that was copied from pages: numbers of pages, and words that were cut at a line's end."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from syndicator.intake.fields.reading import Reading
from syndicator.intake.findings.diagnostics import Diagnostic
from syndicator.intake.findings.locate import at_line
from syndicator.intake.parts.layout import Part

_OF_TEXT: Final = frozenset({Part.BODY, Part.SUBHEADING, Part.SUBHEADLINE, Part.TEASER, Part.BOILERPLATE, Part.LEGAL})
_PAGE: Final = re.compile(
    r"(?:(?:seite|page|p[aá]gina|s\.|p\.)\s?\d{1,3}(?:\s?(?:von|of|de|di|sur|/)\s?\d{1,3})?"
    r"|[-\u2013]\s?\d{1,3}\s?[-\u2013]|\d{1,2}(?:\s?/\s?\d{1,2})?)",
    re.IGNORECASE,
)
_CUT: Final = re.compile(r"(?<![^\W_])[^\W\d_]+[a-z\u00df-\u00f6\u00f8-\u00ff]-$")
_GOES_ON: Final = re.compile(r"\s*([a-z\u00df-\u00f6\u00f8-\u00ff]+)")
# "Nord- und Südanschluss": here the hyphen stands for what is left out.
_JOINS: Final = frozenset(
    [
        "und",
        "oder",
        "bis",
        "sowie",
        "noch",
        "als",
        "statt",
        "wie",
        "and",
        "or",
        "to",
        "nor",
        "et",
        "ou",
        "e",
        "o",
        "y",
        "ed",
    ]
)


def page_marks(reading: Reading) -> Iterator[Diagnostic]:
    """A warning for each. Nothing is repaired: a hyphen may be the word's own, and a number the text's."""
    for span in reading.spans:
        if span.part not in _OF_TEXT:
            continue
        lines = span.text.split("\n")
        if len(lines) == 1 and _PAGE.fullmatch(lines[0].strip()):
            one = Diagnostic("W132", f"{lines[0].strip()!r} looks like the number of a page", "remove it, if it is one")
            yield at_line(reading, one, span.first)
        for number, (line, below) in enumerate(pairwise(lines), span.first):
            cut, rest = _CUT.search(line.rstrip()[-80:]), _GOES_ON.match(below[:80])
            if cut and rest and rest[1] not in _JOINS:
                word = f"{cut[0]} {rest[1]}"
                one = Diagnostic("W132", f"{word!r} was cut at the end of a line", "write the word whole, on one line")
                yield at_line(reading, one, min(number, span.last))
