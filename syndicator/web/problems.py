"""Errors as problem documents (RFC 9457): what is wrong, where, and what would be right."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from syndicator import log
from syndicator.errors import Busy, Fault, SyndicatorError, Unauthorised
from syndicator.intake.records.faults import parameter_faults

MEDIA_TYPE = "application/problem+json"
PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
"""The content of an error in the OpenAPI description."""

_UNTOLD = 500
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


class BodyTooLarge(SyndicatorError):
    """The body has more bytes than this service reads (`max_body_bytes`, `max_media_bytes`)."""

    exit_code = 3
    status = 413
    title = "The body is too large"


class BodyCutShort(SyndicatorError):
    """The connection broke before the body was complete; the same request may be sent again."""

    exit_code = 3
    status = 400
    title = "The body ended early"


class NotJson(SyndicatorError):
    """The content type is not `application/json`."""

    exit_code = 3
    status = 415
    title = "The body is not declared as JSON"


class BodyEncoded(SyndicatorError):
    """The body came in a content coding such as gzip: none is read, for what it unpacks to has no bound."""

    exit_code = 3
    status = 415
    title = "The body is encoded"


class HeaderMissing(SyndicatorError):
    """A submission came without `Idempotency-Key`, or with one that cannot be used, or with two."""

    exit_code = 3
    status = 400
    title = "A header is missing or wrong"


def problem(
    status: int,
    title: str,
    detail: str = "",
    *,
    faults: Iterable[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document. ``faults`` has one member for each thing that is wrong with the input."""
    content: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        content["detail"] = detail
    listed = [_as_member(fault) for fault in faults]
    if listed:
        content["faults"] = listed
    answer = {"Cache-Control": "no-store", **(headers or {})}
    return JSONResponse(content, status, headers=answer, media_type=MEDIA_TYPE)


def of_error(error: SyndicatorError) -> Response:
    """What a caller is told of an error that the core raised on purpose."""
    faults = getattr(error, "faults", ())
    detail = _counted(faults) if faults else str(error)
    if error.status >= _UNTOLD and not isinstance(error, Busy):
        log.logger("web").error("request failed", error=type(error).__name__, reason=str(error))
        detail = "the log says why; try again later"
    return problem(error.status, error.title, detail, faults=faults, headers=headers_of(error))


def _counted(faults: Sequence[Fault]) -> str:
    return "1 fault was found" if len(faults) == 1 else f"{len(faults)} faults were found"


def headers_of(error: SyndicatorError) -> dict[str, str]:
    """What the answer to such an error has to say besides, whatever its body is."""
    if isinstance(error, Busy):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, BodyEncoded):
        return {"Accept-Encoding": "identity"}  # RFC 9110, section 15.5.16
    return {"WWW-Authenticate": 'Bearer realm="syndicator"'} if isinstance(error, Unauthorised) else {}


def install(app: FastAPI) -> None:
    """Every error of this application leaves as a problem document."""
    app.add_exception_handler(SyndicatorError, _core)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(HTTPException, _routing)
    app.add_exception_handler(Exception, _unexpected)


def _core(_request: Request, error: Exception) -> Response:
    assert isinstance(error, SyndicatorError)  # noqa: S101 (Starlette calls by type)
    return of_error(error)


def _parameters(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = parameter_faults(error.errors())
    return problem(422, "The input was refused", _counted(faults), faults=faults)


def _routing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    headers = dict(error.headers or {})
    if "Allow" in headers:
        headers["Allow"] = ", ".join(_allowed(request))
    return problem(error.status_code, error.detail, f"{request.method} {request.url.path}", headers=headers)


def _allowed(request: Request) -> Iterator[str]:
    """The methods of this path over all of its routes: Starlette names those of the first one."""
    for method in _METHODS:
        asked = {"type": "http", "path": request.scope["path"], "root_path": "", "method": method, "headers": []}
        if any(route.matches(asked)[0] is Match.FULL for route in request.app.routes):
            yield from (method, "HEAD") if method == "GET" else (method,)


def _unexpected(_request: Request, error: Exception) -> Response:
    log.logger("web").error("request failed", error=type(error).__name__, exc_info=error)
    return problem(500, "Internal error", "the log says why; the same request may be sent again")


def _as_member(fault: Fault) -> dict[str, Any]:
    member: dict[str, Any] = {"place": fault.place, "problem": fault.problem, "fix": fault.fix}
    if fault.line is not None:
        member |= {"line": fault.line, "column": fault.column}
    return member
