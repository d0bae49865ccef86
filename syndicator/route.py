"""The way from this machine to a service: proxy and authorities as the environment names them, and what fails there."""

import os
import re
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Self
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment  # noqa: TID251 (reads variables, and sends nothing)

import requests
from requests.utils import select_proxy, should_bypass_proxies

from syndicator.errors import ConfigError, SyndicatorError, Unreachable

BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_LOGIN_WANTED: Final = 407
_TUNNEL_REFUSED: Final = re.compile(r"Tunnel connection failed: (\d{3})")

# X509_V_ERR_… of OpenSSL's x509_vfy.h.
_EXPIRED: Final = {9, 10}
_NO_AUTHORITY: Final = {2, 18, 19, 20, 21}
_OTHER_NAME: Final = {62, 64}


@dataclass(frozen=True, slots=True)
class Proxy:
    """``url`` may hold a password, ``place`` (host and port) never does; ``variable`` is where it was named."""

    url: str
    place: str
    variable: str

    def __str__(self) -> str:
        return f"the proxy {self.place} of {self.variable}"

    @property
    def login_wanted(self) -> ConfigError:
        """What to say when it answers 407."""
        host = urlsplit(self.url)
        if host.username:
            return ConfigError(f"{self} does not take the name and the password of {self.variable}: correct them there")
        message = (
            f"{self} wants a name and a password: write {self.variable}={host.scheme}://NAME:PASSWORD@{self.place}, "
            "with special characters as %XX"
        )
        return ConfigError(message)


@dataclass(frozen=True, slots=True)
class Route:
    """How a service is reached. ``bundle`` is the file of authorities and the variable that names it."""

    base_url: str
    proxy: Proxy | None
    bundle: tuple[str, str] | None

    @classmethod
    def to(cls, base_url: str) -> Self:
        """As curl, pip and git are told by the environment; to this machine itself always without a proxy.

        ConfigError for variables that cannot be used.
        """
        return cls(base_url, _proxy(base_url), _bundle() if _is_tls(base_url) else None)

    def take(self, session: requests.Session) -> None:
        """Has the session go this way, and ask the environment for nothing else: no ``.netrc`` replaces a token."""
        session.trust_env = False
        if self.proxy:
            session.proxies = dict.fromkeys(("http", "https"), self.proxy.url)
        if self.bundle:
            session.verify = self.bundle[1]

    @property
    def answerer(self) -> str:
        """Who it may be that answers without a reason."""
        return f"the service, or {self._reader}," if self._reader else "the service"

    def refused(self, answer: requests.Response) -> SyndicatorError | None:
        """What is wrong if it was the proxy that answered in place of the service."""
        return self._reader.login_wanted if self._reader and answer.status_code == _LOGIN_WANTED else None

    @property
    def _reader(self) -> Proxy | None:
        """The proxy if it can read and answer requests: what comes out of a tunnel is the service's own."""
        return None if _is_tls(self.base_url) else self.proxy

    def failure(self, error: requests.RequestException) -> SyndicatorError:
        """Why nothing came back: the proxy, the certificate, or the service itself; with what to do about it."""
        if self.proxy and isinstance(error, requests.exceptions.ProxyError):
            return self._failure_of_proxy(self.proxy, error)
        distrust = _distrust(error)
        if distrust:
            return Unreachable(self._of_certificate(self.base_url, distrust))
        through, right = "", "is --to"
        if self.proxy:
            through, right = f" through {self.proxy}", f"are --to and {self.proxy.variable}"
        message = (
            f"{self.base_url} cannot be reached{through} ({_reason(error)}); is the service running, {right} right?"
        )
        return Unreachable(message)

    def _failure_of_proxy(self, proxy: Proxy, error: requests.RequestException) -> SyndicatorError:
        refused = _TUNNEL_REFUSED.search(str(error))
        if refused and int(refused[1]) == _LOGIN_WANTED:
            return proxy.login_wanted
        host = urlsplit(self.base_url).hostname
        otherwise = f"ask those who run it, or list {host} in NO_PROXY if it is reached without"
        if refused:
            return Unreachable(f"{proxy} made no way to {host}, and answered {refused[1]}: {otherwise}")
        distrust = _distrust(error)
        if distrust:
            return Unreachable(self._of_certificate(str(proxy), distrust))
        return Unreachable(f"{proxy} cannot be reached, or is none: correct {proxy.variable}; {otherwise}")

    def _of_certificate(self, whose: str, distrust: ssl.SSLCertVerificationError) -> str:
        code = distrust.verify_code
        if code in _NO_AUTHORITY:
            return f"{whose} shows a certificate of an authority that is not known here: {self._how_to_know()}"
        if code in _EXPIRED:
            return f"{whose}: its certificate has expired, or is not valid yet; is the clock of this machine right?"
        if code in _OTHER_NAME:
            return f"{whose}: its certificate is for another name; is --to right?"
        return f"{whose}: its certificate is not good ({distrust.verify_message})"

    def _how_to_know(self) -> str:
        if self.bundle:
            variable, file = self.bundle
            return f"the file that {variable} names ({file}) does not have it; if it is your company's, add it there"
        return f"if it is your company's, have {BUNDLES[0]} name the PEM file of its authorities"


