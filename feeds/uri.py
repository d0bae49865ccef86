"""Addresses as every reader can use them."""

import re
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import idna

_URI: Final = re.compile(r"[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]*")
_KEPT: Final = "-._~:/?#@!$&'()*+,;=%"
_KEPT_IN_MAILTO: Final = "@!$'()*+,;:"


def uri_of(address: str) -> str:
    """The same address in the characters of a URI (RFC 3987, section 3.1), unchanged if it is in them.

    RSS, Media RSS and the programs that fetch enclosures know nothing but URIs. A host that is no
    name by IDNA stays as it is.
    """
    if _URI.fullmatch(address):
        return address
    parts = urlsplit(address)
    userinfo, at, place = parts.netloc.rpartition("@")
    host, colon, port = place.partition(":")
    return urlunsplit(
        (
            parts.scheme,
            f"{userinfo}{at}{_ascii(host)}{colon}{port}",
            *(quote(part, safe=_KEPT) for part in (parts.path, parts.query, parts.fragment)),
        )
    )


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return host


def mailto_of(email: str) -> str:
    """The link to an e-mail address (RFC 6068, section 2): what would end it, or begin a header, is encoded."""
    return f"mailto:{quote(email, safe=_KEPT_IN_MAILTO)}"
