"""What a reading lost of its source: the measure of all tests that say nothing is dropped."""

import html
import re
from typing import Final

from syndicator.intake.fields.reading import Reading

_WORDS: Final = re.compile(r"[^\W_]+")
_POINT: Final = re.compile(r"^[\s>]*(?:[-*+]\s+|\d{1,9}[.)]\s+)*")


def lost_lines(reading: Reading) -> tuple[int, ...]:
    """Numbers of the lines that are not blank and whose words stand nowhere in the reading: none, always."""
    addresses = " ".join(
        (
            *(anchor.href for anchor in reading.anchors),
            *(f"{picture.source} {picture.alt} {picture.title}" for picture in reading.pictures),
        )
    )
    elsewhere = set(_WORDS.findall(addresses))
    read_as: dict[int, list[str]] = {}
    for span in reading.spans:
        for number in range(span.first, span.last + 1):
            read_as.setdefault(number, []).append(span.text)
    return tuple(
        number
        for number, line in enumerate(reading.lines, 1)
        if line.strip() and not _stands_in(line, read_as.get(number), elsewhere)
    )


def _stands_in(line: str, texts: list[str] | None, elsewhere: set[str]) -> bool:
    if texts is None:
        return False
    said = set(_WORDS.findall(_POINT.sub("", line)))
    missing = said - elsewhere - {word for text in texts for word in _WORDS.findall(text)}
    if not missing:
        return True
    # Emphasis inside of a word cuts it (**A**cme), and entities are decoded (&amp;).
    whole = "".join(word for text in texts for word in _WORDS.findall(text))
    decoded = set(_WORDS.findall(html.unescape(line))) if "&" in line else said
    return all(word in whole or word not in decoded for word in missing)
