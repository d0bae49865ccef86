"""Lines of captions: the picture's label, what it shows, and who made it."""

import re
from itertools import islice
from typing import Any, Final

from syndicator.intake.lines.layouts import folded, layouts

_CAPTION: Final = re.compile(
    r"^\s*(\w[\w.]{0,20}(?:\s?\d{1,3})?)\s*:\s+(?=\S)|^\s*(\w[\w.]{0,20}\s?\d{1,3})\s+[\u2013-]\s+(?=\S)"
)
_BETWEEN_SENTENCES: Final = re.compile(r"[.!?]\s+|\n|\s[|\u2013]\s")
# A full stop behind an initial ends no name: "P. Garnier".
_AFTER_CREDIT: Final = re.compile(r"(?<!\b[A-Z\u00c0-\u00de])[.!?]\s+|\n|\s\|\s")
_MOST_SENTENCES: Final = 100
_MOST_WORDS_OF_NAMES: Final = 8
# A hostile source must not have it searched line by line.
_LONGEST_ABOVE: Final = 2_000
_WORD: Final = re.compile(r"[^\W\d_]+")
# Small words inside of names: "Jana von der Doe", "Doe and Roe". An agency may have no capital: "dpa/Jana Doe".
_JOINS: Final = frozenset(
    [
        "von",
        "van",
        "der",
        "den",
        "de",
        "del",
        "di",
        "da",
        "du",
        "la",
        "le",
        "und",
        "and",
        "et",
        "y",
        "e",
        "for",
        "für",
        "pour",
        "per",
        "by",
        "dpa",
        "epd",
    ]
)


def credits_above(line: str, above: str) -> bool:
    """Whether a line only names who made the picture of the caption above it, which names nobody yet."""
    label, colon, rest = line.partition(":")
    if (
        len(above) > _LONGEST_ABOVE
        or not colon
        or folded(label) not in layouts().credit
        or credit_in(above)
        or not _names(rest)
    ):
        return False
    found = label_of(above)
    return not _names(above[found.end() :] if found else above)


def _names(text: str) -> bool:
    words = _WORD.findall(text)
    return 0 < len(words) <= _MOST_WORDS_OF_NAMES and all(word[0].isupper() or word in _JOINS for word in words)


def label_of(text: str) -> re.Match[str] | None:
    """``Foto 1:`` in front of a caption."""
    found = _CAPTION.match(text)
    # "Abb. 3" has the full stop of its word, "Foto 3." that of its number.
    word = folded(_label(found)).rstrip(".").rstrip(" 0123456789") if found else ""
    return found if word in layouts().media or word.rstrip(".") in layouts().media else None


def _label(found: re.Match[str]) -> str:
    return found[1] or found[2]


def caption_of(text: str) -> dict[str, Any]:
    """``Foto 1: …`` as label and caption. A credit in the caption is named besides; the caption stays whole."""
    found = label_of(text)
    caption = {"label": _label(found), "caption": text[found.end() :]} if found else {"caption": text}
    credit = credit_in(caption["caption"])
    return {**caption, "credit": credit} if credit else caption


def credit_in(caption: str) -> str | None:
    """``(Foto: Jane Doe)``, ``© Acme``, or a sentence ``Crédit photo : J. Doe``, the last one first."""
    for found in re.finditer(r"[(\[]([^()\[\]]{3,120})[)\]]|(©\s?[^\n.;]{2,80})", caption):
        text = (found[1] or found[2]).strip()
        label, colon, rest = text.partition(":")
        if text.startswith("©"):
            return text[1:].strip() or None
        if colon and folded(label) in layouts().credit and rest.strip():
            return rest.strip()
    starts = [0, *(found.end() for found in islice(_BETWEEN_SENTENCES.finditer(caption), _MOST_SENTENCES))]
    for label, colon, rest in (caption[start:].partition(":") for start in reversed(starts)):
        if colon and folded(label) in layouts().credit and rest.strip():
            return _AFTER_CREDIT.split(rest, maxsplit=1)[0].strip(" .") or None
    return None
