"""Ids as they are pasted, notes and keys that are empty: told before anything is sent, and all in one message."""

from pathlib import Path

import pytest

from tests.unit.cli.answering import Answering
from tests.unit.cli.conftest import EXAMPLE, Call
from tests.unit.web.served import Served

RELEASE_COMMANDS = [
    ("status",),
    ("history",),
    ("reinstate",),
    ("withhold", "--note", "x"),
    ("withdraw", "--note", "x"),
    ("reschedule", "--until", "2027-01-23T19:00:00Z"),
    ("update", "--file", EXAMPLE),
    ("correct", "--file", EXAMPLE, "--note", "x"),
]
ENDPOINT_COMMANDS = [
    *(("endpoint", move) for move in ("show", "test", "verify", "pause", "resume", "remove", "rotate-secret")),
    ("endpoint", "subscribe"),
    ("endpoint", "recover", "--since", "2027-01-23T19:00:00Z", "--reason", "x"),
]


@pytest.mark.parametrize("command", RELEASE_COMMANDS, ids=lambda command: str(command[0]))
@pytest.mark.parametrize(
    "wrong",
    [
        "rel_x/history",
        "end_1",
        "https://wire.example/feeds/all.rss",
        "https://wire.example/releases/rel_1Z",
        "",
        "rel_../../x",
    ],
)
def test_what_is_no_release_id_is_bad_input_and_nothing_is_sent(
    call: Call, command: tuple[object, ...], wrong: str
) -> None:
    with Answering() as service:
        done = call(*command, "--to", service.url, "--", wrong)
    assert (done.code, done.out, service.asked) == (3, "", [])
    assert f"ID: {wrong!r} is no release id (rel_…)" in done.err


@pytest.mark.parametrize("command", ENDPOINT_COMMANDS, ids=lambda command: str(command[1]))
def test_what_is_no_endpoint_id_is_bad_input(call: Call, command: tuple[object, ...]) -> None:
    done = call(*command, "end_1/test")
    assert (done.code, done.out) == (3, "")
    assert "ID: 'end_1/test' is no endpoint id (end_…)" in done.err


@pytest.mark.parametrize("command", [("show",), ("replay", "--reason", "x")])
@pytest.mark.parametrize("wrong", ["seventeen", "17/replay", "1" * 19, "https://127.0.0.1/api/v1/deliveries"])
def test_what_is_no_delivery_id_is_bad_input(call: Call, command: tuple[object, ...], wrong: str) -> None:
    done = call("deliveries", *command, wrong)
    assert (done.code, done.out) == (3, "")
    assert f"ID: {wrong!r} is no delivery id" in done.err


def test_every_wrong_id_of_a_call_is_told(call: Call) -> None:
    done = call("endpoint", "unsubscribe", "a", "b")
    assert done.code == 3
    assert "ID: 'a' is no endpoint id (end_…)" in done.err
    assert "SUBSCRIPTION: 'b' is no subscription id (sub_…)" in done.err
    done = call("deliveries", "list", "--release", "a", "--endpoint", "b", "--before", "c", "--to", "ftp://x")
    assert done.code == 3
    assert all(f"{place}: " in done.err for place in ("--release", "--endpoint", "--before", "--to"))
    assert "--release: 'x' is no release id" in call("erase-contact", "Eva", "--release", "x").err


@pytest.mark.parametrize(
    ("command", "places"),
    [
        (("reschedule", "x", "--until", "tomorrow"), ("ID", "--until")),
        (("endpoint", "recover", "x", "--since", "yesterday", "--reason", " "), ("ID", "--since", "--reason")),
        (("endpoint", "recover", "x", "--since", "2027-01-23T19:00", "--reason", "y"), ("ID", "--since")),
        (("deliveries", "replay", "x", "--reason", ""), ("ID", "--reason")),
    ],
    ids=["reschedule", "recover", "recover from a local time", "replay"],
)
def test_a_wrong_id_a_wrong_time_and_an_empty_reason_are_told_together(
    call: Call, command: tuple[str, ...], places: tuple[str, ...]
) -> None:
    with Answering() as service:
        done = call(*command, "--to", service.url)
    assert (done.code, service.asked) == (3, [])
    told = [line.partition(":")[0] for line in done.err.splitlines() if " — " in line]
    assert sorted(told) == sorted(places)


def test_a_time_of_a_command_is_read_as_the_service_reads_it(call: Call) -> None:
    sent = ("2027-01-23T19:00", "2027-01-23T19:00:00Z", "2027-01-23 19:00:00+01:00")
    for until in sent:
        done = call("reschedule", "rel_1", "--until", until, "--to", "http://127.0.0.1:9")
        assert done.code == 6, done.err
    for since in sent[1:]:
        done = call("endpoint", "recover", "end_1", "--since", since, "--reason", "x", "--to", "http://127.0.0.1:9")
        assert done.code == 6, done.err


