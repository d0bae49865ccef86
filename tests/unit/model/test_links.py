"""Addresses that a publisher states: what no reader may be led by."""

import json

import pytest

from syndicator.intake.read import read
from tests.unit.web.served import record

TURNS = ("\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069")


@pytest.mark.parametrize("sign", TURNS)
def test_an_address_that_is_shown_as_another_one_is_refused(sign: str) -> None:
    publisher = {"name": "Acme", "url": f"https://acme.example/{sign}elpmaxe.live"}
    contact = {"name": "Jane Doe", "email": f"jane{sign}@acme.example"}
    reading = read(json.dumps(record(publisher=publisher, contacts=[contact])).encode(), "x.json")
    assert [(fault.place, fault.problem.partition(" is ")[2], fault.fix) for fault in reading.faults] == [
        ("publisher.url", f"an invisible sign of direction, U+{ord(sign):04X}", "remove it"),
        ("contacts[0].email", f"an invisible sign of direction, U+{ord(sign):04X}", "remove it"),
    ]


def test_an_address_in_letters_that_run_from_right_to_left_is_one() -> None:
    publisher = {"name": "أكمي", "url": "https://acme.example/أخبار"}
    assert read(json.dumps(record(publisher=publisher)).encode(), "x.json").faults == ()
