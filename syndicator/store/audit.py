"""Who did what to which release, endpoint or channel."""

import json
from typing import Any

from sqlalchemy import Connection, text

_INSERT = text("""
    INSERT INTO audit (at, actor, action, subject, detail) VALUES (:now, :actor, :action, :subject, :detail)
""")
_OF = text("SELECT at, actor, action, detail FROM audit WHERE subject = :subject ORDER BY no")


def write(connection: Connection, *, actor: str, action: str, subject: str, now: int, **detail: object) -> None:
    values = {"now": now, "actor": actor, "action": action, "subject": subject, "detail": json.dumps(detail)}
    connection.execute(_INSERT, values)


def of(connection: Connection, subject: str) -> list[dict[str, Any]]:
    rows = connection.execute(_OF, {"subject": subject}).mappings()
    return [{**row, "detail": json.loads(row["detail"])} for row in rows]
