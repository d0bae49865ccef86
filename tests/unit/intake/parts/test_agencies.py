"""What an agency prints around a text: its first line, its signs, and whom investors ask."""

import pytest

from syndicator.intake.fields.reading import Reading
from syndicator.intake.read import read
from tests.unit.intake.lost import lost_lines

TEXT = "Acme Robotics today opened a training centre for two hundred apprentices in the north of the city."


def reading_of(*paragraphs: str) -> Reading:
    reading = read("\n\n".join(paragraphs).encode(), "x.txt")
    assert lost_lines(reading) == ()
    return reading


def test_the_first_line_of_an_agency_is_no_date_line_and_its_signs_are_no_text() -> None:
    head = "OTS0042 5 WI 0512 ABC0001 II               Do, 11.Feb.2027"
    text = f"Wien (OTS) - {TEXT}"
    block = "~\nRückfragehinweis:\n   Peter Huber\n   Tel.: +43 1 23456-789\n~"
    reading = reading_of(head, "Acme eröffnet ein Lehrwerk", text, "Es ist das dritte seiner Art.", block)
    assert reading.dateline is not None
    assert (reading.dateline.place, reading.dateline.date) == ("Wien", "")
    assert [entry["text"] for entry in reading.draft["body"]] == [text, "Es ist das dritte seiner Art."]
    assert reading.draft["contacts"] == [{"name": "Peter Huber", "phone": "+43 1 23456-789"}]


@pytest.mark.parametrize(
    "heading", ["Kontakt Investoren", "Kontakt Investor Relations", "Contatto investitori", "Contacto para inversores"]
)
def test_whom_investors_ask_stands_under_a_heading_that_is_no_name(heading: str) -> None:
    media = "Contact\nJane Doe\n+44 113 496 0000"
    reading = reading_of("Acme Opens a Training Centre", TEXT, media, f"{heading}\nLuca Bernasconi\n+41 55 222 33 45")
    assert [contact["name"] for contact in reading.draft["contacts"]] == ["Jane Doe", "Luca Bernasconi"]
