"""The transport for where libcurl is missing: ``requests`` with an adapter that goes to vetted addresses only.

It sends from a pool of threads, so it holds fewer attempts at once than curl and costs ten times the CPU;
the promises are the same (see ``protocol``).
"""

import ssl
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import certifi
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse, Retry
from urllib3.exceptions import HTTPError

from syndicator.delivery.guard import Guard, Pending, Verdict, Vetted
from syndicator.delivery.transport.choice import chosen
from syndicator.delivery.transport.connections import PlainPool, SecurePool
from syndicator.delivery.transport.deadline import Attempt, Watchdog
from syndicator.delivery.transport.lookups import Lookup, Lookups
from syndicator.delivery.transport.protocol import Answer, Done, Failure, Limits, Request, Result
from syndicator.delivery.transport.reasons import phase_of, reason_of
from syndicator.delivery.transport.turns import LATE_S, Turns
from syndicator.delivery.url import EndpointUrl
from syndicator.log import logger

_THREADS: Final = 64
_HOSTS_AT_ONCE: Final = 8
_POOLS: Final = 1000
_CHUNK: Final = 4096

_log = logger("delivery")


class _Sending(NamedTuple):
    """A request, whom to tell, where it goes or why it may not, and how long the lookup of its name took."""

    request: Request
    done: Done
    goal: Vetted | Failure
    spent_s: float = 0.0


