"""The files of releases, under addresses that nobody can guess and only as long as a public release shows them."""

import os
from email.utils import formatdate

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from syndicator.bootstrap import Syndicator
from syndicator.errors import MediaError
from syndicator.services.views.media import Served, media_file
from syndicator.web.answers import Headers
from syndicator.web.conditions import names, ranges
from syndicator.web.requests import operator_of

_CSP = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
# When the file was handed in is nobody's business: it may be long before its release. The bytes never change.
_NO_DATE = formatdate(0, usegmt=True)
_NO_SUCH_RANGE = 416
_OF_BYTES = {b"content-type", b"content-length", b"content-disposition", b"accept-ranges", b"etag", b"last-modified"}
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/pdf": "pdf",
    "video/mp4": "mp4",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
}


class MediaFiles:
    """The route over one service."""

    def __init__(self, service: Syndicator) -> None:
        self._service = service
        # Short: a withdrawal must reach caches, so the bytes may be for ever but the permission is not.
        self._max_age_s = service.settings.feed_max_age_s

    @property
    def routes(self) -> list[Route]:
        return [Route("/media/{token}", self.show)]

    def show(self, request: Request) -> Response:
        """The bytes; 404 for what is unknown or held, 410 for what was withdrawn. The operator sees everything."""
        inside = "authorization" in request.headers and bool(operator_of(request, self._service))
        served = media_file(self._service.setup, request.path_params["token"], inside=inside)
        if served.is_withdrawn:
            raise HTTPException(410, "Withdrawn by its publisher")
        headers = self._headers(served, inside=inside)
        if names(request.headers.get("if-none-match", "").encode("latin-1"), headers["ETag"].encode()):
            return Response(status_code=304, headers=headers)
        return _answer(served, headers)

    def _headers(self, served: Served, *, inside: bool) -> dict[str, str]:
        return {
            "ETag": f'"{served.sha256}"',
            "Last-Modified": _NO_DATE,
            "Cache-Control": "private, no-store" if inside else f"public, max-age={self._max_age_s}",
            "Content-Security-Policy": _CSP,
            "Cross-Origin-Resource-Policy": "cross-origin",
            "tdm-reservation": "1",
            "tdm-policy": f"{self._service.setup.addresses.base}/terms",
        }


class _Ranged(FileResponse):
    """The file, whole or in the ranges asked for. Starlette answers 400 where a range does not count."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_as_all(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == _NO_SUCH_RANGE:
                message = {**message, "headers": [*message["headers"], *self._of_every_answer()]}
            await send(message)

        await super().__call__({**scope, "headers": self._counting(scope)}, receive, send_as_all)

    def _of_every_answer(self) -> Headers:
        """Those of this answer's headers that are not about the file's bytes. Starlette leaves them out of its 416."""
        return [(name, value) for name, value in self.raw_headers if name not in _OF_BYTES]

    def _counting(self, scope: Scope) -> Headers:
        """The request's headers with the one range that counts: only GET has ranges (RFC 9110, section 14.2)."""
        named: list[bytes] = [value for name, value in scope["headers"] if name == b"range"]
        others = [header for header in scope["headers"] if header[0] != b"range"]
        assert self.stat_result is not None  # noqa: S101 (every one is made with it)
        asked = ranges(named[0], self.stat_result.st_size) if len(named) == 1 and scope["method"] == "GET" else b""
        return [*others, (b"range", asked)] if asked else others


def _answer(served: Served, headers: dict[str, str]) -> Response:
    """The file, whole or in the ranges asked for (players need them). Documents are saved, not opened in place."""
    try:
        status = served.path.stat()
    except FileNotFoundError as error:
        message = f"the file {served.sha256} is not in the media folder: does every process have the same data_dir?"
        raise MediaError(message) from error
    name = f"{served.sha256[:16]}.{_ENDINGS[served.type]}"
    place = "attachment" if served.type == "application/pdf" else "inline"
    return _Ranged(
        os.fspath(served.path),
        headers=headers,
        media_type=served.type,
        filename=name,
        stat_result=status,
        content_disposition_type=place,
    )
