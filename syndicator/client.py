"""The publisher's and newsroom's way to a service: its HTTP API, with its errors as ours."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

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

_TIMEOUT_S: Final = (5.0, 30.0)
_ERRORS: Final[dict[int, type[SyndicatorError]]] = {401: Unauthorised, 403: Unauthorised, 404: NotFound, 409: Conflict}
_BAD_INPUT: Final = {400, 413, 415, 422}


class Client:
    """Calls one service. The token goes nowhere else: redirects are not followed, the environment not asked.

    Errors of every call: Unreachable, Unauthorised, NotFound, Conflict, Rejected (with all faults), and
    SyndicatorError for whatever else the service answers.
    """

    def __init__(self, base_url: str, token: str | None) -> None:
        self._base = base_url.rstrip("/") + "/"
        if urlsplit(self._base).scheme not in {"http", "https"}:
            raise Rejected([Fault("--to", f"{base_url!r} is no service's address", "write http(s)://host[:port]")])
        self._session = requests.Session()
        self._session.trust_env = False
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> Any:  # noqa: ANN401 (JSON)
        return self._call("GET", path).json()

    def text(self, path: str) -> str:
        """The body as text; empty where there is nothing (yet)."""
        try:
            return self._call("GET", path).content.decode()
        except NotFound:
            return ""

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        answer = self._call("POST", path, json=body or {})
        return answer.json() if answer.content else {}

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def submit(self, record: bytes, key: str) -> dict[str, Any]:
        """Hands a record in. Sending it again with the same key makes no second release."""
        answer = self._call(
            "POST",
            "/api/v1/releases",
            data=record,
            headers={"Content-Type": "application/json", "Idempotency-Key": key},
        )
        submitted: dict[str, Any] = answer.json()
        return submitted

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:  # noqa: ANN401
        url = urljoin(self._base, path)
        try:
            answer = self._session.request(method, url, timeout=_TIMEOUT_S, allow_redirects=False, **options)
        except requests.RequestException as error:
            message = f"{self._base} cannot be reached ({_reason(error)}); is the service running, is --to right?"
            raise Unreachable(message) from error
        if answer.status_code >= requests.codes.multiple_choices:
            raise _error(answer)
        return answer


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not good"
    return "no connection" if isinstance(error, requests.ConnectionError) else type(error).__name__


def _error(answer: requests.Response) -> SyndicatorError:
    problem = _problem(answer)
    message = problem.get("detail") or problem.get("title") or f"the service answered {answer.status_code}"
    if answer.status_code in _BAD_INPUT:
        faults = [Fault(each["place"], each["problem"], each.get("fix", "")) for each in problem.get("faults", ())]
        return Rejected(faults or [Fault("request", message)])
    if answer.status_code in {502, 503, 504}:
        return Unreachable(message)
    return _ERRORS.get(answer.status_code, SyndicatorError)(message)


def _problem(answer: requests.Response) -> dict[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
