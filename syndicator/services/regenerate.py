"""Feed documents brought up to date: rendered outside of any writing transaction, stored if still the newest.

Any number of processes may regenerate at once: a rendering counts only if no newer one of its channel was
stored before it, and documents whose bytes did not change keep their ETag.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Final

from feeds.fragments import TEMPLATE_VERSION
from syndicator.clock import SECOND_US
from syndicator.services.documents import ChannelDocuments, Rendered, gathered, render_channel, standings
from syndicator.services.fragments import Fragments, Gathered
from syndicator.services.setup import Setup
from syndicator.store import channels, events, numbers, renditions
from syndicator.store.database import Connection, RowMapping

PER_TRANSACTION: Final = 20
_AT_ONCE: Final = 1000
_TRIES: Final = 3
_LONGEST_WAIT_S: Final = 0.2
_LOOK_AGAIN_S: Final = 0.02


def dirty_channels(setup: Setup) -> Sequence[int]:
    """Numbers of channels whose documents are behind, a thousand at most."""
    with setup.database.read() as connection:
        return list(channels.dirty(connection, _AT_ONCE))


def await_company(setup: Setup) -> None:
    """Waits while events wait to be fanned out, since their releases belong into the same documents.

    Otherwise a burst of releases would have the same channels rendered again after every few of them. It waits for a
    fifth of a second at most, so that an endless stream of releases holds no document back.
    """
    ends = time.monotonic() + _LONGEST_WAIT_S
    while time.monotonic() < ends:
        with setup.database.read() as connection:
            if not events.open_events(connection, 1):
                return
        time.sleep(_LOOK_AGAIN_S)


def regenerate(setup: Setup, fragments: Fragments, wanted: Sequence[int], by: str) -> int:
    """Renders these channels where they are behind, and stores them together; the number of documents that changed.

    A channel whose rendering does not count, because another process closed a page of it meanwhile, is rendered
    again at once.
    """
    changed, left = 0, wanted
    for _ in range(_TRIES):
        made, left = _render_and_store(setup, fragments, left, by)
        changed += made
        if not left:
            break
    return changed


def catch_up(setup: Setup, fragments: Fragments, wanted: Sequence[int], by: str) -> int:
    """Renders these channels until each shows what is committed now; the number of documents that changed.

    Does so in this thread, some channels at a time. What another process renders meanwhile counts as well, if it read
    everything that was committed when this began.
    """
    changed = 0
    for at in range(0, len(wanted), PER_TRANSACTION):
        some = wanted[at : at + PER_TRANSACTION]
        due = {row["no"]: row["generation"] for row in _rows(setup, some)}
        while behind := [row["no"] for row in _rows(setup, some) if row["rendered_generation"] < due.get(row["no"], 0)]:
            changed += regenerate(setup, fragments, behind, by)
    return changed


def _rows(setup: Setup, wanted: Sequence[int]) -> Sequence[RowMapping]:
    with setup.database.read() as connection:
        return channels.by_numbers(setup.database, connection, wanted)


def _render_and_store(setup: Setup, fragments: Fragments, wanted: Sequence[int], by: str) -> tuple[int, Sequence[int]]:
    """The number of documents that changed, and the channels whose rendering did not count."""
    with setup.database.read() as connection:
        now = setup.database.now_us(connection)
        behind = [
            row
            for row in channels.by_numbers(setup.database, connection, wanted)
            if row["generation"] > row["rendered_generation"]
        ]
        if not behind:
            return 0, ()
        some = standings(setup, connection, behind, now)
        sheaf = gathered(fragments, connection, some)
        documents = [render_channel(setup, connection, sheaf, each) for each in some]
    with setup.database.write() as connection:
        _store_fragments(setup, connection, sheaf)
        counted = _counted(setup, connection, documents)
        rows = _changed(setup, connection, counted)
        if rows:
            now = setup.database.now_us(connection)
            change = numbers.move(connection, numbers.CHANGE, now)
            renditions.upsert(connection, [_finished(row, change, now, by) for row in rows])
    known = {each.number for each in counted}
    return len(rows), [each.number for each in documents if each.number not in known]


def _store_fragments(setup: Setup, connection: Connection, sheaf: Gathered) -> None:
    rows = [
        {
            **dict(zip(("release_id", "version", "edition"), edition, strict=True)),
            "format": form,
            "template": TEMPLATE_VERSION,
            "body": body,
        }
        for (edition, form), body in sheaf.composed.items()
    ]
    renditions.insert_fragments(setup.database, connection, rows)


def _counted(setup: Setup, connection: Connection, documents: Sequence[ChannelDocuments]) -> Sequence[ChannelDocuments]:
    """The renderings that no newer one of their channel overtook; their pages are closed and clean now."""
    renderings = [
        {
            "no": each.number,
            "generation": each.generation,
            "pages_read": each.channel["pages"],
            "pages": each.pages,
        }
        for each in documents
    ]
    counting = channels.rendered(setup.database, connection, renderings)
    counted = [each for each in documents if each.number in counting]
    channels.close_pages(
        connection,
        [
            {"no": each.number, "page": page.number, "first": min(positions), "last": max(positions)}
            for each in counted
            for page in each.closed
            for positions in ([row["position"] for row in page.entries],)
        ],
    )
    channels.clean_pages(setup.database, connection, {each.number: each.generation for each in counted})
    return counted


def _changed(
    setup: Setup, connection: Connection, documents: Sequence[ChannelDocuments]
) -> list[tuple[int, Rendered, RowMapping | None]]:
    """The documents whose bytes differ from what is stored, each with what is stored."""
    made = [(each.number, document) for each in documents for document in each.rendered]
    pages = dict.fromkeys((number, document.page) for number, document in made)
    states = renditions.states(setup.database, connection, pages)
    pairs = [(number, each, states.get((number, each.page, each.format))) for number, each in made]
    return [
        (number, each, stored)
        for number, each, stored in pairs
        if stored is None or not _is_same(stored["etag"], each.sha256)
    ]


def _finished(row: tuple[int, Rendered, RowMapping | None], change: int, now: int, by: str) -> Mapping[str, object]:
    number, each, stored = row
    marks = (
        {
            (release_id, version, edition): mark
            for release_id, version, edition, mark, _, _ in json.loads(stored["spans"])
        }
        if stored
        else {}
    )
    return {
        "channel_no": number,
        "page": each.page,
        "format": each.format,
        "change": change,
        "gzip": each.gzip,
        "etag": f"{change:x}-{each.sha256[:24]}",
        "size": each.size,
        # For each entry: which, since which change it reads like this, and where it stands.
        "spans": json.dumps(
            [
                [*edition, marks.get(edition, change), *span]
                for edition, span in zip(each.editions, each.spans, strict=True)
            ],
            separators=(",", ":"),
        ),
        # Whole seconds: two changes within one second must still differ (RFC 9110, section 8.8.2).
        "last_modified": max(now // SECOND_US, stored["last_modified"] + 1 if stored else 0),
        "rendered_by": by,
    }


def _is_same(etag: str, sha256: str) -> bool:
    return etag.partition("-")[2] == sha256[:24]
