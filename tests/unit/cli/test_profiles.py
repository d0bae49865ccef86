"""``publisher set``: what is in the file is told in the service's words, whatever form it has, and all of it at once."""

import json
import re
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Call

WRONG = "write http(s)://host[:port]"


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("p.toml", "language = 2027-01-23\n[publisher]\nname = 'A'\n", "language"),
        ("p.toml", "since = 2027-01-23T10:00:00Z\n[publisher]\nname = 'A'\n", "since"),
        ("p.toml", "[publisher]\nname = 'A'\nstreet = nan\n", "publisher.street"),
        ("p.json", '{"publisher": {"name": "A", "street": NaN}}', "publisher.street"),
        ("p.json", "[1]", "body (1:1): this is a list — write an object with named fields"),
        ("p.json", '{"publisher": {"name": "A"},\n "publisher": {"name": "B"}}', "publisher (2:"),
    ],
)
def test_what_no_profile_may_hold_is_bad_input(cli: Call, tmp_path: Path, name: str, text: str, place: str) -> None:
    """A date of TOML ended in a traceback, NaN in a service that cannot be reached, and of two publishers one was taken."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = cli("publisher", "set", "acme", name)
    assert (done.code, done.out) == (3, "")
    assert place in done.err
    assert re.search(r"\(\d+:\d+\)", done.err) is None or name == "p.json", "lines of what it was turned into"
    assert cli("publisher", "show", "acme").code == 4


@pytest.mark.parametrize(
    ("name", "text"), [("p.toml", '[publisher]\nname = "A"'), ("p.json", '{"publisher":{"name":"A"}}')]
)
def test_a_profile_may_be_saved_with_a_byte_order_mark(cli: Call, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8-sig")
    assert cli("publisher", "set", "acme", name).code == 0


def test_all_publishers_are_listed_however_many(cli: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first thousand were, without a word of the others."""
    monkeypatch.setattr("syndicator.cli.publishers._PAGE", 2)
    (tmp_path / "p.json").write_text('{"publisher":{"name":"A"}}')
    keys = [f"acme-{number}" for number in range(5)]
    for key in reversed(keys):
        assert cli("publisher", "set", key, "p.json").code == 0
    listed = [each["key"] for each in cli("publisher", "list", "--json").json]
    assert [key for key in listed if key.startswith("acme-")] == keys
    assert all(key in cli("publisher", "list").out for key in keys)


def test_a_wrong_address_and_what_is_wrong_with_the_profile_come_together(call: Call, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps({"publisher": {"name": ""}, "contacts": [{"email": "no"}]}))
    (tmp_path / "p.toml").write_text("contacts = []\n[publisher]\nname = ''\n")
    of_toml = call("publisher", "set", "acme", "p.toml", "--to", "wrong")
    assert "publisher.name: " in of_toml.err, "without a line of what it was turned into"
    done = call("publisher", "set", "acme", "p.json", "--to", "wrong")
    assert done.code == 3
    for each in (f"--to: 'wrong' is no service's address — {WRONG}", "publisher.name", "contacts[0]"):
        assert each in done.err


@pytest.mark.parametrize("command", ["submit", "check"])
def test_a_wrong_address_and_what_no_profile_mends_come_together(call: Call, tmp_path: Path, command: str) -> None:
    """What the profile may hold is not missed: nobody was asked for it."""
    (tmp_path / "r.json").write_text('{"headline": "", "body": []}')
    done = call(command, "r.json", "--publisher", "acme", "--to", "wrong")
    told = done.out + done.err
    assert done.code == 3
    assert all(f"\n{each}" in told or f"]: {each}" in told for each in ("--to", "headline", "body"))
    assert not any(
        f"\n{each}" in told or f"]: {each}" in told for each in ("publisher", "contacts", "language", "network")
    )


def test_a_wrong_address_is_named_as_it_was_given(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATOR_URL", "wrong")
    assert "SYNDICATOR_URL: 'wrong' is no service's address" in call("feeds", "list").err
    assert "--to: 'other' is no service's address" in call("feeds", "list", "--to", "other").err


@pytest.mark.parametrize("words", [("publisher", "set", "acme"), ("verify",)])
def test_a_file_without_an_end_is_refused(call: Call, words: tuple[str, ...]) -> None:
    secret = ("--secret", "whsec_" + "A" * 43 + "=") if words == ("verify",) else ()
    done = call(*words, "/dev/zero", *secret)
    assert done.code == 3
    assert "/dev/zero: this has more than" in done.err
