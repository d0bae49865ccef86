"""One function from event to bytes: what a newsroom is pushed (Standard Webhooks envelope)."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicator.article.compose import Article, about
from syndicator.clock import isoformat
from syndicator.model.addresses import Addresses
from syndicator.model.lifecycle import EventType
from syndicator.model.network import Attached
from syndicator.model.release import Release

WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The event that is told: its id, type and time."""

    id: str
    type: EventType
    at: datetime


def release_payload(
    occasion: Occasion, release: Release, article: Article, attached: Attached, addresses: Addresses
) -> bytes:
    """The whole release as JSON. A withheld or withdrawn one carries who, when and why, and no text."""
    data: dict[str, Any] = {
        "id": release.id,
        "guid": release.guid,
        "url": addresses.release(release.id),
        "supersedes": release.version - 1 or None,
        "published_at": isoformat(release.published_at) if release.published_at else None,
        "updated_at": isoformat(release.updated_at),
        **about(release, article, attached),
        "headline": article.title,
    }
    if not article.is_stub:
        data |= {
            "summary": article.summary,
            "text": article.text,
            "html": article.html,
            "sha256": hashlib.sha256(article.text.encode()).hexdigest(),
        }
    return _envelope(occasion, data)


def ping_payload(occasion: Occasion, endpoint_id: str, challenge: str | None = None) -> bytes:
    """A ping; with a ``challenge`` the receiver is asked to answer it (see ``answers``)."""
    return _envelope(occasion, {"endpoint": endpoint_id, **({"challenge": challenge} if challenge else {})})


def answers(body: bytes, challenge: str) -> bool:
    """Whether a receiver's answer is the challenge, as plain text or as the member ``challenge`` of a JSON object.

    Nothing else counts: a server that only echoes what it gets has the challenge deeper inside. Takes the same time
    wherever the texts differ.
    """
    return hmac.compare_digest(_answered(body), challenge.encode())


def _answered(body: bytes) -> bytes:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or brackets without end
        return body.strip()
    found = parsed.get("challenge") if isinstance(parsed, dict) else None
    return found.encode(errors="replace") if isinstance(found, str) else body.strip()


def _envelope(occasion: Occasion, data: dict[str, Any]) -> bytes:
    envelope = {"id": occasion.id, "type": occasion.type, "timestamp": isoformat(occasion.at), "data": data}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
