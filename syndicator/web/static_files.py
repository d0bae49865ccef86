"""The stylesheets and the icon, from memory."""

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syndicator.web.answers import Composed

_TYPES = {"feed.css": "text/css; charset=utf-8", "page.css": "text/css; charset=utf-8", "icon.png": "image/png"}


def static_routes() -> list[Route]:
    """A route for each file under /static/."""
    folder = files("syndicator.web") / "static"
    return [_route(name, media_type, (folder / name).read_bytes()) for name, media_type in _TYPES.items()]


def _route(name: str, media_type: str, content: bytes) -> Route:
    file = Composed(content, headers={"Cache-Control": "public, max-age=3600"}, media_type=media_type)

    async def answer(_request: Request) -> Response:
        return file

    return Route(f"/static/{name}", answer)
