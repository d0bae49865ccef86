"""Every publisher, subject, region and industry has a channel to itself, under an address that can be read."""

import json
from pathlib import Path
from typing import Any

import pytest

from syndicator.intake.records.strict import read_model
from syndicator.model.channel import NewChannel, automatic_channels
from syndicator.model.release import Record

TOUCHSTONE = Path(__file__).parents[3] / "examples" / "biom-kawasaki.json"


def _names(**changes: Any) -> set[str]:
    record = json.dumps({**json.loads(TOUCHSTONE.read_bytes()), **changes})
    return {channel.name for channel in automatic_channels(read_model(Record, record.encode()))}


def _publisher(name: str) -> str:
    (found,) = (each for each in _names(publisher={"name": name}) if each.startswith("publisher-"))
    return found


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("BioM Biotech Cluster Development GmbH", "publisher-biom-biotech-cluster-development-gmbh"),
        ("Müller & Söhne, Großhandel", "publisher-mueller-soehne-grosshandel"),
        ("Société Générale", "publisher-societe-generale"),
        ("Ørsted", "publisher-orsted"),
        ("Łódź Œuvre", "publisher-lodz-oeuvre"),
    ],
)
def test_a_name_in_latin_letters_is_spelt_out(name: str, channel: str) -> None:
    assert _publisher(name) == channel


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华为技术有限公司", "中兴通讯股份有限公司"),
        ("ООО Ромашка", "Ἀθῆναι"),
        ("ЗАО Газпром 2", "ПАО Лукойл 2"),
        ("Verein " + "a" * 70 + " Nord", "Verein " + "a" * 70 + " Süd"),
        ("!!!", "???"),
    ],
)
def test_two_publishers_whose_letters_an_address_lacks_are_still_two(one: str, other: str) -> None:
    assert _publisher(one) != _publisher(other)
    assert len(_publisher(one)) <= len("publisher-") + 64
    assert _publisher(one) == _publisher(one.lower())


def test_codes_that_differ_in_scheme_or_sign_are_channels_of_their_own() -> None:
    subjects = [
        {"code": "20000049"},
        {"code": "20000049", "scheme": "house"},
        {"code": "C"},
        {"code": "C+"},
        {"code": "medtop:20000049"},
    ]
    found = _names(subjects=subjects, industries=["A" * 70 + "1", "A" * 70 + "2"])
    assert {"subject-20000049", "subject-house-20000049", "subject-c"} <= found
    assert len([name for name in found if name.startswith("subject-")]) == 5
    assert len([name for name in found if name.startswith("industry-")]) == 2


def test_who_reads_german_reads_that_of_austria() -> None:
    assert {"language-de", "language-de-at"} <= _names(language="de-AT")
    assert {name for name in _names(language="de") if name.startswith("language-")} == {"language-de"}


@pytest.mark.parametrize(
    ("name", "is_reserved"),
    [
        ("all", True),
        ("all-news", True),
        ("region-de-by", True),
        ("allianz", False),
        ("regional", False),
        ("my-all", False),
    ],
)
def test_a_name_that_could_be_a_channels_own_is_reserved(name: str, *, is_reserved: bool) -> None:
    new = NewChannel.model_validate({"name": name, "title": "A", "filter": {"language": "de"}})
    assert new.is_reserved is is_reserved


def test_a_subjects_channel_has_its_label_for_a_title() -> None:
    subjects = [{"code": "medtop:20000210", "label": "Biotechnology"}, {"code": "medtop:20000211"}]
    record = json.dumps({**json.loads(TOUCHSTONE.read_bytes()), "subjects": subjects})
    titles = [each.title for each in automatic_channels(read_model(Record, record.encode())) if each.kind == "subject"]
    assert titles == ["Biotechnology", "Subject: medtop:20000211"]
