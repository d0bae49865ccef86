"""A sealing key can be dropped: every secret is sealed with the newest one, whatever goes on meanwhile."""

import json
from base64 import b64encode
from collections.abc import Callable
from threading import Thread

import pytest
from pydantic import SecretStr

from syndicator.clock import SECOND_US
from syndicator.delivery.sealing import Sealer, key_of
from syndicator.delivery.signing import verify
from syndicator.model.endpoint import NewEndpoint
from syndicator.services import reseal as resealing
from syndicator.services.reseal import Resealed, reseal, sealed_by_older
from syndicator.services.views.health import sealed_otherwise
from syndicator.store import audit, endpoints
from tests.contract.house.conftest import KEY, House
from tests.contract.house.locks import wait_until
from tests.contract.house.newsroom import Newsroom

MakeHouse = Callable[..., House]
NEWER = "k2:" + b64encode(b"n" * 32).decode()
BOTH = Sealer.from_text(f"{NEWER},{KEY}")
NEWEST_ALONE = Sealer.from_text(NEWER)


def stored(house: House) -> dict[str, str]:
    with house.service.database.read() as connection:
        return {row["id"]: row["secrets"] for row in endpoints.sealed(connection)}


def resealed(house: House, sealer: Sealer = BOTH) -> Resealed:
    return reseal(house.service.database, sealer, actor="operator", told=lambda _: None)


def test_what_was_sealed_anew_signs_without_the_older_key(make_house: MakeHouse, newsroom: Newsroom) -> None:
    before = make_house()
    endpoint_id = before.endpoint(newsroom)
    first = newsroom.secret
    second = before.service.rotate_secret(endpoint_id, actor="desk")
    assert resealed(before) == Resealed(endpoints=1, changed=1, unopened={})
    after = make_house(clock=before.clock, sealing_keys=SecretStr(NEWER))
    after.submit()
    after.service.drain()
    [(headers, body)] = newsroom.requests
    for secret in (first, second):
        verify(headers, body, [secret], after.clock.us / SECOND_US)
    with after.service.database.read() as connection:
        last = audit.of(connection, endpoint_id)[-1]
    assert (last["actor"], last["action"], last["detail"]) == ("operator", "reseal", {"key": "k2"})


def test_it_ends_at_every_endpoint_and_a_second_time_changes_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "PER_TRANSACTION", 2)
    ids = [
        house.service.add_endpoint(NewEndpoint(url=f"https://newsroom{number}.example/"), owner="desk").id
        for number in range(5)
    ]
    assert sealed_by_older(house.service.database, BOTH) == {"k1": 5}
    told: list[int] = []
    done = reseal(house.service.database, BOTH, actor="operator", told=told.append)
    assert (done.changed, told) == (5, [2, 4, 5])
    text = stored(house)
    assert resealed(house) == Resealed(endpoints=5, changed=0, unopened={})
    assert stored(house) == text
    assert not sealed_by_older(house.service.database, BOTH)
    assert not sealed_otherwise(house.service.database, NEWEST_ALONE)
    with house.service.database.read() as connection:
        assert [[row["action"] for row in audit.of(connection, each)] for each in ids] == [["add", "reseal"]] * 5


def test_a_rotation_at_the_same_time_is_not_lost(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    shown: list[str] = []

    def rotate() -> None:
        shown.append(house.service.rotate_secret(endpoint_id, actor="desk"))

    both = [Thread(target=rotate), Thread(target=resealed, args=(house,))]
    with house.service.database.write() as connection:
        endpoints.set_notice(connection, endpoints.get(connection, endpoint_id)["no"], "somebody works on it")
        for number, each in enumerate(both, 1):  # the rotation is first: what is sealed then holds its secret, too
            each.start()
            wait_until(house, number)
    for each in both:
        each.join(10)
    resealed(house)
    [[newest, _], [older, until]] = json.loads(stored(house)[endpoint_id])
    assert [key_of(each) for each in (newest, older)] == ["k2", "k2"]
    opened = [NEWEST_ALONE.open(each, endpoint_id).decode() for each in (newest, older)]
    assert opened == [*shown, newsroom.secret]
    assert until > house.clock.us


def test_what_signs_no_more_is_gone_with_the_key_that_sealed_it(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.service.rotate_secret(endpoint_id, actor="desk", overlap_s=60)
    house.clock.us += 61 * SECOND_US
    resealed(house)
    [[sealed, until]] = json.loads(stored(house)[endpoint_id])
    assert (key_of(sealed), until) == ("k2", None)


def test_what_does_not_open_stays_as_it_is_and_is_told_and_the_others_are_sealed(house: House) -> None:
    lost = house.service.add_endpoint(NewEndpoint(url="https://lost.example/"), owner="desk").id
    other = Sealer.from_text("k0:" + b64encode(b"0" * 32).decode())
    with house.service.database.write() as connection:
        kept = json.dumps([[other.seal(b"whsec_lost", lost), None]])
        endpoints.set_secrets(connection, endpoints.get(connection, lost)["no"], kept)
    found = house.service.add_endpoint(NewEndpoint(url="https://found.example/"), owner="desk").id
    assert resealed(house) == Resealed(endpoints=2, changed=1, unopened={lost: ("k0",)})
    assert stored(house)[lost] == kept
    [[sealed, _]] = json.loads(stored(house)[found])
    assert key_of(sealed) == "k2"
