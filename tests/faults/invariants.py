"""What must hold after any faults, as SQL over the service's own tables; each gives the rows that break it."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, text

INVARIANTS: Final[Mapping[str, str]] = {
    "one delivery per event and endpoint": """
        SELECT event_seq, endpoint_no FROM deliveries GROUP BY event_seq, endpoint_no HAVING count(*) > 1
    """,
    "no attempt before the release was public": """
        SELECT a.id FROM attempts a JOIN deliveries d ON d.id = a.delivery_id JOIN releases r ON r.id = d.release_id
          JOIN events v ON v.seq = d.event_seq
         WHERE r.published_at IS NULL OR (
               (a.started_at < r.embargo_until
             OR (a.started_at < r.published_at AND r.published_at <= a.started_at + 86400000000)) -- else by a wrong clock
           AND v.type NOT IN ('release.withheld', 'release.withdrawn') -- which wait for nothing
           AND a.by <> 'sweep') -- which logs what had gone out before and came to nothing
    """,
    "no release public before its embargo": """
        SELECT id FROM releases WHERE published_at < embargo_until
    """,
    "no embargo held for longer than it lasts": """
        SELECT id FROM releases WHERE state = 'scheduled' AND embargo_until <= :now
    """,
    "one release for each key": """
        SELECT r.id FROM releases r
         WHERE (SELECT count(*) FROM idempotency_keys k WHERE k.release_id = r.id) <> 1
    """,
    "every public release has its event": """
        SELECT r.id FROM releases r
         WHERE r.published_at IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM events v WHERE v.release_id = r.id AND v.type = 'release.published')
    """,
    "everything is told once": """
        SELECT release_id, version, type FROM events
         WHERE release_id IS NOT NULL GROUP BY release_id, version, type HAVING count(*) > 1
    """,
    "every event fanned out": """
        SELECT seq FROM events WHERE fanned_out_at IS NULL
    """,
    "every published event has a delivery for each endpoint": """
        SELECT v.seq, e.no FROM events v CROSS JOIN endpoints e
         WHERE v.type = 'release.published' AND e.created_at < v.created_at AND e.state = 'active'
           AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.release_id = v.release_id AND d.endpoint_no = e.no)
    """,
    "every later event has a delivery for each endpoint that it is for": """
        SELECT v.seq, e.no FROM events v CROSS JOIN endpoints e
         WHERE v.release_id IS NOT NULL AND v.type <> 'release.published' AND e.created_at < v.created_at
           AND e.state = 'active'
           AND (v.type = 'release.updated' OR EXISTS (
                SELECT 1 FROM deliveries o JOIN attempts a ON a.delivery_id = o.id
                 WHERE o.release_id = v.release_id AND o.endpoint_no = e.no AND o.event_seq < v.seq))
           AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_seq = v.seq AND d.endpoint_no = e.no)
    """,
    "event numbers without gaps": """
        SELECT seq FROM events v WHERE seq > 1 AND NOT EXISTS (SELECT 1 FROM events b WHERE b.seq = v.seq - 1)
    """,
    "the newest version of each release arrived": """
        SELECT d.id FROM deliveries d JOIN endpoints e ON e.no = d.endpoint_no
         WHERE e.state = 'active' AND (d.state NOT IN ('delivered', 'superseded', 'dead')
            OR (d.state IN ('superseded', 'dead') AND NOT EXISTS (
                SELECT 1 FROM events v WHERE v.release_id = d.release_id AND v.seq > d.event_seq)))
    """,
    "nothing is sent to who is gone": """
        SELECT a.id FROM attempts a JOIN endpoints e ON e.no = a.endpoint_no
          JOIN audit g ON g.subject = e.id AND g.action = 'disable'
         WHERE e.state = 'disabled' AND a.started_at > g.at
           AND a.by <> 'sweep' -- which logs what had gone out before and came to nothing
    """,
    "nothing waits for who is gone": """
        SELECT d.id FROM deliveries d JOIN endpoints e ON e.no = d.endpoint_no
         WHERE e.state = 'disabled' AND d.state NOT IN ('delivered', 'superseded', 'dead')
    """,
    "no delivery under way for ever": """
        SELECT id FROM deliveries WHERE state = 'claimed'
    """,
    "one attempt at a time for each release and endpoint": """
        SELECT a.id, b.id FROM attempts a JOIN deliveries d ON d.id = a.delivery_id
          JOIN deliveries o ON o.release_id = d.release_id AND o.endpoint_no = d.endpoint_no
          JOIN attempts b ON b.delivery_id = o.id
         WHERE b.started_at > a.started_at AND b.started_at < a.started_at + a.duration_us
    """,
    # What comes in after its claim was given back has the number of the loss that is logged for it, and moves nothing.
    "every delivery counts the attempts of its log": """
        SELECT d.id, d.attempts, count(DISTINCT a.number) FROM deliveries d
          LEFT JOIN attempts a ON a.delivery_id = d.id -- but what costs none: 429, and a transport that closes
           AND NOT (a.outcome = 'retry' AND (COALESCE(a.status, 0) = 429 OR COALESCE(a.reason, '') LIKE 'closed:%'))
         WHERE d.trigger NOT IN ('replay', 'resume') -- which count anew
           AND d.series_at >= :kept_since -- of what is older the log may have forgotten some
         GROUP BY d.id, d.attempts HAVING d.attempts <> count(DISTINCT a.number)
    """,
    "feeds are up to date": """
        SELECT no FROM channels WHERE generation > rendered_generation AND deleted_at IS NULL
    """,
}


def broken(connection: Connection, now_us: int, kept_since_us: int = 0) -> dict[str, list[tuple[object, ...]]]:
    """The invariants that do not hold, each with the rows that show it; nothing when all do.

    ``kept_since_us``: attempts that began before may be forgotten.
    """
    values = {"now": now_us, "kept_since": kept_since_us}
    found = {name: [tuple(row) for row in connection.execute(text(sql), values)] for name, sql in INVARIANTS.items()}
    return {name: rows for name, rows in found.items() if rows}
