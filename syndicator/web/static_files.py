"""The stylesheets and the icon, from memory."""

import hashlib
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.web.conditions import names

_TYPES = {"feed.css": "text/css; charset=utf-8", "page.css": "text/css; charset=utf-8", "icon.png": "image/png"}


def static_routes() -> list[Route]:
    """A route for each file under /static/."""
    folder = files("syndicator.web") / "static"
    return [_route(name, media_type, (folder / name).read_bytes()) for name, media_type in _TYPES.items()]


def _route(name: str, media_type: str, content: bytes) -> Route:
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "public, max-age=3600",
        "X-Content-Type-Options": "nosniff",
    }

    async def answer(request: Request) -> Response:
        if names(request.headers.get("if-none-match", "").encode(), etag.encode()):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=media_type)

    return Route(f"/static/{name}", answer)
