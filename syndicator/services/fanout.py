"""From an event to all who are told: the channels that show the release and the endpoints that want it."""

import time
from collections.abc import Iterable, Sequence
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
# Filters go out of use without a number.
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
    """Read anew when one may have come into use since they were read. A process keeps one."""

    def __init__(self) -> None:
        self._mark: int | None = None
        self._filters: Filters = ()
        self._read_at = 0.0

    def now(self, connection: Connection) -> Filters:
        mark = numbers.last(connection, numbers.FILTERS)
        is_old = time.monotonic() > self._read_at + _KEPT_S
        if mark != self._mark or is_old:
            # After their number: what comes into use in between is read twice, never missed.
            self._filters = filters.in_use(connection)
            self._mark, self._read_at = mark, time.monotonic()
        return self._filters


def fan_out(setup: Setup, in_use: FiltersInUse, by: str) -> FannedOut:
    """Fans out up to ``BATCH`` open events, oldest first. One process at a time; a second one finds nothing to do.

    StoreError when the database took none of them: events that are too much for it keep no later one back.
    """
    done, stuck, after = list[FannedOut](), set[str](), 0
    refused: StoreError | None = None
    # Beyond the end of the batch only past events that stay open: a hundred of them may stand before all others.
    while len(done) < BATCH and (opened := _open_events(setup, BATCH - len(done), after)):
        for event in opened:
            if event.release_id in stuck:
                continue  # in the order of its release
            occasion = Occasion(id=event.id, type=EventType(event.type), at=from_us(event.created_at))
            try:
                outcome = _fan_out_one(setup, event.seq, occasion, event.release_id, event.version, in_use, by)
            except StoreError as error:
                if not _is_at_hand(setup):  # no fault of this event
                    if done:
                        return FannedOut.whole(done)
                    raise
                refused = error
                _log.error("event not fanned out yet", event_id=event.id, release=event.release_id, error=str(error))
                stuck.add(event.release_id)
                continue
            except Exception as error:  # noqa: BLE001 (one that cannot be composed costs the others nothing)
                _log.exception("event not fanned out", event_id=event.id, release=event.release_id, error=str(error))
                stuck.add(event.release_id)
                continue
            if outcome is None:
                return FannedOut.whole(done)
            done.append(outcome)
        after = opened[-1].seq
    if refused is not None and not done:
        raise refused
    return FannedOut.whole(done)


def _is_at_hand(setup: Setup) -> bool:
    """Whether the database takes writes at all: tried with one that changes nothing."""
    try:
        with setup.database.write() as connection:
            numbers.take(connection, numbers.FANOUT, 0)
    except StoreError:
        return False
    return True


def _open_events(setup: Setup, limit: int, after: int) -> Sequence[events.OpenEvent]:
    with setup.database.read() as connection:
        return events.open_events(connection, limit, after)


def _fan_out_one(
    setup: Setup, seq: int, occasion: Occasion, release_id: str, version: int, in_use: FiltersInUse, by: str
) -> FannedOut | None:
    """None when another process fans out: order per release needs one at a time."""
    with setup.database.read() as connection:
        stored = releases.version(connection, release_id, version)
        release = shown(setup, connection, stored)
        wanted = matching_filters(in_use.now(connection), Facts(release.record))
        urls = addresses(setup, connection, stored.release.record, stored.owner)
    # Composed before the transaction: it may take milliseconds, and others wait for the lock.
    article = compose(release, stored.attached, Audience.NEWSROOMS, urls)
    body = release_payload(occasion, release, article, stored.attached, setup.addresses)
    with setup.database.write() as connection:
        if not numbers.hold(connection, numbers.FANOUT, setup.database.skip_locked):
            return None
        if releases.edition(connection, release_id) != stored.edition:
            return None  # it reads differently by now; composed again with the next round
        now = setup.database.now_us(connection)
        if not events.fanned_out(connection, seq, by, now):
            return FannedOut(1)  # by whoever was at it before
        events.insert_payload(connection, seq, WEBHOOK, body)
        is_first = occasion.type is EventType.PUBLISHED
        # Those that name it, now that everybody may know of it. Nobody is told.
        naming = releases.new_edition_of_naming(setup.database, connection, release_id) if is_first else ()
        dirty = _enter_channels(setup, connection, stored, wanted, naming, now)
        made = _tell_endpoints(setup, connection, seq, occasion.type, release_id, wanted, now)
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
    setup: Setup,
    connection: Connection,
    seq: int,
    kind: EventType,
    release_id: str,
    wanted: Sequence[str],
    now: int,
) -> int:
    told = AUDIENCES[kind]
    return deliveries.fan_out(
        setup.database,
        connection,
        seq=seq,
        release_id=release_id,
        lane=LANES[kind].order,
        event_bit=0 if told is Told.RECEIVED_OR_AWAITED else kind.bit,
        filters=wanted,
        received=told is not Told.MATCHING,
        matching=told is not Told.RECEIVED,
        cap=setup.per_endpoint,
        now=now,
    )
