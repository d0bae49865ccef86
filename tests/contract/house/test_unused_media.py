"""Files that no release uses go after their time of grace; one that any version shows never does."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from syndicator.clock import SECOND_US, from_us
from syndicator.errors import Conflict, Rejected
from syndicator.model.lifecycle import Action
from syndicator.services import attach as files
from syndicator.services.revise import Revision
from syndicator.services.views import releases as views
from syndicator.store import media
from tests.contract.house.conftest import House, record

DAY_US = 86_400 * SECOND_US


def photo(colour: str) -> bytes:
    target = BytesIO()
    Image.new("RGB", (20, 10), colour).save(target, "PNG")
    return target.getvalue()


def hand_in(house: House, colour: str, owner: str = "operator") -> str:
    return house.service.attach(photo(colour), owner=owner).file.sha256


def showing(*hashes: str, **changes: Any) -> dict[str, Any]:
    return {"media": [{"caption": "x", "credit": "y", "sha256": each} for each in hashes], **changes}


def sweep(house: House) -> int:
    return files.remove_unused(house.service.setup)


def is_there(house: House, sha256: str) -> bool:
    return files.path_of(house.service.setup, sha256).exists()


def rows(house: House) -> set[str]:
    with house.service.database.read() as connection:
        return set(connection.execute(text("SELECT sha256 FROM media_files")).scalars())


def test_an_unused_file_goes_when_its_grace_is_over_and_not_before(make_house: Callable[..., House]) -> None:
    house = make_house(media_grace_days=2)
    unused = hand_in(house, "red")
    house.clock.us += 2 * DAY_US
    assert (sweep(house), is_there(house, unused)) == (0, True)
    house.clock.us += 1
    assert (sweep(house), is_there(house, unused), rows(house)) == (1, False, set())
    with pytest.raises(Rejected, match="no such file"):
        house.submit(**showing(unused))
    assert hand_in(house, "red") == unused
    house.submit(**showing(unused))
    house.clock.us += 30 * DAY_US
    assert (sweep(house), is_there(house, unused)) == (0, True)


def test_what_any_version_shows_stays_whatever_became_of_it(house: House) -> None:
    names = ("held", "old", "new", "withdrawn", "never")
    kept = dict(zip(names, (hand_in(house, each) for each in ("red", "green", "blue", "plum", "teal")), strict=True))
    until = (from_us(house.clock.us) + timedelta(days=90)).isoformat()
    house.submit(key="a", headline="A", embargo_until=until, **showing(kept["held"]))
    changed = house.submit(key="b", headline="B", **showing(kept["old"]))
    new = record(headline="B", **showing(kept["new"]))
    house.service.revise(changed, Revision(action=Action.UPDATE, actor="t", record=new))
    for name, fields in (("withdrawn", {}), ("never", {"embargo_until": until})):
        release_id = house.submit(key=name, headline=name, **fields, **showing(kept[name]))
        house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="Nein"))
    house.clock.us += 60 * DAY_US
    assert sweep(house) == 0
    assert all(is_there(house, each) for each in kept.values())


def test_the_bytes_stay_as_long_as_anybody_has_them(house: House) -> None:
    mine, theirs = hand_in(house, "red"), hand_in(house, "red", "another")
    house.submit(**showing(mine))
    house.clock.us += 8 * DAY_US
    assert mine == theirs
    assert (sweep(house), is_there(house, mine)) == (1, True)
    with house.service.database.read() as connection:
        assert media.known(house.service.database, connection, "another", [mine]) == {}


def test_handing_it_in_again_begins_its_grace_anew(house: House) -> None:
    unused = hand_in(house, "red")
    house.clock.us += 6 * DAY_US
    hand_in(house, "red")
    house.clock.us += 6 * DAY_US
    assert (sweep(house), is_there(house, unused)) == (0, True)


def test_a_submission_that_races_with_the_sweep_keeps_its_file_or_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Swept after the record was looked at: refused whole. Taken after the sweep looked: kept."""
    early, late = hand_in(house, "red"), hand_in(house, "blue")
    house.clock.us += 8 * DAY_US
    monkeypatch.setattr("syndicator.services.trial.try_out", lambda *_: sweep(house))
    with pytest.raises(Conflict, match="hand it in again"):
        house.submit(**showing(early))
    monkeypatch.undo()
    assert rows(house) == set()
    hand_in(house, "blue")
    house.clock.us += 8 * DAY_US
    look = media.unused

    def looked(*given: Any) -> Any:
        found = look(*given)
        house.submit(**showing(late))
        return found

    monkeypatch.setattr(media, "unused", looked)
    assert (sweep(house), is_there(house, late), rows(house)) == (0, True, {late})


