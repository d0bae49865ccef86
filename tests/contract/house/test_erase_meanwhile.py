"""What happens while an erasure is planned: it is erased as well, and nothing of before comes after it."""

from typing import Any

import pytest

from syndicator.article.compose import compose
from syndicator.model.lifecycle import Action
from syndicator.model.publisher import Contact, Profile
from syndicator.services import erase as erasing
from syndicator.services.documents import render_channel
from syndicator.services.fanout import FiltersInUse, fan_out
from syndicator.services.profiles import set_profile
from syndicator.services.revise import Revision
from syndicator.store import publishers
from tests.contract.house.conftest import House, record
from tests.contract.house.newsroom import Newsroom
from tests.contract.house.test_erase import OTHER, PERSON, changed, erase, everything, names_it, wanted


def test_a_version_that_comes_between_is_erased_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    release_id = house.submit(**changed())
    plan, between = erasing._plan, [Revision(action=Action.UPDATE, actor="t", record=record(**changed(headline="Neu")))]

    def planned(*given: Any) -> Any:
        made = plan(*given)
        if between:
            house.service.revise(release_id, between.pop())
        return made

    monkeypatch.setattr(erasing, "_plan", planned)
    assert erase(house, release=release_id).releases[0].versions == (1, 2)
    house.service.drain()
    assert names_it(everything(house)) == []


def test_a_push_that_comes_between_is_rewritten_too(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fan-out read what the plan read, and both of them are right: neither makes another edition."""
    house.endpoint(newsroom)
    release_id = house.submit(**changed())
    plan, between = erasing._plan, [house.service.drain]

    def planned(*given: Any) -> Any:
        made = plan(*given)
        if between:
            between.pop()()
        return made

    monkeypatch.setattr(erasing, "_plan", planned)
    (done,) = erase(house, release=release_id).releases
    assert names_it(everything(house)) == []
    assert (done.pushes, len(done.received_by)) == (1, 1)


def test_what_was_composed_before_it_does_not_come_after_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fan-out and a rendering read the old version, the erasure commits, then they write."""
    release_id = house.submit(**changed())
    done = list[bool]()

    def composed(*given: Any) -> Any:
        made = compose(*given)
        if not done:
            done.append(True)
            erase(house, release=release_id)
        return made

    monkeypatch.setattr("syndicator.services.fanout.compose", composed)
    assert fan_out(house.service.setup, FiltersInUse(), "t").events == 0
    assert names_it(everything(house)) == []
    house.service.drain()
    assert done
    second = house.submit(key="second", **changed(headline="Zweite"))

    def rendered(*given: Any) -> Any:
        made = render_channel(*given)
        if len(done) == 1:
            done.append(True)
            # Not the whole of it: to empty SQLite's log would wait for this very reader.
            erasing.erase(house.service.setup, wanted(release=second), actor="t")
        return made

    monkeypatch.setattr("syndicator.services.regenerate.render_channel", rendered)
    house.service.drain()
    assert len(done) == 2
    assert names_it(everything(house)) == []
    assert "Zweite" in everything(house)


def test_a_profile_that_is_set_between_is_erased_as_it_is_then(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.submit(**changed())
    key, plan = record().publisher_key, erasing._plan

    def profile(*contacts: dict[str, str]) -> Profile:
        return Profile(publisher=record().publisher, contacts=tuple(map(Contact.model_validate, contacts)))

    set_profile(house.service.setup, key, profile(PERSON), owner="operator")
    between = [profile(OTHER, PERSON)]

    def planned(*given: Any) -> Any:
        made = plan(*given)
        if between:
            set_profile(house.service.setup, key, between.pop(), owner="operator")
        return made

    monkeypatch.setattr(erasing, "_plan", planned)
    assert erase(house, publisher=key).profiles == (key,)
    with house.service.database.read() as connection:
        assert publishers.get(connection, key, "operator") == profile(OTHER)
