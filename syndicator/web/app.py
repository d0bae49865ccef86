"""The whole HTTP edge as one ASGI application."""

from importlib.metadata import version

from fastapi import FastAPI
from starlette.types import ASGIApp

from syndicator.bootstrap import Syndicator
from syndicator.web import problems
from syndicator.web.api import channels, deliveries, endpoints, releases
from syndicator.web.api.description import describe


def make_app(service: Syndicator) -> ASGIApp:
    """Feeds in front of everything, the API, pages. The caller closes the service."""
    app = FastAPI(
        title="Syndicator",
        version=version("syndicator"),
        description="Hands in press releases, and shows where they went.",
        docs_url=None,  # the usual page loads its parts from another company's servers
        redoc_url=None,
        redirect_slashes=False,  # Starlette would make the address from the Host header
    )
    app.state.service = service
    for part in (releases, endpoints, deliveries, channels):
        app.include_router(part.router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    problems.install(app)
    return app
