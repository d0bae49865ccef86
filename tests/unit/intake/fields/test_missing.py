"""What a text does not say is asked for in words of its layout: who hands in a text knows no fields."""

from syndicator.errors import Rejected
from syndicator.intake.fields.reading import to_record
from syndicator.intake.read import read

TEXT = """Acme opens a hall in Leeds

Acme opened a hall for the people of the city and their children today, and the mayor came to see it.
"""
BLOCKS = """
Publisher
Acme Ltd
1 Mill Lane

Media contact
Jane Doe
jane@acme.example
"""


def faults(text: str) -> dict[str, str]:
    try:
        to_record(read(text.encode(), "release.txt"))
    except Rejected as refused:
        return {fault.place: fault.fix for fault in refused.faults}
    return {}


def test_a_text_is_told_the_headings_that_help_and_that_they_do() -> None:
    told = faults(TEXT)
    assert list(told) == ["publisher", "contacts"]
    assert "heading Publisher" in told["publisher"]
    assert "--publisher KEY" in told["publisher"]
    assert "heading Media contact" in told["contacts"]
    assert faults(TEXT + BLOCKS) == {}


def test_front_matter_that_states_half_of_it_is_told_the_rest_by_field() -> None:
    stated = faults(f"---\npublisher:\n  url: https://acme.example\n---\n{TEXT}{BLOCKS.replace('Acme Ltd', '')}")
    assert stated == {"publisher.name": "add name"}