class RequestsTransport:
    """Sends from a pool of threads (see ``Transport`` for the promises).

    ``in_flight`` requests are under way at once, ``per_host`` of them to one host and port, and never more than an
    eighth of them; more wait, for at most ``longest_wait_s``, and their deadline begins with their turn. Names are
    looked up before it, which counts towards the deadline.
    """

    def __init__(
        self,
        guard: Guard,
        limits: Limits,
        *,
        in_flight: int = _THREADS,
        per_host: int = _THREADS,
        ca_file: Path | None = None,
    ) -> None:
        self._guard, self._limits = guard, limits
        self._pool = ThreadPoolExecutor(in_flight, thread_name_prefix="requests")
        self._watchdog = Watchdog()
        self._session = _Session()
        adapter = _VettedAdapter(_context(ca_file), in_flight)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        per_host = min(per_host, max(1, in_flight // _HOSTS_AT_ONCE))
        self._turns: Turns[_Sending] = Turns(in_flight, per_host, limits.longest_wait_s)
        self._lookups: Lookups[tuple[Request, Done]] = Lookups(limits.connect_timeout_s, self._answer)
        self._is_looked_after = False
        self._count = 0
        self._lock = threading.Lock()
        self._closed = False
        self._pool.submit(str)  # starts one thread now, in case the system gives none later

    def submit(self, request: Request, done: Done) -> None:
        found = self._guard.check(request.url)
        with self._lock:  # ``close`` takes it to set ``_closed``: every request that got in before is ended there
            is_open = not self._closed
            if is_open:
                self._count += 1
                if isinstance(found, Pending):
                    self._await(found, (request, done))
                else:
                    self._line_up(_Sending(request, done, _goal(found)))
        if not is_open:
            done(request, _closed())

    def _await(self, pending: Pending, sending: tuple[Request, Done]) -> None:
        """Names are waited for before the turn: one that hangs holds no thread of the pool. Call it with the lock."""
        lookup = self._lookups.add(pending, sending, time.monotonic())
        self._watchdog.at(lookup.asked_at + self._limits.connect_timeout_s, partial(self._looked_up, lookup))

    def _answer(self, lookup: Lookup[tuple[Request, Done]]) -> None:
        """Runs on the resolver's thread, or with the lock."""
        self._watchdog.at(0.0, partial(self._looked_up, lookup))

    def _looked_up(self, lookup: Lookup[tuple[Request, Done]]) -> None:
        """Runs on the watchdog's thread, when the answer came and when it is late."""
        spent_s = lookup.spent_s(time.monotonic())
        sending = _Sending(*lookup.sending, _goal(self._guard.judge(lookup.pending), spent_s), spent_s)
        with self._lock:
            if not self._lookups.end(lookup):
                return
            if isinstance(sending.goal, Vetted):
                self._line_up(sending)
        if isinstance(sending.goal, Failure):
            self._finish(sending.request, sending.done, sending.goal)

    def _line_up(self, sending: _Sending) -> None:
        """Call it with the lock."""
        self._turns.add(self._guard.host_of(sending.request.url), sending, time.monotonic())
        self._start()

    def _start(self) -> None:
        """Begins the attempts whose turn it is. Call it with the lock."""
        while turn := self._turns.take(time.monotonic() - LATE_S):
            self._hand_over(self._attempt, *turn)
        ends = self._turns.next_end()
        if ends is not None and not self._is_looked_after:
            self._is_looked_after = True
            self._watchdog.at(ends, self._end_waits)

    def _hand_over(self, task: Callable[..., None], *values: object) -> None:
        with suppress(RuntimeError):  # no new thread could be started: an existing one takes it from the queue
            self._pool.submit(task, *values)

    def _end_waits(self) -> None:
        """Runs on the watchdog's thread: every thread of the pool may be busy."""
        with self._lock:
            self._is_looked_after = False
            overdue = self._turns.overdue(time.monotonic())
            if not self._closed:
                self._start()
        for sending, reason in overdue:
            self._finish(sending.request, sending.done, Failure("busy", reason))

    def start(self) -> None:
        """Nothing to do: threads come with the requests."""

    @property
    def in_flight(self) -> int:
        return self._count

    def close(self) -> None:
        with self._lock:
            self._closed = True
            waiting = [sending[:2] for sending in self._turns.clear()] + self._lookups.clear()
            for request, done in waiting:
                self._hand_over(self._finish, request, done, _closed())
        self._watchdog.close()  # ends what is under way
        self._pool.shutdown(wait=True)
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _attempt(self, host: Hashable, sending: _Sending) -> None:
        started = time.monotonic() - sending.spent_s
        try:
            result = _closed() if self._closed else self._send(sending, started)
        except Exception as error:  # noqa: BLE001 (the thread's boundary: a request without a result would keep its place for ever)
            _log.exception("an attempt was disturbed", error=str(error))
            result = Failure("lost", f"what sent it was disturbed; it may have arrived: {error!r:.200}")
        if self._closed and isinstance(result, Failure):
            result = _closed()
        with self._lock:
            self._turns.leave(host)
            if not self._closed:
                self._start()
        self._finish(sending.request, sending.done, result)

    def _finish(self, request: Request, done: Done, result: Result) -> None:
        with self._lock:
            self._count -= 1
        done(request, result)

    def _send(self, sending: _Sending, started: float) -> Result:
        if isinstance(sending.goal, Failure):
            return sending.goal
        with self._watchdog.watching(Attempt(sending.goal.url.target, started, self._limits)) as attempt:
            first, *others = chosen(sending.goal.addresses)
            result = self._sent(_prepared(sending.request, sending.goal, first), attempt, started)
            for address in others:
                if not isinstance(result, Failure) or result.phase != "connect":
                    break
                attempt.connects_anew()
                earlier = result.reason
                result = self._sent(_prepared(sending.request, sending.goal, address), attempt, started)
                if isinstance(result, Failure):
                    result = replace(result, reason=f"{earlier}; {result.reason}")
            return result

    def _sent(self, prepared: requests.PreparedRequest, attempt: Attempt, started: float) -> Result:
        try:
            result = self._read(self._session.send(prepared, **self._options()), attempt, started)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            return _failure(error, attempt, started)
        # A socket that was shut down reads like the end of an answer.
        return _failure(TimeoutError(), attempt, started) if attempt.is_over else result

    def _options(self) -> dict[str, Any]:
        # Connecting has a time of its own (see ``Attempt``), and sending ends with the attempt.
        return {"stream": True, "allow_redirects": False, "timeout": (None, self._limits.total_timeout_s)}

    def _read(self, answer: requests.Response, attempt: Attempt, started: float) -> Result:
        kept = bytearray()
        raw: HTTPResponse = answer.raw
        try:
            while part := raw.read1(_CHUNK, decode_content=False):
                kept += part[: max(0, self._limits.kept_answer_bytes - len(kept))]
        except (HTTPError, OSError):
            if not attempt.is_cut:
                raise
        finally:
            if attempt.is_cut or attempt.is_over:
                answer.close()
            else:
                raw.release_conn()
        return Answer(
            answer.status_code,
            answer.headers.get("retry-after", "").strip() or None,
            bytes(kept),
            attempt.address,
            time.monotonic() - started,
            attempt.bytes_sent,
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


class _VettedAdapter(HTTPAdapter):
    """Connects to the vetted address, with the URL's name for Host, SNI and certificate."""

    def __init__(self, context: ssl.SSLContext, connections: int) -> None:
        self._context = context
        super().__init__(pool_connections=_POOLS, pool_maxsize=connections, max_retries=Retry(0, redirect=False))
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: object, cert: object = None
    ) -> Any:  # noqa: ANN401 (a private type of requests)
        del verify, cert  # always verified, never with a certificate of ours
        url: EndpointUrl = request.read  # type: ignore[attr-defined]  # set by _prepared
        host = {"scheme": url.scheme, "host": request.address, "port": url.port}  # type: ignore[attr-defined]  # too
        if url.scheme == "http":
            return host, {}
        name = None if url.address is not None else url.host
        return host, {"ssl_context": self._context, "server_hostname": name, "assert_hostname": url.host}

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """Nothing: the shared context verifies."""


def _context(ca_file: Path | None) -> ssl.SSLContext:
    """One for all: making it reads the whole bundle of authorities."""
    return ssl.create_default_context(cafile=str(ca_file) if ca_file else certifi.where())


def _prepared(request: Request, vetted: Vetted, address: str) -> requests.PreparedRequest:
    url = vetted.url
    prepared = requests.Request("POST", url.origin, headers=dict(request.headers), data=request.body).prepare()
    default = {"http": 80, "https": 443}[url.scheme]
    name = f"[{url.host}]" if ":" in url.host else url.host
    prepared.headers["Host"] = name if url.port == default else f"{name}:{url.port}"
    # For the adapter:
    prepared.read, prepared.address = url, address  # type: ignore[attr-defined]
    return prepared


def _failure(error: Exception, attempt: Attempt, started: float) -> Failure:
    duration_s = time.monotonic() - started
    phase, reason = phase_of(error), reason_of(error, attempt.address)
    if attempt.is_over:
        phase, reason = "timeout", "no whole answer before the deadline"
    elif attempt.is_cut:
        phase, reason = "answer", "the head of the answer is longer than what may be read of it"
    return Failure(phase, reason, attempt.address, duration_s, attempt.bytes_sent)


def _goal(verdict: Verdict, spent_s: float = 0.0) -> Vetted | Failure:
    if isinstance(verdict, Vetted):
        return verdict
    return Failure(verdict.phase, verdict.reason, duration_s=spent_s)


def _closed() -> Failure:
    return Failure("closed", "the transport was closed")
