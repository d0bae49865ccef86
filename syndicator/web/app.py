"""The whole HTTP edge as one ASGI application."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import Final

from fastapi import Depends, FastAPI
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator.bootstrap import Syndicator
from syndicator.web import pages, problems
from syndicator.web.answers import Composed, Ready
from syndicator.web.api import channels, deliveries, endpoints, erasures, media, publishers, releases
from syndicator.web.api.description import describe
from syndicator.web.documents import Documents
from syndicator.web.feeds import FeedServer
from syndicator.web.media import MediaFiles
from syndicator.web.requests import unkept
from syndicator.web.signs import Signs
from syndicator.web.static_files import static_routes

_FEEDS: Final = "/feeds/"
_DESCRIPTION: Final = "/openapi.json"


def make_app(service: Syndicator) -> ASGIApp:
    """Feeds in front of everything, then the API, then pages. The caller closes the service.

    Errors: ConfigError when the operator's token or the signing key is missing.
    """
    _ = service.operator_token, service.signer  # missing keys are told at the start, not at the first request
    documents = Documents(service.setup, service.settings.feed_max_age_s)
    return _Front(FeedServer(documents), _api(service), _site(service, documents))


def make_signs(service: Syndicator) -> ASGIApp:
    """What a process without a site tells of itself: health and metrics. ConfigError without the operator's token."""
    _ = service.operator_token
    return Starlette(routes=Signs(service, is_worker=True).of_a_process)


class _Front:
    """By the path's first part. Feeds pass through nothing else."""

    def __init__(self, feeds: FeedServer, api: ASGIApp, site: ASGIApp) -> None:
        self._feeds = feeds
        self._api = api
        self._site = site

    def at_hand(self, scope: Scope) -> Ready | None:
        """The answer, where a feed is asked for that is in memory."""
        return self._feeds.at_hand(scope) if scope["path"].startswith(_FEEDS) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith(_FEEDS):
                await self._feeds(scope, receive, send)
                return
            if "\0" in path or b"%00" in scope["query_string"]:
                scope = _without_nul(scope)
                path = scope["path"]
            if path.startswith("/api/") or path == _DESCRIPTION:
                await self._api(_as_get(scope), receive, send)
                return
        await self._site(scope, receive, send)


def _without_nul(scope: Scope) -> Scope:
    """The same request with a sign of replacement: nothing is called so, and PostgreSQL cannot even be asked for it."""
    query: bytes = scope["query_string"].replace(b"%00", b"%EF%BF%BD")
    return {**scope, "path": scope["path"].replace("\0", "\ufffd"), "query_string": query}


def _as_get(scope: Scope) -> Scope:
    """HEAD as GET, whose body the server then leaves out (RFC 9110, section 9.3.2): FastAPI has no routes for it."""
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope


def _api(service: Syndicator) -> FastAPI:
    app = FastAPI(
        title="Syndicator",
        version=version("syndicator"),
        description="Hands in press releases, and shows where they went.",
        docs_url=None,  # the usual page loads its parts from another company's servers
        redoc_url=None,
        openapi_url=None,  # its route sends neither a validator nor what all other answers send
        redirect_slashes=False,  # Starlette would make the address from the Host header
    )
    app.state.service = service
    for part in (releases, publishers, erasures, media, endpoints, deliveries, channels):
        app.include_router(part.router, dependencies=[Depends(unkept)])
    app.add_route(_DESCRIPTION, lambda _request: _described(app), methods=["GET"])
    problems.install(app)
    return app


def _described(app: FastAPI) -> Response:
    """The description under conditions; asked for again each time, for it changes with the service's version."""
    content = json.dumps(describe(app), ensure_ascii=False)
    return Composed(content, headers={"Cache-Control": "no-cache"}, media_type="application/json")


def _site(service: Syndicator, documents: Documents) -> Starlette:
    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        following = asyncio.create_task(documents.follow())
        yield
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following

    shown = pages.Pages(service)
    site = Starlette(
        routes=[*shown.routes, *MediaFiles(service).routes, *Signs(service).routes, *static_routes()], lifespan=life
    )
    site.router.redirect_slashes = False  # the address would be made from the Host header
    pages.install(site, shown)
    return site
