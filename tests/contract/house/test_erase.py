"""The lawful erasure of a contact: nothing of it is left in any table, file or answer, and no more is changed."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from isal import igzip
from sqlalchemy import inspect, text

from syndicator.clock import from_us
from syndicator.errors import Conflict, NotFound, Rejected
from syndicator.model.erasure import Erasure
from syndicator.model.lifecycle import Action
from syndicator.model.publisher import Contact, Profile
from syndicator.services import erase as erasing
from syndicator.services.fanout import FiltersInUse, fan_out
from syndicator.services.profiles import set_profile
from syndicator.services.replay import replay_delivery
from syndicator.services.revise import Revision
from syndicator.store import audit, releases, renditions
from syndicator.web.app import make_app
from syndicator.web.serve import Server
from tests.contract.house.conftest import EXAMPLE, House, record
from tests.contract.house.newsroom import Newsroom

PERSON = {"name": "Erika Mustermann", "role": "Presse", "phone": "+49 89 55501", "email": "Erika@kontakt.example"}
OTHER = {"name": "Otto Ander", "phone": "+49 89 66602", "email": "otto@kontakt.example"}
SECRETS = ("Mustermann", "+49 89 55501", "rika@kontakt.example", "8955501")
BY_NAME = {"contact": "Erika Mustermann"}


def changed(**changes: Any) -> dict[str, Any]:
    return {"contacts": [PERSON, OTHER], **changes}


def wanted(**fields: Any) -> Erasure:
    return Erasure.model_validate({**BY_NAME, **fields})


def erase(house: House, **fields: Any) -> erasing.Report:
    return house.service.erase_contact(wanted(**fields), actor="operator")


def everything(house: House) -> str:
    """All cells of all tables, with what is compressed opened."""
    found: list[str] = []
    with house.service.database.read() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                for cell in row:
                    raw = bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                    is_packed = raw[:2] == b"\x1f\x8b"
                    found.append((igzip.decompress(raw) if is_packed else raw).decode("utf-8", "replace"))  # type: ignore[no-untyped-call]
    return "\n".join(found)


def surfaces(house: House, release_id: str) -> str:
    paths = ["/", f"/releases/{release_id}", f"/api/v1/releases/{release_id}", "/channels/all"]
    paths += [f"/feeds/all{page}.{form}" for form in ("rss", "atom", "json") for page in ("", "/1")]
    with Server(make_app(house.service), "127.0.0.1", 0) as server:
        public = [requests.get(server.url + path, timeout=10).text for path in paths]
        token = {"Authorization": "Bearer token"}
        inside = [requests.get(server.url + path, headers=token, timeout=10).text for path in paths[2:3]]
        inside.append(
            requests.get(f"{server.url}/api/v1/releases/{release_id}/history", headers=token, timeout=10).text
        )
    return "\n".join(public + inside)


def names_it(seen: str) -> list[str]:
    return [each for each in SECRETS if each.casefold() in seen.casefold()]


def live(house: House, newsroom: Newsroom) -> str:
    """A release of four versions, pushed and shown, one of them in an archive; the receiver answers with what it got."""
    house.endpoint(newsroom)
    newsroom.answer, newsroom.body = 200, lambda told: json.dumps(told["data"].get("contacts")).encode()
    release_id = house.submit(key="a", **changed())
    house.service.drain()
    for action in (Action.UPDATE, Action.CORRECT):
        new = record(**changed(headline=f"Neu: {action}"))
        house.service.revise(release_id, Revision(action=action, actor="t", record=new, note="Eine Zahl war falsch."))
        house.service.drain()
    house.service.revise(release_id, Revision(action=Action.WITHHOLD, actor="t", note="Geprüft."))
    house.service.revise(release_id, Revision(action=Action.REINSTATE, actor="t"))
    for number in range(3):
        house.submit(key=str(number), headline=f"Nachher {number}", contacts=[OTHER])
        house.service.drain()
    return release_id


@pytest.fixture
def opened(make_house: Callable[..., House]) -> House:
    return make_house(feed_window=2)


def test_nothing_of_it_is_left_in_any_table_file_or_answer(opened: House, newsroom: Newsroom, tmp_path: Path) -> None:
    house = opened
    if house.service.database.dialect == "sqlite":
        # As SQLite comes from its authors; some builds overwrite what is deleted by themselves.
        house.service.database.engine.raw_connection().cursor().execute("PRAGMA secure_delete=OFF").close()
    release_id = live(house, newsroom)
    with house.service.database.read() as connection:
        kept = connection.execute(text("SELECT body FROM fragments WHERE release_id = :id"), {"id": release_id})
        assert names_it(str([bytes(body) for body in kept.scalars()])) != [], "composed once, and kept"
    assert names_it(everything(house)) == list(SECRETS[:3])
    assert names_it(surfaces(house, release_id)) == list(SECRETS[:3])
    report = erase(house, release=release_id)
    assert report.purged
    (done,) = report.releases
    assert (done.versions, done.remains, len(done.received_by)) == ((1, 2, 3, 4, 5), (), 1)
    assert done.pushes == 4, "the stub for the withheld one named nobody"
    assert report.answers > 0
    assert names_it(everything(house)) == []
    assert names_it(surfaces(house, release_id)) == []
    assert "Otto Ander" in surfaces(house, release_id)
    if house.service.database.dialect == "sqlite":
        files = [each for each in tmp_path.iterdir() if each.name.startswith("house.db")]
        assert files
        assert [
            (each.name, secret) for each in files for secret in SECRETS if secret.encode() in each.read_bytes()
        ] == []
    with house.service.database.read() as connection:
        step = audit.of(connection, release_id)[-1]
    assert (step["actor"], step["action"]) == ("operator", "erase contact")
    assert step["detail"] == {"versions": 5, "pushes": 4, "answers": report.answers}
    again = erase(house, release=release_id)
    assert (again.releases, again.answers) == ((), 0)


def test_a_replay_and_a_waiting_push_send_the_rewritten_body(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    release_id = house.submit(**changed())
    house.service.drain()
    assert names_it(json.dumps(newsroom.envelopes[-1])) != []
    erase(house, release=release_id)
    (delivery,) = house.deliveries()
    replay_delivery(house.service.setup, delivery["id"], actor="t", reason="again")
    house.service.drain()
    first, second = newsroom.envelopes
    assert names_it(json.dumps(second)) == []
    assert (second["id"], second["timestamp"]) == (first["id"], first["timestamp"])
    assert second["data"]["contacts"][0]["name"] == "Otto Ander"
    assert {**second["data"], "contacts": 0, "text": 0, "html": 0, "sha256": 0} == {
        **first["data"],
        "contacts": 0,
        "text": 0,
        "html": 0,
        "sha256": 0,
    }, "nothing else is another"


def test_the_whole_of_a_publisher_held_ones_and_its_profile(house: House) -> None:
    until = from_us(house.clock.us) + timedelta(hours=1)
    first = house.submit(key="a", **changed())
    held = house.submit(key="b", headline="Später", embargo_until=until.isoformat(), contacts=[PERSON])
    apart = house.submit(key="c", headline="Fremd", publisher={"name": "Fremd AG"}, **changed())
    with house.service.database.read() as connection:
        key = releases.version(connection, first).release.record.publisher_key
    profile = Profile(publisher=record().publisher, contacts=tuple(map(Contact.model_validate, (PERSON, OTHER))))
    set_profile(house.service.setup, key, profile, owner="operator")
    house.service.drain()
    report = erase(house, publisher=key, contact="ERIKA@KONTAKT.EXAMPLE")
    assert ({each.id for each in report.releases}, report.profiles) == ({first, held}, (key,))
    with house.service.database.read() as connection:
        desk = releases.version(connection, held).release.record.contacts
        assert [each.name for each in releases.version(connection, apart).release.record.contacts] == [
            PERSON["name"],
            OTHER["name"],
        ]
    assert [(each.name, each.phone) for each in desk] == [(EXAMPLE["publisher"]["name"], EXAMPLE["publisher"]["phone"])]
    rest = erase(house, owner="operator")
    assert ({each.id for each in rest.releases}, rest.profiles) == ({apart}, ())
    assert names_it(everything(house)) == []
    with house.service.database.read() as connection:
        steps = [(row["actor"], row["action"]) for row in audit.of(connection, key)]
    assert steps == [("operator", "set profile"), ("operator", "erase contact")]


def test_a_replacement_takes_the_place_and_the_block_is_cleaned_on_demand(house: House) -> None:
    block = {**EXAMPLE["publisher"], "phone": PERSON["phone"], "fax": "+49 89 77", "responsible": PERSON["name"]}
    release_id = house.submit(publisher=block, contacts=[PERSON, {**PERSON, "role": "Chefin", "phone": "+49 89 77"}])
    desk = {"name": "Newsdesk", "email": "desk@kontakt.example"}
    places = {f"version 1: publisher.{name}" for name in ("phone", "fax", "responsible")}
    looked = erasing.look_for(house.service.setup, wanted(release=release_id, replacement=desk))
    assert set(looked.releases[0].remains) == places
    report = erase(house, release=release_id, replacement=desk, publisher_block=True)
    assert report.releases[0].remains == ()
    with house.service.database.read() as connection:
        kept = releases.version(connection, release_id).release.record
    assert [each.name for each in kept.contacts] == ["Newsdesk"]
    assert (kept.publisher.phone, kept.publisher.fax, kept.publisher.responsible) == (None, None, None)
    assert kept.publisher.name == block["name"]


def test_texts_that_name_the_person_are_left_and_listed(house: House) -> None:
    body = [{"type": "paragraph", "text": f"„Gut so“, sagt Erika Mustermann, {PERSON['phone']}."}]
    photo = {"caption": "x", "credit": "Erika Mustermann"}
    release_id = house.submit(body=body, quotes=None, media=[photo], **changed())
    note = "Frau erika mustermann bat darum."
    new = record(body=body, quotes=None, **changed())
    house.service.revise(release_id, Revision(action=Action.CORRECT, actor="t", record=new, note=note))
    (looked,) = erasing.look_for(house.service.setup, wanted(release=release_id)).releases
    assert set(looked.remains) == {
        "version 1: body[0].text",
        "version 1: media[0].credit",
        "version 2: body[0].text",
        "version 2: note",
    }
    erase(house, release=release_id)
    with house.service.database.read() as connection:
        assert releases.version(connection, release_id).release.record.body == new.body
    (looked,) = erasing.look_for(house.service.setup, wanted(release=release_id)).releases
    assert looked.versions == ()


def test_a_dry_run_changes_nothing_and_wrong_requests_are_told(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    release_id = house.submit(**changed())
    house.service.drain()
    before = everything(house)
    report = erasing.look_for(house.service.setup, wanted(release=release_id))
    assert (report.releases[0].versions, report.releases[0].pushes, report.purged) == ((1,), 1, False)
    assert everything(house) == before
    assert names_it(report.model_dump_json()) == []
    for field, value in (("release", "rel_unknown"), ("publisher", "nobody")):
        with pytest.raises(NotFound):
            erase(house, **{field: value})
    alone = house.submit(key="b", headline="Allein", publisher={"name": "Nur Name"}, contacts=[PERSON])
    with pytest.raises(Rejected, match="nobody would be left to answer"):
        erase(house, release=alone)


def test_it_waits_for_pushes_under_way(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    release_id = house.submit(**changed())
    fan_out(house.service.setup, FiltersInUse(), "t")
    with house.service.database.write() as connection:
        connection.execute(text("UPDATE deliveries SET state = 'claimed', claim_token = 'x', lease_until = 1"))
    with pytest.raises(Conflict, match="under way"):
        erase(house, release=release_id)
    assert names_it(everything(house)) == list(SECRETS[:3])


def test_a_feed_is_not_gone_while_it_is_made_anew(house: House) -> None:
    release_id = house.submit(**changed())
    house.service.drain()
    erasing.erase(house.service.setup, wanted(release=release_id), actor="operator")
    with house.service.database.read() as connection:
        assert renditions.get(connection, "all", 0, "atom") is not None


def test_the_key_of_an_erased_release_stands_for_what_is_left_of_it(house: House) -> None:
    """A digest of the old record would let anybody who has the table find out whether it named a certain person."""
    release_id = house.submit(key="key", **changed())
    house.service.drain()
    erase(house, release=release_id)
    with house.service.database.read() as connection:
        left = releases.version(connection, release_id).release.record
    again = house.service.submit(left, owner="operator", key="key")
    assert (again.release.id, again.created) == (release_id, False)
    with pytest.raises(Conflict):
        house.submit(key="key", **changed())


def test_a_note_that_names_the_person_is_listed_though_its_version_does_not(house: House) -> None:
    named = {"name": "Jörg Käfer", "email": "jk@kontakt.example"}
    release_id = house.submit(**changed(contacts=[named]))
    note = "Jörg Käfer ist nicht mehr zuständig."
    house.service.revise(release_id, Revision(action=Action.CORRECT, actor="t", record=record(), note=note))
    (left,) = erase(house, release=release_id, contact="Jörg Käfer").releases
    assert (left.versions, left.remains) == ((1,), ("version 2: note",))


def test_a_rewritten_push_keeps_its_files_and_names_no_held_release(house: House, newsroom: Newsroom) -> None:
    """And the one of a version that did not name the contact stays as it is."""
    house.endpoint(newsroom)
    until = from_us(house.clock.us) + timedelta(hours=1)
    held = house.submit(key="held", embargo_until=until.isoformat(), headline="Später")
    paper = house.service.attach(b"%PDF-1.7\n", owner="operator").file
    facts = {"translation_of": held, "media": [{"role": "document", "sha256": paper.sha256}]}
    release_id = house.submit(**changed(**facts))
    house.service.drain()
    new = record(contacts=[OTHER], **facts)
    house.service.revise(release_id, Revision(action=Action.UPDATE, actor="t", record=new))
    house.service.drain()
    before = pushed(house)
    assert erase(house, release=release_id).releases[0].pushes == 1
    after = pushed(house)
    assert after[1] == before[1]
    assert after[0] != before[0]
    assert paper.token in after[0]
    assert held not in after[0]


def pushed(house: House) -> list[str]:
    with house.service.database.read() as connection:
        bodies = connection.execute(text("SELECT body FROM payloads ORDER BY event_seq")).scalars()
        return [bytes(body).decode() for body in bodies]


def test_the_key_of_an_erased_release_is_known_though_its_publisher_writes_no_facts_of_its_files(house: House) -> None:
    paper = house.service.attach(b"%PDF-1.7\n", owner="operator").file.sha256
    media = [{"role": "document", "sha256": paper}]
    release_id = house.submit(key="key", **changed(media=media))
    house.service.drain()
    erase(house, release=release_id)
    assert house.submit(key="key", contacts=[OTHER], media=media) == release_id
