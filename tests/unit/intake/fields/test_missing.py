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


def test_who_names_half_of_a_publisher_is_told_where_the_name_goes() -> None:
    in_front = f"---\npublisher:\n  url: https://acme.example\n---\n{TEXT}{BLOCKS.replace('Acme Ltd', '')}"
    in_text = TEXT + BLOCKS.replace("Publisher\nAcme Ltd\n1 Mill Lane", "V.i.S.d.P.: Jane Doe, Acme, 07545 Gera")
    for text in (in_front, in_text):
        told = faults(text)
        assert list(told) == ["publisher.name"]
        assert "first line of the publisher block" in told["publisher.name"]
        assert "as name under publisher" in told["publisher.name"]
