"""Addresses that tell somebody who reads."""

from typing import Final
from urllib.parse import parse_qsl, urlsplit

from syndicator.intake.lines.layouts import layouts
from syndicator.intake.lines.sheet import Picture

_PIXEL: Final = frozenset({"0", "1", "0px", "1px"})


def is_tracker(address: str) -> bool:
    """Whether an address is one of a click tracker, or carries a campaign's parameters."""
    try:
        parts = urlsplit(address if "://" in address or address.startswith("//") else f"//{address}")
        names = {name.casefold() for name, _ in parse_qsl(parts.query, max_num_fields=200)}
        host = parts.hostname or ""
    except ValueError:
        return False
    whole = f"{parts.netloc}{parts.path}".casefold()
    return bool(names & layouts().tracking_parameters) or any(_fits(sign, host, whole) for sign in layouts().trackers)


def is_pixel(picture: Picture) -> bool:
    """Whether a picture is there to be fetched, not to be seen."""
    sizes = {picture.width.strip(), picture.height.strip()}
    return bool(sizes & _PIXEL) or is_tracker(picture.source)


def _fits(sign: str, host: str, whole: str) -> bool:
    if sign.endswith("."):
        return host.startswith(sign)
    if "/" in sign:
        return sign in whole
    return host == sign or host.endswith(f".{sign}") or ("." not in sign and sign in whole)
