"""A text that says that it corrects another: readers see it in the headline, and the publisher is told how to do so."""

import pytest

from syndicator.intake.read import read
from tests.unit.intake.pages import told

HEADLINE = "Acme opens a bakery in Leeds"
TEXT = "LEEDS, 3 March 2027 – Acme opened a bakery, and it bakes bread for the whole town."
WORDS = [
    "KORREKTUR", "Berichtigung", "CORRECTION", "Corrected version", "Erratum", "Update", "Rectificatif",
    "Fe de erratas", "Errata corrige", "Meldung zurückgezogen", "Correction of 3 March 2027",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("between", ["\n", "\n\n", ":\n\n", ": "])
def test_a_word_for_a_correction_stands_in_front_of_the_headline(word: str, between: str) -> None:
    reading = read(f"{word}{between}{HEADLINE}\n\n{TEXT}\n".encode(), "x.txt")
    assert reading.draft["headline"] == f"{word}: {HEADLINE}"
    assert len(told(reading, "W131")) == 1
    assert [block["text"] for block in reading.draft["body"]] == [TEXT.partition(" – ")[2]]


def test_the_subject_of_a_mail_says_it_too() -> None:
    mail = f"From: Acme <press@acme.example>\nSubject: FW: CORRECTION: {HEADLINE}\n\n{TEXT}\n"
    assert read(mail.encode(), "x.txt").draft["headline"] == f"CORRECTION: {HEADLINE}"


@pytest.mark.parametrize(
    "headline", ["Updates for bakers", "Corrections officers strike", "Correction fluid sells out"]
)
def test_a_headline_that_only_begins_with_such_a_word_is_no_finding(headline: str) -> None:
    reading = read(f"{headline}\n\n{TEXT}\n".encode(), "x.txt")
    assert (reading.draft["headline"], told(reading, "W131")) == (headline, [])


def test_who_names_the_other_release_is_not_told() -> None:
    front = f"---\nreplaces: rel_01m87hc9ktzg5txzfvkt03hx63\n---\n\nCORRECTION: {HEADLINE}\n\n{TEXT}\n"
    assert told(read(front.encode(), "x.md"), "W131") == []


@pytest.mark.parametrize("line", ["Stellungnahme: Die Acme bedauert das", "Comunicado: Acme vende todo"])
def test_a_word_for_a_release_with_words_behind_it_is_text_below_the_headline(line: str) -> None:
    draft = read(f"{HEADLINE}\n\n{line}\n\n{TEXT}\n".encode(), "x.txt").draft
    assert draft["subheadline"] == line


def test_a_headline_behind_the_kind_of_release_and_its_date_is_one() -> None:
    draft = read(f"Press release of 3 March 2027: {HEADLINE}\n\n{TEXT}\n".encode(), "x.txt").draft
    assert draft["headline"] == HEADLINE
