"""The address guard: no request ever reaches a non-public address, unless the operator allowed its network (G9).

A URL is read strictly, its name is resolved, every answer is judged, one bad answer refuses all. Whoever connects is
given the vetted addresses, connects only to them, and asks ``reachable`` again about any other that is at hand.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from syndicator.delivery.reachable import Reachable
from syndicator.delivery.resolver import Answers, Asked, Crowded, Resolver
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
    """Why no request may be made.

    ``url``: its syntax or port; ``dns``: no answer; ``guard``: not public; ``busy``: its name was not looked up.
    """

    phase: Literal["url", "dns", "guard", "busy"]
    reason: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A name that is being looked up; give it to ``Guard.judge`` once ``answer`` is done."""

    url: EndpointUrl
    answer: Asked


Verdict = Vetted | Refusal


class Guard:
    """Judges URLs and the addresses behind them. Safe to use from any thread; one per process is enough.

    Args:
        allow_cidrs: networks that may be reached although they are not public ("10.1.0.0/16").
        allowed_ports: ports that a URL may name; ``range(1, 65536)`` allows all.
        resolver: looks names up.

    Raises:
        ConfigError: if an entry of ``allow_cidrs`` is no network.
    """

    def __init__(
        self,
        allow_cidrs: Iterable[str] = (),
        *,
        allowed_ports: Container[int] = DEFAULT_PORTS,
        resolver: Resolver | None = None,
    ) -> None:
        self.reachable = Reachable(allow_cidrs)
        self._ports = allowed_ports
        self._resolver = resolver or Resolver()
        # A batch goes to the same endpoints as the one before it: reading a URL again costs a fifth of a whole send.
        self._read = lru_cache(URLS_REMEMBERED)(self._read_url)

    def accept(self, url_text: str) -> None:
        """Whether requests may go to this URL as far as it says itself; what its name leads to may change.

        Raises:
            UrlRefused: with every fault.
        """
        faults: list[Fault] = []
        try:
            url: EndpointUrl | None = parse_endpoint_url(url_text, self._ports)
        except UrlRefused as refused:
            faults, url = [*refused.faults], refused.read
        verdict = self._judge_written(url) if url else None
        if isinstance(verdict, Refusal):
            faults.append(Fault("url", verdict.reason, "give the address that it has on the Internet"))
        if faults:
            raise UrlRefused(faults)

    def check(self, url_text: str) -> Vetted | Refusal | Pending:
        """The verdict without waiting, or a ``Pending`` if the name has to be looked up first. It does not raise."""
        try:
            return self._check(url_text)
        except Exception as error:  # noqa: BLE001 (an error here would end the thread that sends, and with it all pushes)
            return Refusal("guard", f"it could not be judged: {error!r:.200}")

    def _check(self, url_text: str) -> Vetted | Refusal | Pending:
        read = self._read(url_text)
        if not isinstance(read, EndpointUrl):
            return read
        known = self._resolver.known(read.host)
        if known is not None:
            return self._vet(read, known)
        return Pending(read, self._resolver.ask(read.host))

    def judge(self, pending: Pending) -> Verdict:
        """The verdict on a lookup that is done or given up; ``busy`` if the lookup of the name never had its time."""
        host, answer = pending.url.host, pending.answer
        if not answer.done():
            return Refusal("dns", f"no address for {host} in time") if answer.had_its_time() else _crowded(host)
        error = answer.exception()
        if isinstance(error, Crowded):
            return _crowded(host)
        if error is not None:
            return Refusal("dns", f"no address for {host}: {getattr(error, 'strerror', None) or error}")
        return self._vet(pending.url, answer.result())

    def host_of(self, url_text: str) -> tuple[str, int] | None:
        """Host and port that the URL leads to, whatever its verdict, to count requests by; None if it is no URL."""
        read = self._read(url_text)
        url = read if isinstance(read, EndpointUrl) else read.url if isinstance(read, Vetted) else None
        return None if url is None else (url.host, url.port)

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


def _crowded(host: str) -> Refusal:
    return Refusal("busy", f"{host} was not looked up in time: too many names are")


def _refused(url: EndpointUrl, address: str) -> Refusal:
    named = "" if url.address is not None else f"{url.host} leads to "
    reason = f"{named}{address}, which is no public address; the operator can allow its network (allow_cidrs)"
    return Refusal("guard", reason)
