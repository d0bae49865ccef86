"""Strict reading of the URLs that this service may send requests to.

Two programs that read one URL differently are how a request ends up elsewhere. So there is one reader, it accepts
little, and what is sent is built anew from the parts that it read (``EndpointUrl.text``), never the text as given.
"""

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from itertools import islice
from typing import NamedTuple
from urllib.parse import quote

import idna

from syndicator.errors import Fault, Rejected

DEFAULT_PORTS = frozenset({443, 80})
MAX_URL_CHARACTERS = 2048
MAX_HOST_CHARACTERS = 253  # RFC 1035, without the dot of the root
MAX_CHARACTER_FAULTS = 5

_PORT_OF_SCHEME = {"http": 80, "https": 443}
_SCHEME = re.compile(r"(https?)://", re.IGNORECASE | re.ASCII)  # without ASCII, U+017F is an s, too
_AUTHORITY_END = re.compile(r"[/?#]")
_PLAIN = re.compile(r"[!-\[\]-~]*")  # visible ASCII without the backslash
_DOTTED = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PLAIN_NAME = re.compile(r"(?:[a-z0-9]{1,63}(?:\.(?!$)|$))+")  # labels that need no second look
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_DOTS = re.compile(r"/(?:\.|%2[Ee]){1,2}(?![^/?])")
_PARENT = re.compile(r"(?:\.|%2[Ee]){2}")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Nearly every URL: parts in their final form, with nothing to escape and no sign that means something elsewhere.
_USUAL = re.compile(r"(https?)://([a-z0-9.-]+)(?::([0-9]+))?((?:/[!$&-;=?-\[\]_a-z~]*)?)")
_JOINERS = "\u200c\u200d"  # parts of words in Persian and Indic scripts; IDNA says where a name may hold one (RFC 5892)
_SENT_PLAIN = re.compile(r"[!#-;=?-\]_a-z~]*")  # of visible ASCII all but "<>^`{|}
_SENT_AS_IS = "".join(map(chr, range(0x21, 0x7F))).translate(str.maketrans("", "", '"<>^`{|}'))

Address = IPv4Address | IPv6Address


class EndpointUrl(NamedTuple):
    """A URL read strictly: where to connect, what to ask for.

    ``host`` is lower-case ASCII without brackets or a final dot; ``target`` is path and query as they are sent;
    ``text`` is the whole URL in its one form; ``address`` is set if the host is an IP address. A client is given
    ``origin`` to connect to and ``target`` to send: of a whole URL each would make something of its own.
    """

    scheme: str
    host: str
    port: int
    target: str
    text: str
    address: Address | None

    @property
    def origin(self) -> str:
        """``text`` without the target."""
        return self.text.removesuffix(self.target)


class UrlRefused(Rejected):
    """The text is no URL that a request may go to. ``faults`` holds all that is wrong with it.

    ``read`` is what could be read of it all the same, for others who have something to say of its host.
    """

    title = "The URL was refused"

    def __init__(self, faults: Sequence[Fault], read: EndpointUrl | None = None) -> None:
        super().__init__(faults)
        self.read = read


class _Refusal(Exception):
    def __init__(self, problem: str, fix: str) -> None:
        self.fault = Fault("url", problem, fix)


def parse_endpoint_url(text: str, allowed_ports: Container[int] = DEFAULT_PORTS) -> EndpointUrl:
    """The parts of ``http(s)://host[:port][/path][?query]``; a fragment is read and never sent.

    Segments of the path that are dots, plain or as %2E, are resolved here and now (RFC 3986 section 5.2.4), since
    servers, proxies and clients would each do that at a place of their own, or not at all; nothing else of path and
    query is changed but signs that have to be escaped.

    Refused are user information, backslashes, control characters and spaces of any script, IPv4 addresses that are
    not four plain decimal numbers, names that are not IDNA 2008, IPv6 zones, and ports outside of ``allowed_ports``.
    Names are not resolved here: ask a ``Guard`` whether the addresses behind them may be connected to.

    Raises:
        UrlRefused: with the faults found (of the characters, the first five) and what would be right.
    """
    if len(text) > MAX_URL_CHARACTERS:  # not read at all: reading some names takes long
        raise UrlRefused([Fault("url", f"{len(text)} characters", f"use at most {MAX_URL_CHARACTERS}")])
    return _read_usual(text, allowed_ports) or _read_any(text, allowed_ports)


