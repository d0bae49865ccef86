"""Deliveries: one row per (event, endpoint), claimed and recorded by the batch.

Only ``waiting`` rows stand in the claim's index, and an endpoint has at most ``per_endpoint`` first attempts there,
those that found no turn included; the rest of its backlog is ``queued`` behind them and promoted as places get free.
So a backlog of a million rows costs the claim nothing, and an endpoint in back-off is not even looked at.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, text

from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import Lane
from syndicator.store.database import Database, as_rows
from syndicator.store.holds import OF_RELEASE, hold_open, of_this

RETRY_LANE = Lane.RETRY.order
WITHDRAW_LANE = Lane.WITHDRAW.order


class Claimed(NamedTuple):
    """A delivery that belongs to whoever claimed it, with what its attempt needs. Times in microseconds."""

    id: int
    event_seq: int
    endpoint_no: int
    lane: int
    attempts: int
    series_at: int
    trigger: str
    event_id: str
    endpoint_id: str
    url: str
    secrets: str


# Counted, and each by its index: for one that exists PostgreSQL may first read all attempts there are.
RECEIVED = """
    (o.attempts > 0 OR o.state IN ('claimed', 'delivered') OR o.trigger IN ('replay', 'resume')
     OR (SELECT count(*) FROM attempts a WHERE a.delivery_id = o.id) > 0)
"""
"""Of a delivery ``o``: whether it was, or may have been, sent. A replay counts its attempts anew."""

_RECEIVED = f"SELECT DISTINCT o.endpoint_no AS no FROM deliveries o WHERE o.{{of_this}} AND {RECEIVED}"
_MATCHING = """
    SELECT DISTINCT s.endpoint_no AS no FROM subscriptions s
     WHERE s.filter_sha256 IN (SELECT sha256 FROM {filters} f)
       AND ((s.event_mask & :event_bit) <> 0
            OR EXISTS (SELECT 1 FROM deliveries o WHERE o.{of_this} AND o.endpoint_no = s.endpoint_no))
"""
# In the words of the index, so that it is used. A delivery that comes back without an attempt that counts keeps its
# place; otherwise its whole backlog would follow, one by one, into the lane of retries. A withdrawal holds no place:
# one that fails must not keep other releases back.
_HOLDS_A_PLACE = "(o.lane < 3 OR o.attempts = 0) AND o.lane > 0"
_PLACES_TAKEN = f"""
    (SELECT count(*) FROM (SELECT 1 AS one FROM deliveries o
        WHERE o.endpoint_no = {{no}} AND o.state IN ('waiting', 'claimed') AND {_HOLDS_A_PLACE} LIMIT :cap) t)
"""
_IS_OPEN = "d.state IN ('waiting', 'claimed')"
IS_FIRST = f"{_IS_OPEN} AND (d.lane < 3 OR d.attempts = 0)"
IS_RETRY = f"{_IS_OPEN} AND d.lane = 3 AND d.attempts > 0"
# Scalar subqueries instead of EXISTS: for that PostgreSQL may read the queues of all endpoints at once.
_FAN_OUT = f"""
    INSERT INTO deliveries (event_seq, endpoint_no, release_id, lane, state, due_at, series_at, follows)
    SELECT :seq, e.no, :release_id, :lane,
           CASE WHEN e.state = 'paused' AND :lane > 0 THEN 'parked'
                WHEN :lane = 0 THEN 'waiting'
                WHEN e.backoff_until > 0 THEN 'queued'
                WHEN (SELECT q.id FROM deliveries q WHERE q.endpoint_no = e.no AND q.state = 'queued' LIMIT 1) > 0
                     THEN 'queued'
                WHEN {_PLACES_TAKEN.format(no="e.no")} >= :cap THEN 'queued'
                ELSE 'waiting' END,
           :now, :now, :follows
      FROM ({{receivers}}) w JOIN endpoints e ON e.no = w.no
     WHERE e.state IN ('active', 'paused')
    ON CONFLICT (event_seq, endpoint_no) DO NOTHING
"""
_SUPERSEDE = """
    UPDATE deliveries SET state = 'superseded', finished_at = :now
     WHERE {of_this} AND event_seq < :seq AND state IN ('waiting', 'queued', 'parked')
"""
# Counted, and each by its place in the index: for the first that exists PostgreSQL may begin to read all there are.
_FOLLOWS = text("""
    SELECT count(*) FROM events v
     WHERE v.release_id = :release_id
       AND (SELECT d.id FROM deliveries d WHERE d.event_seq = v.seq ORDER BY d.endpoint_no LIMIT 1) > 0
