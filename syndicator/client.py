"""The publisher's and newsroom's way to a service: its HTTP API, with its errors as ours."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, Final, Self
from urllib.parse import SplitResult, urlsplit

import requests

from syndicator.errors import (
    Conflict,
    Fault,
    NotFound,
    Rejected,
    SyndicatorError,
    Unauthorised,
    Unreachable,
)
from syndicator.route import Route

_TIMEOUTS_S: Final = (5.0, 30.0)
_JSON: Final = {"Content-Type": "application/json"}
_MAX_KEY: Final = 128
_PART: Final = 65_536
_REDIRECTS: Final = range(300, 400)
_ERRORS: Final[dict[int, type[SyndicatorError]]] = {401: Unauthorised, 403: Unauthorised, 404: NotFound, 409: Conflict}
_OWN_FAULTS: Final = range(500, 600)
_BAD_INPUT: Final = {400, 413, 415, 422}
_NOT_NOW: Final = {429, 502, 503, 504, 507}
_TOO_LARGE: Final = 413


class Client:
    """Calls one service. The token goes nowhere else: redirects are not followed, no ``.netrc`` is asked.

    The environment names the proxy and the authorities, as for other programs: see Route. ConfigError if it names none
    that can be used. ``timeouts_s``: to connect, and between two parts of the answer.

    Errors of every call: Unreachable (also for a service that says "later"), Unauthorised, NotFound, Conflict,
    Rejected (with all faults), and SyndicatorError for whatever else is answered.
    """

    def __init__(self, base_url: str, token: str | None, *, timeouts_s: tuple[float, float] = _TIMEOUTS_S) -> None:
        self.base_url = _base(base_url)
        self._timeouts_s = timeouts_s
        self._session = requests.Session()
        self._route = Route.to(self.base_url)
        self._route.take(self._session)
        if token:
            self._session.headers["Authorization"] = f"Bearer {_sendable(token)}"

    @property
    def has_token(self) -> bool:
        """Whether calls bring one; only the service knows whether it is good."""
        return "Authorization" in self._session.headers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the connections; the next call would open new ones."""
        self._session.close()

    def get(self, path: str) -> Any:  # noqa: ANN401 (JSON)
        return _json(self._call("GET", path))

    def text(self, path: str) -> str:
        """The body as text; empty where there is nothing (yet)."""
        try:
            return self._call("GET", path).content.decode()
        except NotFound:
            return ""

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, answer_s: float | None = None) -> Any:  # noqa: ANN401
        """``answer_s``: how long the answer may take, for calls that mean work for the service."""
        timeouts_s = self._timeouts_s if answer_s is None else (self._timeouts_s[0], answer_s)
        try:
            answer = self._call("POST", path, data=_as_json(body or {}), headers=_JSON, timeout=timeouts_s)
        except Rejected as refused:
            raise without_lines(refused) from refused
        return _json(answer) if answer.content else {}

    def put(self, path: str, body: bytes) -> Any:  # noqa: ANN401
        """Faults come with lines and columns of ``body``, which is JSON."""
        return _json(self._call("PUT", path, data=body, headers=_JSON))

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def submit(self, record: bytes, key: str) -> dict[str, Any]:
        """Hands a record in. Sending it again with the same key makes no second release.

        Faults come with lines and columns of ``record``.
        """
        faults = key_faults(key)
        if faults:
            raise Rejected(faults)
        headers = {**_JSON, "Idempotency-Key": key}
        submitted: dict[str, Any] = _json(self._call("POST", "/api/v1/releases", data=record, headers=headers))
        return submitted

    def check(self, record: bytes) -> dict[str, Any]:
        """What the service would say to the record: its ``warnings``. Nothing is stored."""
        checked: dict[str, Any] = _json(self._call("POST", "/api/v1/releases/check", data=record, headers=_JSON))
        return checked

    def upload(self, content: bytes | BinaryIO, name: str) -> dict[str, Any]:
        """Hands a file in; ``sha256`` of the answer names it in records. The same bytes again are the same file.

        An open file is sent as it is read, whatever its size. Rejected if that is another one before all is sent.
        """
        data = content if isinstance(content, bytes) else _Steady(content)
        answer = self._call("POST", "/api/v1/media", data=data, params={"name": name})
        kept: dict[str, Any] = _json(answer)
        return kept

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:  # noqa: ANN401
        url = self._url(path)
        options.setdefault("timeout", self._timeouts_s)
        try:
            answer = self._session.request(method, url, allow_redirects=False, **options)
        except requests.RequestException as error:
            raise self._route.failure(error) from error
        if answer.status_code in _REDIRECTS:
            message = (
                f"{self.base_url} sends elsewhere, to {answer.headers.get('Location', 'nowhere')!r}; "
                "the token is not sent after it: give the right address as --to"
            )
            raise SyndicatorError(message)
        if not answer.ok:
            raise self._route.refused(answer) or _error(answer, self._route)
        return answer

    def _url(self, path: str) -> str:
        """An address of this service and of no other: absolute ones are taken only if they are its own."""
        return path if path.startswith(f"{self.base_url}/") else f"{self.base_url}/{path.lstrip('/')}"