def _read_usual(text: str, allowed_ports: Container[int]) -> EndpointUrl | None:
    """What ``_read_any`` makes of it, in a third of the time; nothing where that one has to look."""
    usual = _USUAL.fullmatch(text)
    if usual is None:
        return None
    scheme, host_text, port_text, target = usual.groups()
    if "/." in target:
        return None
    try:
        host, address = _read_host(host_text)
        port = _read_port(port_text, scheme, allowed_ports)
    except _Refusal:
        return None
    target = target or "/"
    return EndpointUrl(scheme, host, port, target, _rebuilt(scheme, host, port, target), address)


def _read_any(text: str, allowed_ports: Container[int]) -> EndpointUrl:
    faults = list(islice(_character_faults(text), MAX_CHARACTER_FAULTS))
    found = _SCHEME.match(text)
    if found is None:
        raise UrlRefused([*faults, Fault("url", "no http:// or https:// at its start", "write https://host/path")])
    scheme = found[1].lower()
    authority, tail = _split_authority(text[found.end() :])
    if "@" in authority:
        faults.append(Fault("url", "user information before the host", "remove everything up to the @"))
        authority = authority.rpartition("@")[2]
    host_text, port_text = _split_port(authority)
    host, address, port, target = "", None, 0, ""
    try:
        host, address = _read_host(host_text)
    except _Refusal as refusal:
        faults.append(refusal.fault)
    try:
        port = _read_port(port_text, scheme, allowed_ports)
    except _Refusal as refusal:
        faults.append(refusal.fault)
    try:
        target = _read_target(tail)
    except _Refusal as refusal:
        faults.append(refusal.fault)
    read = EndpointUrl(scheme, host, port, target, _rebuilt(scheme, host, port, target), address)
    if faults:
        raise UrlRefused(faults, read if host else None)
    return read


def _character_faults(text: str) -> Iterator[Fault]:
    if _PLAIN.fullmatch(text):
        return
    for place, character in enumerate(text, start=1):
        if character == "\\":
            yield Fault("url", f"a backslash at character {place}", "use / in paths, %5C in values")
        elif character not in _JOINERS and unicodedata.category(character)[0] in "CZ":
            # C: control, format, surrogate, unassigned; Z: any space
            problem = f"a space or control character (U+{ord(character):04X}) at character {place}"
            yield Fault("url", problem, "remove it")


def _split_authority(rest: str) -> tuple[str, str]:
    end = _AUTHORITY_END.search(rest)
    return (rest, "") if end is None else (rest[: end.start()], rest[end.start() :])


def _split_port(authority: str) -> tuple[str, str | None]:
    """Host and port of an authority; the port is None where there is no colon for it."""
    if authority.startswith("[") and authority.endswith("]"):
        return authority, None
    host, colon, port = authority.rpartition(":")
    return (host, port) if colon else (authority, None)


def _read_host(text: str) -> tuple[str, Address | None]:
    if not text:
        raise _Refusal("no host", "write https://host/path")
    if text.startswith("["):
        address = _read_ipv6(text)
        return str(address), address
    if _DOTTED.fullmatch(text):  # the only way to write it that is taken
        return text, IPv4Address(bytes(map(int, text.split("."))))  # which takes far longer to read a text
    name = _ascii_name(text)
    if _NUMBER.fullmatch(name.removesuffix(".").rpartition(".")[2]):
        fix = "write four decimal numbers from 0 to 255 with dots between and no leading zeros"
        raise _Refusal(f"{text!r:.80} is no IPv4 address in its usual form", fix)
    return name.removesuffix("."), None