""")
# Pings have places of their own: a test need not wait for the endpoint's backlog, and many tests must not become one.
_INSERT_PING = text(f"""
    INSERT INTO deliveries (event_seq, endpoint_no, lane, state, due_at, series_at, follows, trigger)
    SELECT :seq, :endpoint_no, :lane,
           CASE WHEN (SELECT count(*) FROM (
                    SELECT 1 AS one FROM deliveries d
                     WHERE d.endpoint_no = :endpoint_no AND {IS_FIRST} AND d.trigger = 'test' LIMIT :cap) t) >= :cap
                THEN 'queued' ELSE 'waiting' END,
           :now, :now, FALSE, 'test'
    RETURNING id
""")
_DAY_US = 86_400 * SECOND_US
# Whether a version before is under way is asked by its token, not by its state: see below.
# A series begins with its first claim, however long that had to wait. Whatever comes back is due later than its series
# began, so only the first one sets that: 429 costs no attempt, and would do so for ever. One that began in the future,
# by a clock that was ahead, begins now: its window would not end before that time. Nor does what appeared more than a
# day ahead wait for that: only its embargo holds it back. What calls a release back waits for neither: whoever is told
# of it has the release.
_CLAIM = """
    UPDATE deliveries SET state = 'claimed', claim_token = :token, lease_until = :until,
           series_at = CASE WHEN attempts = 0 AND due_at = series_at OR series_at > :now THEN :now ELSE series_at END
     WHERE id {by_each} RETURNING id
"""
_DUE = f"""
    SELECT d.id FROM deliveries d
     WHERE d.state = 'waiting' AND d.lane = :lane AND d.due_at <= :now {{but_not}}
       AND (d.lane = 0 OR d.release_id IS NULL OR (
            SELECT (r.published_at <= :now OR r.published_at > :now + {_DAY_US})
               AND COALESCE(r.embargo_until, :now) <= :now
              FROM releases r WHERE r.id = d.release_id))
       AND (NOT d.follows OR NOT EXISTS (
            SELECT 1 FROM deliveries o WHERE o.{OF_RELEASE.format(release_id="d.release_id")}
               AND o.endpoint_no = d.endpoint_no AND o.claim_token IS NOT NULL))
     ORDER BY d.due_at LIMIT :limit {{skip_locked}}
"""
_BUT_NOT = "AND d.endpoint_no NOT IN (SELECT u.no FROM {rows} u)"
# As ``Claimed`` has them.
CLAIMED_COLUMNS = """d.id, d.event_seq, d.endpoint_no, d.lane, d.attempts, d.series_at, d.trigger, v.id AS event_id,
           e.id AS endpoint_id, e.url, e.secrets"""
_CLAIMED = f"""
    SELECT {CLAIMED_COLUMNS}
      FROM {{ids}} i
      JOIN deliveries d ON d.id = i.id
      JOIN events v ON v.seq = d.event_seq
      JOIN endpoints e ON e.no = d.endpoint_no
     ORDER BY d.lane, d.due_at, d.id
"""
# The token is the fence: only claimed rows have one. To name their state as well would lead Postgres, which
# believes that few are claimed, through the index of the leases, and that compares every row with every id.
_DELIVERED = """
    UPDATE deliveries SET state = 'delivered', attempts = attempts + 1, finished_at = :now, claim_token = NULL,
           lease_until = NULL
     WHERE id IN (SELECT id FROM {ids} i) AND claim_token = :token
"""
# A newer version of the release is meant for this endpoint: an older one is never sent after it, and one that
# was under way when the newer came is superseded as it comes back.
_IS_OUTDATED = """
    EXISTS (SELECT 1 FROM deliveries n WHERE n.event_seq IN (
                SELECT v.seq FROM events v WHERE v.release_id = deliveries.release_id AND v.seq > deliveries.event_seq)
               AND n.endpoint_no = deliveries.endpoint_no)
"""
# Where a claim goes that comes back: its endpoint may have been paused, disabled or removed meanwhile, or have asked
# for a rest by its answer to another one.
_BACK = """
    (SELECT CASE WHEN e.state IN ('disabled', 'removed') THEN 'dead'
                 WHEN deliveries.lane = 0 THEN 'waiting'
                 WHEN e.state = 'paused' THEN 'parked'
                 WHEN e.backoff_until > 0 THEN 'queued'
                 ELSE 'waiting' END FROM endpoints e WHERE e.no = deliveries.endpoint_no)
"""
_RETRIED = """
    UPDATE deliveries
       SET state = CASE WHEN {outdated} THEN 'superseded' WHEN r.state = 'dead' THEN 'dead' ELSE {back} END,
           attempts = attempts + r.counts, due_at = r.due_at, lane = r.lane, claim_token = NULL, lease_until = NULL,
           finished_at = CASE WHEN {outdated} OR r.state = 'dead' OR {back} = 'dead' THEN CAST(:now AS BIGINT)
                              ELSE NULL END
      FROM {rows} r
     WHERE deliveries.id = r.id AND deliveries.claim_token = :token
