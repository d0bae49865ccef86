"""Text that was copied from pages: numbers of pages and cut words go out as they stand, and the publisher is told."""

import pytest

from syndicator.intake.read import read
from tests.unit.intake.pages import told


def text(*paragraphs: str) -> bytes:
    return "\n\n".join(("Acme eröffnet ein Werk in Gera", *paragraphs, "Das Werk steht in Gera.")).encode()


@pytest.mark.parametrize(
    "mark", ["Seite 1 von 2", "Page 2 of 3", "page 2/3", "- 2 -", "2", "2/3", "Página 1 de 2", "S. 2"]
)
def test_the_number_of_a_page_is_told(mark: str) -> None:
    reading = read(text("Acme hat heute ein Werk eröffnet.", mark), "x.txt")
    assert told(reading, "W132") == [f"{mark!r} looks like the number of a page"]
    assert any(block["text"] == mark for block in reading.draft["body"])


@pytest.mark.parametrize("part", ["2027", "Stand 2", "12 Prozent mehr", "Seite 2 zeigt das Werk in Gera."])
def test_other_numbers_are_not(part: str) -> None:
    assert told(read(text("Acme hat heute ein Werk eröffnet.", part), "x.txt"), "W132") == []


def test_a_word_that_was_cut_at_a_lines_end_is_told_and_stays_as_it_is() -> None:
    reading = read(text("Acme schafft Arbeits-\nplätze in der Stadt Gera, und das bis zum Jahr 2030."), "x.txt")
    assert told(reading, "W132") == ["'Arbeits- plätze' was cut at the end of a line"]
    assert "Arbeits-\nplätze" in reading.draft["body"][0]["text"]


@pytest.mark.parametrize(
    "lines", ["mit Nord-\nund Südanschluss", "die A-\nklasse", "am 3. März -\ndas Werk", "Foto-\nStudio", "12-\nfach"]
)
def test_a_hyphen_of_the_words_own_is_not(lines: str) -> None:
    assert told(read(text(f"Acme baut heute {lines} in Gera, und alle kamen."), "x.txt"), "W132") == []
