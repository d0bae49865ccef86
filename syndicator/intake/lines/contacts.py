"""Contacts: who answers, told from the lines of a block. A house and a person in it are one contact."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from syndicator.intake.lines.layouts import folded, layouts
from syndicator.intake.lines.reach import EMAIL, LOOSE_PHONE, URL, Said, facts, is_number, is_place, reaches, unglued

_WAYS: Final = ("phone", "fax", "email")
# From the first of several spaces only: of a long row, each would be tried with all behind it.
_HALVES: Final = re.compile(r"(?<!\s)\s+[\u2013\u2014|/-]\s+")
_TOGETHER: Final = re.compile(r"\s?/\s?")
_TRIM: Final = " ,;|/\u2013\u2014-:\t\u00a0"
_FEWEST_NAMES: Final = 2
_MOST_NAMES: Final = 6
_MOST_OF_PERSON: Final = 4
_FARTHEST_NAME: Final = 4

Contact = dict[str, Any]


def contacts_of(groups: Iterable[Sequence[str]], houses: str = "") -> list[Contact]:
    """Contacts, from groups of lines between which the source had blank lines.

    ``houses`` is text that names the companies of the release (headline, boilerplates): what stands there is no person.
    """
    found: list[Contact] = []
    for group in groups:
        before = len(found) - bool(found and not _is_reachable(found[-1]))
        for line in group:
            _add(found, line, folded(houses))
        _share([one for one in found[max(0, before) :] if _is_reachable(one) or _is_somebody(one, folded(houses))])
    any_way = any(map(_is_reachable, found))
    kept = [contact for contact in found if _is_contact(contact, houses, any_way=any_way)]
    return [each for contact in kept for each in _each(contact, folded(houses))]


def _each(contact: Contact, houses: str) -> Iterator[Contact]:
    """The contact, or one for each person named on its line; as many roles as persons are theirs in this order."""
    roles = [*([contact["role"]] if "role" in contact else []), *contact.get("_more", [])]
    names = _TOGETHER.split(str(contact.get("name", "")))
    is_one = len(names) < _FEWEST_NAMES or not all(_is_person(name, houses) for name in names)
    fields = {field: value for field, value in contact.items() if field not in {"_house", "_more", "role"}}
    for place, name in enumerate(names[:1] if is_one else names):
        named = fields if is_one else {**fields, "name": name}
        own = roles[place : place + 1] if len(roles) == len(names) else roles
        yield {**named, **({"role": ", ".join(own)} if own else {})}


def _is_contact(contact: Contact, houses: str, *, any_way: bool) -> bool:
    """Whether this is somebody; beside one who can be reached, a line that names no person is only a line.

    So is one in capitals, which is set like a name and seldom is one: ``NORTH WING``.
    """
    name = str(contact.get("name", ""))
    is_named = not any_way or (not name.isupper() and _is_person(name, folded(houses)))
    return _is_reachable(contact) or (bool(name) and is_named)


def _is_somebody(contact: Contact, houses: str) -> bool:
    """Whether this names persons, a desk or a house, and not when or how they answer: ``Interviews on request``."""
    name = str(contact.get("name", ""))
    is_named = all(word[:1].isupper() or folded(word) in layouts().particles for word in name.split() if word != "/")
    has_role = _has_role(f"{name} {contact.get('role', '')}")
    return bool(name) and (is_named or has_role or _is_desk(name) or _is_house(name, houses))


def _share(group: Sequence[Contact]) -> None:
    """Persons of one block above or below a common number can all be reached by it."""
    ways = _ways(group[-1]) if group else {}
    for before, contact in zip((None, *group), group, strict=False):
        if not _is_reachable(contact):
            contact.update(ways or (_ways(before) if before else {}))


def _ways(contact: Contact) -> Contact:
    return {way: contact[way] for way in _WAYS if way in contact}


def _add(found: list[Contact], line: str, houses: str) -> None:
    for fact in facts(unglued(line)):
        if fact.field == "text":
            _free_text(found, _without_link_texts(fact.value), houses)
        elif fact.field in {"name", "role"}:
            _name(found, fact, houses)
        elif fact.field in _WAYS:
            _way(found, fact)


def _name(found: list[Contact], fact: Said, houses: str) -> None:
    if fact.field == "role" and found:
        found[-1].setdefault("role", fact.value)
    else:
        _free_text(found, fact.value, houses)


def _way(found: list[Contact], fact: Said) -> None:
    if not found or (fact.field == "email" and fact.field in found[-1]):
        found.append({})
    email = EMAIL.search(fact.value) if fact.field == "email" else None
    found[-1].setdefault(fact.field, email[0] if email else fact.value)


def _free_text(found: list[Contact], text: str, houses: str) -> None:
    """A line without a label: mail and telephone are taken from it; what stands before them is name and role.

    A label in front of nothing but a web address names that, and nobody.
    """
    email, url = EMAIL.search(text), URL.search(text)
    rest = EMAIL.sub(" ", URL.sub(" ", text))
    phone = next((number for number in LOOSE_PHONE.finditer(rest) if is_number(number[0])), None)
    starts = [match.start() for match in (email, url) if match]
    starts += [max(0, text.find(phone[0]))] if phone else []
    if url and not (email or phone) and text[: url.start()].rstrip().endswith(":"):
        return
    before = text[: min(starts, default=len(text))].strip(_TRIM)
    if before and not is_place(before) and (_is_desk(before) or not _is_lead_in(before)):
        _words(found, before, houses)
    if email:
        _way(found, Said("email", email[0]))
    if phone:
        _way(found, Said("phone", phone[0].strip(_TRIM)))


def _is_desk(text: str) -> bool:
    """``Investor Relations``: a heading elsewhere, and here a desk."""
    return text[-1] != ":" and not layouts().houses.isdisjoint(map(folded, text.split()))


def _is_lead_in(text: str) -> bool:
    """``For more information, please contact us at``; ``United States``: words that name nobody."""
    head = folded(text.partition(", ")[0])
    return layouts().sections.get(head) in {"contact", "publisher"} or folded(text) in layouts().lands


def _words(found: list[Contact], text: str, houses: str) -> None:
    """A name, or what more is said about the one before."""
    is_new = not found or _is_reachable(found[-1]) or _follows_person(found[-1], text, houses)
    if is_new and found and not _looks_like_name(text):
        return
    if is_new:
        found.append({})
    contact = found[-1]
    name, role = _name_and_role(text, houses)
    if "name" not in contact:
        contact.update({"name": name, **({"role": role} if role and "role" not in contact else {})})
    elif _is_house(contact["name"], houses) and _names_persons(name, houses) and (not role or _has_role(role)):
        house = ", ".join(part for part in (contact["name"], contact.get("role")) if part)
        contact.update({"name": name, "role": f"{role}, {house}" if role else house, "_house": house})
    elif "role" not in contact and (not role or _has_role(text) or _is_house(text, houses)):
        contact["role"] = text
    elif "_house" in contact and contact["role"] == contact["_house"] and _has_role(text):
        contact["role"] = f"{text}, {contact['role']}"
    elif "role" in contact and _has_role(text):
        contact.setdefault("_more", []).append(text)


def _follows_person(contact: Mapping[str, Any], text: str, houses: str) -> bool:
    """``Jane Doe, CEO`` below ``John Roe, CFO``: two persons before the number that both answer."""
    name, role = _name_and_role(text, houses)
    return bool(
        role
        and _has_role(role)
        and _is_person(name, houses)
        and contact.get("role")
        and not _is_house(str(contact.get("name", "")), houses)
    )


def _name_and_role(text: str, houses: str) -> tuple[str, str]:
    """``Jane Doe, Head of Press``; ``Acme Agency – Jane Doe``; ``Stadt X, Pressestelle, Jane Doe``."""
    for parts, sign in ((text.split(", "), ", "), (_HALVES.split(text), ", ")):
        if len(parts) < _FEWEST_NAMES or not _is_house(parts[0], houses):
            continue
        person = next((part for part in parts[1:] if _is_person(part, houses)), None)
        if person:
            return person, sign.join(part for part in parts if part != person)
    name, _, role = text.partition(", ")
    return name, role


def _is_house(text: str, houses: str) -> bool:
    words = {folded(word.strip("(),")) for word in text.split()}
    return not layouts().houses.isdisjoint(words) or (bool(text) and folded(text) in houses)


def _is_person(text: str, houses: str) -> bool:
    words = [word for word in text.split() if folded(word) not in layouts().titles]
    return (
        _FEWEST_NAMES <= len(words) <= _MOST_OF_PERSON
        and all(word[:1].isupper() or folded(word) in layouts().particles for word in words)
        and not any(sign.isdigit() or sign in "@&/:" for sign in text)
        and not _has_role(text)
        and not _is_house(text, houses)
    )


def _names_persons(text: str, houses: str) -> bool:
    """``Jane Doe``; ``Jane Doe / John Roe``, who answer together."""
    return all(_is_person(name, houses) for name in _TOGETHER.split(text))


def names_in(line: str) -> list[str]:
    """The persons that a line of a block names, told by their form alone."""
    stated = [fact.value for fact in facts(line) if fact.field in {"text", "name"}]
    parts = (part.strip(_TRIM) for text in stated for half in _HALVES.split(text) for part in half.split(", "))
    return [part for part in parts if _is_person(part, "") and not (is_place(part) or _leads_on(part))]


def _leads_on(text: str) -> bool:
    """``For more information``; ``Visit Our Website``: words that lead to somebody or something and name nobody."""
    return _is_lead_in(text) or any(layouts().labels.get(folded(word)) == "url" for word in text.split())


def _has_role(text: str) -> bool:
    return any(
        folded(word.strip("(),")) in layouts().roles or folded(word.strip("(),")).endswith(layouts().role_endings)
        for word in text.split()
    )


def _without_link_texts(text: str) -> str:
    """The line without words that only lead elsewhere: ``Company Website``, ``Email Us Here``."""
    return _link_texts().sub(" ", text).strip()


@lru_cache(maxsize=1)
def _link_texts() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in layouts().link_texts)
    return re.compile(rf"(?<![^\W\d])(?:{words})(?!\w)\s*:?|(?<![^\W\d])(?:{words})(?=https?:)", re.IGNORECASE)


def _is_reachable(contact: Mapping[str, Any]) -> bool:
    return "phone" in contact or "email" in contact


def _looks_like_name(text: str) -> bool:
    words = text.split()
    return (
        _FEWEST_NAMES <= len(words) <= _MOST_NAMES
        and text[:1].isupper()
        and reaches(text) == 0
        and not any(sign.isdigit() for sign in text)
    )


def asked_for(text: str, houses: str = "") -> Contact | None:
    """The person a sentence asks to turn to: ``please contact Jane Doe at Acme on 020 7555 0199 or jane@acme.example``.

    None for a sentence without a name, or without a way to reach it.
    """
    for asking in layouts().asks_for_contact:
        place = folded(text).find(asking)
        words = text[place + len(asking) :].split() if place >= 0 else []
        name = _first_person(words, folded(houses))
        behind = text[text.find(name, place) + len(name) :] if name else ""
        email = EMAIL.search(behind)
        phone = next((one for one in LOOSE_PHONE.findall(URL.sub(" ", EMAIL.sub(" ", behind))) if is_number(one)), None)
        if name and (email or phone):
            ways = {"phone": phone.strip(_TRIM) if phone else None, "email": email[0] if email else None}
            return {"name": name, **{way: value for way, value in ways.items() if value}}
    return None


def _first_person(words: Sequence[str], houses: str) -> str:
    for start in range(min(_FARTHEST_NAME, len(words))):
        for length in range(_MOST_OF_PERSON + 1, 1, -1):
            name = " ".join(words[start : start + length]).strip(_TRIM + ".()")
            if not any(word.endswith((",", ":")) for word in words[start : start + length - 1]) and _is_person(
                name, houses
            ):
                return name
    return ""
