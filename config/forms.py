"""How values of settings are written. Anything else is refused, and the operator told what is wrong and what to write.

A message is ``problem — fix``; whoever shows it puts the setting's name in front.
"""

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NOT_IN_URL: Final = re.compile(r"[\s\x00-\x1f\x7f\\\"<>^`{|}]")
_DATABASE_NUMBER: Final = re.compile(r"(?:/[0-9]*)?")
_ONLY_NUMBERS: Final = re.compile(r"[0-9.]+")
_LONGEST_DOMAIN: Final = 253
_LAST_PORT: Final = 65_535


def _refused(problem: str, fix: str) -> PydanticCustomError:
    return PydanticCustomError("form", "{problem} — {fix}", {"problem": problem, "fix": fix})


def _split_url(value: str) -> SplitResult | None:
    """The parts of an http or https address with a host; None where the text is none."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 (raises for a port that is none)
    except ValueError:
        return None
    known = parts.scheme in {"http", "https"} and parts.hostname and not _NOT_IN_URL.search(value)
    return parts if known and "@" not in parts.netloc else None


def _base_url(value: str) -> str:
    parts = _split_url(value)
    if parts is None or "?" in value or "#" in value:
        raise _refused(f"{value!r} cannot be the start of other addresses", "write it as https://wire.example")
    _check_is_ascii(value)
    return value.rstrip("/")


def _optional_url(value: str) -> str:
    if value and _split_url(value) is None:
        raise _refused(f"{value!r} is no web address", "write it as https://hub.example/, or leave it empty")
    _check_is_ascii(value)
    return value


def _check_is_ascii(url: str) -> None:
    """The URL goes out in headers, such as the User-Agent of every push, and headers hold only ASCII."""
    if not url.isascii():
        fix = "write its name as it is registered (https://xn--mller-kva.example), and letters of its path as %XX"
        raise _refused(f"{url!r} has letters that no header can carry", fix)


def _broker_url(value: str) -> str:
    fix = (
        "write redis://:password@host:6379/0, with rediss:// for TLS and a password's own / ? # @ as %2F %3F %23 %40, "
        "or leave it out"
    )
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 (raises for a port that is none)
    except ValueError:  # its text may show a part of the password
        raise _refused("the broker's address cannot be read", fix) from None
    if parts.scheme == "memory":
        return value
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname or parts.fragment:
        raise _refused("the broker's address is not that of a Redis", fix)
    if not _DATABASE_NUMBER.fullmatch(parts.path):
        raise _refused("the broker's address does not end with the number of a database", fix)
    return value


def _listening_host(value: str) -> str:
    if _is_ip_address(value) or (_DOMAIN.fullmatch(value) and not _ONLY_NUMBERS.fullmatch(value)):
        return value
    fix = "write an address of this machine, such as 127.0.0.1, ::1 or 0.0.0.0 for all, and its port as SYNDICATOR_PORT"
    raise _refused(f"{value!r} is not an address to listen on", fix)


def _is_ip_address(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def _domain(value: str) -> str:
    if not _DOMAIN.fullmatch(value) or len(value) > _LONGEST_DOMAIN:
        raise _refused(
            f"{value!r} is no domain name",
            "write one of yours, such as wire.example (letters of other alphabets in the form xn--…)",
        )
    return value


def _network(value: str) -> str:
    fix = "write networks such as 10.1.0.0/16 or fd00::/8, separated by commas"
    try:
        network = ip_network(value)
    except ValueError as error:
        raise _refused(str(error), fix) from None
    if "%" in str(network):  # networks that differ only in their zones would be collapsed into one of twice the size
        raise _refused(f"{value!r} has a zone", "write the network without it")
    return value


def _port(value: object) -> object:
    text = str(value)
    if not (text.isascii() and text.isdigit() and int(text) <= _LAST_PORT):
        raise _refused(f"{text!r} is no port", f"write numbers up to {_LAST_PORT}, separated by commas; 0 allows any")
    return int(text)


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


def _not_empty(value: object) -> object:
    """A path that is empty would be the folder where the process starts."""
    if value == "":
        raise _refused("it is empty", "name a folder, or leave it out")
    return value


def _some_ports(ports: tuple[int, ...]) -> tuple[int, ...]:
    if not ports:
        raise _refused("it is empty, and no endpoint could be reached", "write 443,80, or 0 for any, or leave it out")
    return ports


def _from_home(path: Path) -> Path:
    """With a leading ``~`` written out: a shell would do that, but settings also come from files and systemd units."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise _refused(f"{path} is in nobody's home", "write the path in full") from None


def _maybe_from_home(path: Path | None) -> Path | None:
    return None if path is None else _from_home(path)


def _networks_folder(path: Path | None) -> Path | None:
    if path is not None and not path.is_dir():
        raise _refused(f"{path} is no folder", "name the folder that holds your networks, or leave it out")
    if path is not None and not any(path.glob("*/network.toml")):
        raise _refused(f"no network is in {path}", "put each into a folder of its own there, with its network.toml")
    return path


def _authorities(path: Path | None) -> Path | None:
    from ssl import PROTOCOL_TLS_CLIENT, SSLContext  # late: few settings name a file, and every start waits for imports

    fix = "name a PEM file, or leave it out for the public authorities"
    if path is not None and not path.is_file():
        raise _refused(f"{path} is no file", fix)
    try:
        if path is not None:
            SSLContext(PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except OSError:
        raise _refused(f"{path} holds no certificates that can be read", fix) from None
    return path


BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""An http or https address without a slash at its end, to which paths are added."""

OptionalUrl = Annotated[str, AfterValidator(_optional_url)]
"""An http or https address, or nothing."""

BrokerUrl = Annotated[str, AfterValidator(_broker_url)]
"""The address of a Redis, or memory://. A message about it shows nothing of it: a password may stand in it."""

ListeningHost = Annotated[str, AfterValidator(_listening_host)]
"""An address or name of this machine. An empty one would be every address, and is refused."""

Domain = Annotated[str, AfterValidator(_domain)]
NetworkText = Annotated[str, AfterValidator(_network)]
Port = Annotated[int, BeforeValidator(_port)]
Ports = Annotated[tuple[Port, ...], AfterValidator(_some_ports)]
Folder = Annotated[Path, BeforeValidator(_not_empty), AfterValidator(_from_home)]
_MaybePath = Annotated[Path | None, BeforeValidator(_none_if_empty), AfterValidator(_maybe_from_home)]
NetworksFolder = Annotated[_MaybePath, AfterValidator(_networks_folder)]
AuthoritiesFile = Annotated[_MaybePath, AfterValidator(_authorities)]
