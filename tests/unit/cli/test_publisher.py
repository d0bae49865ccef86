"""A publisher's way: hand in, follow, change; every answer of a real service, every silence of a bad line."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from syndicator.cli.publisher import stage_of
from tests.unit.cli.answering import Answer, Answering
from tests.unit.cli.conftest import EXAMPLE, ROOT, Call, process
from tests.unit.web.served import Served, record

LIFTS = "Saturday, 23 January 2027, 19:00 Europe/Berlin (18:00 UTC)"
ACCEPTED = {
    "id": "rel_1",
    "guid": "urn:newsml:x:1",
    "version": 1,
    "state": "published",
    "url": "https://wire.example/releases/rel_1",
    "feeds": [],
}


def written(folder: Path, name: str = "release.json", **changes: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(record(**changes), indent=1), encoding="utf-8")
    return path


def view(state: str = "published", feeds: tuple[bool, ...] = (), **deliveries: int) -> dict[str, Any]:
    return {
        "id": "rel_1",
        "state": state,
        "channels": [{"channel": "all", "up_to_date": fresh} for fresh in feeds],
        "inside": {"deliveries": deliveries, "embargo_until": "2027-01-23T18:00:00Z"},
    }


def test_the_key_is_printed_before_anything_is_answered(tmp_path: Path) -> None:
    with Answering(Answer(201, ACCEPTED), hold=True) as service:
        running = process(tmp_path, "submit", EXAMPLE, "--to", service.url, "--json")
        assert running.stdout
        assert running.stderr
        key = running.stderr.readline().decode().strip().removeprefix("Idempotency-Key: ")
        assert service.arrived.wait(30)
        assert service.asked[0].headers["idempotency-key"] == key
        assert len(key) > 20
        assert service.asked[0].body == EXAMPLE.read_bytes()
        service.release.set()
        out, err = running.communicate(timeout=30)
    assert (running.returncode, json.loads(out), err) == (0, ACCEPTED, b"")


def test_the_same_key_is_the_same_release(cli: Call, served: Served) -> None:
    first, again = (cli("submit", EXAMPLE, "--idempotency-key", "mine", "--json") for _ in range(2))
    other = cli("submit", EXAMPLE, "--json")
    assert first.json["id"] == again.json["id"] != other.json["id"]
    assert other.json["duplicate_of"] == first.json["id"]
    assert first.err == "Idempotency-Key: mine\n"


def test_every_fault_is_told_with_its_line_and_nothing_is_stored(cli: Call, served: Served, tmp_path: Path) -> None:
    faulty = written(tmp_path, headline="", contacts=[{"name": "Nobody"}], languge="de")
    done = cli("submit", faulty)
    assert (done.code, done.out) == (3, "")
    for place in ("headline", "contacts[0]", "languge"):
        line = next(line for line in done.err.splitlines() if line.startswith(place))
        number = int(line.partition("(")[2].partition(":")[0])
        assert place.partition("[")[0] in "\n".join(faulty.read_text("utf-8").splitlines()[number - 3 : number])
    served.render()
    assert served.public.get("/feeds/all.json").json["items"] == []


RECORD_IN_TOML = """
network = "nowhere"
language = "de"
headline = "Kurz"
publisher = {name = "X", address = ["Y 1", "12345 Z"]}
body = [{type = "paragraph", text = "Text."}]
contacts = [{name = "A", email = "a@example.org"}]
"""


def test_lines_are_told_of_the_file_as_it_is_and_not_of_what_it_was_turned_into(
    cli: Call, call: Call, tmp_path: Path
) -> None:
    turned = tmp_path / "release.toml"
    turned.write_text(RECORD_IN_TOML)
    done = cli("submit", turned)
    assert (done.code, done.out) == (3, "")
    assert "nowhere" in done.err
    fault = {"place": "network", "problem": "unknown", "fix": "", "line": 1, "column": 9}
    with Answering(Answer(422, {"faults": [fault]})) as service:
        assert "network (1:9): unknown" in call("submit", EXAMPLE, "--to", service.url).err
        assert "network: unknown" in call("submit", turned, "--to", service.url).err


def test_a_record_too_deep_to_be_read_here_is_left_to_the_service(call: Call, tmp_path: Path) -> None:
    deep = b'{"body":' + b"[" * 100_000
    (tmp_path / "release.json").write_bytes(deep)
    with Answering(Answer(422, {"faults": [{"place": "", "problem": "too deep", "fix": ""}]})) as service:
        done = call("submit", "release.json", "--to", service.url)
    assert (done.code, "too deep" in done.err, service.asked[0].body == deep) == (3, True, True)


def test_what_came_by_stdin_is_sent_again_by_stdin(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "syndicator", "submit", "-", "--to", "http://127.0.0.1:1"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        input=EXAMPLE.read_bytes(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 6
    assert b"Send it again with: syndicator submit - --to http://127.0.0.1:1 --idempotency-key" in done.stderr


def test_an_unreachable_service_is_6_and_its_command_sends_the_same_again(call: Call, tmp_path: Path) -> None:
    source = written(tmp_path, "my release.json")
    done = call("submit", source, "--to", "http://127.0.0.1:1")
    assert (done.code, done.out) == (6, "")
    key = done.err.splitlines()[0].removeprefix("Idempotency-Key: ")
    again = shlex.split(done.err.splitlines()[-1].removeprefix("Send it again with: "))
    assert again == ["syndicator", "submit", str(source), "--to", "http://127.0.0.1:1", "--idempotency-key", key]
    with Answering(Answer(201, ACCEPTED)) as service:
        assert call(*[service.url if each.startswith("http") else each for each in again[1:]]).code == 0
        assert service.asked[0].headers["idempotency-key"] == key


@pytest.mark.parametrize("name", [b"caf\xe9.json", b"a\x1b[2J\n'b\".json", b"-x.json"])
def test_the_command_that_sends_again_can_be_pasted_whatever_the_file_is_called(tmp_path: Path, name: bytes) -> None:
    path = Path(os.fsdecode(name))
    (tmp_path / path).write_bytes(EXAMPLE.read_bytes())
    _, err = process(tmp_path, "submit", "--to", "http://127.0.0.1:1", "--", path).communicate(timeout=30)
    pasted = err.decode().splitlines()[-1].removeprefix("Send it again with: syndicator ")
    shell = f'printf "%s\\0" {pasted}'
    words = subprocess.run(["bash", "-c", shell], capture_output=True, check=True).stdout.split(b"\0")
    assert words[:2] == [b"submit", b"./" * name.startswith(b"-") + name]


def test_a_service_whose_database_is_away_is_6_with_the_command(call: Call) -> None:
    with Answering(Answer(503, {"detail": "the log says why"})) as service:
        done = call("submit", EXAMPLE, "--to", service.url)
    assert done.code == 6
    assert "--idempotency-key" in done.err


def test_wait_says_each_stage_once_on_stderr(call: Call) -> None:
    views = [
        view(),
        view(feeds=(False, False)),
        view(feeds=(True, False), waiting=2),
        view(feeds=(True, True), waiting=1, delivered=1),
        view(feeds=(True, True), waiting=1, delivered=1),
        view(feeds=(True, True), delivered=2),
    ]
    with Answering(Answer(201, ACCEPTED), *(Answer(200, each) for each in views)) as service:
        done = call("submit", EXAMPLE, "--to", service.url, "--wait", "--json")
    assert done.code == 0
    assert done.json == ACCEPTED
    stages = ["accepted", "0/2 feeds", "1/2 feeds", "1/2 delivered", "2/2 delivered"]
    assert done.err.splitlines()[1:] == stages


def test_wait_on_a_line_that_breaks_is_accepted_and_not_settled(call: Call) -> None:
    with Answering(Answer(201, ACCEPTED), Answer(502)) as service:
        done = call("submit", EXAMPLE, "--to", service.url, "--wait", "--json")
    assert (done.code, done.json) == (11, ACCEPTED)
    assert "accepted, but it cannot be followed" in done.err


def test_wait_on_a_newsroom_that_is_down_ends_at_its_limit(call: Call) -> None:
    with Answering(Answer(201, ACCEPTED), Answer(200, view(feeds=(True,), waiting=1, delivered=1))) as service:
        done = call("submit", EXAMPLE, "--to", service.url, "--wait", "--wait-limit", "0", "--json")
    assert (done.code, done.json) == (11, ACCEPTED)
    assert done.err.splitlines()[1:] == [
        "1/2 delivered",
        (
            "Accepted, but not everybody has it: 1/2 delivered after 0 s; "
            "what is open goes on, see: syndicator status rel_1"
        ),
    ]


def test_wait_says_a_long_stage_again(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.cli.publisher._REPEAT_S", 0.0)
    open_still, done_now = view(feeds=(True,), waiting=1), view(feeds=(True,), delivered=1)
    answers = (Answer(201, ACCEPTED), Answer(200, open_still), Answer(200, open_still), Answer(200, done_now))
    with Answering(*answers) as service:
        done = call("submit", EXAMPLE, "--to", service.url, "--wait", "--wait-limit", "1e6")
    assert done.code == 0
    first, again, last = done.err.splitlines()[-3:]
    assert (first, last) == ("0/1 delivered", "1/1 delivered")
    assert re.fullmatch(r"0/1 delivered, \d+ s left", again)


@pytest.mark.parametrize(("ended", "code"), [({"dead": 1}, 11), ({"parked": 1}, 0), ({"superseded": 1}, 0)])
def test_wait_tells_a_push_that_was_given_up_from_one_that_waits(call: Call, ended: dict[str, int], code: int) -> None:
    with Answering(
        Answer(201, ACCEPTED), Answer(200, view("published", (True,), **{"delivered": 1, **ended}))
    ) as service:
        done = call("submit", EXAMPLE, "--to", service.url, "--wait")
    assert done.code == code
    assert ("deliveries list --state dead --release rel_1" in done.err) is (code == 11)


def test_help_says_what_wait_waits_for_and_how_long(call: Call) -> None:
    words = " ".join(call("submit", "--help").out.split())
    assert "every feed shows the release and every push has arrived" in words
    assert "The exit code is 11" in words
    assert "at most. [default: 60.0" in words


@pytest.mark.parametrize(
    ("seen", "stage", "is_last"),
    [
        (view("scheduled"), "scheduled for Saturday, 23 January 2027, 18:00 UTC", True),
        (view(), "accepted", False),
        (view(feeds=(True,)), "0/0 delivered", True),
        (view(feeds=(True,), claimed=1), "0/1 delivered", False),
        (view(feeds=(True,), queued=1, dead=1), "0/2 delivered, 1 dead", False),
        (view(feeds=(True,), delivered=1, dead=1, parked=2), "1/4 delivered, 1 dead, 2 parked", True),
        (view(feeds=(False,), delivered=1), "0/1 feeds", False),
    ],
)
def test_a_stage_is_the_last_when_nothing_is_open(seen: dict[str, Any], stage: str, is_last: bool) -> None:
    assert stage_of(seen) == (stage, is_last)


def test_a_release_through_its_life(cli: Call, served: Served, tmp_path: Path) -> None:
    release = cli("submit", EXAMPLE, "--json").json["id"]
    newer = written(tmp_path, headline="Neue Fakten")
    assert cli("update", release, "--file", newer).out == f"{release} is published, version 2\n"
    assert cli("update", release, "--file", newer, "--expected-version", 1).code == 5
    corrected = cli("correct", release, "--file", EXAMPLE, "--note", "Ein Name war falsch.", "--json").json
    assert (corrected["version"], corrected["note"]) == (3, "Ein Name war falsch.")
    assert "withheld" in cli("withhold", release, "--note", "Wird geprüft.").out
    assert "published" in cli("reinstate", release, "--expected-version", 4).out
    assert "withdrawn" in cli("withdraw", release, "--note", "Versehen.").out
    assert cli("reinstate", release).code == 5
    status = cli("status", release)
    assert "withdrawn" in status.out
    told = cli("history", release, "--json").json
    assert [line["action"] for line in told["versions"]] == [
        *("submit", "update", "correct", "withhold", "reinstate", "withdraw"),
    ]
    shown = cli("history", release).out
    assert all(step in shown for step in ("submit", "update", "correct", "withhold", "reinstate", "withdraw"))
    assert ("Wird geprüft." in shown, "None" in shown) == (True, False)


@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("update", ("--file", EXAMPLE)),
        ("correct", ("--file", EXAMPLE, "--note", "Why.")),
        ("withhold", ("--note", "Why.")),
        ("reinstate", ()),
        ("reschedule", ("--until", "2099-01-23T19:00:00+01:00")),
        ("withdraw", ("--note", "Why.")),
    ],
)
def test_whatever_is_done_to_a_release_may_be_bound_to_the_version_that_was_seen(
    call: Call, action: str, given: tuple[object, ...]
) -> None:
    with Answering(Answer(200, {"id": "rel_1", "state": "published", "version": 7})) as service:
        assert call(action, "rel_1", *given, "--expected-version", 6, "--to", service.url).code == 0
    assert service.asked[0].path == f"/api/v1/releases/rel_1/{action}"
    assert json.loads(service.asked[0].body)["expected_version"] == 6


def test_an_embargo_can_be_moved_until_it_lifts(cli: Call, served: Served, tmp_path: Path) -> None:
    held = written(tmp_path, embargo_until="2027-01-23T19:00:00+01:00", embargo_zone="Europe/Berlin")
    submitted = cli("submit", held, "--wait", "--json")
    assert submitted.json["state"] == "scheduled"
    assert f"scheduled for {LIFTS}\n" in submitted.err
    assert f"Lifts            {LIFTS}\n" in cli("submit", held).out
    release = submitted.json["id"]
    assert f"Lifts     {LIFTS}\n" in cli("status", release).out
    lifts = f"it lifts on {LIFTS}\n"
    assert cli("update", release, "--file", held).out == f"{release} is scheduled, version 2; {lifts}"
    assert lifts in cli("correct", release, "--file", held, "--note", "Ein Name war falsch.").out
    later = "it lifts on Sunday, 24 January 2027, 19:00 Europe/Berlin (18:00 UTC)\n"
    assert later in cli("reschedule", release, "--until", "2027-01-24T19:00:00+01:00").out
    assert cli("reschedule", release, "--until", "tomorrow").code == 3
    earlier = cli("reschedule", release, "--until", "2027-01-24T10:00:00+01:00", "--expected-version", 2)
    assert (earlier.code, "at version 3" in earlier.err) == (5, True)
    assert cli("status", release, "--json").json["inside"]["embargo_until"].startswith("2027-01-24T18:00:00")


def test_what_is_unknown_is_4_and_a_wrong_token_is_7(cli: Call) -> None:
    for words in (("status",), ("history",), ("reinstate",)):
        assert cli(*words, "rel_unknown").code == 4
    done = cli("history", "rel_unknown", "--token", "wrong")
    assert (done.code, done.out) == (7, "")
    assert "token" in done.err
