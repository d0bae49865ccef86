"""The address guard: no request ever reaches a non-public address, unless the operator allowed its network (G9).

A URL is read strictly, its name is resolved, every answer is judged, one bad answer refuses all. Whoever connects is
given the vetted addresses, connects only to them, and asks ``reachable`` again about any other that is at hand.
"""

from collections.abc import Container, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from syndicator.delivery.reachable import Reachable
from syndicator.delivery.resolver import Answers, Resolver
from syndicator.delivery.url import DEFAULT_PORTS, EndpointUrl, UrlRefused, parse_endpoint_url
from syndicator.errors import Fault

URLS_REMEMBERED = 20_000
_LOOPBACK = "127.0.0.1"


class Vetted(NamedTuple):
    """A URL that may be requested, and the only addresses to connect to for it, in order of preference."""

    url: EndpointUrl
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no request may be made: ``url`` = its syntax or port, ``dns`` = no answer, ``guard`` = not public."""

    phase: Literal["url", "dns", "guard"]
    reason: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A name that is being looked up; give it to ``Guard.judge`` once ``answer`` is done."""

    url: EndpointUrl
    answer: Future[Answers]


Verdict = Vetted | Refusal


class Guard:
    """Judges URLs and the addresses behind them. Safe to use from any thread; one per process is enough.

    Args:
        allow_cidrs: networks that may be reached although they are not public ("10.1.0.0/16").
        allowed_ports: ports that a URL may name; ``range(1, 65536)`` allows all.
        resolver: looks names up.
        dns_timeout_s: the longest wait for an answer in ``resolve``.

    Raises:
        ConfigError: if an entry of ``allow_cidrs`` is no network.
    """

    def __init__(
        self,
        allow_cidrs: Iterable[str] = (),
        *,
        allowed_ports: Container[int] = DEFAULT_PORTS,
        resolver: Resolver | None = None,
        dns_timeout_s: float = 5.0,
    ) -> None:
        self.reachable = Reachable(allow_cidrs)
        self._ports = allowed_ports
        self._resolver = resolver or Resolver()
        self._dns_timeout_s = dns_timeout_s
        # A batch goes to the same endpoints as the one before it: reading a URL again costs a fifth of a whole send.
        self._read = lru_cache(URLS_REMEMBERED)(self._read_url)

    def accept(self, url_text: str) -> None:
        """Whether requests may go to this URL as far as it says itself; what its name leads to may change.

        Raises:
            UrlRefused: with every fault.
        """
        verdict = self._judge_written(parse_endpoint_url(url_text, self._ports))
        if isinstance(verdict, Refusal):
            raise UrlRefused([Fault("url", verdict.reason, "give the address that it has on the Internet")])

    def check(self, url_text: str) -> Vetted | Refusal | Pending:
        """The verdict without waiting, or a ``Pending`` if the name has to be looked up first."""
        read = self._read(url_text)
        if not isinstance(read, EndpointUrl):
            return read
        known = self._resolver.known(read.host)
        if known is not None:
            return self._vet(read, known)
        return Pending(read, self._resolver.ask(read.host))

    def judge(self, pending: Pending) -> Verdict:
        """The verdict on a lookup that is done; a ``dns`` refusal while it is not."""
        host = pending.url.host
        if not pending.answer.done():
            return Refusal("dns", f"no address for {host} in time")
        error = pending.answer.exception()
        if error is not None:
            return Refusal("dns", f"no address for {host}: {error}")
        return self._vet(pending.url, pending.answer.result())

    def host_of(self, url_text: str) -> tuple[str, int] | None:
        """Host and port that the URL leads to, whatever its verdict, to count requests by; None if it is no URL."""
        read = self._read(url_text)
        url = read if isinstance(read, EndpointUrl) else read.url if isinstance(read, Vetted) else None
        return None if url is None else (url.host, url.port)

    def resolve(self, url_text: str, timeout_s: float | None = None, *, ends: Iterable[Future[None]] = ()) -> Verdict:
        """The verdict, waiting at most ``timeout_s`` (or ``dns_timeout_s``) for DNS, and not once one ``ends``."""
        found = self.check(url_text)
        if not isinstance(found, Pending):
            return found
        either: tuple[Future[Any], ...] = (found.answer, *ends)
        wait(either, self._dns_timeout_s if timeout_s is None else timeout_s, FIRST_COMPLETED)
        return self.judge(found)

    def _read_url(self, url_text: str) -> EndpointUrl | Verdict:
        try:
            url = parse_endpoint_url(url_text, self._ports)
        except UrlRefused as refused:
            return Refusal("url", "; ".join(map(str, refused.faults)))
        return self._judge_written(url)

    def _judge_written(self, url: EndpointUrl) -> EndpointUrl | Verdict:
        """The verdict on an address; the URL itself where a name has to be looked up."""
        if url.address is not None:
            return Vetted(url, (url.host,)) if self.reachable.has(url.address) else _refused(url, url.host)
        # RFC 6761 section 6.3: these names are this machine, whatever a name server says.
        return self._vet(url, (_LOOPBACK,)) if f".{url.host}".endswith(".localhost") else url

    def _vet(self, url: EndpointUrl, addresses: Answers) -> Verdict:
        if not addresses:
            return Refusal("dns", f"no address for {url.host}")
        for address in addresses:
            if not self.reachable.allows(address):
                return _refused(url, address)
        return Vetted(url, addresses)


def _refused(url: EndpointUrl, address: str) -> Refusal:
    named = "" if url.address is not None else f"{url.host} leads to "
    reason = f"{named}{address}, which is no public address; the operator can allow its network (allow_cidrs)"
    return Refusal("guard", reason)
