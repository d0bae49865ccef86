"""What every transport promises, whichever client is inside.

- A request goes only to an address that the ``Guard`` vetted for it, under the URL's name (Host, SNI, certificate).
- Where an address cannot be reached, another vetted one is tried, each for the whole time to connect.
- A request leaves at most twice, and a second time only if a kept connection broke off before anything came back.
- No redirect is followed, no environment proxy, ``.netrc`` or cookie is used; TLS is verified; connections are reused.
- The whole attempt, DNS to the answer's last byte, ends at the deadline, whatever the receiver does.
- Nobody waits for a turn longer than ``longest_wait_s``: however many requests there are to a host that hangs, they do
  not keep the caller's places, and what was signed is not sent when its timestamp is old.
- At most ``max_answer_bytes`` of an answer are read, nothing is decompressed, ``kept_answer_bytes`` are kept.
  A longer answer counts as it stands, since its status is known; a shorter one that breaks off is a ``Failure``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol, Self

from syndicator.errors import SyndicatorError

Phase = Literal[
    "url", "guard", "dns", "connect", "tls", "send", "timeout", "answer", "closed", "lost", "busy", "sealed"
]

# Set by the client itself, or dangerous in the hands of whoever may add headers.
RESERVED_HEADERS = frozenset(
    {"connection", "content-length", "cookie", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"}
)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
_NOT_IN_VALUES = re.compile(r"[^\t -~]")


class HeaderRefused(SyndicatorError):
    """A header that would break the request apart, or that belongs to the transport."""


@dataclass(frozen=True, slots=True)
class Request:
    """One POST to make. ``tag`` is the caller's own and comes back with the result.

    Raises:
        HeaderRefused: a name is no token or reserved, or a value holds more than visible ASCII, spaces and tabs.
    """

    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    tag: object = None

    def __post_init__(self) -> None:
        values = "".join([value for _, value in self.headers])
        if not (values.isascii() and values.isprintable()):  # all at once, for nearly all are
            for name, value in self.headers:
                if _NOT_IN_VALUES.search(value):
                    raise HeaderRefused(f"the value of {name} cannot be sent: use ASCII without line breaks")
        _check_names(tuple([name for name, _ in self.headers]))


@lru_cache(1024)
def _check_names(names: tuple[str, ...]) -> None:
    for name in names:
        if _TOKEN.fullmatch(name) is None or name.lower() in RESERVED_HEADERS:
            raise HeaderRefused(f"the header name {name!r} cannot be sent: use a token that is not reserved")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one attempt: times in seconds, sizes in bytes (head and body of an answer together).

    ``longest_wait_s`` is how long a request may wait until its attempt begins, because as many as may are under way to
    its host or in all.
    """

    connect_timeout_s: float = 5.0
    total_timeout_s: float = 15.0
    max_answer_bytes: int = 65_536
    kept_answer_bytes: int = 2_048
    longest_wait_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A receiver answered. ``retry_after`` is the header's text, ``body`` its first bytes, as they came.

    ``bytes_sent`` are of the request's body; twice as many as it has where the kept connection that it went over broke
    off, and it was sent again over another one: then it may have arrived twice.
    """

    status: int
    retry_after: str | None
    body: bytes
    address: str
    duration_s: float
    bytes_sent: int


@dataclass(frozen=True, slots=True)
class Failure:
    """No whole answer came. ``phase`` says how far it got, ``reason`` why in words for the attempt log.

    No fault of the receiver are ``closed`` = the transport was closed meanwhile, ``lost`` = what sent it ended or was
    disturbed, and it may have arrived, ``busy`` = no attempt was made, since none could be within ``longest_wait_s``,
    or its name found no thread that looks it up, ``sealed`` = a secret did not open, and it was not sent.
    ``bytes_sent`` are counted as in an ``Answer``.
    """

    phase: Phase
    reason: str
    address: str = ""
    duration_s: float = 0.0
    bytes_sent: int = 0


Result = Answer | Failure
Done = Callable[[Request, Result], None]


class Transport(Protocol):
    """Sends requests concurrently. One per process; safe to use from any thread."""

    def submit(self, request: Request, done: Done) -> None:
        """Queue the request; ``done(request, result)`` is called exactly once, on a thread of the transport.

        Returns at once. ``done`` has to be cheap (put the result on a queue) and must not raise.
        """

    def start(self) -> None:
        """Have ready what the first request would wait for otherwise. Returns at once."""

    @property
    def in_flight(self) -> int:
        """Requests submitted and not done yet, waiting ones included."""

    def close(self) -> None:
        """End at once: what is under way or waiting is done with a ``closed`` failure. May be called twice."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...
