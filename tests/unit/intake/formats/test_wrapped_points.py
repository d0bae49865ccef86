"""Plain text whose points were broken to fit a page."""

from typing import Any

import pytest

from syndicator.intake.fields.reading import Reading
from syndicator.intake.read import read
from tests.unit.intake.lost import lost_lines

TEXT = "Hull, 1 March 2027 – Acme opened a bakery today. It employs forty people and bakes every day of the week."


def reading_of(block: str) -> Reading:
    reading = read(f"Acme opens a bakery\n\n{TEXT}\n\n{block}\n".encode(), "x.txt")
    assert lost_lines(reading) == ()
    return reading


def points(*said: str, ordered: bool = False) -> dict[str, Any]:
    return {"type": "list", "ordered": ordered, "points": list(said)}


def paragraph(text: str) -> dict[str, Any]:
    return {"type": "paragraph", "text": text}


@pytest.mark.parametrize(
    ("block", "body"),
    [
        ("- bread is there\n  and goes on\n- cake", [points("bread is there and goes on", "cake")]),
        ("  - bread\n    is there\n      today \n  - cake", [points("bread is there today", "cake")]),
        ("1. bread\n   is there\n2. cake\n   too", [points("bread is there", "cake too", ordered=True)]),
        ("\u2022 bread\n\tis there\n\u2022 cake", [points("bread is there", "cake")]),
        ("- bread\n  - rye\n    loaf\n- cake", [points("bread", "rye loaf", "cake")]),
        ("- bread\nThat is all.", [points("bread"), paragraph("That is all.")]),
        ("  - bread\n  That is all.", [points("bread"), paragraph("That is all.")]),
        ("3. bread\n   is there\n2. cake", [paragraph("3. bread\n   is there\n2. cake")]),
        ("1. May 2027\n   was hot.", [paragraph("1. May 2027\n   was hot.")]),
    ],
)
def test_lines_that_are_indented_belong_to_their_point(block: str, body: list[dict[str, Any]]) -> None:
    assert reading_of(block).draft["body"][1:] == body


def test_a_heading_is_no_part_of_a_point() -> None:
    reading = reading_of("- bread\n  Media contact:\n  Jane Doe\n  jane@acme.example")
    assert reading.draft["body"][1:] == [points("bread")]
    assert reading.draft["contacts"] == [{"name": "Jane Doe", "email": "jane@acme.example"}]


def test_lines_of_a_contact_stay_lines() -> None:
    reading = reading_of("Media contact:\n- Jane Doe\n  Head of Press\n  Phone: +44 1482 555 012\n  jane@acme.example")
    [contact] = reading.draft["contacts"]
    assert (contact["phone"], contact["email"]) == ("+44 1482 555 012", "jane@acme.example")
