"""Superscripts and subscripts: no figure changes when a page or a document becomes plain text."""

import unicodedata

import pytest

from syndicator.intake.fields.reading import Reading, to_record
from syndicator.intake.read import read
from tests.unit.intake.word import docx, paragraph

HEAD = "<h1>Acme opens a bakery</h1><p>Acme opened a bakery today, and it bakes bread for the whole town.</p>"
TAIL = "<p>Media contact:<br>Jane Doe<br>jane@acme.example</p><p>Issued by:<br>Acme Ltd</p>"


def text_of(reading: Reading) -> str:
    return str(reading.draft["body"][-1]["text"])


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Umsatz 12<sup>1</sup> Mio. Euro, 10<sup>6</sup> Teile", "Umsatz 12¹ Mio. Euro, 10⁶ Teile"),
        ("10<sup>-6</sup> m<sup>2</sup>, H<sub>2</sub>O", "10⁻⁶ m², H₂O"),
        ("Umsatz 12<sup>1)</sup>", "Umsatz 12¹⁾"),
        ("Umsatz 12<sup>1, 2</sup> Mio.", "Umsatz 12^(1, 2) Mio."),
        ("Umsatz 12<sup>b</sup>5", "Umsatz 12^(b)5"),
        ("Umsatz 12<sup><a href='#n'>[1]</a></sup> Mio.", "Umsatz 12[1] Mio."),
        ("Umsatz 12<sup> 1 </sup>Mio.", "Umsatz 12 ¹ Mio."),
        ("2<sup>2<sup>3</sup></sup>", "2^(2³)"),
        ("2<sup><sup>3</sup></sup>", "2³"),
        ("v<sub>max</sub>, v<sub>Ziel</sub>", "vₘₐₓ, v_(Ziel)"),
        ("le 1<sup>er</sup> mars, 2<sup>nd</sup>, n<sup>o</sup> 5", "le 1er mars, 2nd, nº 5"),
        ("Acme<sup>TM</sup>, Acme<sup>®</sup>, 12<sup>*</sup>", "Acme™, Acme®, 12*"),
        ("<sup>1</sup> Stand: Mai", "¹ Stand: Mai"),
        ("<sup>* Alle Preise ohne Steuer.</sup>", "* Alle Preise ohne Steuer."),
        ("a<sup></sup>b<sub> </sub>c", "ab c"),
        ("12<span style='font-size:0.6em;vertical-align:super;'>1</span> <span>Mio.</span>", "12¹ Mio."),
        ("H<span style='Vertical-Align : sub'>2</span>O, 4<span style='vertical-align:middle'>5</span>", "H₂O, 45"),
    ],
)
def test_a_raised_sign_never_joins_what_stands_before_it(markup: str, text: str) -> None:
    assert text_of(read(f"{HEAD}<p>{markup}</p>".encode(), "x.html")) == text


def test_they_are_read_in_points_and_cells_too() -> None:
    source = f"{HEAD}<ul><li>12<sup>1</sup></li></ul><table><tr><td>10<sup>6</sup></td><td>b</td></tr></table>"
    _, points, table = read(source.encode(), "x.html").draft["body"]
    assert (points["points"], table["rows"]) == (["12¹"], [["10⁶", "b"]])


def test_blocks_inside_of_a_superscript_stay_apart() -> None:
    reading = read(f"{HEAD}12<sup><div>1</div>2</sup>".encode(), "x.html")
    assert [block["text"] for block in reading.draft["body"][1:]] == ["12", "1", "²"]


@pytest.mark.parametrize(("alignment", "text"), [("superscript", "12¹ Mio."), ("subscript", "12₁ Mio.")])
def test_word_raises_them_too(alignment: str, text: str) -> None:
    runs = (
        "<w:p><w:r><w:t>12</w:t></w:r>"
        f'<w:r><w:rPr><w:vertAlign w:val="{alignment}"/></w:rPr><w:t>1</w:t></w:r>'
        '<w:r><w:t xml:space="preserve"> Mio.</w:t></w:r></w:p>'
    )
    assert text_of(read(docx(paragraph("A headline", "Heading1") + runs), "x.docx")) == text


def test_they_go_into_the_record_as_they_are() -> None:
    record = to_record(read(f"{HEAD}<p>12<sup>1</sup> und 10<sup>6</sup></p>{TAIL}".encode(), "x.html"))
    text = record.body[1].model_dump()["text"]
    assert text == unicodedata.normalize("NFC", text) == "12¹ und 10⁶"
