"""Feed documents brought up to date: rendered outside of any writing transaction, stored if still the newest.

Any number of processes may regenerate at once: a rendering counts only if no newer one of its channel was
stored before it, and documents whose bytes did not change keep their ETag.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from feeds.fragments import TEMPLATE_VERSION
from syndicator.clock import SECOND_US
from syndicator.services.documents import ChannelDocuments, Rendered, fragments_to_store, render_channel
from syndicator.services.fragments import Fragments
from syndicator.services.setup import Setup
from syndicator.store import channels, numbers, renditions
from syndicator.store.database import Connection, RowMapping

PER_TRANSACTION: Final = 20


def dirty_channels(setup: Setup, limit: int = 1000) -> Sequence[int]:
    """Numbers of channels whose documents are behind."""
    with setup.database.read() as connection:
        return list(channels.dirty(connection, limit))


def regenerate(setup: Setup, fragments: Fragments, wanted: Sequence[int], by: str) -> int:
    """Renders these channels where they are behind, and stores them together; the number of documents that changed."""
    with setup.database.read() as connection:
        now = setup.database.now_us(connection)
        behind = [
            row
            for row in channels.by_numbers(setup.database, connection, wanted)
            if row["generation"] > row["rendered_generation"]
        ]
        documents = [render_channel(setup, fragments, connection, row, now) for row in behind]
    if not documents:
        return 0
    with setup.database.write() as connection:
        renditions.insert_fragments(
            setup.database,
            connection,
            [
                {
                    **dict(zip(("release_id", "version", "edition"), edition, strict=True)),
                    "format": form,
                    "template": TEMPLATE_VERSION,
                    "body": body,
                }
                # In one order: two workers that store the same ones must not wait for each other.
                for edition, form, body in sorted(fragments_to_store(documents))
            ],
        )
        rows = [row for each in documents if _counts(connection, each) for row in _changed(connection, each)]
        if rows:
            change = numbers.take(connection, numbers.CHANGE)
            now = setup.database.now_us(connection)
            renditions.upsert(connection, [_finished(row, change, now, by) for row in rows])
    return len(rows)


def _counts(connection: Connection, documents: ChannelDocuments) -> bool:
    number = documents.channel["no"]
    if not channels.rendered(
        connection,
        number,
        generation=documents.generation,
        pages_read=documents.channel["pages"],
        pages=documents.pages,
    ):
        return False
    for page in documents.closed:
        positions = [row["position"] for row in page.entries]
        channels.close_page(connection, number, page.number, min(positions), max(positions))
    channels.clean_pages(connection, number, documents.generation)
    return True


def _changed(connection: Connection, documents: ChannelDocuments) -> list[tuple[int, Rendered, RowMapping | None]]:
    """The documents whose bytes differ from what is stored, each with what is stored."""
    number = documents.channel["no"]
    states = {page: renditions.states(connection, number, page) for page in {each.page for each in documents.rendered}}
    pairs = [(each, states[each.page].get(each.format)) for each in documents.rendered]
    return [
        (number, each, stored) for each, stored in pairs if stored is None or not _is_same(stored["etag"], each.sha256)
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
