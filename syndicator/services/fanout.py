"""From an event to all who are told: the channels that show the release and the endpoints that want it."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydantic import ValidationError

from syndicator.article.compose import Audience, compose
from syndicator.clock import from_us
from syndicator.delivery.payload import WEBHOOK, Occasion, release_payload
from syndicator.errors import StoreError
from syndicator.log import logger
from syndicator.model.channel import automatic_channels
from syndicator.model.filter import Facts, Filter
from syndicator.model.lifecycle import AUDIENCES, LANES, EventType
from syndicator.model.lifecycle import Audience as Told
from syndicator.services.attach import addresses
from syndicator.services.relations import shown
from syndicator.services.setup import Setup
from syndicator.store import channels, deliveries, events, filters, numbers, releases
from syndicator.store.database import Connection

Filters = Sequence[tuple[str, str]]

_log = logger("fanout")

BATCH = 50
# A filter that goes out of use moves no number: it is forgotten after this time.
_KEPT_S = 30.0


@dataclass(frozen=True, slots=True)
class FannedOut:
    """How many events were fanned out, which channels are dirty now, and how many deliveries wait."""

    events: int = 0
    channels: tuple[int, ...] = ()
    deliveries: int = 0

    @classmethod
    def whole(cls, parts: Iterable["FannedOut"]) -> "FannedOut":
        """All of them as one."""
        some = tuple(parts)
        return cls(
            sum(part.events for part in some),
            tuple(sorted({number for part in some for number in part.channels})),
            sum(part.deliveries for part in some),
        )


class FiltersInUse:
    """The filters of all subscriptions and channels, kept in memory and read anew when one may have been added.

    A process keeps one of these.
    """

    def __init__(self) -> None:
        self._mark: int | None = None
        self._filters: Filters = ()
        self._read_at = 0.0

    def now(self, connection: Connection) -> Filters:
        mark = numbers.last(connection, numbers.FILTERS)
        is_old = time.monotonic() > self._read_at + _KEPT_S
        if mark != self._mark or is_old:
            # The number was read before the filters: one that is added in between is read twice, never missed.
            self._filters = filters.in_use(connection)
            self._mark, self._read_at = mark, time.monotonic()
        return self._filters


def fan_out(setup: Setup, in_use: FiltersInUse, by: str) -> FannedOut:
    """Fans out up to ``BATCH`` open events, oldest first. One process at a time; a second one finds nothing to do.

    An event that fails holds up only its own release. StoreError when the database took no event at all.
    """
    done, stuck = list[FannedOut](), set[str]()
    refused: StoreError | None = None
    for event in _open_events(setup):
        if event.release_id in stuck:
            continue  # an earlier event of the same release has to go first
        try:
            outcome = _fan_out_one(setup, event, in_use, by)
        except Exception as error:  # noqa: BLE001 (one that cannot be composed costs the others nothing)
            if isinstance(error, StoreError):
                refused = error
                if not _is_at_hand(setup):  # no fault of this event
                    break
            _log_failure(event, error)
            stuck.add(event.release_id)
            continue
        if outcome is None:
            return FannedOut.whole(done)
        done.append(outcome)
        if len(done) == BATCH:
            break
    if refused is not None and not done:
        raise refused
    return FannedOut.whole(done)


def _log_failure(event: events.OpenEvent, error: Exception) -> None:
    """With a traceback, unless it is a refusal of the database, which says what is wrong."""
    facts = {"event_id": event.id, "release": event.release_id, "error": str(error)}
    if isinstance(error, StoreError):
        _log.error("event not fanned out yet", **facts)
    else:
        _log.exception("event not fanned out", **facts)


def _is_at_hand(setup: Setup) -> bool:
    """Whether the database takes writes at all: tried with one that changes nothing."""
    try:
        with setup.database.write() as connection:
            numbers.take(connection, numbers.FANOUT, 0)
    except StoreError:
        return False
    return True


def _open_events(setup: Setup) -> Iterator[events.OpenEvent]:
    """Every open event, oldest first, read a batch at a time: whoever has enough reads no further."""
    after = 0
    while opened := _open_after(setup, after):
        yield from opened
        after = opened[-1].seq


def _open_after(setup: Setup, after: int) -> Sequence[events.OpenEvent]:
    with setup.database.read() as connection:
        return events.open_events(connection, BATCH, after)


def _fan_out_one(setup: Setup, event: events.OpenEvent, in_use: FiltersInUse, by: str) -> FannedOut | None:
    """None when another process fans out: order per release needs one at a time."""
    occasion = Occasion(id=event.id, type=EventType(event.type), at=from_us(event.created_at))
    with setup.database.read() as connection:
        stored = releases.version(connection, event.release_id, event.version)
        release = shown(setup, connection, stored)
        wanted = matching_filters(in_use.now(connection), Facts(release.record))
        urls = addresses(setup, connection, stored.release.record, stored.owner)
    # Composed before the transaction: it may take milliseconds, and others wait for the lock.
    article = compose(release, stored.attached, Audience.NEWSROOMS, urls)
    body = release_payload(occasion, release, article, stored.attached, setup.addresses)
    with setup.database.write() as connection:
        if not numbers.hold(connection, numbers.FANOUT, setup.database.skip_locked):
            return None
        if releases.edition(connection, event.release_id) != stored.edition:
            return None  # it reads differently by now; composed again with the next round
        now = setup.database.now_us(connection)
        if not events.fanned_out(connection, event.seq, by, now):
            return FannedOut(1)  # another process fanned it out since it was read
        events.insert_payload(connection, event.seq, WEBHOOK, body)
        is_first = occasion.type is EventType.PUBLISHED
        # Releases that name this one may show its link from now on. No newsroom is told of that.
        naming = releases.new_edition_of_naming(setup.database, connection, event.release_id) if is_first else ()
        dirty = _enter_channels(setup, connection, stored, wanted, naming, now)
        made = _tell_endpoints(setup, connection, event, wanted, now)
    return FannedOut(1, tuple(sorted(dirty)), made)


def matching_filters(asked: Filters, about: Facts) -> tuple[str, ...]:
    """Those that want a release with these facts, each asked once however many share it."""
    return tuple(sha256 for sha256, tree in asked if (wanted := _readable(tree)) and wanted.matches(about))


def _readable(tree: str) -> Filter | None:
    """None for a filter that cannot be read, as one of a newer version: only its own subscribers are told nothing."""
    try:
        return _parsed(tree)
    except ValidationError as error:
        _log.error("a filter cannot be read and matches nothing", filter=tree, error=str(error))
        return None


@lru_cache(maxsize=10_000)
def _parsed(tree: str) -> Filter:
    return Filter.model_validate_json(tree)


def _enter_channels(
    setup: Setup,
    connection: Connection,
    stored: releases.StoredVersion,
    wanted: Sequence[str],
    naming: Sequence[str],
    now: int,
) -> Sequence[int]:
    automatic = automatic_channels(stored.release.record)
    channels.insert_automatic(setup.database, connection, [row.as_row() for row in automatic], now)
    names = [channel.name for channel in automatic]
    return channels.enter(setup.database, connection, stored.release.id, names, wanted, naming)


def _tell_endpoints(
    setup: Setup, connection: Connection, event: events.OpenEvent, wanted: Sequence[str], now: int
) -> int:
    """The number of deliveries made."""
    kind = EventType(event.type)
    told = AUDIENCES[kind]
    return deliveries.fan_out(
        setup.database,
        connection,
        seq=event.seq,
        release_id=event.release_id,
        lane=LANES[kind].order,
        event_bit=0 if told is Told.RECEIVED_OR_AWAITED else kind.bit,
        filters=wanted,
        received=told is not Told.MATCHING,
        matching=told is not Told.RECEIVED,
        cap=setup.per_endpoint,
        now=now,
    )
