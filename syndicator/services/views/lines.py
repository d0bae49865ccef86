"""Releases as lists show them: what there is to say of one is made once, however often its lists are asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from syndicator.article.compose import Audience, compose
from syndicator.clock import from_us
from syndicator.services.kept import Kept
from syndicator.store import releases
from syndicator.store.database import Connection, RowMapping

_MAX_BYTES = 16_000_000
# What one takes beside its text, whose letters take two bytes in most languages.
_AROUND_BYTES = 700
_LETTER_BYTES = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A public release in a list; of one that is not to be read any more, the words of its stub."""

    id: str
    language: str
    title: str
    summary: str
    publisher: str
    published_at: datetime


class _State(NamedTuple):
    """What a line depends on. With the times, for a database that went back may write a version a second time."""

    version: int
    edition: int
    written_at: int
    published_at: int


class Lines:
    """From memory, else composed. One per process; threads may share it."""

    def __init__(self) -> None:
        # By release, so that a newer state takes the place of the older: what was taken back is not kept beside it.
        self._kept = Kept[str, tuple[_State, Line]](_MAX_BYTES, _weight)

    def of(self, connection: Connection, rows: Iterable[RowMapping]) -> tuple[Line, ...]:
        """The lines of what ``releases.newest_of_channel`` found, in its order."""
        return tuple(self._line(connection, row) for row in rows)

    def _line(self, connection: Connection, row: RowMapping) -> Line:
        state = _State(row["version"], row["edition"], row["written_at"], row["published_at"])
        known = self._kept.get(row["id"])
        if known is None or known[0] != state:
            known = state, _composed(connection, row)
            self._kept.put(row["id"], known)
        return known[1]


def _composed(connection: Connection, row: RowMapping) -> Line:
    stored = releases.version(connection, row["id"], row["version"])
    article = compose(stored.release, stored.attached, Audience.PUBLIC, {})
    return Line(
        id=row["id"],
        language=stored.release.record.language,
        title=article.title,
        summary=article.summary,
        publisher=stored.release.record.publisher.name,
        published_at=from_us(row["published_at"]),
    )


def _weight(known: tuple[_State, Line]) -> int:
    return _AROUND_BYTES + _LETTER_BYTES * sum(map(len, (known[1].title, known[1].summary, known[1].publisher)))
