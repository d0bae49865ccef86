"""Text as a publisher wrote it: kept verbatim, and refused where no feed could carry it."""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

MAX_TEXT: Final = 200_000
MAX_LINE: Final = 2_000
MAX_CELL: Final = 5_000

# What XML 1.0 (production 2, Char) cannot carry; a carriage return would come back as a newline.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
# Everything str.splitlines takes for the end of a line.
_LINE_END = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# A tab would make two cells of one in the plain text.
_CELL_END = re.compile("[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NO_CELL = re.compile(f"(?:{_UNFIT.pattern}|{_CELL_END.pattern})+")


def _fit(text: str) -> str:
    found = _UNFIT.search(text)
    if found:
        raise PydanticCustomError(
            "unfit_character",
            "character {position} is U+{code}, which no feed can carry; remove it or put a space there",
            {"position": found.start() + 1, "code": f"{ord(found.group()):04X}"},
        )
    if not unicodedata.is_normalized("NFC", text):
        place = _first_denormal(text)
        raise PydanticCustomError(
            "not_nfc",
            "the text is not in Unicode form NFC from character {position} on; save it as NFC",
            {"position": place + 1},
        )
    return text


def _first_denormal(text: str) -> int:
    for place, (old, new) in enumerate(zip(text, unicodedata.normalize("NFC", text), strict=False)):
        if old != new:
            return place
    return 0


def _one_line(text: str) -> str:
    found = _LINE_END.search(text)
    if found:
        raise PydanticCustomError(
            "line_break",
            "character {position} ends the line; this field holds one line, join the two",
            {"position": found.start() + 1},
        )
    if not text.strip():
        raise PydanticCustomError("blank", "this field is blank; fill it, or leave it out where it may be", {})
    return text


def _one_cell(text: str) -> str:
    found = _CELL_END.search(text)
    if found:
        raise PydanticCustomError(
            "cell_break",
            "character {position} ends the cell: it is a tab or a line break; put a space there",
            {"position": found.start() + 1},
        )
    return text


def cell_of(text: str) -> str:
    """The text as a cell holds it: in NFC, and with a space for what ends a cell and for what no feed can carry."""
    parts = (part.strip(" ") for part in _NO_CELL.split(unicodedata.normalize("NFC", text)))
    return " ".join(part for part in parts if part)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "this text is blank; fill it, or leave it out where it may be", {})
    return text


Line = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_LINE), AfterValidator(_fit), AfterValidator(_one_line)
]
"""One line of text, not blank, in NFC, fit for XML 1.0."""

Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_TEXT),
    AfterValidator(_fit),
    AfterValidator(_not_blank),
]
"""Text that may hold line breaks (newline only), not blank, in NFC, fit for XML 1.0."""

Cell = Annotated[str, StringConstraints(max_length=MAX_CELL), AfterValidator(_fit), AfterValidator(_one_cell)]
"""Text of a table, which may be empty: without tabs and line breaks, in NFC, fit for XML 1.0."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/+-]{0,127}$")]
"""A code of a controlled list (``medtop:20000049``, ``DE-BY``, an ISIN)."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
"""A name in an address or a command: lower-case letters, digits and hyphens."""

LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")]
"""A BCP 47 tag of language, script and region (``de``, ``zh-Hant``, ``en-GB``)."""
