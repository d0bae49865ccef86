"""POST the lawful erasure of a contact. The operator's alone."""

from fastapi import APIRouter

from syndicator.model.erasure import Erasure
from syndicator.services.erase import Report, look_for
from syndicator.web.requests import JsonBody, Service, Token, body_of, read

router = APIRouter(prefix="/api/v1/erasures", tags=["erasures"])


class ErasureBody(Erasure):
    """``dry_run``: say what would be rewritten, and change nothing."""

    dry_run: bool = False


@router.post("", openapi_extra=body_of(ErasureBody))
def erase(service: Service, actor: Token, body: JsonBody) -> Report:
    """Rewrites every version and push in which the contact stands. It cannot be taken back."""
    wanted = read(ErasureBody, body, service)
    return look_for(service.setup, wanted) if wanted.dry_run else service.erase_contact(wanted, actor=actor)
