"""A store with many releases and channels, made by the use cases' own parts but in large transactions."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from syndicator.bootstrap import Syndicator
from syndicator.clock import from_us, to_us
from syndicator.ids import new_id
from syndicator.intake.findings.lint import content_hash
from syndicator.model.channel import NewChannel, automatic_channels
from syndicator.model.filter import Filter
from syndicator.model.lifecycle import Action, EventType, ReleaseState
from syndicator.model.release import Record, Release
from syndicator.services.regenerate import dirty_channels
from syndicator.store import channels, events, releases
from syndicator.store.database import Connection
from tests.bench.figures import progress
from tests.bench.releases import Newsdesk

OWNER = "bench"
BROAD = 10
"""Saved filters that take every new release; each other one takes one keyword."""

_PUBLISHERS, _SUBJECTS, _REGIONS, _INDUSTRIES = 40, 20, 15, 10
_LANGUAGES = ("en", "de", "fr", "es", "it")
_AUTOMATIC = 1 + _PUBLISHERS + _SUBJECTS + _REGIONS + _INDUSTRIES + len(_LANGUAGES)
_TOGETHER = 500
_TOLD_EVERY = 2000
_ALL = 1
_APART = timedelta(minutes=20)


class Stock:
    """Releases and channels of a service; ``fields`` writes further releases of the same kind."""

    def __init__(self, service: Syndicator, releases: int, channels: int) -> None:
        self._service = service
        self._releases = releases
        self._narrow = max(channels - _AUTOMATIC - BROAD, 1)
        self._desk = Newsdesk()

    def fill(self) -> None:
        """Makes and renders it all."""
        self._save_filters()
        for first in range(0, self._releases, _TOGETHER):
            self._enter(range(first, min(first + _TOGETHER, self._releases)))
            self._service.regenerate([_ALL], OWNER)  # composes each of them while the others stand in memory
            if (stored := min(first + _TOGETHER, self._releases)) % _TOLD_EVERY == 0:
                progress(f"  {stored:,} of {self._releases:,} releases are stored")
        while behind := dirty_channels(self._service.setup):
            progress(f"  rendering {len(behind):,} channels")
            self._service.regenerate(behind, OWNER)

    def fields(self, number: int) -> dict[str, object]:
        return self._desk.fields(
            number,
            language=_LANGUAGES[number % len(_LANGUAGES)],
            publisher={"name": f"Benchmark {number % _PUBLISHERS}"},
            subjects=[{"code": f"2000{number % _SUBJECTS:04}"}],
            regions=[f"R{number % _REGIONS}"],
            industries=[f"I{number % _INDUSTRIES}"],
            keywords=[self._keyword(number)],
        )

    @property
    def newest_channel(self) -> str:
        """The name of the channel that is rendered last."""
        return f"broad-{BROAD - 1}"

    def _keyword(self, number: int) -> str:
        return f"keyword {number % self._narrow}"

    def _save_filters(self) -> None:
        for number in range(self._narrow):
            wanted = Filter(keyword=self._keyword(number))
            self._add(f"narrow-{number}", wanted)
        for number in range(BROAD):
            self._add(f"broad-{number}", Filter.model_validate({"not": {"headline": f"never {number}"}}))

    def _add(self, name: str, wanted: Filter) -> None:
        self._service.add_channel(NewChannel(name=name, title=name, filter=wanted), owner=OWNER)

    def _enter(self, numbers: Sequence[int]) -> None:
        database = self._service.database
        with database.write() as connection:
            entered = defaultdict[str, list[str]](list)
            for number in numbers:
                release = self._store(connection, number)
                for name in self._channels(connection, release.record, number):
                    entered[name].append(release.id)
            for name, ids in entered.items():
                channels.fill(database, connection, channels.by_name(connection, name)["no"], ids)

    def _store(self, connection: Connection, number: int) -> Release:
        setup = self._service.setup
        now = setup.database.now_us(connection)
        made_at = from_us(now) - _APART * (self._releases - number)
        record = self._desk.read(self.fields(number))
        release_id = new_id("rel", to_us(made_at))
        release = Release(
            id=release_id,
            guid=setup.addresses.guid(release_id, made_at),
            version=1,
            state=ReleaseState.PUBLISHED,
            record=record,
            published_at=made_at,
            updated_at=made_at,
            texts="",
        )
        attached = setup.network(record.network).attach(record.language, made_at.date())
        releases.insert(connection, release, owner=OWNER, content_hash=content_hash(record), now=to_us(made_at))
        releases.insert_version(connection, release, attached, action=Action.SUBMIT, actor=OWNER, now=to_us(made_at))
        events.append(
            connection,
            EventType.PUBLISHED,
            owner=OWNER,
            now=to_us(made_at),
            release_id=release_id,
            version=1,
            fanned_out_by=OWNER,
        )
        return release

    def _channels(self, connection: Connection, record: Record, number: int) -> Iterator[str]:
        automatic = automatic_channels(record)
        rows = [channel.as_row() for channel in automatic]
        channels.insert_automatic(self._service.database, connection, rows, self._service.database.now_us(connection))
        yield from (channel.name for channel in automatic)
        yield f"narrow-{number % self._narrow}"
        if number >= self._releases - _TOGETHER:
            yield from (f"broad-{each}" for each in range(BROAD))
