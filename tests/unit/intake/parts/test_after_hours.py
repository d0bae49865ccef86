"""Who answers when the office is closed is a contact beside the others; its line ends no block of contacts."""

import pytest

from syndicator.intake.read import read

TEXT = """Acme opens a hall in Leeds

LEEDS, 3 March 2027 - Acme opened a hall for the people of the city and their children today.

Media contacts:
Ann Lee, Press Officer, +44 151 496 0001, ann.lee@acme.example
{line}
Bob Ray, Analyst, +44 151 496 0003
"""
OTHERS = ["Ann Lee", "Bob Ray"]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Out of hours: +44 151 496 0999", "Out of hours"),
        ("Out of hours: Duty press desk, +44 151 496 0999", "Out of hours: Duty press desk"),
        ("Am Abend und nachts: Redaktion, +44 151 496 0999", "Am Abend und nachts: Redaktion"),
    ],
)
def test_its_line_is_a_contact_and_so_are_those_below(line: str, name: str) -> None:
    draft = read(TEXT.format(line=line).encode(), "x.txt").draft
    assert sorted(each["name"] for each in draft["contacts"]) == sorted([*OTHERS, name])
    assert {each["phone"][-3:] for each in draft["contacts"]} == {"001", "003", "999"}
    assert len(draft["body"]) == 1


@pytest.mark.parametrize("line", ["Guests in the hall: 11 482", "ISBN of the book: 978-3-16-148410-0"])
def test_a_sentence_behind_a_colon_still_ends_the_block(line: str) -> None:
    draft = read(TEXT.format(line=line).encode(), "x.txt").draft
    assert line in draft["body"][-1]["text"]
