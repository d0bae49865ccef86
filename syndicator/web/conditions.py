"""What a reader asks for in headers (RFC 9110, RFC 3229): pure functions over header values as bytes."""

import re
from collections.abc import Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime

Wishes = tuple[bytes, bytes, bytes, bytes]

_RANGES = re.compile(rb"bytes=[\d\s,-]+", re.IGNORECASE)
_RANGE = re.compile(rb"(\d{0,18})-(\d{0,18})")  # no file has places with more digits
_TAG = re.compile(rb'"[^"]*"')


def wishes(headers: Iterable[tuple[bytes, bytes]]) -> Wishes:
    """Accept-Encoding, If-None-Match, If-Modified-Since and A-IM; lists over several lines joined."""
    coding = none_match = since = a_im = b""
    for name, value in headers:
        if name == b"accept-encoding":
            coding = coding + b"," + value if coding else value
        elif name == b"if-none-match":
            none_match = none_match + b"," + value if none_match else value
        elif name == b"if-modified-since":
            since = value
        elif name == b"a-im":
            a_im = a_im + b"," + value if a_im else value
    return coding, none_match, since, a_im


def takes_gzip(accept_encoding: bytes) -> bool:
    """Whether the reader takes gzip (RFC 9110, section 12.5.3), named or by ``*``, as gladly as the plain bytes."""
    weights = dict(_weighted(accept_encoding))
    for name in (b"gzip", b"x-gzip", b"*"):
        if name in weights:
            return weights[name] > 0 and weights[name] >= weights.get(b"identity", 0)
    return False


def wants_new_entries(a_im: bytes) -> bool:
    """Whether the reader takes a feed that holds only what is new (RFC 3229, ``A-IM: feed``)."""
    return dict(_weighted(a_im)).get(b"feed", 0.0) > 0


def names(if_none_match: bytes, etag: bytes) -> bool:
    """Whether the list names this tag, compared weakly, or is ``*`` (RFC 9110, section 13.1.2)."""
    return if_none_match.strip() == b"*" or etag in tags(if_none_match)


def tags(if_none_match: bytes) -> list[bytes]:
    """The tags in the list, in their quotes and without a ``W/``."""
    return _TAG.findall(if_none_match)


def unmodified(if_modified_since: bytes, last_modified: int) -> bool:
    """Whether that is the time of the last change (seconds since 1970). What is no date does not count.

    A later one does not say what its sender holds: by its own clock, or out of a cache, it may have read before a
    change and say a time after it, and would be told for good that nothing changed. RFC 9110 (section 13.1.3) has
    no more than a SHOULD for it; nginx compares in this way, too.
    """
    try:
        since = parsedate_to_datetime(if_modified_since.decode("ascii"))
    except (ValueError, OverflowError):
        return False
    return last_modified == (since if since.tzinfo else since.replace(tzinfo=UTC)).timestamp()


def ranges(value: bytes, size: int) -> bytes:
    """Of the ranges asked for those that a file of this size has; as they came where it has none of them (416).

    Nothing where the value does not count: other units than bytes, and what is no range at all or ends before it
    begins (RFC 9110, sections 14.1.1 and 14.2).
    """
    if not _RANGES.fullmatch(value):
        return b""
    asked = [part for piece in value[len(b"bytes=") :].split(b",") if (part := piece.strip())]
    parsed = [_RANGE.fullmatch(part) for part in asked]
    if not asked or not all(each is not None and _is_range(*each.groups()) for each in parsed):
        return b""
    there = [part for part in asked if _begins(part, size)]
    return b"bytes=" + b",".join(there or asked)


def newest_base(if_none_match: bytes, current: int) -> int | None:
    """The latest change among the tags that came before the current one; tags start with theirs, in hex."""
    changes = [change for tag in tags(if_none_match) if (change := _change(tag)) is not None]
    return max((change for change in changes if change < current), default=None)


def _is_range(first: bytes, last: bytes) -> bool:
    return bool(first or last) and not (first and last and int(first) > int(last))


def _begins(part: bytes, size: int) -> bool:
    """Whether anything of the range lies within so many bytes."""
    first, _, last = part.partition(b"-")
    return int(first) < size if first else int(last) > 0


def _change(tag: bytes) -> int | None:
    number = tag[1:-1].partition(b"-")[0]
    try:
        return int(number, 16) if number.isalnum() else None
    except ValueError:
        return None


def _weighted(value: bytes) -> Iterable[tuple[bytes, float]]:
    for part in value.lower().split(b","):
        name, *parameters = (piece.strip() for piece in part.split(b";"))
        if name:
            yield name, next((_weight(each) for each in parameters if each.startswith(b"q=")), 1.0)


def _weight(parameter: bytes) -> float:
    try:
        return float(parameter[2:])
    except ValueError:
        return 0.0
