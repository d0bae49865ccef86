"""The lawful erasure of a contact: who, from which releases, and what a record reads like without."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from syndicator.model.publisher import Contact, Profile, Publisher
from syndicator.model.release import Record
from syndicator.model.text import Line, Name

_SHORTEST_SOUGHT = 4


class Erasure(BaseModel):
    """A contact, by its exact name or e-mail address, and where it is to be erased: in one of three scopes.

    ``replacement`` takes its place. Without one the contact is left out, and where no other is left the publisher's
    own desk answers. ``publisher_block``: also where the publisher block has the same name, number or address.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: Line
    release: str | None = Field(default=None, max_length=32)
    publisher: Name | None = None
    owner: Line | None = None
    replacement: Contact | None = None
    publisher_block: bool = False

    @model_validator(mode="after")
    def _one_scope(self) -> Self:
        if sum(each is not None for each in (self.release, self.publisher, self.owner)) != 1:
            raise PydanticCustomError("one_scope", "name one of release, publisher and owner", {})
        return self

    def means(self, contact: Contact) -> bool:
        """Whether this is the contact, whatever its letters' case."""
        return self.contact.casefold() in {contact.name.casefold(), (contact.email or "").casefold()}


@dataclass(frozen=True, slots=True)
class Traces:
    """What is known of the erased contact, to be found again elsewhere. Case does not count."""

    values: frozenset[str]

    @classmethod
    def of(cls, contacts: Iterable[Contact], asked_for: str) -> "Traces":
        stated = (each for one in contacts for each in (one.name, one.phone, one.fax, one.email))
        return cls(frozenset(each.casefold() for each in (*stated, asked_for) if each))

    def has(self, text: str | None) -> bool:
        return text is not None and text.casefold() in self.values

    def stand_in(self, text: str) -> bool:
        """Whether one of them is part of the text. Very short ones stand everywhere, and are only found alone."""
        folded = text.casefold()
        return folded in self.values or any(each in folded for each in self.values if len(each) >= _SHORTEST_SOUGHT)

    def stand_in_json(self, text: str) -> bool:
        """Whether a JSON text may hold one of them: a quick look that never overlooks one."""
        folded = text.casefold()
        return any(json.dumps(each, ensure_ascii=False)[1:-1] in folded for each in self.values)


def without(record: Record, erasure: Erasure, traces: Traces) -> Record:
    """The record without the contact. ValueError when nobody would be left to answer."""
    publisher = block_without(record.publisher, traces) if erasure.publisher_block else record.publisher
    contacts = contacts_without(record.contacts, erasure)
    return record.model_copy(update={"publisher": publisher, "contacts": contacts or (_desk(publisher),)})


def profile_without(profile: Profile, erasure: Erasure, traces: Traces) -> Profile:
    publisher = block_without(profile.publisher, traces) if erasure.publisher_block else profile.publisher
    return profile.model_copy(update={"publisher": publisher, "contacts": contacts_without(profile.contacts, erasure)})


def contacts_without(contacts: Iterable[Contact], erasure: Erasure) -> tuple[Contact, ...]:
    """The replacement stands where the first one stood that is erased."""
    kept: list[Contact] = []
    for each in contacts:
        if not erasure.means(each):
            kept.append(each)
        elif erasure.replacement and erasure.replacement not in kept:
            kept.append(erasure.replacement)
    return tuple(kept)


def block_without(publisher: Publisher, traces: Traces) -> Publisher:
    """The block keeps its name and address: they are the publisher's."""
    fields = ("phone", "fax", "email", "responsible")
    return publisher.model_copy(update={name: None for name in fields if traces.has(getattr(publisher, name))})


def remains(value: object, traces: Traces, place: str = "") -> Iterator[str]:
    """Places of a record, as JSON, whose text still names the contact: for a person to judge."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from remains(each, traces, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from remains(each, traces, f"{place}[{number}]")
    elif isinstance(value, str) and traces.stand_in(value):
        yield place


def _desk(publisher: Publisher) -> Contact:
    return Contact(name=publisher.name, phone=publisher.phone, fax=publisher.fax, email=publisher.email)