def _is_tls(base_url: str) -> bool:
    return urlsplit(base_url).scheme == "https"


def _proxy(base_url: str) -> Proxy | None:
    """The proxy for this address by HTTPS_PROXY (HTTP_PROXY for http), ALL_PROXY and NO_PROXY in either spelling."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if _is_this_machine(host) or should_bypass_proxies(base_url, no_proxy=None):
        return None
    named = select_proxy(base_url, getproxies_environment())
    if not named:
        return None
    variable = _named_by(parts.scheme, named)
    url = named if "://" in named else f"http://{named}"
    place = _place(url)
    if not place:
        message = (
            f"{variable} names no proxy that can be used: write http://host:port, special characters of a password "
            f"as %XX (SOCKS is not spoken), or list {host} in NO_PROXY"
        )
        raise ConfigError(message)
    return Proxy(url, place, variable)


def _named_by(scheme: str, url: str) -> str:
    """The variable that names it, as it is spelt here; of two spellings the one in small letters."""
    spelt = sorted(os.environ, reverse=True)
    kinds = (f"{scheme}_proxy", "all_proxy")
    return next(name for kind in kinds for name in spelt if name.lower() == kind and os.environ[name] == url)


def _place(url: str) -> str:
    """Host and port of a proxy; empty if it cannot be one."""
    try:
        parts = urlsplit(url)
        is_split = "@" in parts.path + parts.query + parts.fragment  # in front of it is a half of a password
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and not is_split
        unquote(parts.netloc).encode("latin-1")  # as its name and password will be sent
    except ValueError:
        return ""
    return parts.netloc.rpartition("@")[2] if usable else ""


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _bundle() -> tuple[str, str] | None:
    """The first of the variables that is set, and what it names: a file, or a folder as OpenSSL keeps them."""
    for variable in BUNDLES:
        if named := os.environ.get(variable):
            _must_hold_authorities(variable, named)
            return variable, named
    return None


def _must_hold_authorities(variable: str, named: str) -> None:
    folder = os.path.isdir(named)  # noqa: PTH112 (as requests asks)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(
            cafile=None if folder else named, capath=named if folder else None
        )
    except OSError as error:
        message = f"{variable} names {named}, which holds no certificates that can be read: correct it, or unset it"
        raise ConfigError(message) from error


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return _reason_of_tls(str(error))
    return "no connection" if isinstance(error, requests.ConnectionError) else "its answer broke off, or makes no sense"


def _reason_of_tls(words: str) -> str:
    """What went wrong, by the name that OpenSSL puts into its message."""
    is_plain = "WRONG_VERSION_NUMBER" in words or "RECORD_LAYER_FAILURE" in words
    return "it does not speak TLS: is http:// meant" if is_plain else "no TLS that both sides speak"


def _distrust(error: object) -> ssl.SSLCertVerificationError | None:
    """What OpenSSL has against a certificate, if that led to the error; each layer has it in a place of its own."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error
    inner = (*error.args, getattr(error, "reason", None)) if isinstance(error, Exception) else ()
    return next(filter(None, map(_distrust, inner)), None)
