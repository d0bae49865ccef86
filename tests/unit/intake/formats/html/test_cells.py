"""Tables of pages and documents: which hold figures, which a whole release, which the people to ask."""

from typing import Any

import pytest

from syndicator.intake.fields.reading import Reading, to_record
from syndicator.intake.parts.layout import Part
from syndicator.intake.read import read
from syndicator.model.body import Table
from tests.unit.intake.lost import lost_lines

TEXT = "Hull, 1 March 2027 – Acme opened a bakery today. It employs forty people and bakes every day of the week."


def page(*parts: str) -> Reading:
    return read("".join(("<html><body>", *parts, "</body></html>")).encode(), "x.html")


def blocks(reading: Reading) -> list[str]:
    return [block["type"] for block in reading.draft["body"]]


def people(reading: Reading) -> list[tuple[str, str]]:
    found: list[dict[str, Any]] = reading.draft["contacts"]
    return [(contact["name"], contact["email"]) for contact in found]


def test_a_newsletter_in_cells_is_read_as_if_there_were_none() -> None:
    figures = "<table><tr><th>Year</th><th>Loaves</th></tr><tr><td><p>2027</p><p>plan</p></td><td>9</td></tr></table>"
    reading = page(
        "<table><tr><td>logo</td><td></td></tr><tr><td>",
        f"<h1>Acme opens a bakery</h1><p>{TEXT}</p>{figures}<ul><li>bread</li><li>cake</li></ul>",
        "</td></tr></table>",
    )
    assert reading.draft["headline"] == "Acme opens a bakery"
    assert blocks(reading) == ["paragraph", "table", "list"]
    assert reading.draft["body"][1]["rows"] == [["2027 plan", "9"]]


@pytest.mark.parametrize(
    "cell", ["<ul><li>bread</li><li>cake</li></ul>", "<p>bread</p>cake", "<p>bread</p><p>cake</p>", "bread<br>cake"]
)
def test_words_in_one_cell_are_not_glued(cell: str) -> None:
    table = f"<table><tr><td>{cell}</td><td>9</td></tr><tr><td>pies</td><td>4</td></tr></table>"
    reading = page(f"<h1>Acme opens a bakery</h1><p>{TEXT}</p>", table)
    assert reading.draft["body"][1]["rows"][0] == ["bread cake", "9"]


def test_paragraphs_of_one_point_are_not_glued() -> None:
    reading = page(f"<h1>Acme opens a bakery</h1><p>{TEXT}</p><ul><li><p>bread</p><p>cake</p></li><li>pies</li></ul>")
    assert reading.draft["body"][1]["points"] == ["bread\ncake", "pies"]


@pytest.mark.parametrize(
    ("point", "lines"),
    [
        ("Sites<ul><li>Berlin</li><li>Cologne</li></ul>Staff: 40", "Sites\nBerlin\nCologne\nStaff: 40"),
        (
            "Sites<ol><li>Berlin<ul><li>Mitte</li></ul>2026</li></ol>Staff: 40",
            "Sites\n1. Berlin\nMitte\n2026\nStaff: 40",
        ),
        ("12<p>30</p>40", "12\n30\n40"),
        ("12<div>30</div>40<br>50", "12\n30\n40\n50"),
    ],
)
def test_what_follows_a_block_inside_of_a_point_is_not_glued_to_it(point: str, lines: str) -> None:
    reading = page(f"<h1>Acme opens a bakery</h1><p>{TEXT}</p><ul><li>{point}</li><li>pies</li></ul>")
    assert reading.draft["body"][1]["points"] == [lines, "pies"]


@pytest.mark.parametrize(
    "table",
    [
        "<tr><td>Jane Doe<br>Acme<br>jane@acme.example</td><td>Joe Roe<br>Roe PR<br>joe@roe.example</td></tr>",
        "<tr><td><p>Jane Doe</p><p>jane@acme.example</p></td><td><p>Joe Roe</p><p>joe@roe.example</p></td></tr>",
        "<tr><td>Jane Doe</td><td>Joe Roe</td></tr><tr><td>jane@acme.example</td><td>joe@roe.example</td></tr>",
        "<tr><td>Jane Doe</td><td>jane@acme.example</td></tr><tr><td>Joe Roe</td><td>joe@roe.example</td></tr>",
    ],
)
def test_contacts_side_by_side_are_two(table: str) -> None:
    reading = page(f"<h1>Acme opens a bakery</h1><p>{TEXT}</p><h2>Media contacts</h2><table>{table}</table>")
    assert people(reading) == [("Jane Doe", "jane@acme.example"), ("Joe Roe", "joe@roe.example")]
    assert blocks(reading) == ["paragraph"]


def test_a_contact_block_may_be_a_list_and_a_publisher_a_table() -> None:
    source = f"""# Acme opens a bakery

{TEXT}

## Contacts

- Jane Doe, Acme, Tel. +44 1482 555 012, jane@acme.example
- Joe Roe, Roe PR, Tel. +44 1482 555 013, joe@roe.example

## Issued by

| Company | Acme Ltd |
|---|---|
| Phone | +44 1482 555 010 |
"""
    reading = read(source.encode(), "x.md")
    assert lost_lines(reading) == ()
    assert people(reading) == [("Jane Doe", "jane@acme.example"), ("Joe Roe", "joe@roe.example")]
    assert reading.draft["publisher"] == {"name": "Acme Ltd", "phone": "+44 1482 555 010", "country": "GB"}