"""
# Of one that is not verified yet only pings are there.
_IS_SENT_TO = "e.state IN ('active', 'unverified')"
# The j-th freed place of an endpoint takes the j-th of its queue. Scalar probes: a backlog's length costs nothing, nor
# what PostgreSQL takes the tables to hold.
# Places are counted again: another sweep or a recorded batch may have filled them since they were found free.
_NEXT_QUEUED = f"""
    SELECT (SELECT q.id FROM deliveries q WHERE q.endpoint_no = p.no AND q.state = 'queued'
             ORDER BY q.lane, q.id LIMIT 1 OFFSET :place)
      FROM {{places}} p
     WHERE (SELECT e.backoff_until = 0 AND {_IS_SENT_TO} FROM endpoints e WHERE e.no = p.no)
       AND :place + {_PLACES_TAKEN.format(no="p.no")} < :cap
"""
# Rows that a fan-out holds for a newer version are skipped: to wait for them while holding others could deadlock.
# ``state || ''`` keeps PostgreSQL from the queue's index: when it believes that few are queued, it reads all of it.
_PROMOTE = """
    UPDATE deliveries SET state = 'waiting'
     WHERE id IN (SELECT d.id FROM {ids} i JOIN deliveries d ON d.id = i.id
                   WHERE d.state || '' = 'queued' {skip_locked})
"""
_FIRST_QUEUED = text("SELECT min(endpoint_no) FROM deliveries WHERE state = 'queued'")
_QUEUED_ENDPOINTS = text(f"""
    WITH RECURSIVE q(no) AS (
        SELECT min(endpoint_no) FROM deliveries WHERE state = 'queued'
        UNION ALL
        SELECT (SELECT min(d.endpoint_no) FROM deliveries d WHERE d.state = 'queued' AND d.endpoint_no > q.no)
          FROM q WHERE q.no IS NOT NULL)
    SELECT q.no, e.failures,
           CASE WHEN e.failures > 0
                     AND (SELECT d.id FROM deliveries d WHERE d.endpoint_no = q.no AND {IS_RETRY} LIMIT 1) > 0
                THEN :cap ELSE {_PLACES_TAKEN.format(no="q.no")} END AS open
      FROM q JOIN endpoints e ON e.no = q.no
     WHERE e.backoff_until = 0 AND {_IS_SENT_TO}
""")
_FIRST_DUE = text(
    " UNION ALL ".join(
        f"SELECT {lane.order}, min(due_at) FROM deliveries WHERE state = 'waiting' AND lane = {lane.order}"
        for lane in Lane
    )
)
_NEXT_LEASE = text("SELECT min(lease_until) FROM deliveries WHERE state = 'claimed'")
_IDS = {"id": "bigint"}
_RETRIES = {"id": "bigint", "state": "text", "counts": "bigint", "due_at": "bigint", "lane": "bigint"}


def fan_out(
    database: Database,
    connection: Connection,
    *,
    seq: int,
    release_id: str,
    lane: int,
    event_bit: int,
    filters: Iterable[str],
    received: bool,
    matching: bool,
    cap: int,
    now: int,
) -> int:
    """One delivery for every endpoint that is to be told, whatever their number, in one statement.

    Deliveries of older versions that did not start yet are superseded.
    """
    values: dict[str, Any] = {"release_id": release_id, "seq": seq, "lane": lane, "cap": cap, "now": now}
    receivers, this = [], of_this(database)
    if received:
        receivers.append(_RECEIVED.format(of_this=this))
    if matching:
        receivers.append(_MATCHING.format(filters=database.rows("filters", {"sha256": "text"}), of_this=this))
        values |= {"event_bit": event_bit, "filters": as_rows({"sha256": sha256} for sha256 in filters)}
    if not receivers:
        return 0
    follows = connection.execute(_FOLLOWS, {"release_id": release_id}).scalar_one() > 0
    if follows:
        hold_open(database, connection, release_id)
    inserted = connection.execute(
        text(_FAN_OUT.format(receivers=" UNION ".join(receivers))), {**values, "follows": follows}
    ).rowcount
    if follows:
        superseded = text(_SUPERSEDE.format(of_this=this))
        connection.execute(superseded, {"release_id": release_id, "seq": seq, "now": now})
    return inserted


def insert_ping(connection: Connection, seq: int, endpoint_no: int, *, cap: int, now: int) -> int:
    """The ping's delivery, queued where the endpoint, which is held, has ``cap`` others."""
    values = {"seq": seq, "endpoint_no": endpoint_no, "lane": Lane.PUBLISH.order, "cap": cap, "now": now}
    return int(connection.execute(_INSERT_PING, values).scalar_one())


