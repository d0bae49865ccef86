"""Embargoes as publishers state them: local times that no clock or two clocks show are refused, and say why."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Call
from tests.unit.web.served import Served, record

TIMES = [
    ("Europe/Berlin", "2027-03-28T02:30:00", "skip 02:30 on 2027-03-28", "+01:00 or +02:00"),
    ("Europe/Berlin", "2027-10-31T02:30:00", "show 02:30 twice on 2027-10-31", "+02:00 or +01:00"),
    ("America/New_York", "2027-03-14T02:30:00", "skip 02:30 on 2027-03-14", "-05:00 or -04:00"),
    ("Australia/Lord_Howe", "2027-04-04T01:45:00", "show 01:45 twice on 2027-04-04", "+11:00 or +10:30"),
]


def written(folder: Path, until: str, zone: str | None) -> Path:
    path = folder / "release.json"
    path.write_text(json.dumps(record(embargo_until=until, embargo_zone=zone), indent=1), encoding="utf-8")
    return path


@pytest.mark.parametrize(("zone", "until", "why", "offsets"), TIMES)
def test_check_and_submit_refuse_it_and_take_it_with_an_offset(
    cli: Call, served: Served, tmp_path: Path, zone: str, until: str, why: str, offsets: str
) -> None:
    source = written(tmp_path, until, zone)
    line = next(n for n, text in enumerate(source.read_text("utf-8").splitlines(), 1) if "embargo_until" in text)
    (found,) = (one for one in cli("check", source, "--json").json["diagnostics"] if one["severity"] == "error")
    assert (found["place"], found["line"]) == ("embargo_until", line)
    assert why in found["message"]
    assert offsets in found["fix"] + found["message"]
    done = cli("submit", source)
    assert (done.code, done.out) == (3, "")
    assert why in done.err
    for offset in offsets.split(" or "):
        assert cli("check", written(tmp_path, until + offset, zone)).code == 0


@pytest.mark.parametrize(("zone", "until", "why", "offsets"), TIMES)
def test_reschedule_reads_local_times_in_the_releases_zone(
    cli: Call, served: Served, tmp_path: Path, zone: str, until: str, why: str, offsets: str
) -> None:
    release_id = served.submit(embargo_until="2027-12-24T18:00:00", embargo_zone=zone)["id"]
    done = cli("reschedule", release_id, "--until", until)
    assert done.code == 3
    assert why in done.err
    assert offsets in done.err
    assert cli("status", release_id, "--json").json["version"] == 1
    assert cli("reschedule", release_id, "--until", f"{until}{offsets[:6]}").code == 0
    assert cli("reschedule", release_id, "--until", "2027-12-01T09:00:00").code == 0
    moved = cli("status", release_id, "--json").json["inside"]["embargo_until"]
    hour = {"Europe/Berlin": "08:00", "America/New_York": "14:00", "Australia/Lord_Howe": "22:00"}[zone]
    assert moved[11:16] == hour


def test_without_a_zone_an_offset_is_asked_for(cli: Call, served: Served, tmp_path: Path) -> None:
    done = cli("submit", written(tmp_path, "2027-12-24T18:00:00", None))
    assert (done.code, "no offset" in done.err) == (3, True)
    release_id = served.submit(embargo_until="2027-12-24T18:00:00Z")["id"]
    done = cli("reschedule", release_id, "--until", "2027-12-25T18:00:00")
    assert (done.code, "no offset" in done.err) == (3, True)


@pytest.mark.parametrize(
    ("until", "zone", "words"),
    [
        ("2027-01-23T19:00:00", "Europe/Berlin", "Saturday, 23 January 2027, 19:00 Europe/Berlin (18:00 UTC)"),
        ("2027-01-23T19:00:00+01:00", None, "Saturday, 23 January 2027, 18:00 UTC"),
    ],
)
def test_check_says_which_instant_it_understood(call: Call, tmp_path: Path, until: str, zone: str, words: str) -> None:
    assert words in call("check", written(tmp_path, until, zone)).out
    text = tmp_path / "release.md"
    fields = [f"embargo_until: {until}", *([f"embargo_zone: {zone}"] if zone else [])]
    text.write_text("\n".join(("---", *fields, "---", "# A headline", "", "Text.")), encoding="utf-8")
    assert words in call("check", text).out


def test_check_says_nothing_of_an_embargo_that_is_none(call: Call, tmp_path: Path) -> None:
    text = tmp_path / "release.md"
    for until in ("soon", "2027-03-28T02:30:00", "[1]"):
        text.write_text(
            f"---\nembargo_until: {until}\nembargo_zone: Europe/Berlin\n---\n# A\n\nText.", encoding="utf-8"
        )
        done = call("check", text)
        assert (done.code, "UTC)" in done.out) == (3, False)


TEXT = """\
Sperrfrist: 24. Januar 2099, 19 Uhr

Acme übernimmt Beta

Die Acme AG hat heute die Übernahme der Beta GmbH bekannt gegeben. Der Preis beträgt 12 Millionen Euro.

Pressekontakt:
Jana Doe
E-Mail: jana@acme.example

Herausgeber:
Acme AG
80331 München
"""
GIVEN = ("--embargo-until", "2099-01-24T19:00", "--embargo-zone", "Europe/Berlin")


def test_a_text_of_any_format_is_held_by_an_option(cli: Call, served: Served, tmp_path: Path) -> None:
    for name in ("release.txt", "release.html"):
        source = tmp_path / name
        lines = TEXT.split("\n\n") if name.endswith("html") else ()
        source.write_text("".join(f"<p>{line}</p>" for line in lines) or TEXT, encoding="utf-8")
        refused = cli("submit", source)
        assert (refused.code, "the text states an embargo" in refused.err) == (3, True)
        assert "embargo_until (line 1): the text states" in refused.err
        assert cli("check", source, *GIVEN).code == 0
        done = cli("submit", source, *GIVEN, "--json").json
        assert (done["state"], done["embargo_until"]) == ("scheduled", "2099-01-24T18:00:00Z")


def test_an_option_that_would_not_count_is_refused(cli: Call, served: Served, tmp_path: Path) -> None:
    text = tmp_path / "release.txt"
    text.write_text(f"---\nembargo_until: 2099-01-23T19:00:00Z\n---\n{TEXT}", encoding="utf-8")
    late = ("--embargo-until", "2099-01-24T19:00Z")
    for source, why in (
        (text, "embargo_until: the file states an embargo, too"),
        (written(tmp_path, "2099-01-23T19:00Z", None), "--embargo-until: a record states this itself"),
    ):
        done = cli("submit", source, *late)
        assert (done.code, done.out) == (3, "")
        assert why in done.err
        checked = cli("check", source, *late)
        assert (checked.code, why in checked.out) == (3, True)
    record = tmp_path / "release.toml"
    record.write_text("language = 'de'", encoding="utf-8")
    assert why in cli("check", record, *late).out, "a record in TOML is one, too"
