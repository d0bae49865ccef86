"""The least that a record may hold."""

from typing import Any


def record(**changes: object) -> dict[str, Any]:
    return {
        "language": "en",
        "headline": "A headline",
        "body": [{"type": "paragraph", "text": "Words."}],
        "publisher": {"name": "Acme"},
        "contacts": [{"name": "Jane", "email": "jane@acme.example"}],
        **changes,
    }
