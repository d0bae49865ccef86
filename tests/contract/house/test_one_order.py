"""On PostgreSQL whoever writes releases and channels takes them in one order, and loses no mark of another."""

import gzip
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from feeds.fragments import TEMPLATE_VERSION
from syndicator.model.channel import NewChannel
from syndicator.model.filter import EVERYTHING
from syndicator.model.lifecycle import Action, EndpointState
from syndicator.services import regenerate as rendering
from syndicator.services.regenerate import dirty_channels
from syndicator.services.revise import Revision
from syndicator.store import audit, backlogs, channels, deliveries, events, renditions
from tests.contract.house.conftest import Clock, House, open_house, record
from tests.contract.house.locks import wait_until
from tests.contract.house.newsroom import Newsroom
from tests.contract.house.test_erase import changed, everything, names_it, wanted
from tests.contract.house.test_relations import HOUR_US, held

PATIENCE_S = 20.0
HOLD = text("SELECT id FROM deliveries WHERE endpoint_no = :no FOR KEY SHARE")
FREE = text("SELECT id FROM deliveries FOR NO KEY UPDATE SKIP LOCKED")
FALL_BEHIND = text("UPDATE channels SET generation = generation + 1 WHERE value IN ('DE-BY', 'DE-HE') RETURNING no")


@pytest.fixture
def houses(tmp_path: Path, migrated_postgres_url: str) -> Iterator[tuple[House, House]]:
    """Two processes over one database."""
    clock = Clock()
    both = tuple(open_house(tmp_path, migrated_postgres_url, clock, feed_window=4) for _ in range(2))
    yield both[0], both[1]
    for one in both:
        one.service.close()


class Thread(threading.Thread):
    """Keeps what its work raised; ``stop`` is where it stands still until it may ``go``."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self.work, self.error = work, ""
        self.stands, self.go = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:  # noqa: BLE001 (told by whoever joins it)
            self.error = str(error)

    def stop(self) -> None:
        """Once, and only if this thread runs it."""
        if threading.current_thread() is self and not self.stands.is_set():
            self.stands.set()
            assert self.go.wait(PATIENCE_S)

    def start_and_stand(self) -> None:
        self.start()
        assert self.stands.wait(PATIENCE_S)

    def ended(self) -> bool:
        return not self.is_alive()


def pass_each_other(house: House, first: Thread, second: Thread) -> list[str]:
    """What went wrong when the second comes as far as it can while the first stands."""
    first.start_and_stand()
    second.start()
    wait_until(house, 1, second.ended)
    first.go.set()
    for each in (first, second):
        each.join(PATIENCE_S)
        assert each.ended()
    return [each.error for each in (first, second) if each.error]


def regenerates(house: House) -> Callable[[], object]:
    numbers = dirty_channels(house.service.setup)
    return lambda: house.service.regenerate(numbers, "other")


def test_an_erasure_while_an_event_is_fanned_out_rewrites_its_push(
    houses: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = houses
    named = house.submit("named", **changed(headline="Named"))
    insert = events.insert_payload
    fans = Thread(lambda: other.service.fan_out("t"))
    erases = Thread(lambda: house.service.erase_contact(wanted(release=named), actor="operator"))

    def slowly(*given: Any) -> None:
        insert(*given)
        fans.stop()

    monkeypatch.setattr(events, "insert_payload", slowly)
    assert pass_each_other(house, fans, erases) == []
    with house.service.database.read() as connection:
        (body,) = connection.execute(text("SELECT body FROM payloads")).scalars()
    assert "Mustermann" not in bytes(body).decode()
    assert "Named" in bytes(body).decode()


def test_an_erasure_while_its_archive_page_is_rendered_marks_the_page(
    houses: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = houses
    oldest = house.submit("oldest", headline="Oldest")
    named = house.submit("named", **changed(headline="Named"))
    for number in range(4):
        house.submit(f"later {number}", headline=f"Later {number}")
    house.service.drain()
    assert "Mustermann" in feed(house, 1)
    house.service.revise(oldest, Revision(action=Action.UPDATE, actor="t", record=record(headline="Oldest, new")))
    house.service.fan_out("t")
    close_pages = channels.close_pages
    renders = Thread(regenerates(other))
    erases = Thread(lambda: house.service.erase_contact(wanted(release=named), actor="operator"))

    def slowly(*given: Any) -> None:
        renders.stop()
        close_pages(*given)

    monkeypatch.setattr(channels, "close_pages", slowly)
    assert pass_each_other(house, renders, erases) == []
    house.service.drain()
    assert "Mustermann" not in feed(house, 1)
    assert "Oldest, new" in feed(house, 1)


def test_an_erasure_of_several_releases_and_a_rendering(
    houses: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = houses
    house.submit("0", regions=["DE-BY"], headline="Zero")  # its region's channel has the lower number
    for key, region in (("1", "DE-HE"), ("2", "DE-BY")):
        house.clock.us += 1000
        house.submit(key, **changed(headline=key, regions=[region]))
    house.service.drain()
    with house.service.database.write() as connection:
        behind = connection.execute(FALL_BEHIND).scalars().all()
    assert len(behind) == 2
    write = audit.write
    erases = Thread(lambda: house.service.erase_contact(wanted(owner="operator"), actor="operator"))
    renders = Thread(regenerates(other))

    def slowly(*given: Any, **named: Any) -> None:
        erases.stop()
        write(*given, **named)

    monkeypatch.setattr(audit, "write", slowly)
    assert pass_each_other(house, erases, renders) == []


def test_an_erasure_of_several_releases_and_a_pause(
    houses: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for the endpoint lies in another order than its releases do."""
    house, other = houses
    with Newsroom() as newsroom:
        endpoint_id = house.endpoint(newsroom)
        older = house.submit("older", **changed(headline="Older"))
        house.clock.us += 1000
        house.submit("newer", **changed(headline="Newer"))
        house.service.fan_out("t")
        new = record(**changed(headline="Older, new"))
        house.service.revise(older, Revision(action=Action.UPDATE, actor="t", record=new))
        house.service.fan_out("t")
        write = audit.write
        erases = Thread(lambda: house.service.erase_contact(wanted(owner="operator"), actor="operator"))
        pauses = Thread(lambda: other.service.change_endpoint(endpoint_id, "pause", actor="t"))

        def slowly(*given: Any, **named: Any) -> None:
            erases.stop()
            write(*given, **named)

        monkeypatch.setattr(audit, "write", slowly)
        assert pass_each_other(house, erases, pauses) == []
    assert [each["state"] for each in house.deliveries()].count("parked") == 2
    assert names_it(everything(house)) == []


