"""Two services that live the same hour: the same clock, the same public releases, the same draws of chance.

One of them holds releases under embargo besides; until it lifts, nobody may be able to tell the two apart.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import pytest
import structlog
from PIL import Image

from syndicator.clock import SECOND_US, from_us
from syndicator.model.channel import NewChannel
from syndicator.model.filter import Filter
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from syndicator.store import renditions
from tests.contract.house.conftest import START, Clock, House, record
from tests.contract.house.newsroom import Newsroom
from tests.contract.house.surfaces import Overheard, Walk, walk

WORD = "Zwetschgendatschi"
LIFTS = START + 3600 * SECOND_US
HELD = {
    "headline": f"{WORD} hebt ab",
    "teaser": f"{WORD} im Anflug",
    "publisher": {"name": f"{WORD} AG", "key": "heldpublisher"},
    "contacts": [{"name": f"Frau {WORD}", "phone": "+49 89 1"}],
    "subjects": [{"code": "20000049", "label": WORD}],
    "regions": ["DE-BY"],
    "industries": ["heldindustry"],
    "keywords": [WORD],
}


class Chance:
    """Stands in for ``secrets`` where names are made: two services draw alike at the same time of their clocks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._drawn: Counter[int] = Counter()

    def randbits(self, count: int) -> int:
        self._drawn[self._clock.us] += 1
        seed = f"{self._clock.us}-{self._drawn[self._clock.us]}".encode()
        return int.from_bytes(hashlib.sha256(seed).digest(), "big") >> (256 - count)

    def token_urlsafe(self, count: int) -> str:
        return f"{self.randbits(8 * count):0{2 * count}x}"

    token_hex = token_urlsafe


class Lines(logging.Handler):
    """Keeps the log lines of every library among our own."""

    def __init__(self, kept: list[Any]) -> None:
        super().__init__(logging.DEBUG)
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        self._kept.append(record.getMessage())


@dataclass
class Stage:
    """A service that lives the same hour as its twin, with everything that could tell of what it holds."""

    house: House
    newsroom: Newsroom
    overheard: Overheard = field(default_factory=Overheard)
    lines: list[Any] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def live(self, *, holding: bool, first: Callable[["Stage"], None] | None = None) -> None:
        """From the first public release to T−1 µs. ``holding`` takes in the held ones; ``first`` happens after that."""
        house = self.house
        house.service.dispatcher = self.overheard
        self._begin()
        if holding:
            self._hold()
        if first:
            first(self)
        self._turn()
        # The twin knows no such ids: whoever reads may not know of them either.
        named = {"translation_of": self.names.get("held"), "replaces": self.names.get("withdrawn")}
        self.names["naming"] = house.submit(key="later", headline="Danach", **named)
        self._turn()
        house.service.revise(self.names["public"], revision(Action.UPDATE, record=record(headline="Neue Fassung")))
        self.until(LIFTS - 1)

    def _begin(self) -> None:
        house = self.house
        house.endpoint(self.newsroom)
        house.service.add_channel(
            NewChannel(name="saved", title="All of it", filter=Filter.model_validate({"all": []})), owner="operator"
        )
        for number in range(3):
            self.names["public"] = house.submit(key=str(number), headline=f"Meldung {number}")
            self._turn()
        with house.service.database.read() as connection:
            row = renditions.get(connection, "all", 0, "json")
        assert row is not None
        self.names["base"] = f'"{row["etag"]}"'

    def _hold(self) -> None:
        house = self.house
        kept = house.service.attach(picture(), owner="operator", name=f"{WORD}.png")
        self.names |= {"file": kept.file.token, "sha256": kept.file.sha256}
        photo = {"caption": WORD, "alt": WORD, "credit": WORD, "sha256": kept.file.sha256}
        self.names["held"] = self._held("held", media=[photo])
        self.names["translation"] = self._held("tr", language="en", translation_of=self.names["public"])
        self.names["revised"] = revised = self._held("re")
        for action in (Action.UPDATE, Action.CORRECT):
            changed = record(**{**HELD, "headline": f"{WORD}, {action}"})
            house.service.revise(revised, revision(action, record=changed, note=f"{WORD}: ein Fehler"))
        self.names["postponed"] = postponed = self._held("po", lifts=LIFTS - 1800 * SECOND_US)
        house.service.revise(postponed, revision(Action.RESCHEDULE, embargo_until=from_us(LIFTS), note=WORD))
        self.names["withdrawn"] = withdrawn = self._held("wi")
        house.service.revise(withdrawn, revision(Action.WITHDRAW, note=f"{WORD} bleibt hier"))

    def _held(self, key: str, lifts: int = LIFTS, **changes: Any) -> str:
        self.house.clock.us += 1000
        until = from_us(lifts).isoformat()
        return self.house.submit(key=key, **{**HELD, **changes, "embargo_until": until})

    def _turn(self) -> None:
        self.house.service.drain()
        self.house.clock.us = (self.house.clock.us // SECOND_US + 1) * SECOND_US

    def until(self, time_us: int) -> None:
        self.house.clock.us = time_us
        self.house.service.drain()

    def walk(self) -> Walk:
        return walk(self.house, self.newsroom, self.overheard, self.names)


def revision(action: Action, **fields: Any) -> Revision:
    return Revision(action=action, actor="t", **fields)


def picture() -> bytes:
    target = BytesIO()
    Image.new("RGB", (8, 8), "plum").save(target, "PNG")
    return target.getvalue()


@contextmanager
def staged(opened: Callable[[Clock], House]) -> Iterator[Stage]:
    """A stage of its own, whose log is overheard."""
    clock = Clock()
    with ExitStack() as stack:
        patches = stack.enter_context(pytest.MonkeyPatch.context())
        patches.setattr("syndicator.ids.secrets", Chance(clock))
        patches.setattr("syndicator.services.attach.secrets", Chance(clock))
        newsroom = stack.enter_context(Newsroom())
        stage = Stage(opened(clock), newsroom)
        stage.lines = stack.enter_context(structlog.testing.capture_logs())
        lines = Lines(stage.lines)
        logging.getLogger().addHandler(lines)
        stack.callback(logging.getLogger().removeHandler, lines)
        yield stage


def walk_of_the_twin(opened: Callable[[Clock], House], names: dict[str, str]) -> Walk:
    """What is shown without the held releases, to somebody who asks with their very names."""
    with staged(opened) as twin:
        twin.live(holding=False)
        assert twin.names.items() <= names.items(), "both drew alike"
        return replace(twin, names=names).walk()
