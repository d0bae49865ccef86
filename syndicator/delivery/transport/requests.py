"""The transport for where libcurl is missing: ``requests`` with an adapter that goes to vetted addresses only.

It sends from a pool of threads, so it holds fewer attempts at once than curl and costs ten times the CPU;
the promises are the same (see ``protocol``).
"""

import ssl
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Self

import certifi
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from syndicator.delivery.guard import Guard, Refusal, Vetted
from syndicator.delivery.transport.choice import chosen
from syndicator.delivery.transport.deadline import Attempt, Watchdog, current
from syndicator.delivery.transport.protocol import Answer, Done, Failure, Limits, Phase, Request, Result

_THREADS: Final = 64
_POOLS: Final = 1000
_CHUNK: Final = 4096


class RequestsTransport:
    """Sends from a pool of threads (see ``Transport`` for the promises)."""

    def __init__(self, guard: Guard, limits: Limits, *, in_flight: int = _THREADS, ca_file: Path | None = None) -> None:
        self._guard, self._limits = guard, limits
        self._pool = ThreadPoolExecutor(in_flight, thread_name_prefix="requests")
        self._watchdog = Watchdog()
        self._session = _Session()
        adapter = _VettedAdapter(_context(ca_file), in_flight)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._count = 0
        self._counting = threading.Lock()
        self._closed = False
        self._closing: Future[None] = Future()

    def submit(self, request: Request, done: Done) -> None:
        if self._closed:
            done(request, _closed())
            return
        with self._counting:
            self._count += 1
        try:
            self._pool.submit(self._attempt, request, done)
        except RuntimeError:  # closed by another thread since we looked
            self._finish(request, _closed(), done)

    @property
    def in_flight(self) -> int:
        return self._count

    def close(self) -> None:
        self._closed = True
        if not self._closing.done():
            self._closing.set_result(None)
        self._watchdog.close()  # ends what is under way
        self._pool.shutdown(wait=True)
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _attempt(self, request: Request, done: Done) -> None:
        started = time.monotonic()
        result = _closed() if self._closed else self._send(request, started)
        if self._closed and isinstance(result, Failure):
            result = _closed()
        self._finish(request, result, done)

    def _finish(self, request: Request, result: Result, done: Done) -> None:
        with self._counting:
            self._count -= 1
        done(request, result)

    def _send(self, request: Request, started: float) -> Result:
        verdict = self._guard.resolve(request.url, self._limits.connect_timeout_s, ends=[self._closing])
        if isinstance(verdict, Refusal):
            return Failure(verdict.phase, verdict.reason)
        with self._watchdog.watching(Attempt(started + self._limits.total_timeout_s)) as attempt:
            try:
                answer = self._session.send(_prepared(request, verdict), **self._options())
                result = self._read(answer, attempt, request, started)
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                return _failure(error, attempt, started)
            # A socket that was shut down reads like the end of an answer.
            return _failure(TimeoutError(), attempt, started) if attempt.is_over else result

    def _options(self) -> dict[str, Any]:
        timeout = (self._limits.connect_timeout_s, self._limits.total_timeout_s)
        return {"stream": True, "allow_redirects": False, "timeout": timeout}

    def _read(self, answer: requests.Response, attempt: Attempt, request: Request, started: float) -> Result:
        kept, count = bytearray(), 0
        raw: HTTPResponse = answer.raw
        try:
            while count <= self._limits.max_answer_bytes and (part := raw.read1(_CHUNK, decode_content=False)):
                count += len(part)
                kept += part[: max(0, self._limits.kept_answer_bytes - len(kept))]
        finally:
            if count > self._limits.max_answer_bytes or attempt.is_over:
                answer.close()
            else:
                raw.release_conn()
        return Answer(
            answer.status_code,
            answer.headers.get("retry-after"),
            bytes(kept),
            attempt.address,
            time.monotonic() - started,
            len(request.body),
        )


class _Session(requests.Session):
    """Follows nothing, and reads no environment, ``.netrc`` or cookies."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(_NoCookies())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: looking for it would read the whole body of a 302, even with allow_redirects=False."""


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):  # type: ignore[name-defined, misc]  # untyped alias
    def set_ok(self, cookie: object, request: object) -> bool:  # noqa: ARG002 (the policy's signature)
        return False


class _Watched:
    """A connection that tells the attempt of its thread which socket it uses."""

    def request(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        current().use(self)
        super().request(*args, **options)  # type: ignore[misc]  # mixed into a connection

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # mixed into a connection
        current().use(self)


class _Plain(_Watched, HTTPConnection):
    pass


class _Secure(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _VettedAdapter(HTTPAdapter):
    """Connects to the vetted address, with the URL's name for Host, SNI and certificate."""

    def __init__(self, context: ssl.SSLContext, connections: int) -> None:
        self._context = context
        super().__init__(pool_connections=_POOLS, pool_maxsize=connections, max_retries=Retry(0, redirect=False))
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: object, cert: object = None
    ) -> Any:  # noqa: ANN401 (a private type of requests)
        del verify, cert  # always verified, never with a certificate of ours
        vetted: Vetted = request.vetted  # type: ignore[attr-defined]  # set by _prepared
        url = vetted.url
        host = {"scheme": url.scheme, "host": chosen(vetted.addresses), "port": url.port}
        if url.scheme == "http":
            return host, {}
        name = None if url.address is not None else url.host
        return host, {"ssl_context": self._context, "server_hostname": name, "assert_hostname": url.host}

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """Nothing: the shared context verifies."""


def _context(ca_file: Path | None) -> ssl.SSLContext:
    """One for all: making it reads the whole bundle of authorities."""
    return ssl.create_default_context(cafile=str(ca_file) if ca_file else certifi.where())


def _prepared(request: Request, vetted: Vetted) -> requests.PreparedRequest:
    url = vetted.url
    prepared = requests.Request("POST", url.text, headers=dict(request.headers), data=request.body).prepare()
    default = {"http": 80, "https": 443}[url.scheme]
    name = f"[{url.host}]" if ":" in url.host else url.host
    prepared.headers["Host"] = name if url.port == default else f"{name}:{url.port}"
    prepared.vetted = vetted  # type: ignore[attr-defined]  # for the adapter
    return prepared


def _failure(error: Exception, attempt: Attempt, started: float) -> Failure:
    duration_s = time.monotonic() - started
    if attempt.is_over:
        return Failure("timeout", "no whole answer before the deadline", attempt.address, duration_s)
    return Failure(_phase(error), str(error)[:300], attempt.address, duration_s)


def _phase(error: Exception) -> Phase:
    if isinstance(error, requests.exceptions.SSLError):
        return "tls"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "connect"
    if isinstance(error, requests.exceptions.Timeout):
        return "timeout"
    refused = "NewConnectionError" in repr(error)
    return "connect" if refused else "answer"


def _closed() -> Failure:
    return Failure("closed", "the transport was closed")