def claim(
    database: Database,
    connection: Connection,
    *,
    token: str,
    lease_until: int,
    limit: int,
    now: int,
    urgent: int | None = None,
    but_not: Collection[int] = (),
) -> Sequence[Claimed]:
    """Up to ``limit`` due deliveries, the urgent lanes first; they belong to ``token`` until the lease ends.

    Nothing of the endpoints of ``but_not``. Of withdrawals more than ``urgent`` only where the other lanes leave room:
    those to a host that hangs come back.
    """
    bound = {"but_not": as_rows({"no": no} for no in but_not)} if but_not else {}
    statement = text(_claim(database, excepts=bool(but_not)))
    ids: list[int] = []
    due = [lane for lane, due_at in sorted(_first_due(connection).items()) if due_at <= now]
    turns = [(lane, limit) for lane in due]
    if urgent is not None and WITHDRAW_LANE in due:
        turns = [(WITHDRAW_LANE, urgent), *turns[1:], (WITHDRAW_LANE, limit)]
    for lane, most in turns:
        if (room := min(most, limit - len(ids))) > 0:
            values = {"token": token, "until": lease_until, "lane": lane, "now": now, "limit": room, **bound}
            ids += connection.execute(statement, values).scalars()
    if not ids:
        return []
    bound = {"ids": as_rows({"id": number} for number in ids)}
    rows = connection.execute(text(_CLAIMED.format(ids=database.rows("ids", _IDS))), bound)
    return [Claimed(*row) for row in rows]


def _claim(database: Database, *, excepts: bool) -> str:
    but_not = _BUT_NOT.format(rows=database.rows("but_not", {"no": "bigint"})) if excepts else ""
    return _CLAIM.format(by_each=database.by_each(_DUE.format(but_not=but_not, skip_locked=_free(database))))


def delivered(database: Database, connection: Connection, ids: Iterable[int], token: str, now: int) -> int:
    values = {"ids": as_rows({"id": number} for number in ids), "token": token, "now": now}
    return connection.execute(text(_DELIVERED.format(ids=database.rows("ids", _IDS))), values).rowcount


def retried(database: Database, connection: Connection, rows: Iterable[Mapping[str, Any]], token: str, now: int) -> int:
    """Moves failed ones to their next attempt or to the dead (rows of id, state, counts, due_at, lane).

    Their claims are held by then: see ``holds``.
    """
    values = {"rows": as_rows(rows), "token": token, "now": now}
    return connection.execute(
        text(_RETRIED.format(rows=database.rows("rows", _RETRIES), outdated=_IS_OUTDATED, back=_BACK)), values
    ).rowcount


def promote(database: Database, connection: Connection, places: Iterable[tuple[int, int]], cap: int) -> int:
    """Lets queued deliveries of these (endpoint, freed place) pairs be claimed, up to ``cap`` of an endpoint."""
    by_place: dict[int, list[int]] = {}
    for no, place in places:
        by_place.setdefault(place, []).append(no)
    following = text(_NEXT_QUEUED.format(places=database.rows("places", {"no": "bigint"})))
    ids = [
        number
        for place, numbers in by_place.items()
        for number in connection.execute(
            following, {"place": place, "cap": cap, "places": as_rows({"no": no} for no in numbers)}
        ).scalars()
        if number is not None
    ]
    if not ids:
        return 0
    statement = _PROMOTE.format(ids=database.rows("ids", _IDS), skip_locked=_free(database))
    return connection.execute(text(statement), {"ids": as_rows({"id": number} for number in ids)}).rowcount


def are_queued(connection: Connection) -> bool:
    """Whether any delivery waits for a place."""
    return connection.execute(_FIRST_QUEUED).scalar_one() is not None


def queued_endpoints(connection: Connection, cap: int) -> Sequence[RowMapping]:
    """Endpoints with a queue and nothing that holds it back: number, failures, places taken.

    All of them where it failed last and a further attempt is to show how it is now.
    """
    return connection.execute(_QUEUED_ENDPOINTS, {"cap": cap}).mappings().all()


def _free(database: Database) -> str:
    """Of deliveries ``d``, those that nobody else is at."""
    return database.skip_locked.replace("UPDATE", "UPDATE OF d")


def next_due(connection: Connection) -> int | None:
    """When the next delivery may be claimed, or the next lease ends."""
    times = [*_first_due(connection).values(), connection.execute(_NEXT_LEASE).scalar_one()]
    return min((time for time in times if time is not None), default=None)


def _first_due(connection: Connection) -> dict[int, int]:
    """When the first of each lane that holds any may be claimed."""
    return {lane: due_at for lane, due_at in connection.execute(_FIRST_DUE) if due_at is not None}