def test_a_list_of_prose_below_a_contact_is_body() -> None:
    source = (
        f"# Acme opens a bakery\n\n{TEXT}\n\n## Contact\n\n- All loaves are baked by hand in Hull.\n- So are cakes.\n"
    )
    assert blocks(read(source.encode(), "x.md")) == ["paragraph", "list"]


def test_a_heading_inside_of_the_text_is_no_title() -> None:
    """Word documents whose title is only set in bold."""
    reading = page(f"<p><b>Acme opens a bakery</b></p><p>{TEXT}</p><h2>Figures</h2><p>{TEXT}</p>")
    assert reading.draft["headline"] == "Acme opens a bakery"
    assert reading.spans_of(Part.PUBLISHER) == ()
    assert blocks(reading) == ["paragraph", "subheading", "paragraph"]


def test_a_title_below_a_greeting_stays_one() -> None:
    greeting = "We use cookies to make this page work for you, and you may switch off those that you do not like."
    reading = page(f"<p>{greeting}</p><h1>Acme opens a bakery</h1><p>{TEXT}</p>")
    assert reading.draft["headline"] == "Acme opens a bakery"


@pytest.mark.parametrize(("stated", "language"), [('lang="es"', "es"), ("lang=pt-BR", "pt-BR"), ('class="x"', None)])
def test_a_short_page_may_say_its_language(stated: str, language: str | None) -> None:
    reading = read(f"<!doctype html><html {stated}><h1>Acme</h1><p>Hola.</p></html>".encode(), "x.html")
    assert reading.draft.get("language") == language


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (
            (
                "<tr><td rowspan=2>Sales</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr>"
                "<tr><td colspan=2>Sum</td><td>6</td></tr>"
            ),
            [["Sales", "1", "2"], ["", "3", "4"], ["Sum", "", "6"]],
        ),
        (
            (
                "<tr><td>a</td><td rowspan=2 colspan=2>b</td><td>c</td></tr><tr><td>d</td><td>e</td></tr>"
                "<tr><td>f</td><td>g</td><td>h</td><td>i</td></tr>"
            ),
            [["a", "b", "", "c"], ["d", "", "", "e"], ["f", "g", "h", "i"]],
        ),
        (
            (
                "<tbody><tr><td rowspan=0>a</td><td>b</td></tr><tr><td>c</td></tr></tbody>"
                "<tbody><tr><td>d</td><td>e</td></tr></tbody>"
            ),
            [["a", "b"], ["", "c"], ["d", "e"]],
        ),
        (
            "<tr><td rowspan='2x' colspan=-1>a</td><td rowspan=many>b</td></tr><tr><td>c</td></tr>",
            [["a", "b"], ["", "c"]],
        ),
        ("<tr><td colspan=99>Figures</td></tr><tr><td>a</td><td>b</td></tr>", [["Figures", ""], ["a", "b"]]),
    ],
)
def test_cells_stand_in_their_columns(table: str, rows: list[list[str]]) -> None:
    reading = page(f"<h1>Acme opens a bakery</h1><p>{TEXT}</p><table>{table}</table>")
    assert reading.draft["body"][1]["rows"] == rows


def test_a_high_cell_of_the_heading_does_not_reach_into_the_rows() -> None:
    table = (
        "<thead><tr><th rowspan=9>Branch</th><th>2026</th></tr></thead><tbody><tr><td>Hull</td><td>4</td></tr></tbody>"
    )
    reading = page(f"<h1>Acme opens a bakery</h1><p>{TEXT}</p><table>{table}</table>")
    assert reading.draft["body"][1] == {"type": "table", "header": ["Branch", "2026"], "rows": [["Hull", "4"]]}


def test_cells_that_reach_without_end_take_no_more_room_than_others() -> None:
    cell = f"<td rowspan={10**9} colspan={10**30}>x</td>"
    reading = page(f"<h1>Acme opens a bakery</h1><p>{TEXT}</p><table>{f'<tr>{cell * 2}</tr>' * 900}</table>")
    rows = reading.draft["body"][1]["rows"]
    assert (len(rows), rows[0], rows[-1], sum(map(len, rows))) == (900, ["x", "x", ""], ["", "x", "x"], 2_700)


@pytest.mark.parametrize(
    ("source", "name", "cell"),
    [
        (f"Acme opens a bakery\n\n{TEXT}\n\nbread\u2028white\t9\ncake\t4\n", "x.txt", "bread white"),
        (f"Acme opens a bakery\n\n{TEXT}\n\npa\u0308n\t9\ncake\t4\n", "x.txt", "pän"),
        (f"# Acme opens a bakery\n\n{TEXT}\n\n| a | b |\n|---|---|\n| a\tb\x85c | 4 |\n", "x.md", "a b c"),
        (f"<h1>Acme</h1><p>{TEXT}</p><table><tr><td><pre>a\tb\nc</pre></td><td>4</td></tr></table>", "x.html", "a b c"),
    ],
)
def test_cells_that_were_read_fit_into_a_record(source: str, name: str, cell: str) -> None:
    profile = {"language": "en", "publisher": {"name": "Acme"}, "contacts": [{"name": "Jane", "phone": "1"}]}
    [block] = [block for block in to_record(read(source.encode(), name), profile).body if isinstance(block, Table)]
    assert block.rows[0][0] == cell


def test_a_table_with_a_whole_text_in_a_cell_is_text() -> None:
    words = "bread " * 1_000
    reading = read(f"Acme opens a bakery\n\n{TEXT}\n\n{words}\t9\ncake\t4\n".encode(), "x.txt")
    assert reading.draft["body"][1] == {"type": "paragraph", "text": f"{words}\t9\ncake\t4"}
