"""Addresses that a publisher states: checked, then kept exactly as written.

pydantic's ``HttpUrl`` and ``EmailStr`` would change the text (a slash more, a domain in lower case).
"""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from syndicator.model.text import LanguageTag, Line

_NOT_IN_URL = re.compile(r"[\s\x00-\x1f\x7f\\\"<>^`{|}]")
TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What turns the text behind it round, so that an address reads as another one (RFC 3987, section 4.1)."""
_EMAIL = re.compile(r"^[^\s@<>\"(),:;\[\\\]]{1,64}@[^\s@<>\"(),:;\[\\\]]{1,253}$")


def _unturned(value: str) -> str:
    found = TURNS.search(value)
    if found:
        raise PydanticCustomError(
            "turned_address",
            "character {position} of this address is an invisible sign of direction, U+{code}; remove it",
            {"position": found.start() + 1, "code": f"{ord(found[0]):04X}"},
        )
    return value


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 (raises for a port that is none)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or _NOT_IN_URL.search(value):
        raise PydanticCustomError(
            "web_address",
            "this is no web address; write it as https://host/path (no spaces, no other scheme)",
            {},
        )
    if parts.username is not None or parts.password is not None:
        raise PydanticCustomError("web_address", "a web address here must not carry a user name or password", {})
    return _unturned(value)


def _email(value: str) -> str:
    if not _EMAIL.match(value):
        raise PydanticCustomError("email", "this is no e-mail address; write it as name@domain", {})
    return _unturned(value)


WebAddress = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_web_address)]
"""An http or https address, verbatim."""

Email = Annotated[Line, AfterValidator(_email)]
"""An e-mail address, verbatim."""


class Link(BaseModel):
    """A page that belongs to the release (rel as in the IANA link relations)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    href: WebAddress
    rel: Literal["related", "via", "canonical", "license", "describedby"] = "related"
    title: Line | None = None
    language: LanguageTag | None = None