class _Steady:
    """An open file as long as it has the size that it had at first, which the request announces."""

    def __init__(self, file: BinaryIO) -> None:
        begin = file.tell()
        self._left = self._size = file.seek(0, os.SEEK_END) - begin
        file.seek(begin)
        self._file = file

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(_PART), b"")

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(size)
        self._left -= len(part)
        if self._left < 0 or (not part and self._left):
            problem = f"this file had {self._size:,} bytes, and was changed while it was sent"
            raise Rejected([Fault("file", problem, "send it again when nobody writes to it")])
        return part


def key_faults(key: str) -> list[Fault]:
    """What is wrong with an idempotency key. An empty one is a fault: mostly a variable that is not set."""
    if key and len(key) <= _MAX_KEY and _is_header(key):
        return []
    problem = f"{key!r:.200} cannot be sent" if key else "this key is empty: is the variable set that holds it?"
    return [Fault("idempotency key", problem, f"give 1 to {_MAX_KEY} characters of ASCII that can be seen")]


def without_lines(refused: Rejected) -> Rejected:
    """The same faults by place alone, for a caller who never saw the text that was sent."""
    return Rejected([replace(fault, line=None, column=None) for fault in refused.faults])


def _base(url: str) -> str:
    """The service's address without a slash at its end. Rejected if it is none."""
    try:
        is_address = _is_service(urlsplit(url))
        requests.Request("GET", url).prepare()
    except ValueError:  # also requests' InvalidURL: a name that no host can have
        is_address = False
    if not is_address:
        raise Rejected([Fault("--to", f"{url!r} is no service's address", "write http(s)://host[:port]")])
    return url.rstrip("/")


def _is_service(parts: SplitResult) -> bool:
    """ValueError for a port that is no number."""
    beside = parts.query or parts.fragment or "@" in parts.netloc or parts.port == 0
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not beside


def _sendable(token: str) -> str:
    if not _is_header(token) or " " in token:
        message = "the token has characters that no token has (spaces, line ends or letters beyond ASCII): copy it anew"
        raise Unauthorised(message)
    return token


def _is_header(value: str) -> bool:
    """Whether it can be sent as a header's value, and comes back the same."""
    return value.isascii() and value.isprintable() and value == value.strip()


def _as_json(body: Mapping[str, Any]) -> bytes:
    """As it is, with NaN: the service says in words that JSON has no such number, where requests would raise."""
    return json.dumps(body).encode()


def _json(answer: requests.Response) -> Any:  # noqa: ANN401
    try:
        return answer.json()
    except ValueError as error:
        message = f"{answer.url} answered {answer.status_code} with something that is no JSON: is --to right?"
        raise SyndicatorError(message) from error


def _error(answer: requests.Response, route: Route) -> SyndicatorError:
    """The error that the answer tells of, in the service's own words as far as it has any."""
    problem = _problem(answer)
    detail, title = problem.get("detail"), problem.get("title")
    # Of its own faults a service says little more than which part of it they are in.
    words = (title, detail) if answer.status_code in _OWN_FAULTS else (detail or title,)
    message = ": ".join(str(word) for word in words if word) or _wordless(answer, route)
    if answer.status_code in _BAD_INPUT:
        return Rejected(_faults(problem) or [Fault("request", message)])
    if answer.status_code in _NOT_NOW:
        return Unreachable(message)
    return _ERRORS.get(answer.status_code, SyndicatorError)(message)


def _wordless(answer: requests.Response, route: Route) -> str:
    """What to say of an answer without a problem document, which mostly comes from something else than our service."""
    if answer.status_code in _OWN_FAULTS:
        return f"{route.answerer} answered {answer.status_code}"
    if answer.status_code == _TOO_LARGE:
        return (
            "a proxy in front of the service takes nothing as large: make it smaller, or have the operator raise the "
            "proxy's limit (nginx: client_max_body_size)"
        )
    return f"{answer.url} answered {answer.status_code} without a reason: is --to right?"


def _problem(answer: requests.Response) -> dict[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _faults(problem: Mapping[str, Any]) -> list[Fault]:
    """Every fault listed; anything else, such as a proxy in between may list, is left out."""
    listed = problem.get("faults")
    return [
        Fault(str(each["place"]), str(each["problem"]), str(each.get("fix", "")), each.get("line"), each.get("column"))
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, dict) and {"place", "problem"} <= each.keys()
    ]
