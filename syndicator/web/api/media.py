"""POST files that go with releases."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from syndicator.web.requests import FileBody, Service, Token

router = APIRouter(prefix="/api/v1/media", tags=["media"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Stored(BaseModel):
    """The file as it will be served. ``sha256`` names it in records; ``url`` answers once a public one shows it."""

    model_config = ConfigDict(frozen=True)
    sha256: str
    type: str
    bytes: int
    width: int | None = None
    height: int | None = None
    name: str | None = None
    url: str


@router.post(
    "",
    status_code=201,
    response_model_exclude_none=True,
    responses={200: {"model": Stored, "description": "The same file had been handed in before."}},
    openapi_extra=_BODY,
)
def attach(
    service: Service,
    owner: Token,
    body: FileBody,
    response: Response,
    name: Annotated[str | None, Query(description="The file's name, for people.")] = None,
) -> Stored:
    """Keeps a file. 201: stored for good. 200: the same file had been handed in before."""
    kept = service.attach(body, owner=owner, name=name)
    response.status_code = 201 if kept.created else 200
    file = kept.file
    return Stored(
        sha256=file.sha256,
        type=file.type,
        bytes=file.bytes,
        width=file.width,
        height=file.height,
        name=file.name,
        url=service.setup.addresses.media(file.token),
    )
