"""What a page marks as a quotation without writing the marks is read with the marks that a browser shows."""

import pytest

from syndicator.intake.read import read

STORY = "<h1>Acme opens a bakery</h1><p>Acme opened a bakery today, and it bakes bread for the whole town.</p>"


@pytest.mark.parametrize(
    ("language", "markup", "text"),
    [
        ("de", "<q>Brot ist <q>gut</q></q>, sagt er.", "„Brot ist ‚gut‘“, sagt er."),
        ("de-CH", "<q>Brot</q>, sagt er.", "«Brot», sagt er."),
        ("fr-CA", "<q cite='https://a.example/'>Du pain</q>, dit-il.", "«Du pain», dit-il."),
        ("en-GB", "<q>Bread <b>and</b> salt</q>, he says.", "“Bread and salt”, he says."),
        ("pl", "<q>Chleb</q>", "“Chleb”"),
        ("de", "<q>„Brot“</q>, sagt er.", "„Brot“, sagt er."),
        ("en", "<q>Bread</q> and <q>salt</q>", "“Bread” and “salt”"),
    ],
)
def test_quotations_have_the_marks_that_a_browser_shows(language: str, markup: str, text: str) -> None:
    reading = read(f"<html lang={language}>{STORY}<p>{markup}</p></html>".encode(), "x.html")
    assert reading.draft["body"][1:] == [{"type": "paragraph", "text": text}]
