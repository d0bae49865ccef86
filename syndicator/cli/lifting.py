"""When an embargo lifts, said the same way wherever a command speaks of a release."""

from collections.abc import Mapping
from typing import Any


def lift_of(view: Mapping[str, Any]) -> str | None:
    """The time in words, for a release that waits for it; ``view`` is what the service answered."""
    if view["state"] != "scheduled":
        return None
    from datetime import datetime

    from syndicator.model.timing import in_words

    until = view.get("embargo_until") or (view.get("inside") or {}).get("embargo_until")
    zone = view.get("embargo_zone") or (view.get("record") or {}).get("embargo_zone")
    return in_words(datetime.fromisoformat(until), zone) if until else None
