import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from feeds.documents import document
from feeds.fragments import fragment
from feeds.model import Head
from tests.unit.feeds import samples

SCHEMA = json.loads((Path(__file__).parents[2] / "golden/feeds/jsonfeed-1.1.schema.json").read_text())


def read(head: Head) -> dict[str, Any]:
    feed: dict[str, Any] = json.loads(document(head, [samples.entry(), samples.plain_entry()], "json"))
    return feed


@pytest.mark.parametrize(
    "head", [samples.head("json"), samples.plain_head("json"), samples.head("json", is_archive=True)]
)
def test_feeds_keep_to_the_schema(head: Head) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(read(head), SCHEMA)


@pytest.mark.parametrize(("member", "value"), [("version", "1.1"), ("extra", {}), ("hubs", [{"url": "https://h"}])])
def test_the_schema_refuses_what_is_no_json_feed(member: str, value: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(read(samples.head("json")) | {member: value}, SCHEMA)


def test_the_extension_carries_what_json_feed_has_no_name_for() -> None:
    item = read(samples.head("json"))["items"][0]
    assert item["_syndicator"] == {
        "version": 2,
        "status": "usable",
        "note": "Korrigiert: Name des Bürgermeisters",
        "rights": "Nur für redaktionelle Zwecke",
        "source": {
            "id": "urn:x-feed:biom",
            "title": "BioM",
            "url": "https://wire.example/feeds/biom.xml",
            "updated": "2017-11-24T11:00:00+00:00",
        },
        "links": [
            {
                "rel": "related",
                "href": "https://wire.example/releases/rel_01/en",
                "title": "English",
                "hreflang": "en",
            }
        ],
        "subjects": [
            {"term": "medtop:20000256", "scheme": "https://cv.example/medtop/", "label": "Biotechnologie"},
            {"term": "Cluster"},
        ],
        "publisher": {"name": "BioM GmbH"},
        "contacts": [{"name": "G. Beispiel"}],
    }
    assert item["attachments"][0]["_syndicator"]["credit"] == "BioM / A. Beispiel"
    assert item["attachments"][0]["_syndicator"]["alt"] == "Zwei Männer geben sich die Hand"


def test_about_cannot_hide_the_version() -> None:
    with pytest.raises(ValueError, match="about must not set version"):
        fragment(samples.entry(about={"version": 9}), "json")


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        fragment(samples.entry(about={"x": float("nan")}), "json")


def test_text_stays_readable_and_nothing_empty_is_written() -> None:
    body = document(samples.plain_head("json"), [samples.plain_entry()], "json").decode()
    assert "Bürgermeisters" in fragment(samples.entry(), "json").decode()
    assert "null" not in body
    assert "[]" not in body
    assert "{}" not in body
    assert '"summary"' not in body


def test_the_first_picture_is_the_image() -> None:
    film = replace(samples.PHOTO, url="https://wire.example/media/film.mp4", type="video/mp4", length=0)
    picture_last = samples.entry(enclosures=(samples.PAPER, film, samples.PHOTO))
    item = json.loads(fragment(picture_last, "json"))
    assert item["image"] == samples.PHOTO.url
    assert "size_in_bytes" not in item["attachments"][1], "nobody knows it"
