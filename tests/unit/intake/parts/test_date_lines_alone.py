"""A date line on a line of its own: above the headline, in its block or below it, it never is the headline."""

import pytest

from syndicator.intake.fields.reading import Reading
from syndicator.intake.parts.layout import Part
from syndicator.intake.read import read
from tests.unit.intake.lost import lost_lines

TITLE = "Acme Opens Its Laboratory in Lyon"
TEXT = "Acme Robotics today opened a training centre for two hundred apprentices in the north of the city."
ABOVE = "{line}\n\n{title}\n\n{text}"
IN_ONE_BLOCK = "{line}\n{title}\n\n{text}"
WITH_SUBHEADLINE = "{line}\n\n{title}\n\nForty engineers will work there\n\n{text}"
BELOW = "{title}\n\n{line}\n\n{text}"
LINES = [
    ("PARIS, Nov. 10, 2027 /PRNewswire/ --", "PARIS", "Nov. 10, 2027"),
    ("PARIS, Nov. 10, 2027 /PRNewswire-FirstCall/ --", "PARIS", "Nov. 10, 2027"),
    ("TORONTO, Nov. 10, 2027 /CNW Telbec/ -", "TORONTO", "Nov. 10, 2027"),
    ("NEW YORK, Nov. 10, 2027 (GLOBE NEWSWIRE) --", "NEW YORK", "Nov. 10, 2027"),
    ("PARIS, Nov. 10, 2027 (GLOBE NEWSWIRE via COMTEX) --", "PARIS", "Nov. 10, 2027"),
    ("LONDON, 10 November 2027 - PRNewswire -", "LONDON", "10 November 2027"),
    ("Berlin, 10.11.2027 (ots) -", "Berlin", "10.11.2027"),
    ("MADRID, 10 nov. (EUROPA PRESS) -", "MADRID", "10 nov."),
    ("Paris, le 10 novembre 2027 –", "Paris", "10 novembre 2027"),
    ("Lyon, le 12 mai 2027, 18h00 (CEST)", "Lyon", "12 mai 2027"),
    ("Lyon, le 12 mai 2027 - 18h", "Lyon", "12 mai 2027"),
    ("Madrid, 12 de mayo de 2027, 9:30h", "Madrid", "12 de mayo de 2027"),
    ("Wien (OTS) -", "Wien", ""),
    ("NEW YORK--(BUSINESS WIRE)--", "NEW YORK", ""),
]


def reading_of(layout: str, line: str, title: str = TITLE, name: str = "x.txt") -> Reading:
    text = layout.format(line=line, title=title, text=f"{TEXT}\n\n{TEXT}")
    reading = read(text.encode(), name)
    assert lost_lines(reading) == ()
    return reading


@pytest.mark.parametrize("layout", [ABOVE, IN_ONE_BLOCK, WITH_SUBHEADLINE, BELOW])
@pytest.mark.parametrize(("line", "place", "date"), LINES)
def test_a_date_line_alone_is_no_headline(layout: str, line: str, place: str, date: str) -> None:
    reading = reading_of(layout, line)
    assert reading.draft["headline"] == TITLE
    assert [span.text for span in reading.spans_of(Part.DATELINE)] == [line]
    assert reading.dateline is not None
    assert (reading.dateline.place, reading.dateline.date) == (place, date)


def test_a_date_line_above_a_heading_of_markdown_is_no_letterhead() -> None:
    reading = reading_of(ABOVE, "PARIS, Nov. 10, 2027 /PRNewswire/ --", f"# {TITLE}", "x.md")
    assert reading.draft["headline"] == TITLE
    assert [span.text for span in reading.spans_of(Part.DATELINE)] == ["PARIS, Nov. 10, 2027 /PRNewswire/ --"]


@pytest.mark.parametrize(
    "title",
    [
        "Paris, 10 November 2027 (a film by Jane Doe) opens the festival",
        "PARIS, Nov. 10, 2027 /PRNewswire/ -- Acme Opens Its Laboratory",
        "Berlin, 10. November 2027 (Neue Halle)",
        "Reuters buys Acme",
    ],
)
def test_a_headline_that_names_a_date_or_a_wire_stays_one(title: str) -> None:
    assert reading_of("{title}\n\n{text}", "", title).draft["headline"] == title


def test_a_headline_of_two_lines_is_not_cut_at_a_date_in_it() -> None:
    title = "Paris, 10 November 2027: Acme Opens\nits laboratory in Lyon"
    assert reading_of("{title}\n\n{text}", "", title).draft["headline"] == title.replace("\n", " ")