def test_a_release_that_others_name_and_a_rendering_of_those(
    houses: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = houses
    target = held(house)
    house.clock.us += 1000
    naming = house.submit("naming", language="en", translation_of=target)
    house.service.drain()
    new = record(language="en", translation_of=target, headline="New")
    house.service.revise(naming, Revision(action=Action.UPDATE, actor="t", record=new))
    house.service.fan_out("t")
    house.clock.us += HOUR_US
    house.service.sweep()
    store = rendering._store_fragments
    renders = Thread(regenerates(other))
    fans_out = Thread(lambda: house.service.fan_out("t"))

    def slowly(*given: Any) -> None:
        store(*given)
        renders.stop()

    monkeypatch.setattr(rendering, "_store_fragments", slowly)
    assert pass_each_other(house, renders, fans_out) == []
    house.service.drain()
    assert f"/releases/{target}" in feed(house, 0)


def test_a_channel_whose_name_is_taken_again_and_a_fan_out_of_what_it_held(
    houses: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = houses
    new = NewChannel(name="saved", title="Saved", filter=EVERYTHING)
    house.service.add_channel(new, owner="operator")
    first = house.submit("first")
    house.service.drain()
    house.service.delete_channel("saved", actor="operator")
    house.service.revise(first, Revision(action=Action.UPDATE, actor="t", record=record(headline="New")))
    set_aside = channels.set_aside
    adds = Thread(lambda: house.service.add_channel(new, owner="operator"))
    fans_out = Thread(lambda: other.service.fan_out("t"))

    def slowly(*given: Any) -> bool:
        was_there = set_aside(*given)
        adds.stop()
        return was_there

    monkeypatch.setattr(channels, "set_aside", slowly)
    assert pass_each_other(house, adds, fans_out) == []
    house.service.drain()
    assert "New" in feed(house, 0, "saved")


def test_two_that_store_the_same_fragments(houses: tuple[House, House]) -> None:
    house, other = houses
    release_id = house.submit("one")
    named = {"release_id": release_id, "version": 1, "edition": 0, "template": TEMPLATE_VERSION, "body": b"x"}
    atom, rss = ({**named, "format": form} for form in ("atom", "rss"))

    def one_by_one() -> None:
        with house.service.database.write() as connection:
            renditions.insert_fragments(house.service.database, connection, [atom])
            first.stop()
            renditions.insert_fragments(house.service.database, connection, [rss])

    def at_once() -> None:
        with other.service.database.write() as connection:
            renditions.insert_fragments(other.service.database, connection, [rss, atom])

    first, second = Thread(one_by_one), Thread(at_once)
    assert pass_each_other(house, first, second) == []


def test_an_erasure_finds_the_fragments_that_were_being_stored(houses: tuple[House, House]) -> None:
    house, other = houses
    release_id = house.submit("one", **changed())
    named = {"release_id": release_id, "version": 1, "edition": 0, "format": "atom", "template": TEMPLATE_VERSION}
    erases = Thread(lambda: house.service.erase_contact(wanted(release=release_id), actor="t"))
    with other.service.database.write() as storing:
        renditions.insert_fragments(other.service.database, storing, [{**named, "body": b"Mustermann"}])
        erases.start()
        wait_until(house, 1, erases.ended)
    erases.join(PATIENCE_S)
    assert (erases.ended(), erases.error) == (True, "")
    with house.service.database.read() as connection:
        assert b"Mustermann" not in map(bytes, connection.execute(text("SELECT body FROM fragments")).scalars())


def feed(house: House, page: int, name: str = "all") -> str:
    with house.service.database.read() as connection:
        row = renditions.get(connection, name, page, "atom")
    assert row is not None
    return gzip.decompress(row["gzip"]).decode()


@pytest.mark.parametrize("wanted_state", ["queued", "waiting"])
def test_what_a_fan_out_holds_is_neither_held_back_nor_promoted_meanwhile(
    houses: tuple[House, House], wanted_state: str
) -> None:
    house, other = houses
    with Newsroom() as one, Newsroom() as two:
        numbers = [row["endpoint_no"] for row in _fanned_out(house, one, two)]
        database = house.service.database

        def move(some: list[int]) -> int:
            with database.write() as connection:
                if wanted_state == "queued":
                    return backlogs.hold_back(database, connection, some)
                return deliveries.promote(database, connection, [(number, 0) for number in some], cap=16)

        if wanted_state == "waiting":
            with database.write() as connection:
                assert backlogs.hold_back(database, connection, numbers) == 2
        with other.service.database.write() as fanning_out:
            fanning_out.execute(HOLD, {"no": numbers[0]})
            assert move(numbers) == 1, "it waits for nobody"
        assert move(numbers) == 1


def test_nobody_claims_or_supersedes_what_was_found_before_it_is_parked(houses: tuple[House, House]) -> None:
    """Moved by its number alone, a claim would be sent by the next one as well, and an older version come back."""
    house, other = houses
    with Newsroom() as newsroom:
        [row] = _fanned_out(house, newsroom)
    database, number = house.service.database, row["endpoint_no"]
    with database.write() as connection:
        backlogs.hold_back(database, connection, [number])
    free = list[Any]()

    def meanwhile(*given: Any) -> None:
        if "SET state = 'parked'" in given[2]:
            with other.service.database.write() as connection:
                free.append(connection.execute(FREE).all())

    event.listen(database.engine, "before_cursor_execute", meanwhile)
    with database.write() as connection:
        assert backlogs.move_some(database, connection, number, EndpointState.PAUSED, house.clock.us) == 1
    assert free == [[]]


def _fanned_out(house: House, *newsrooms: Newsroom) -> list[dict[str, Any]]:
    """Deliveries that wait, with the numbers of their endpoints."""
    for newsroom in newsrooms:
        house.endpoint(newsroom)
    house.submit("one")
    house.service.fan_out("test")
    with house.service.database.read() as connection:
        found = connection.execute(text("SELECT id, endpoint_no FROM deliveries ORDER BY id")).mappings().all()
    return [dict(row) for row in found]
