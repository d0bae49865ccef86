"""The OpenAPI description, with the models of the bodies that are read from raw bytes."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from syndicator.model.channel import NewChannel
from syndicator.model.endpoint import NewEndpoint, NewSubscription
from syndicator.model.publisher import Profile
from syndicator.model.release import Record
from syndicator.web.api.channels import FilterToTry
from syndicator.web.api.endpoints import Reason, Recovery
from syndicator.web.api.erasures import ErasureBody
from syndicator.web.api.releases import RevisionBody
from syndicator.web.problems import PROBLEM

_BODIES = (
    Record,
    RevisionBody,
    Profile,
    ErasureBody,
    NewEndpoint,
    NewSubscription,
    Reason,
    Recovery,
    NewChannel,
    FilterToTry,
)
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "faults": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["place", "problem", "fix"],
                "properties": {
                    "place": {"type": "string"},
                    "problem": {"type": "string"},
                    "fix": {"type": "string"},
                    "line": {"type": "integer"},
                    "column": {"type": "integer"},
                },
            },
        },
    },
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of this application; made once."""
    if app.openapi_schema is None:
        described = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        _, bodies = models_json_schema(
            [(model, "validation") for model in _BODIES], ref_template="#/components/schemas/{model}"
        )
        schemas = described.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(bodies["$defs"], Problem=_PROBLEM)
        for path in described["paths"].values():
            for operation in path.values():
                _complete(operation)
        app.openapi_schema = described
    return app.openapi_schema


def _complete(operation: dict[str, Any]) -> None:
    """Every error is a problem document."""
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {
        "description": "What is wrong, where, and what would be right (RFC 9457).",
        "content": PROBLEM,
    }
