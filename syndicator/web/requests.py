"""What a request to the API brings: the service it goes to, a body within limits, its key, and the operator's token."""

import hashlib
import hmac
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request, Response, Security
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from syndicator.bootstrap import Syndicator
from syndicator.errors import Unauthorised
from syndicator.intake.records.strict import read_model
from syndicator.web.problems import BodyCutShort, BodyEncoded, BodyTooLarge, HeaderMissing, NotJson

OPERATOR: Final = "operator"
"""The name of whoever holds the token: owner and actor of what it does."""

TOKEN_OPTIONAL: Final[dict[str, Any]] = {"security": [{}]}
"""How the OpenAPI description tells of what answers without a token, too."""

_PRINTABLE: Final = r"^[!-~¡-¬®-ÿ]([ -~¡-¬®-ÿ]*[!-~¡-¬®-ÿ])?$"
"""``str.isprintable`` for what a header holds: Latin-1 without spaces around it. For the description."""
_MAX_KEY: Final = 128
_SCHEME = HTTPBearer(scheme_name=OPERATOR, auto_error=False)
_Announced = Annotated[object, Security(_SCHEME)]
"""The token for the OpenAPI description alone: read it as strictly as ``operator_of`` does, FastAPI does not."""

Body = TypeVar("Body", bound=BaseModel)


async def _service(request: Request) -> Syndicator:
    service = request.app.state.service
    assert isinstance(service, Syndicator)  # noqa: S101 (set by make_app)
    return service


Service = Annotated[Syndicator, Depends(_service)]


async def is_operator(request: Request, service: Service, _token: _Announced) -> bool:
    """Whether the operator's token came. Unauthorised for one that is wrong: better said than ignored."""
    return "authorization" in request.headers and bool(operator_of(request, service))


async def operator(request: Request, service: Service, _token: _Announced) -> str:
    """The operator's name; Unauthorised without the token."""
    return operator_of(request, service)


def operator_of(request: Request, service: Syndicator) -> str:
    """The operator's name, for routes that know the service themselves."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        message = "send Authorization: Bearer and the operator's token (syndicator doctor says where it is)"
        raise Unauthorised(message)
    if scheme.lower() != "bearer" or not _is_same(token.strip(), service.operator_token):
        message = "this token is not the operator's: send Authorization: Bearer and the right one"
        raise Unauthorised(message)
    return OPERATOR


async def unkept(response: Response) -> None:
    """No cache keeps what the API answers: with the token it answers more, and a lift must show at once."""
    response.headers["Cache-Control"] = "no-store"


async def idempotency_key(request: Request) -> str:
    """The caller's own name for a submission. HeaderMissing without one, as no other header is asked for.

    Also for two that differ: whoever sends it again with the other one alone would make a second release.
    """
    sent = set(request.headers.getlist("idempotency-key"))
    if len(sent) > 1:
        message = "two Idempotency-Key headers came, and they differ: send one alone"
        raise HeaderMissing(message)
    key = next(iter(sent), "")
    if not key or len(key) > _MAX_KEY or not key.isprintable():
        message = f"send Idempotency-Key with a text of your own, at most {_MAX_KEY} characters, new for each release"
        raise HeaderMissing(message)
    return key


async def json_body(request: Request, service: Service) -> bytes:
    """The body as it came, at most ``max_body_bytes``; what comes beyond is not read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        message = f"send Content-Type: application/json, not {kind[:80] or 'none'}"
        raise NotJson(message)
    return await _limited(request, service.settings.max_body_bytes, "send files as media, not inside of the record")


async def file_body(request: Request, service: Service) -> bytes:
    """A file as the body itself, at most ``max_media_bytes``, whatever type it was announced as."""
    return await _limited(request, service.settings.max_media_bytes, "make the file smaller")


async def _limited(request: Request, limit: int, fix: str) -> bytes:
    coding = request.headers.get("content-encoding", "").strip().lower() or "identity"
    if coding != "identity":
        message = f"send the body as it is, without Content-Encoding: {coding[:80]}"
        raise BodyEncoded(message)
    announced = request.headers.get("content-length", "")
    body = bytearray()
    if announced.isascii() and announced.isdigit() and int(announced) > limit:
        _refuse_size(limit, fix)
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                _refuse_size(limit, fix)
    except ClientDisconnect:
        message = "the connection broke before the body was complete: send it again"
        raise BodyCutShort(message) from None
    return bytes(body)


def read(model: type[Body], body: bytes, service: Syndicator) -> Body:
    """The model in the body, read as strictly as a record. Rejected with all faults at once."""
    return read_model(model, body or b"{}", max_bytes=service.settings.max_body_bytes, whole="body")


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """How the OpenAPI description tells of a body that ``read`` reads."""
    reference = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": reference}}}}


def with_key(described: dict[str, Any]) -> dict[str, Any]:
    """How the OpenAPI description tells of an operation that asks for ``idempotency_key``, too."""
    schema = {"type": "string", "minLength": 1, "maxLength": _MAX_KEY, "pattern": _PRINTABLE}
    header = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema}
    return {**described, "parameters": [header]}


def _refuse_size(limit: int, fix: str) -> None:
    message = f"at most {limit:,} bytes are read; {fix}"
    raise BodyTooLarge(message)


def _is_same(given: str, expected: str) -> bool:
    """Compared as hashes, so that neither time nor length tells anything."""
    return hmac.compare_digest(_digest(given), _digest(expected))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


Token = Annotated[str, Depends(operator)]
Inside = Annotated[bool, Depends(is_operator)]
Key = Annotated[str, Depends(idempotency_key)]
JsonBody = Annotated[bytes, Depends(json_body)]
FileBody = Annotated[bytes, Depends(file_body)]
