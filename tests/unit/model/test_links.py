"""Addresses that a publisher states: what no reader may be led by."""

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from syndicator.intake.read import read
from syndicator.model.links import Email, WebAddress
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


@pytest.mark.parametrize(
    "address",
    [
        *(f"https://acme.example/a{sign}b" for sign in '\x00\x08\x1f\x7f \u2028\\"<>^`{|}'),
        "https:///a",
        "https://acme.example:port/",
        "https://acme.example:65536/",
        "ftp://acme.example/a",
        "acme.example",
        "https://jane@acme.example/",
        "https://:pw@acme.example/",
        f"https://acme.example/{'a' * 1980}",
    ],
)
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(WebAddress).validate_python(address)


def test_a_web_address_is_kept_as_it_is_written() -> None:
    for address in ("HTTPS://Acme.example:443", f"https://acme.example/{'a' * 1979}"):
        assert TypeAdapter(WebAddress).validate_python(address) == address


@pytest.mark.parametrize(
    "address", ["jane", "jane@", "@acme.example", "a@b@c.example", "a;b@c.example", "j" * 65 + "@c"]
)
def test_what_is_no_email_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Email).validate_python(address)
