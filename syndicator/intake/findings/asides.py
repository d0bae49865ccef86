"""Lines that say of themselves that they are for the sender's own house: a note that was forgotten in the text."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from syndicator.intake.fields.reading import Reading
from syndicator.intake.findings.diagnostics import Diagnostic
from syndicator.intake.findings.locate import at_line, lines_with_text
from syndicator.intake.lines.embargoes import MENTION
from syndicator.intake.lines.layouts import layouts

_FIX: Final = "remove it, if it was left in by mistake: it goes out as it is"


def asides(reading: Reading) -> Iterator[Diagnostic]:
    """A warning for each such line. One that must only wait is an embargo, and told as that."""
    for number, line in lines_with_text(reading):
        found = _said().search(line)
        if found and not MENTION.search(line):
            one = Diagnostic("W129", f"{found[0].strip()!r} says that this is not for publication", _FIX)
            yield at_line(reading, one, number, found.start() + 1, len(found[0]))


@lru_cache(maxsize=1)
def _said() -> re.Pattern[str]:
    """Words that say so anywhere, and words that do at a line's start. What a law forbids in a country is not meant."""
    anywhere, starts = ("|".join(map(_spaced, words)) for words in (layouts().internal, layouts().internal_starts))
    return re.compile(
        rf"\b(?:{anywhere})\b(?!,? (?:or|in|into|to|dans|aux|en|negli|in den)\b)"
        rf"|^[\W_]*(?:{starts})\b(?=\s*(?:[:!.)\]\u2013\u2014-]|$))",
        re.IGNORECASE,
    )


def _spaced(words: str) -> str:
    return re.escape(words).replace(r"\ ", r"\s+")