def _read_ipv6(text: str) -> IPv6Address:
    fix = "write an IPv6 address in brackets and without a zone, such as [2001:db8::1]"
    if not text.endswith("]") or "%" in text:
        raise _Refusal(f"{text!r:.80} is no IPv6 address", fix)
    try:
        return IPv6Address(text[1:-1])
    except AddressValueError:
        raise _Refusal(f"{text!r:.80} is no IPv6 address", fix) from None


def _ascii_name(text: str) -> str:
    """The name as DNS knows it: lower-case A-labels (RFC 5891) and LDH labels (RFC 1123)."""
    rooted = text.removesuffix(".")
    name = rooted if _PLAIN_NAME.fullmatch(rooted) else ".".join(map(_ascii_label, rooted.split(".")))
    if len(name) > MAX_HOST_CHARACTERS:
        raise _Refusal(f"a host name of {len(name)} characters", f"use at most {MAX_HOST_CHARACTERS}")
    return name + "." if text.endswith(".") else name


def _ascii_label(label: str) -> str:
    if label.isascii():
        lower = label.lower()
        if not _LABEL.fullmatch(lower):
            fix = "letters, digits and inner hyphens, 1 to 63 of them between two dots"
            raise _Refusal(f"{label!r:.80} is no part of a host name", fix)
        if not lower.startswith("xn--"):
            return lower
        label = lower
    try:
        return idna.alabel("".join(map(_small, label))).decode("ascii")
    except idna.IDNAError as error:
        fix = "write the name in lower case as it is registered (IDNA 2008), or its xn-- form"
        raise _Refusal(f"{label!r:.80} is no part of a host name: {error}", fix) from None


def _small(letter: str) -> str:
    """Its lower case (RFC 5895 section 2), where that is beyond doubt: one letter, whose only upper case it is.

    So a capital sigma is never a final one, as browsers have it, and what is left as it was (U+1E9E, U+0130, the Kelvin
    sign) is for IDNA to refuse.
    """
    small = letter.lower()
    return small if small == letter.casefold() and small.upper() == letter else letter


def _read_port(text: str | None, scheme: str, allowed_ports: Container[int]) -> int:
    if text is None:
        port = _PORT_OF_SCHEME[scheme]
    elif _PORT.fullmatch(text) and int(text) <= 65535:  # noqa: PLR2004  the largest port there is
        port = int(text)
    else:
        raise _Refusal(f"{text!r:.80} is no port", "write a number from 1 to 65535 after the colon, or no colon")
    if port not in allowed_ports:
        fix = "use https on port 443, or ask the operator to allow this port (allowed_ports)"
        raise _Refusal(f"port {port} is not allowed", fix)
    return port


def _read_target(tail: str) -> str:
    if tail.startswith(("?@", "#@")):  # how one reader is shown another host than the next; no form begins like that
        raise _Refusal(f"{tail[:2]} right behind the host", "write a / right behind the host")
    sent = tail.partition("#")[0]
    if _BAD_ESCAPE.search(sent):
        raise _Refusal("a % that starts no %XX escape", "write %25 for the sign itself")
    path = _without_dots(sent if sent.startswith("/") else "/" + sent)
    return path if _SENT_PLAIN.fullmatch(path) else quote(path, safe=_SENT_AS_IS, errors="replace")


def _without_dots(target: str) -> str:
    if not _DOTS.search(target):
        return target
    path, question, query = target.partition("?")
    segments = path.split("/")[1:]
    kept: list[str] = []
    for segment in segments:
        if not _DOTS.fullmatch(f"/{segment}"):
            kept.append(segment)
        elif kept and _PARENT.fullmatch(segment):
            kept.pop()
    if _DOTS.fullmatch(f"/{segments[-1]}"):
        kept.append("")
    return f"/{'/'.join(kept)}{question}{query}"


def _rebuilt(scheme: str, host: str, port: int, target: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    suffix = "" if port == _PORT_OF_SCHEME[scheme] else f":{port}"
    return f"{scheme}://{shown}{suffix}{target}"