def test_a_file_that_comes_back_while_its_bytes_are_removed_is_there(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    unused = hand_in(house, "red")
    house.clock.us += 8 * DAY_US
    insert = media.insert

    def inserted(*given: Any) -> bool:
        files.path_of(house.service.setup, unused).unlink()
        return insert(*given)

    monkeypatch.setattr(media, "insert", inserted)
    hand_in(house, "red")
    assert is_there(house, unused)
    monkeypatch.undo()
    house.clock.us += 8 * DAY_US
    remove = media.remove

    def removed(connection: Any, owner: str, sha256: str, before: int) -> bool:
        gone = remove(connection, owner, sha256, before)
        insert(connection, media.MediaFile(owner="another", sha256=sha256, token="t", type="image/png", bytes=1), 1)
        return gone

    monkeypatch.setattr(media, "remove", removed)
    assert (sweep(house), is_there(house, unused)) == (1, True)


def test_a_process_without_the_folder_removes_nothing(house: House) -> None:
    unused = hand_in(house, "red")
    house.clock.us += 8 * DAY_US
    files.path_of(house.service.setup, unused).unlink()
    assert (sweep(house), rows(house)) == (0, {unused})


def test_rows_without_bytes_keep_no_file_from_being_removed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a restore without the folder: they came first, and filled every batch for ever."""
    monkeypatch.setattr(files, "_REMOVED_AT_ONCE", 2)
    for colour in ("red", "green", "blue", "teal"):
        files.path_of(house.service.setup, hand_in(house, colour)).unlink()
    house.clock.us += 1
    last = hand_in(house, "plum")
    house.clock.us += 8 * DAY_US
    assert (sweep(house), is_there(house, last), len(rows(house))) == (1, False, 4)


def test_the_public_record_gives_each_file_its_address_once_it_is_public(house: House) -> None:
    file = house.service.attach(photo("red"), owner="operator").file
    until = (from_us(house.clock.us) + timedelta(hours=1)).isoformat()
    release_id = house.submit(embargo_until=until, **showing(file.sha256))
    assert "href" not in (views.release(house.service.setup, release_id, inside=True).record or {})["media"][0]
    house.clock.us += 3600 * SECOND_US
    house.service.drain()
    (shown,) = (views.release(house.service.setup, release_id).record or {})["media"]
    assert (shown["href"], shown["sha256"]) == (house.service.setup.addresses.media(file.token), file.sha256)
    house.service.revise(release_id, Revision(action=Action.WITHHOLD, actor="t", note="Zahl"))
    assert views.release(house.service.setup, release_id).record is None


def test_few_files_are_looked_for_however_many_there_are(house: House) -> None:
    """The newest and the oldest, and of these only what a version shows."""
    colours = ("red", "green", "blue", "plum", "teal")
    names = []
    for colour in colours:
        names.append(hand_in(house, colour))
        house.clock.us += SECOND_US
    house.submit(**showing(*names[:4]))
    with house.service.database.read() as connection:
        assert set(media.at_the_ends(connection, 2)) == {names[0], names[1], names[3]}
        assert len(media.at_the_ends(connection, 100)) == 4
