"""Which language a text is in, told by its commonest words. Enough to warn, not to decide anything else."""

import re
from typing import Final

from syndicator.intake.lines.layouts import layouts

_WORD: Final = re.compile(r"[^\W\d_]+")
_WINDOW: Final = 20_000
_FEWEST_WORDS: Final = 15
_FEWEST_COMMON: Final = 4
_CLEAR: Final = 1.5


def language_of(text: str) -> str | None:
    """The language of a text of some sentences; None where it is too short or not one of those shipped."""
    words = [word.casefold() for word in _WORD.findall(text[:_WINDOW])]
    if len(words) < _FEWEST_WORDS:
        return None
    counts = {language: sum(word in common for word in words) for language, common in layouts().common.items()}
    (first, most), (_, second) = sorted(counts.items(), key=lambda pair: -pair[1])[:2]
    return first if most >= _FEWEST_COMMON and most >= _CLEAR * second else None
