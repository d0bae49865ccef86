"""What machines ask a service for beside its content: health, metrics, keys, reserved rights."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from syndicator.bootstrap import Syndicator
from syndicator.errors import StoreError, Unauthorised
from syndicator.services.views.health import readiness
from syndicator.web.problems import of_error
from syndicator.web.requests import operator_of

_NO_STORE = {"Cache-Control": "no-store"}
_HOUR = {"Cache-Control": "public, max-age=3600"}


class Signs:
    """The routes over one service."""

    def __init__(self, service: Syndicator, *, is_worker: bool = False) -> None:
        """``is_worker``: there for pushes, so that it is not ready where it can make none."""
        self._service = service
        self._is_worker = is_worker

    @property
    def of_a_process(self) -> list[Route]:
        """What is told of the process that answers."""
        return [Route("/healthz", healthy), Route("/readyz", self.ready), Route("/metrics", self.metrics)]

    @property
    def routes(self) -> list[Route]:
        return [
            *self.of_a_process,
            Route("/.well-known/tdmrep.json", self.reserved_rights),
            Route("/.well-known/syndicator-keys.json", self.keys),
        ]

    def ready(self, _request: Request) -> Response:
        """200 when the database answers, has the newest schema, takes writes and has room; 503 with what is missing.

        Of a worker also when its sealing keys open no secret at all.
        """
        try:
            lacking = readiness(self._service.setup) or (self._service.cannot_push if self._is_worker else "")
        except StoreError as error:
            lacking = str(error)
        content = {"ready": not lacking, **({"lacking": lacking} if lacking else {})}
        return JSONResponse(content, 503 if lacking else 200, headers=_NO_STORE)

    def metrics(self, request: Request) -> Response:
        """For the operator alone: counts tell of releases that are still held."""
        try:
            operator_of(request, self._service)
        except Unauthorised as error:
            return of_error(error)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST, headers=_NO_STORE)

    def reserved_rights(self, _request: Request) -> Response:
        """TDM Reservation Protocol, section 6.1: the whole site, and where its terms are."""
        policy = f"{self._service.setup.addresses.base}/terms"
        return JSONResponse([{"location": "/", "tdm-reservation": 1, "tdm-policy": policy}], headers=_HOUR)

    def keys(self, _request: Request) -> Response:
        """The public keys of v1a signatures, the newest first."""
        keys = [{"type": "ed25519", "key": key} for key in self._service.signer.public_keys]
        return JSONResponse({"keys": keys}, headers={**_HOUR, "Access-Control-Allow-Origin": "*"})


async def healthy(_request: Request) -> Response:
    """200 as long as this process answers."""
    return PlainTextResponse("ok\n", headers=_NO_STORE)
