"""Who answers for a release, and who answers the phone. Snapshots: every version holds its own."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from syndicator.model.links import Email, WebAddress
from syndicator.model.text import LanguageTag, Line, Name


class Publisher(BaseModel):
    """The publisher block: the company, agency or university that issues and answers for a release.

    ``address`` holds the lines as they are printed; without it they are made of street, postal code
    and locality. The responsible person is the one of § 18 (2) MStV.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    key: Name | None = Field(default=None, description="Name of the publisher's channel; made of the name if unset.")
    address: tuple[Line, ...] = Field(default=(), max_length=10)
    street: Line | None = None
    postal_code: Line | None = None
    locality: Line | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    phone: Line | None = None
    fax: Line | None = None
    email: Email | None = None
    url: WebAddress | None = None
    responsible: Line | None = None

    @property
    def address_lines(self) -> tuple[str, ...]:
        if self.address:
            return self.address
        town = " ".join(part for part in (self.postal_code, self.locality) if part)
        return tuple(line for line in (self.street, town) if line)


class Visibility(StrEnum):
    """Where a contact may appear: everywhere, or only in what newsrooms are sent."""

    PUBLIC = "public"
    EDITORIAL = "editorial"


class Contact(BaseModel):
    """A person or desk that answers questions about the release."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    role: Line | None = None
    phone: Line | None = None
    fax: Line | None = None
    email: Email | None = None
    visibility: Visibility = Visibility.PUBLIC

    @model_validator(mode="after")
    def _reachable(self) -> "Contact":
        if not (self.phone or self.email):
            raise PydanticCustomError(
                "unreachable_contact",
                "nobody can reach this contact; give a phone number or an e-mail address",
                {},
            )
        return self


class Profile(BaseModel):
    """What is known of a publisher beforehand: its block, who answers for it, and how its releases are issued.

    It fills in what a text does not say, and a release that says something else is told so. It never changes a
    release that was issued.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    publisher: Publisher
    contacts: tuple[Contact, ...] = Field(default=(), max_length=20)
    language: LanguageTag | None = None
    network: Name | None = None
