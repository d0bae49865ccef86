"""What check and submit say of a file beside its faults: what the service knows of the publisher and of old texts."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import EXAMPLE, Call
from tests.unit.web.served import Served, record

TEXT = """\
Acme Opens a Workshop in Leeds

LEEDS, 3 March 2027 – Acme opened a workshop for two hundred apprentices in the north of the city today.
"""
PROFILE = """
language = "en"
contacts = [{name = "Acme Press Office", email = "press@acme.example"}]
[publisher]
name = "Acme Ltd"
key = "acme"
phone = "+44 113 1"
"""


@pytest.fixture
def acme(cli: Call, served: Served, tmp_path: Path) -> Call:
    profile = tmp_path / "profile.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    assert cli("publisher", "set", "acme", profile).code == 0
    return cli


def written(folder: Path, text: str = TEXT, name: str = "release.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def changed(folder: Path, **publisher: object) -> Path:
    whole = record(publisher={**record()["publisher"], **publisher})
    return written(folder, json.dumps(whole, indent=1, ensure_ascii=False), "release.json")


def test_check_and_submit_name_what_differs_from_the_profile_and_what_was_issued_before(
    cli: Call, served: Served, tmp_path: Path
) -> None:
    first = cli("submit", EXAMPLE, "--json").json
    odd = changed(tmp_path, phone="+49 1")
    told = [each for each in cli("check", odd, "--json").json["diagnostics"] if each["code"] in {"W112", "W113"}]
    assert [(each["code"], each["place"]) for each in told] == [("W112", ""), ("W113", "publisher.phone")]
    assert f"issued as {first['id']}" in told[0]["message"]
    assert told[1]["message"] == f"'+49 1' here, {record()['publisher']['phone']!r} in the profile"
    assert cli("check", odd, "--strict").code == 3
    done = cli("submit", odd)
    assert done.code == 0
    assert "warning[W112]" in done.err
    assert "warning[W113]: publisher.phone: '+49 1' here" in done.err
    assert "W113" in cli("update", first["id"], "--file", odd).err


def test_the_profile_says_what_the_text_does_not(acme: Call, tmp_path: Path) -> None:
    text = written(tmp_path)
    assert acme("check", text).code == 3, "no publisher, no contact"
    assert "no findings" in acme("check", text, "--publisher", "acme").out
    done = acme("submit", text, "--publisher", "acme", "--json")
    assert done.json["warnings"] == []
    stored = acme("status", done.json["id"], "--json").json["record"]
    assert (stored["publisher"]["phone"], stored["contacts"][0]["name"]) == ("+44 113 1", "Acme Press Office")
    assert stored["language"] == "en"
    own = written(tmp_path, f"{TEXT}\nMedia contact:\nJane Doe\njane@acme.example\n")
    acme("update", done.json["id"], "--file", own, "--publisher", "acme")
    assert acme("status", done.json["id"], "--json").json["record"]["contacts"][0]["name"] == "Jane Doe"
    assert acme("submit", text, "--publisher", "nobody").code == 4


def test_profiles_are_listed_shown_and_set_again_as_shown(acme: Call, tmp_path: Path) -> None:
    assert "Acme Press Office, press@acme.example" in acme("publisher", "show", "acme").out
    shown = acme("publisher", "show", "acme", "--json")
    assert shown.json["publisher"]["name"] == "Acme Ltd"
    again = written(tmp_path, shown.out, "profile.json")
    assert acme("publisher", "set", "acme", again, "--json").out == shown.out
    assert acme("publisher", "show", "acme", "--json").out == shown.out
    assert [each["key"] for each in acme("publisher", "list", "--json").json] == ["acme"]
    assert "Acme Ltd" in acme("publisher", "list").out
    for text in ("[", "[1]", '{"publisher": {}}'):
        assert acme("publisher", "set", "acme", written(tmp_path, text, "wrong.json")).code == 3


def test_check_needs_no_service_but_says_when_one_that_was_named_is_away(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("check", EXAMPLE).code == 0
    monkeypatch.setenv("SYNDICATOR_PUBLIC_BASE_URL", "http://127.0.0.1:1")
    for named in (("--to", "http://127.0.0.1:1"), ("--token", "t"), ("--publisher", "acme")):
        done = call("check", EXAMPLE, *named)
        assert (done.code, done.out) == (6, ""), named
    folder = tmp_path / "syndicator-data"
    folder.mkdir()
    (folder / "operator.token").write_text("token", encoding="ascii")
    assert call("check", EXAMPLE).code == 0, "nobody named it"


def test_check_shows_what_only_the_service_refuses(cli: Call, served: Served, tmp_path: Path) -> None:
    nowhere = written(tmp_path, json.dumps(record(network="nowhere")), "release.json")
    done = cli("check", nowhere)
    assert done.code == 3
    assert "there is no network 'nowhere'" in done.out


def test_a_wording_in_another_language_is_a_note(acme: Call, tmp_path: Path) -> None:
    text = written(tmp_path)
    asked = ("check", text, "--publisher", "acme", "--language", "fr", "--strict")
    assert acme("check", text, "--publisher", "acme", "--language", "en-GB", "--json").json["diagnostics"] == []
    done = acme(*asked, "--json")
    (note,) = [each for each in done.json["diagnostics"] if each["code"] == "N203"]
    assert note["severity"] == "note"
    assert "has no wording in fr: that in " in note["message"]
    assert "note[N203]" in acme(*asked).out


def test_the_id_of_another_release_that_is_not_here_is_told(cli: Call, served: Served, tmp_path: Path) -> None:
    first = cli("submit", EXAMPLE, "--json").json["id"]
    held = served.submit(headline="Noch nicht", embargo_until="2099-01-01T00:00:00Z")["id"]
    for known in (first, held):
        named = written(tmp_path, json.dumps(record(translation_of=known)), "release.json")
        assert "W135" not in cli("check", named).out
    missing = f"rel_{'0' * 26}"
    named = written(tmp_path, json.dumps(record(translation_of=missing, replaces=first)), "release.json")
    said = f"warning[W135]: translation_of: there is no release {missing} here"
    assert said in cli("check", named).out
    assert said in cli("submit", named).err


HASTY = f"""{TEXT}
INTERN: bitte noch nicht rausgeben

Media contact
Jane Doe
Phone: +44 113 1
Mobile: +44 7700 900123
"""


def test_who_submits_without_check_is_told_what_check_would_have_said(acme: Call, tmp_path: Path) -> None:
    """It is out, but not in silence: a note to colleagues is in it, and a number is in no field."""
    text = written(tmp_path, HASTY)
    done = acme("submit", text, "--publisher", "acme")
    release = done.out.split()[1]
    again = written(tmp_path, HASTY.replace("today", "yesterday"))
    others = (
        acme("update", release, "--publisher", "acme", "--file", again),
        acme("correct", release, "--publisher", "acme", "--file", text, "--note", "It was today."),
    )
    for each in (done, *others):
        assert each.code == 0
        assert "warning[W129]: 'INTERN'" in each.err.replace("INTERN:", "INTERN")
        assert "release.txt:5:1" in each.err
        assert "note[N201]: '+44 7700 900123' of this line is in no field" in each.err
        assert each.err.endswith("1 warning, 1 note\n")
    assert acme("submit", text, "--publisher", "acme", "--json").err.count("\n") == 1, "JSON is for machines"