def test_addresses_that_show_it_are_taken_for_the_id(cli: Call, served: Served) -> None:
    released = served.submit()
    release = released["id"]
    for pasted in (
        released["url"],
        f" {released['url']}?from=mail#top ",
        f"http://127.0.0.1:1/api/v1/releases/{release}/history",
    ):
        assert cli("status", pasted, "--json").json["id"] == release
    assert cli("withhold", released["url"], "--note", "Wird geprüft.").code == 0
    endpoint = cli("endpoint", "add", "http://127.0.0.1:9/push", "--json").json["id"]
    of_endpoint = f"https://wire.example/api/v1/endpoints/{endpoint}"
    assert cli("endpoint", "show", of_endpoint, "--json").json["id"] == endpoint
    added = cli("endpoint", "subscribe", of_endpoint, "--json").json["id"]
    assert cli("endpoint", "unsubscribe", of_endpoint, f"{of_endpoint}/subscriptions/{added}").code == 0
    delivery = cli("endpoint", "test", endpoint, "--json").json["delivery_id"]
    of_delivery = f"HTTPS://wire.example/2027/api/v1/deliveries/{delivery}"
    assert cli("deliveries", "show", of_delivery, "--json").json["id"] == delivery


@pytest.mark.parametrize(
    ("note", "problem"), [("", "empty"), (" \n", "empty"), ("a\x0bb", "no feed can carry"), ("e\u0301", "NFC")]
)
def test_a_note_is_judged_together_with_the_file(call: Call, tmp_path: Path, note: str, problem: str) -> None:
    (tmp_path / "bad.md").write_text("# Halle\n\nOffen.\n", encoding="utf-8")
    with Answering() as service:
        done = call("correct", "nonsense", "--file", "bad.md", "--note", note, "--to", service.url)
        alone = call("withdraw", "rel_1", "--note", note, "--to", service.url)
        good = call("correct", "rel_1", "--file", EXAMPLE, "--note", note, "--to", service.url)
    assert (done.code, alone.code, good.code, service.asked) == (3, 3, 3, [])
    told = done.err.splitlines()[1:]
    assert {line.partition(":")[0] for line in told} == {"language", "publisher", "contacts", "ID", "--note"}
    for each in (done, alone, good):
        assert problem in next(line for line in each.err.splitlines() if "--note: " in line)


@pytest.mark.parametrize(("key", "problem"), [("", "is the variable set"), (" ", "cannot be sent"), ("ä", "cannot")])
def test_a_key_that_is_none_makes_no_release(cli: Call, served: Served, tmp_path: Path, key: str, problem: str) -> None:
    (tmp_path / "bad.json").write_text('{"headline": ""}', encoding="utf-8")
    done = cli("submit", EXAMPLE, "--idempotency-key", key)
    assert (done.code, done.out) == (3, "")
    assert problem in done.err
    assert "Idempotency-Key: " not in done.err
    served.render()
    assert served.public.get("/feeds/all.json").json["items"] == []
    together = cli("submit", "bad.json", "--idempotency-key", key)
    assert ("--idempotency-key: " in together.err, "headline (" in together.err) == (True, True)


@pytest.mark.parametrize("name", ["bad.json", "bad.md"])
@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("submit", "--idempotency-key", ""),
        ("update", "nonsense", "--file"),
        ("correct", "nonsense", "--note", "", "--file"),
    ],
    ids=lambda words: words[0],
)
def test_a_wrong_service_is_told_together_with_the_file(
    call: Call, tmp_path: Path, words: tuple[str, ...], name: str
) -> None:
    (tmp_path / "bad.json").write_text('{"headline": ""}', encoding="utf-8")
    (tmp_path / "bad.md").write_text("# Halle\n\nOffen.\n", encoding="utf-8")
    done = call(*words, name, "--to", "wire.example")
    assert done.code == 3
    told = done.err + done.out
    options = [each for each in words if each in {"--idempotency-key", "--note"}]
    places = ["--to", "publisher", "contacts", *(["ID"] if "nonsense" in words else []), *options]
    assert all(f"{place}: " in told or f"{place} (" in told for place in places), told


@pytest.mark.parametrize("command", ["check", "submit"])
def test_what_a_profile_may_hold_is_not_missed_where_no_service_has_it(
    call: Call, tmp_path: Path, command: str
) -> None:
    (tmp_path / "bad.md").write_text("# Halle\n\nOffen.\n", encoding="utf-8")
    done = call(command, "bad.md", "--to", "wire.example", "--publisher", "acme")
    told = done.out + done.err
    assert (done.code, "--to: " in told, "contacts" in told) == (3, True, False)
