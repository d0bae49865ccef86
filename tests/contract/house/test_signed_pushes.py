"""What is kept to sign with is what is right now: for this secret, this release, this second."""

import pytest

from syndicator.clock import SECOND_US
from syndicator.delivery.signing import Ed25519Signer, verify
from syndicator.model.erasure import Erasure
from syndicator.services import courier
from tests.contract.house.conftest import SIGNING, House
from tests.contract.house.newsroom import Newsroom


def test_a_secret_that_was_replaced_at_once_signs_nothing_more(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.submit(key="before")
    house.service.drain()
    newest = house.service.rotate_secret(endpoint_id, actor="t", overlap_s=0)
    house.submit(key="after")
    house.service.drain()
    for (headers, body), secret in zip(newsroom.requests, (newsroom.secret, newest), strict=True):
        assert headers["webhook-signature"].count("v1,") == 1
        verify(headers, body, [secret], house.clock.us / SECOND_US)


def test_each_push_is_signed_for_itself_by_the_public_key(house: House, newsroom: Newsroom) -> None:
    """Two of the same second, and one of them a second later once more."""
    house.endpoint(newsroom)
    for number in range(2):
        house.submit(key=f"{number}")
    house.service.drain()
    house.clock.us += SECOND_US
    house.service.replay_delivery(house.deliveries()[-1]["id"], actor="t", reason="r")
    house.service.drain()
    assert len(newsroom.requests) == 3
    for headers, body in newsroom.requests:
        verify(headers, body, Ed25519Signer.from_text(SIGNING).public_keys, int(headers["webhook-timestamp"]))


def test_of_bodies_that_were_sent_no_more_is_kept_than_fits(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not some number of them, for one may have eight kilobytes or thirteen megabytes."""
    monkeypatch.setattr(courier, "_PAYLOAD_BYTES_KEPT", 50_000)
    house.endpoint(newsroom)
    for number in range(9):
        house.submit(key=f"{number}", body=[{"type": "paragraph", "text": "x" * 4_000}], quotes=None)
    house.service.drain()
    sent = {headers["webhook-id"]: body for headers, body in newsroom.requests}
    kept = [body for event_id, body in sent.items() if house.service.courier._payloads.get(event_id) == body]
    assert len(sent) == 9
    assert 0 < sum(map(len, kept)) <= 50_000 < sum(map(len, sent.values()))


def test_what_an_erasure_rewrote_within_the_second_is_signed_anew(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    people = [{"name": "Erika Mustermann", "phone": "+49 89 5"}, {"name": "Otto Ander", "phone": "+49 89 6"}]
    release_id = house.submit(contacts=people, quotes=None)
    house.service.drain()
    wanted = Erasure.model_validate({"contact": "Erika Mustermann", "release": release_id})
    house.service.erase_contact(wanted, actor="t")
    house.service.replay_delivery(house.deliveries()[-1]["id"], actor="t", reason="r")
    house.service.drain()
    (_, before), (headers, after) = newsroom.requests
    assert before != after
    verify(headers, after, Ed25519Signer.from_text(SIGNING).public_keys, int(headers["webhook-timestamp"]))
