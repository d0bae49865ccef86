"""Addresses as the W3C feed validator takes them."""

import re
from typing import Final
from urllib.parse import urlsplit

_ABSOLUTE: Final = re.compile(r"[a-zA-Z][0-9a-zA-Z+\-.]*:(//)?[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#]+")
_URN: Final = re.compile(
    r"urn:[a-zA-Z0-9][a-zA-Z0-9-]{1,31}:([a-zA-Z0-9()+,.:=@;$_!*'\-]|%[0-9A-Fa-f]{2})+", re.IGNORECASE
)
_WEB: Final = re.compile(
    r"https?://([0-9]{1,3}(\.[0-9]{1,3}){3}|([A-Z0-9-]+\.)+[A-Z0-9][-A-Z0-9]*)(:\d+)?(/|$)", re.IGNORECASE
)


def is_absolute(address: str) -> bool:
    if address.lower().startswith("urn:"):
        return _URN.fullmatch(address) is not None
    return _ABSOLUTE.fullmatch(address) is not None


def is_web(address: str) -> bool:
    """An http(s) address with a full host name, as an enclosure must have."""
    return _WEB.match(address) is not None and is_absolute(address)


def is_iri(address: str) -> bool:
    return bool(address) and not re.search(r"[\s<>\"{}|\\^`]", address)


def is_canonical(address: str) -> bool:
    """Scheme and host in lower case, and a path where there is a host (RFC 3986, section 6)."""
    parts = urlsplit(address)
    return address.startswith(parts.scheme) and parts.netloc == parts.netloc.lower() and bool(parts.path)
