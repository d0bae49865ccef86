"""Text that was copied from a mail: quote marks and headers go out as they stand, and the publisher is told."""

import pytest

from syndicator.intake.findings.lint import diagnose
from syndicator.intake.parts.layout import Part
from syndicator.intake.read import read
from tests.unit.intake.pages import told

HEADER = "Betreff: WG: Acme baut in Gera\nVon: Jana Doe <jana@acme.example>\nAn: desk@paper.example"
MARKS = [
    "-------- Weitergeleitete Nachricht --------",
    "-----Urspr\u00fcngliche Nachricht-----",
    "---------- Forwarded message ---------",
    "Begin forwarded message:",
    "Anfang der weitergeleiteten Nachricht:",
    "-------- Message transf\u00e9r\u00e9 --------",
]
TEXT = "Gera, 3. M\u00e4rz 2027 \u2013 Acme hat heute ein Werk er\u00f6ffnet, und alle in der Stadt kamen und sahen es."


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_the_head_of_a_forwarded_mail_is_no_headline(mark: str, between: str) -> None:
    reading = read(f"{mark}{between}{HEADER}\n\nAcme baut in Gera\n\n{TEXT}".encode(), "x.txt")
    assert reading.draft["headline"] == "Acme baut in Gera"
    assert len(reading.draft["body"]) == 1
    assert "".join(span.text for span in reading.spans_of(Part.LETTER)).replace("\n", "").startswith(mark)
    assert told(reading, "W133") == []


@pytest.mark.parametrize("head", [HEADER, f"{MARKS[0]}\n{HEADER}", MARKS[2]])
def test_further_down_it_stays_text_and_is_told(head: str) -> None:
    reading = read(f"Bitte bringt das noch heute.\n\nLG Tom\n\n{head}\n\n{TEXT}".encode(), "x.txt")
    assert told(reading, "W133") == ["this is the header of a mail that was forwarded: it goes out with the text"]


def test_quote_marks_are_told_once_and_stay_as_they_are() -> None:
    quoted = "".join(f"> {line}\n" for line in ("Acme baut in Gera", "", TEXT, "", "Pressekontakt:", "Jana Doe"))
    reading = read(quoted.encode(), "x.txt")
    (one,) = told(reading, "W133")
    assert one.startswith("6 lines begin with '>'")
    assert reading.draft["headline"].startswith("> ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"Acme baut in Gera\n\n{TEXT}\n\n> Die Zeit\n  > ist reif,\n> sagte Jana Doe.", 5),
        (f"Bitte bringt das noch heute.\n\nLG Tom\n\n{HEADER}\n\n{TEXT}", 5),
        (f"Bitte bringt das noch heute.\n\nLG Tom\n{MARKS[0]}\n\n{TEXT}", 4),
    ],
)
def test_the_publisher_is_shown_where_it_begins(text: str, line: int) -> None:
    found = [one.line for one in diagnose(read(text.encode(), "x.txt")) if one.code == "W133"]
    assert found == [line]


@pytest.mark.parametrize(
    "text",
    [
        "Acme baut\n\n> 500 G\u00e4ste\n> 40 Stimmen\n> 3 Tage\n\n" + TEXT,
        "Acme baut\n\n> Die Zeit\n> ist reif.\n\n" + TEXT,
        "Acme baut\n\nVon: Gera\nNach: Jena\n\n" + TEXT,
        "Acme baut\n\nEine weitergeleitete Nachricht ist kein Beleg.\n\n" + TEXT,
    ],
)
def test_other_lines_are_not_told(text: str) -> None:
    assert told(read(text.encode(), "x.txt"), "W133") == []


def test_an_embargo_in_a_quoted_mail_is_seen() -> None:
    quoted = "".join(f"> {line}\n" for line in ("Sperrfrist: 28. November 2027, 18 Uhr", "", "Acme baut", "", TEXT))
    assert read(quoted.encode(), "x.txt").embargoes
