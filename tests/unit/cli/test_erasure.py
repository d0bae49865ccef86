"""Erasing a contact by the command line: shown first, asked for, then done."""

import json
from itertools import product

import pytest
from sqlalchemy import text

from tests.unit.cli.answering import Answer, Answering
from tests.unit.cli.conftest import Call
from tests.unit.web.served import Served

PERSON = {"name": "Erika Mustermann", "phone": "+49 89 55501", "email": "erika@kontakt.example"}


@pytest.fixture
def release(served: Served) -> str:
    submitted = served.submit(contacts=[PERSON, {"name": "Otto", "phone": "+49 1"}], teaser="Erika Mustermann spricht.")
    served.render()
    return str(submitted["id"])


def test_it_is_shown_then_asked_then_done(
    cli: Call, served: Served, release: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = cli("erase-contact", PERSON["name"], "--release", release, "--dry-run")
    assert (shown.code, shown.out) == (0, "")
    assert f"{release}: versions 1; 1 pushes" in shown.err
    assert "still named in version 1: teaser" in shown.err
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    assert cli("erase-contact", PERSON["name"], "--release", release).code == 130
    assert PERSON["phone"] in served.operator.get(f"/api/v1/releases/{release}").text
    done = cli("erase-contact", PERSON["name"], "--release", release, "--yes")
    assert (done.code, done.out) == (0, "Erased.\n")
    assert PERSON["phone"] not in served.operator.get(f"/api/v1/releases/{release}").text
    assert served.public.until("/feeds/all.json", lambda answer: PERSON["phone"] not in answer.text).status == 200
    history = cli("history", release).out
    assert "erase contact" in history
    assert "Erika" not in history
    assert "still named" in cli("erase-contact", PERSON["name"], "--release", release, "--dry-run").err
    assert "Nothing here" in cli("erase-contact", "Niemand", "--release", release, "--dry-run").err


def test_a_replacement_that_was_given_empty_is_not_passed_over(cli: Call, release: str) -> None:
    """As a script does whose variable is unset: nobody shall answer who cannot be reached that way."""
    given = ("--replacement-name", "Jo Roe", "--replacement-phone", "+49 1", "--replacement-email", "")
    done = cli("erase-contact", PERSON["name"], "--release", release, "--yes", *given)
    assert (done.code, done.out) == (3, "")
    assert "--replacement-email: this field is empty" in done.err


def test_a_name_that_is_nowhere_is_not_said_to_be_erased(cli: Call, release: str) -> None:
    """Who mistyped it believed that the law had been obeyed. Nothing is asked, for there is nothing to rewrite."""
    told = {
        "Erika Musterman": f"{release}: versions none; 0 pushes\n",
        "Niemand": "Nothing here names this contact: give its name or address as it is written there.\n",
    }
    for name, given in product(told, ((), ("--yes",))):
        done = cli("erase-contact", name, "--release", release, *given)
        assert (done.code, done.out) == (0, "Nothing was erased.\n"), done.err
        assert done.err.startswith(told[name])


@pytest.mark.parametrize(
    ("versions", "pushes", "profiles", "told"),
    [
        ([1], 0, [], "Erased."),
        ([], 1, [], "Erased."),
        ([], 0, ["acme"], "Erased."),
        ([], 0, [], "Nothing was erased."),
    ],
    ids=["a version", "a push", "a profile", "texts alone"],
)
def test_whatever_is_rewritten_counts_as_erased(
    call: Call, versions: list[int], pushes: int, profiles: list[str], told: str
) -> None:
    one = {"id": "rel_1", "versions": versions, "pushes": pushes, "remains": ["version 1: teaser"], "received_by": []}
    with Answering(Answer(body={"releases": [one], "profiles": profiles, "purged": True})) as service:
        done = call("erase-contact", "Erika", "--release", "rel_1", "--yes", "--to", service.url, "--token", "t")
    assert (done.code, done.out) == (0, f"{told}\n")
    assert [json.loads(asked.body).get("dry_run", False) for asked in service.asked] == [True, False]


def test_a_replacement_answers_and_wrong_words_are_refused(cli: Call, served: Served, release: str) -> None:
    desk = ("--replacement-name", "Newsdesk", "--replacement-email", "desk@kontakt.example")
    done = cli("erase-contact", PERSON["email"], "--owner", "operator", *desk, "--yes", "--json")
    assert [each["id"] for each in done.json["releases"]] == [release]
    contacts = served.operator.get(f"/api/v1/releases/{release}").json["record"]["contacts"]
    assert [each["name"] for each in contacts] == ["Newsdesk", "Otto"]
    assert cli("erase-contact", "x", "--dry-run").code == 3
    assert "--release, --publisher, --owner: name one" in cli("erase-contact", "x", "--dry-run").err
    nobody = cli("erase-contact", "x", "--owner", "operator", "--replacement-name", "Newsdesk", "--dry-run")
    assert "--replacement-phone, --replacement-email: nobody can reach" in nobody.err
    unnamed = cli(
        "erase-contact",
        "x",
        "--owner",
        "operator",
        "--replacement-email",
        "nowhere",
        "--replacement-phone",
        " ",
        "--dry-run",
    )
    assert all(f"--replacement-{field}: " in unnamed.err for field in ("name", "phone", "email"))
    assert cli("erase-contact", "x", "--release", release, "--owner", "operator", "--dry-run").code == 3
    assert cli("erase-contact", "x", "--release", "rel_unknown", "--dry-run").code == 4
    assert cli("erase-contact", "x", "--release", release, "--token", "wrong", "--dry-run").code == 7


def test_it_names_who_was_sent_it_and_says_when_the_database_is_read_meanwhile(cli: Call, served: Served) -> None:
    endpoint = cli("endpoint", "add", "http://127.0.0.1:1/", "--json").json["id"]
    release = served.submit(contacts=[PERSON])["id"]
    served.service.drain()
    desk = ("--replacement-name", "Newsdesk", "--replacement-phone", "+49 2")
    with served.service.database.read() as connection:
        connection.execute(text("SELECT count(*) FROM releases")).scalar_one()
        done = cli("erase-contact", PERSON["name"], "--release", release, *desk, "--yes")
    assert f"was sent to {endpoint}" in done.err
    assert done.out == "Erased; the database is still being read: run it once more.\n"
    contacts = served.operator.get(f"/api/v1/releases/{release}").json["record"]["contacts"]
    assert [(each["name"], each["phone"]) for each in contacts] == [("Newsdesk", "+49 2")]


def test_it_waits_for_pushes_under_way_and_says_so_and_no_longer_than_it_was_told(
    cli: Call, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("endpoint", "add", "http://127.0.0.1:1/")
    release = served.submit(contacts=[PERSON, {"name": "Otto", "phone": "+49 1"}])["id"]
    served.service.drain()
    _move(served, "state = 'claimed', claim_token = 't', lease_until = 9000000000000000")
    command = ("erase-contact", PERSON["name"], "--owner", "operator", "--yes")
    refused = cli(*command, "--wait-limit", "0")
    assert refused.code == 5
    assert f"nothing was erased: 1 pushes of {release} are under way" in refused.err
    assert "--release" in refused.err
    waits: list[float] = []

    def it_ends(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            _move(served, "state = 'delivered', claim_token = NULL, lease_until = NULL")

    monkeypatch.setattr("syndicator.cli.erasure.time.sleep", it_ends)
    done = cli(*command)
    assert (done.code, done.out, len(waits)) == (0, "Erased.\n", 2)
    assert done.err.count(f"Waiting for 90 s at most: 1 pushes of {release} are under way") == 1


def _move(served: Served, change: str) -> None:
    with served.service.database.write() as connection:
        assert connection.execute(text(f"UPDATE deliveries SET {change}")).rowcount == 1
