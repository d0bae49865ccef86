"""Publisher blocks and contacts: what each line of them says, kept as written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from syndicator.intake.layouts import folded, layouts

EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
URL: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"]{3,500}")
PHONE: Final = re.compile(r"(?<![\w/])\+?\(?\d[\d\s()/.\u2013-]{5,24}\d(?!\w)")
# Where markup was lost a number may follow a word without a space.
_GLUED_PHONE: Final = re.compile(r"(?<![\d/])\+?\(?\d[\d\s()/.\u2013-]{5,24}\d")
_BETWEEN: Final = re.compile(r"\s*[,;|\u2022]\s*(?=[^\W\d][\w.-]{0,15}\s?[:.]?\s*[+(\d]|[\w.+-]{1,64}@|https?:|www\.)")
_POSTAL: Final = re.compile(r"^(?:[A-Z]{1,2}-)?(\d{4,5})\s+(\D.*)$")
_STREET: Final = re.compile(r"\d+\s?[a-zA-Z]?$|^\d+[\s,]+\w")
_LABEL: Final = re.compile(r"^\s*([^:]{1,60}?)\s*:\s*(.*)$")
_BARE: Final = re.compile(
    r"^\s*(Tel\.?|Telefon|Fon|Fax|Telefax|Mobil|Phone|Mobile|E-?Mail)\s+(?=\S*[\d@])", re.IGNORECASE
)
_DIGITS: Final = 6
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What a line says: a field and its value, or a line without a label ("text")."""

    field: str
    value: str


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
    parts = [said(part) for part in _BETWEEN.split(line[: 2 * _LONGEST])]
    return parts if sum(part.field != "text" for part in parts) > 1 else [said(line)]


def _labelled(text: str) -> Said | None:
    found = _LABEL.match(text) or _BARE.match(text)
    if not found or text.startswith(("http:", "https:")):
        return None
    label = found[1]
    value = found[2] if found.re is _LABEL else text[found.end() :]
    field = layouts().labels.get(folded(label)) or layouts().labels.get(folded(label) + ".")
    return Said("phone" if field == "mobile" else field, value.strip()) if field and value.strip() else None


def reaches(line: str) -> int:
    """How many ways to reach somebody a line names: mail, web, telephone."""
    text = line[:_LONGEST]
    phone = any(sum(map(str.isdigit, found)) >= _DIGITS for found in _GLUED_PHONE.findall(URL.sub(" ", text)))
    return bool(EMAIL.search(text)) + bool(URL.search(text)) + phone


def publisher_of(lines: Sequence[str]) -> dict[str, Any]:
    """A publisher block: name, address lines, telephone, fax, mail, web."""
    block: dict[str, Any] = {}
    address: list[str] = []
    for line, fact in ((whole, fact) for whole in lines for fact in facts(whole)):
        if fact.field == "text" or (fact.field in {"name", "address", "role"}):
            if "name" not in block and fact.field != "address":
                block["name"] = fact.value
            else:
                address.append(fact.value)
        elif fact.field not in block:
            block[fact.field] = fact.value
        else:
            address.append(line.strip() if line.strip() not in address else fact.value)
    return {**block, **_address(address), **_country(block)}


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


def contacts_of(groups: Iterable[Sequence[str]]) -> list[dict[str, Any]]:
    """Contacts, from groups of lines between which the source had blank lines."""
    found: list[dict[str, Any]] = []
    for group in groups:
        for line in group:
            _add(found, line)
        if found and _is_reachable(found[-1]):
            found.append({})
    return [contact for contact in found if contact]


def _add(found: list[dict[str, Any]], line: str) -> None:
    for fact in facts(line):
        _add_fact(found, fact, line)


def _add_fact(found: list[dict[str, Any]], fact: Said, line: str) -> None:
    starts_new = fact.field == "text" and found and _is_reachable(found[-1]) and reaches(line) == 0
    if not found or (starts_new and _looks_like_name(fact.value)):
        found.append({})
    contact = found[-1]
    if fact.field == "text":
        _free_text(contact, fact.value)
    elif fact.field in {"phone", "fax", "email", "name", "role"} and fact.field not in contact:
        contact[fact.field] = fact.value


def _free_text(contact: dict[str, Any], text: str) -> None:
    """A line without a label: mail and telephone are taken from it; what stands before them is name and role."""
    email, phone = EMAIL.search(text), PHONE.search(text)
    if email:
        contact.setdefault("email", email[0])
    if phone and sum(map(str.isdigit, phone[0])) >= _DIGITS:
        contact.setdefault("phone", phone[0])
    starts = [found.start() for found in (email, phone, URL.search(text)) if found]
    before = text[: min(starts, default=len(text))].strip(" ,;|/\u2013-:\t")
    name, _, role = before.partition(", ")
    if name and "name" not in contact:
        contact["name"] = name
        if role:
            contact.setdefault("role", role)
    elif before and "role" not in contact and not starts:
        contact["role"] = before


def _is_reachable(contact: dict[str, Any]) -> bool:
    return "phone" in contact or "email" in contact


def _looks_like_name(text: str) -> bool:
    words = text.split()
    return 2 <= len(words) <= 6 and text[:1].isupper() and not any(sign.isdigit() for sign in text)  # noqa: PLR2004
