"""Figures of a text are no telephone numbers: what holds them stays in the text."""

import pytest

from syndicator.intake.findings.lint import diagnose
from syndicator.intake.read import read
from tests.unit.intake.lost import lost_lines

ABOVE = "Muster SE hebt die Prognose an\n\nAugsburg, 2. März 2027 – Die Muster SE hebt heute ihre Prognose an."
BELOW = "Herausgeber\nMuster SE\nWeg 1\n86150 Augsburg\n\nKontakt\nEva Klein\nTel. 0821 1234-0\n"


@pytest.mark.parametrize(
    "block",
    [
        "Finanzkalender 2027\n01.04.2027 Hauptversammlung\n05.05.2027 Quartalsbericht\n12.08.2027 Halbjahresbericht",
        "Prognose\nUmsatz 1.400–1.500 Mio. Euro\nEBIT 140–150 Mio. Euro\nMitarbeiter 12.000–13.000",
        "Das Spiel in Zahlen\nTore 3:2 (1:1)\nZuschauer 11 482 / 12 000\nAnstoß (Kassel) 2027-03-05",
        "Öffnungszeiten\nMo–Fr 08.00–18.00 Uhr\nSa 09.00–14.00 Uhr",
        "Artikelnummer 4012345678901\nCharge L 4711-08-2027\nMHD 15.03.2027 bis 18.03.2027",
        "Jahr      2026      2025\nUmsatz    1 204     1 113\nErtrag    1 143     1 131",
        "Tickets www.tickets.example\nProgramm www.programm.example\nAnfahrt www.anfahrt.example",
    ],
)
def test_a_block_of_figures_stays_in_the_text(block: str) -> None:
    reading = read(f"{ABOVE}\n\n{block}\n\n{BELOW}".encode(), "x.txt")
    assert [each["text"] for each in reading.draft["body"]][1:] == [block]
    assert reading.draft["contacts"] == [{"name": "Eva Klein", "phone": "0821 1234-0"}]
    assert lost_lines(reading) == ()
    assert "N201" not in {one.code for one in diagnose(reading)}


def test_the_heading_row_of_a_table_may_begin_with_an_empty_cell() -> None:
    table = "\t2026\t2027e\nUmsatz (Mio. €)\t120,3\t140–150\nEBIT (Mio. €)\t12,1\t15–17"
    reading = read(f"{ABOVE}\n\n{table}\n\n{BELOW}".encode(), "x.txt")
    assert reading.draft["body"][1] == {
        "type": "table",
        "header": [],
        "rows": [["", "2026", "2027e"], ["Umsatz (Mio. €)", "120,3", "140–150"], ["EBIT (Mio. €)", "12,1", "15–17"]],
    }


def test_lines_that_a_tab_indents_are_no_table() -> None:
    reading = read(f"{ABOVE}\n\n\tErste Zeile\n\tZweite Zeile\n\n{BELOW}".encode(), "x.txt")
    assert [block["type"] for block in reading.draft["body"]] == ["paragraph", "paragraph"]


@pytest.mark.parametrize(
    "number", ["+49 89 899679-0", "0821/1234-0", "01.23.45.67.89", "512.354.7000", "(555) 201-3344", "555-201-3344"]
)
def test_a_block_below_the_text_with_a_number_is_a_contact(number: str) -> None:
    reading = read(f"{ABOVE}\n\nJane Doe\n{number}\njane@acme.example\n".encode(), "x.txt")
    assert reading.draft["contacts"] == [{"name": "Jane Doe", "phone": number, "email": "jane@acme.example"}]
