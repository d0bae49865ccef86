"""Publisher blocks, and what each line of a block says, kept as written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from syndicator.intake.lines.layouts import folded, layouts

# It ends where a capital or a figure is glued to it ("press@acme.comPhone"), and begins behind a glued number.
EMAIL: Final = re.compile(
    r"(?:(?<=\d{3}-\d{4})|(?<![\w.+-]))(?!\d{3}-\d{4}[A-Za-z])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.(?:[^\W\d_][a-z\u00df-\u00ff]{1,23}|[A-Z]{2,24}(?![a-z]))"
)
URL: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"]{3,500}")
PHONE: Final = re.compile(r"(?<![\w/])\+?\(?\d[\d\s()/.\u2013-]{5,24}\d(?!\w)")
# Where markup was lost a number may follow a word without a space.
LOOSE_PHONE: Final = re.compile(r"(?<![\d/])\+?\(?\d[\d\s()/.\u2013-]{5,24}\d(?![\d_])")
_BETWEEN: Final = re.compile(
    r"\s*(?:[,;|\u2022\u00b7]|\s[\u2013\u2014/-]\s)\s*(?=[^\W\d][\w.-]{0,15}\s?[:.]?\s*[+(\d]|[\w.+-]{1,64}@|https?:|www\.)"
)
# "www.acme.com512.354.7000": a number right behind the last letters of a host.
_GLUED_NUMBER: Final = re.compile(r"(?<=\.[a-z]{2})(?=\d{3}[.-]\d{3}[.-]\d)|(?<=\.[a-z]{3})(?=\d{3}[.-]\d{3}[.-]\d)")
_POSTAL: Final = re.compile(r"^(?:[A-Z]{1,2}-)?(\d{4,5})\s+(\D.*)$")
# From a number's first digit only: of a long one, each would be tried with all behind it.
_STREET: Final = re.compile(r"(?<!\d)\d+\s?[a-zA-Z]?$|^\d+[\s,]+\w")
_LABEL: Final = re.compile(r"^\s*([^:]{1,60}?)\s*:\s*(.*)$")
# Between the parts of an imprint on one line; from the first of several spaces only.
_PARTS: Final = re.compile(r",\s+|(?<!\s)\s+[\u00b7\u2022|\u2013-]\s+")
# ``("Acme" or the "Company")`` below the name of a company.
_DEFINED: Final = re.compile(r"^\s*\([^()]*[\"\u201c\u201d\u201e][^()]*\)\s*$")
# Figures that dial nothing: a date, a time of day or a range of them, columns beside each other (also a house number
# in front of a postal code), a range, an article's code.
_FIGURES: Final = re.compile(
    r"\d{1,2}\.\s?\d{1,2}\.\s?(?:19|20)\d\d(?!\d)|\d{1,2}/\d{1,2}/(?:19|20)\d\d(?!\d)|(?:19|20)\d\d-\d\d-\d\d(?!\d)"
    r"|[0-2]?\d\.[0-5]\d\s?[\u2013-]\s?[0-2]?\d\.[0-5]\d(?![.\d])|[1-9][\d.]*(?: [\d.]+)*(?:\s{2,}|\t)"
    r"|[1-9]\d{0,2}(?:\.\d{3})+\s?[\u2013-]\s?\d|[1-9]\d{12,}$"
)
_RANGE: Final = re.compile(r"([1-9]\d{1,4})\s?[\u2013-]\s?(\d{2,5})")
# How a number begins or is divided that reads as one without a label in front of it.
_DIALS: Final = re.compile(r"[+(0]|\d{3}[-. ]\d{3}[-. ]\d{4}$")
_WAYS: Final = frozenset({"phone", "mobile", "fax", "email", "url"})
_FEWEST_LETTERS: Final = 3
_DIGITS: Final = 6
_ISBN_DIGITS: Final = 13
_ISBN_STARTS: Final = ("978", "979")
_LONGEST: Final = 200
_MOST_WORDS_OF_TOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Said:
    """What a line says: a field and its value, or a line without a label ("text")."""

    field: str
    value: str


def unglued(line: str) -> str:
    """The line with spaces where markup was lost: behind a web address, and behind a label in front of an address."""
    return _glued_label().sub(r"\1 ", _GLUED_NUMBER.sub(" ", line))


@lru_cache(maxsize=1)
def _glued_label() -> re.Pattern[str]:
    """``512.354.7000 OfficeEditor@acme.example``: the label belongs to the number."""
    capitals = "|".join(word[0].upper() + word[1:] for word in _label_words().split("|"))
    return re.compile(rf"(?<=\d )({capitals})(?=[A-Z][\w.+-]{{0,63}}@)")


def said(line: str) -> Said:
    """The field of one line in a block. Labels are dropped; the value stays as written."""
    text = line.strip()
    labelled = _labelled(text)
    if labelled is not None:
        return labelled
    if EMAIL.fullmatch(text):
        return Said("email", text)
    if URL.fullmatch(text):
        return Said("url", text)
    if PHONE.fullmatch(text):
        return Said("phone", text)
    return Said("text", text)


def facts(line: str) -> list[Said]:
    """The same for a line that may hold several labelled things (``Tel. 1, Fax 2 | mail@acme.example``)."""
    pieces = (piece for part in _BETWEEN.split(line[: 2 * _LONGEST]) for piece in _before_label().split(part))
    parts = [said(piece) for piece in pieces if piece.strip()]
    return parts if sum(part.field != "text" for part in parts) > 1 or _is_glued(parts) else [said(line)]


def _is_glued(parts: Sequence[Said]) -> bool:
    """``Jane DoePhone: 1``: a name, and a label that lost the line break in front of it."""
    return len(parts) > 1 and parts[-1].field != "text"


@lru_cache(maxsize=1)
def _before_label() -> re.Pattern[str]:
    """Where a label of a way to reach somebody stands inside of a line, also glued to the word in front of it."""
    words = _label_words()
    capitals = "|".join(word[0].upper() + word[1:] for word in words.split("|"))
    return re.compile(
        rf"(?<=\S)\s+(?=(?i:{words})(?:\s?:\s*\S|\.?\s+[+(]{{0,2}}\d[\d\s()/.\u2013-]{{4}}))|(?<=[a-z.)\d])(?=(?:{capitals})\s?:)"
    )


def _labelled(text: str) -> Said | None:
    labelled = _LABEL.match(text)
    found = labelled or _bare().match(text)
    if not found or text.startswith(("http:", "https:")):
        return None
    label = found[1]
    value = found[2] if labelled else text[found.end() :]
    field = layouts().labels.get(folded(label)) or layouts().labels.get(folded(label) + ".")
    return Said("phone" if field == "mobile" else field, value.strip()) if field and value.strip() else None


@lru_cache(maxsize=1)
def _bare() -> re.Pattern[str]:
    """A label without a colon, in front of what it stands for: ``Tél. 01 23``, ``Mail jane@acme.example``.

    A capital alone is a label only in front of what it stands for.
    """
    number = r"[+(]{0,2}\d[\d\s()/.\u2013-]{4}"
    dialled, mail, web = (_capitals(fields) for fields in (("phone", "mobile", "fax"), ("email",), ("url",)))
    alone = rf"(?-i:[{dialled}])(?=\.?\s+{number})|(?-i:[{mail}])(?=\s+\S+@)|(?-i:[{web}])(?=\s+(?:www\.|https?:))"
    return re.compile(rf"^\s*((?:{_label_words()})(?=\.?\s+(?:{number}|\S+@))|{alone})\.?\s+", re.IGNORECASE)


def _capitals(fields: Sequence[str]) -> str:
    return "".join(label.upper() for label, field in layouts().labels.items() if field in fields and len(label) == 1)


def _label_words() -> str:
    labels = [label for label, field in layouts().labels.items() if field in _WAYS and len(label) >= _FEWEST_LETTERS]
    return "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))


def reaches(line: str) -> int:
    """How many ways to reach somebody a line names: mail, web, telephone."""
    text = line[:_LONGEST]
    phone = any(is_number(found) for found in LOOSE_PHONE.findall(URL.sub(" ", text)))
    return bool(EMAIL.search(text)) + bool(URL.search(text)) + phone


def is_number(text: str) -> bool:
    """Whether these figures are enough for a telephone number, and no date, range, code or columns of a table."""
    between = _RANGE.fullmatch(text.strip())
    is_range = between is not None and len(between[1]) == len(between[2])
    return sum(map(str.isdigit, text)) >= _DIGITS and not (is_range or _FIGURES.match(text) or _is_of_book(text))


def _is_of_book(text: str) -> bool:
    """Whether it is an ISBN; a number of Massachusetts has the same area code, and three figures less."""
    figures = "".join(filter(str.isdigit, text))
    return len(figures) == _ISBN_DIGITS and text.strip().startswith(_ISBN_STARTS)


def dials(line: str) -> bool:
    """Whether a line without a label holds what reads as a telephone number: ``+49 89 1``, ``555-201-3344``."""
    numbers = [found for found in LOOSE_PHONE.findall(URL.sub(" ", line[:_LONGEST])) if is_number(found)]
    return any(_DIALS.match(number) or number == line.strip() for number in numbers)


def is_place(text: str) -> bool:
    """Whether a line is part of an address: street and number, or postal code and town."""
    return any(_POSTAL.match(part.strip()) or _STREET.search(part.strip()) for part in text.split(", "))


def is_town(text: str) -> bool:
    """``40131 Bologna``: a postal code and a town, and nothing else."""
    return bool(_POSTAL.match(text.strip())) and len(text.split()) <= _MOST_WORDS_OF_TOWN


def publisher_of(lines: Sequence[str]) -> dict[str, Any]:
    """A publisher block: name, address lines, telephone, fax, mail, web."""
    block: dict[str, Any] = {}
    address: list[str] = []
    for line, fact in ((whole, fact) for whole in lines for fact in facts(whole)):
        if _DEFINED.match(line):
            continue
        if fact.field in {"text", "name", "address", "role"}:
            _name_or_address(block, address, fact)
        elif fact.field == "register":
            continue
        elif fact.field not in block:
            block[fact.field] = _web(fact.value) if fact.field == "url" else fact.value
        else:
            address.append(line.strip() if line.strip() not in address else fact.value)
    return {**block, **_address(address), **_country(block)}


def _name_or_address(block: dict[str, Any], address: list[str], fact: Said) -> None:
    value = _handed_on().sub("", fact.value)
    if "name" not in block and fact.field != "address":
        block["name"], *behind = _name_and_address(value)
        address.extend(behind)
    elif value != block.get("name"):
        address.append(value)


def _name_and_address(text: str) -> list[str]:
    """``Acme AG, Musterweg 1, 86150 Augsburg`` on one line, part by part; any other line is a name as a whole."""
    parts = [part for part in _PARTS.split(text) if part]
    return parts if any(map(is_town, parts[1:])) else [text]


@lru_cache(maxsize=1)
def _handed_on() -> re.Pattern[str]:
    """``Acme GmbH, übermittelt durch news aktuell``: the wire is no part of the name."""
    return re.compile(rf",\s+(?:{'|'.join(map(re.escape, layouts().handed_on))})\s.*$", re.IGNORECASE)


def _web(address: str) -> str:
    """An address that can be followed: a ``www.`` alone names no scheme."""
    return f"https://{address}" if address.lower().startswith("www.") else address


def _address(lines: list[str]) -> dict[str, Any]:
    """Street and town where a block has just these two lines, else the lines as they stand."""
    if len(lines) == 2:  # noqa: PLR2004
        town = _POSTAL.match(lines[1])
        if town and _STREET.search(lines[0]):
            return {"street": lines[0], "postal_code": town[1], "locality": town[2]}
    return {"address": lines[:10]} if lines else {}


def _country(block: dict[str, Any]) -> dict[str, str]:
    phone = str(block.get("phone", ""))
    found = [country for prefix, country in layouts().countries.items() if phone.startswith(prefix)]
    return {"country": found[0]} if found else {}
