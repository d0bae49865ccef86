"""A company's name right above what kind of release this is: a letterhead, and no headline."""

import pytest

from syndicator.errors import Rejected
from syndicator.intake.fields.reading import to_record
from syndicator.intake.read import read
from tests.unit.intake.word import docx, paragraph


@pytest.mark.parametrize(
    ("company", "kicker"),
    [
        ("Acme Energie SE", "Veröffentlichung von Insiderinformationen gemäß Artikel 17 MAR"),
        ("Acme plc", "Public disclosure of inside information"),
        ("Acme SA", "Communiqué de presse"),
        ("Acme Italia S.p.A.", "Comunicato stampa"),
        ("Acme Agua S.A.", "Nota de prensa"),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_name_above_the_kind_of_release_is_no_headline(company: str, kicker: str, gap: str) -> None:
    text = (
        f"{company}\n{kicker}{gap}Acme raises its forecast for 2027\n\nAcme has raised its forecast for 2027 today.\n"
    )
    reading = read(text.encode(), "x.txt")
    assert reading.draft["headline"] == "Acme raises its forecast for 2027"
    assert "subheadline" not in reading.draft
    assert reading.draft["publisher"]["name"] == company
    assert reading.draft["body"] == [{"type": "paragraph", "text": "Acme has raised its forecast for 2027 today."}]


def test_a_headline_that_ends_with_a_company_stays_one() -> None:
    reading = read(b"Beta buys Acme plc\nDeal closes in May\n\nBeta has bought Acme today, for cash.\n", "x.txt")
    assert reading.draft["headline"] == "Beta buys Acme plc"


@pytest.mark.parametrize(
    "kind",
    [
        "Gemeinsame Pressemitteilung",
        "Terminhinweis",
        "Pressestatement",
        "JOINT STATEMENT",
        "Stock exchange announcement",
        "Communiqué commun",
        "INFORMATION PRIVILÉGIÉE",
        "Comunicado conjunto",
        "Hecho relevante",
        "Comunicato stampa congiunto",
        "Informazione regolamentata",
    ],
)
def test_the_kind_of_release_is_no_headline(kind: str) -> None:
    text = f"{kind}\n\nAcme raises its forecast for 2027\n\nAcme has raised its forecast for 2027 today.\n"
    assert read(text.encode(), "x.txt").draft["headline"] == "Acme raises its forecast for 2027"


@pytest.mark.parametrize(
    "below", ["Media contact\nJane Doe\njane@acme.example", "About Acme\nAcme bakes bread.", "###"]
)
def test_a_kicker_below_a_short_text_leaves_the_headline_where_it_is(below: str) -> None:
    text = f"Acme opens bakery in Leeds\n\nAcme opened a bakery today.\n\nFOR IMMEDIATE RELEASE\n\n{below}\n"
    reading = read(text.encode(), "x.txt")
    assert reading.draft["headline"] == "Acme opens bakery in Leeds"
    assert reading.draft["body"][0]["text"] == "Acme opened a bakery today."
    assert "publisher" not in reading.draft


TEXT = "LEEDS, 3 March 2027 – Acme opened a bakery, and it bakes bread for the whole town."


@pytest.mark.parametrize("name", ["x.docx", "x.html"])
def test_a_table_above_the_title_is_a_letterhead(name: str) -> None:
    cells = [["Acme Ltd", "12 Gasworks Lane, Leeds LS9 8AA"], ["Press release", "3 March 2027"]]
    if name == "x.docx":
        rows = "".join(f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in cells)
        source = docx(f"<w:tbl>{rows}</w:tbl>{paragraph('Acme opens a bakery', 'Heading1')}{paragraph(TEXT)}")
    else:
        rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in cells)
        source = f"<table>{rows}</table><h1>Acme opens a bakery</h1><p>{TEXT}</p>".encode()
    draft = read(source, name).draft
    assert draft["headline"] == "Acme opens a bakery"
    assert [block["text"] for block in draft["body"]] == [TEXT]
    assert draft["publisher"]["name"] == "Acme Ltd"
    assert draft["publisher"]["address"][0] == "12 Gasworks Lane, Leeds LS9 8AA"


def test_a_table_below_the_first_text_stays_one() -> None:
    page = (
        "<p>Acme opens a bakery</p><table><tr><td>Loaves</td><td>12</td></tr></table><h2>Bread</h2><p>It is good.</p>"
    )
    assert "table" in {block["type"] for block in read(page.encode(), "x.html").draft["body"]}


@pytest.mark.parametrize("label", ["Freigabe", "Sperrfrist", "Embargo until"])
def test_an_embargo_in_a_letterhead_of_cells_is_refused(label: str) -> None:
    table = (
        f"<table><tr><td>Acme Ltd</td><td>Leeds</td></tr><tr><td>{label}</td><td>23.1.2099, 10 Uhr</td></tr></table>"
    )
    reading = read(f"{table}<h1>Acme opens a bakery</h1><p>{TEXT}</p>".encode(), "x.html")
    people = {"publisher": {"name": "Acme"}, "contacts": [{"name": "Jane Doe", "email": "jane@acme.example"}]}
    with pytest.raises(Rejected, match="states an embargo"):
        to_record(reading, people)


LEAD = "Gera, 3. März 2027 – Die Acme AG ruft heute zweihundert Pumpen zurück, weil ein Ventil klemmen kann."


@pytest.mark.parametrize("word", ["Stellungnahme: Die Acme AG bedauert das.", "Stellungnahme", "Insiderinformation"])
def test_a_word_for_a_release_below_the_first_text_makes_no_letterhead_of_it(word: str) -> None:
    text = f"Acme ruft Pumpen zurück\n\n{LEAD}\n\n{word}\n\nWas jetzt zu tun ist\n\nZum Händler gehen.\n"
    draft = read(text.encode(), "x.txt").draft
    assert draft["headline"] == "Acme ruft Pumpen zurück"
    assert "publisher" not in draft
    assert [block["text"] for block in draft["body"]][:2] == [LEAD.partition(" – ")[2], word]


PAGE = (
    "<p>PRESS RELEASE</p><p{0}><b>Acme opens a bakery</b></p><p>Bread for all</p><p>{1}</p>"
    "<h2>Key facts</h2><ul><li>Forty ovens</li></ul><h2>About Acme</h2><p>Acme bakes bread.</p>"
)


@pytest.mark.parametrize("end", ["<sup>[1]</sup>", "*", ""])
@pytest.mark.parametrize("lead", [TEXT, f"{TEXT} It has forty ovens.".split(" – ")[1] + " It bakes at night." * 9])
def test_a_title_without_a_headings_mark_is_not_lost_to_the_first_heading(lead: str, end: str) -> None:
    draft = read(PAGE.format("", lead + end).encode(), "x.html").draft
    assert (draft["headline"], draft["subheadline"]) == ("Acme opens a bakery", "Bread for all")
    assert "publisher" not in draft
    assert [block["type"] for block in draft["body"]] == ["paragraph", "subheading", "list"]


@pytest.mark.parametrize("name", ["c3 title", "MsoTitle"])
def test_a_paragraph_of_the_class_of_titles_is_one(name: str) -> None:
    source = PAGE.format(f' class="{name}"', "Acme opened a bakery today, which has forty ovens and bakes at night.")
    draft = read(source.encode(), "x.html").draft
    assert (draft["headline"], "publisher" in draft) == ("Acme opens a bakery", False)


STREET = ["Acme AG", "Industriestr. 5", "07545 Gera"]


@pytest.mark.parametrize("name", ["x.docx", "x.html", "x.txt"])
def test_an_address_above_a_title_that_nobody_marked_is_a_letterhead(name: str) -> None:
    title, below = "Acme ruft Pumpen zurück", "Zweihundert Kunden sind betroffen"
    if name == "x.docx":
        cells = f"<w:tc>{paragraph('')}</w:tc><w:tc>{''.join(map(paragraph, STREET))}</w:tc>"
        kicker = paragraph("Pressemitteilung 4/2027")
        table = f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>{kicker}"
        source = docx(f"{table}{paragraph(title)}{paragraph(below)}{paragraph(LEAD)}")
    elif name == "x.html":
        table = f"<table><tr><td></td><td>{'<br>'.join(STREET)}</td></tr></table>"
        source = f"{table}<p><b>{title}</b></p><p>{below}</p><p>{LEAD}</p>".encode()
    else:
        source = "\n\n".join(("\n".join(STREET), title, below, LEAD)).encode()
    draft = read(source, name).draft
    assert (draft["headline"], draft["subheadline"]) == (title, below)
    assert draft["publisher"] == {
        "name": "Acme AG", "street": "Industriestr. 5", "postal_code": "07545", "locality": "Gera"
    }  # fmt: skip
    assert [block["type"] for block in draft["body"]] == ["paragraph"]


def test_a_headline_above_a_year_is_no_address() -> None:
    draft = read(f"Erfolg für Acme AG\n2027 wird ein Rekordjahr\n\nMehr Pumpen\n\n{LEAD}\n".encode(), "x.txt").draft
    assert draft["headline"] == "Erfolg für Acme AG"


@pytest.mark.parametrize("word", ["Hintergrund", "Background", "Pressekontakt", "Disclaimer"])
def test_a_heading_that_opens_a_known_part_is_no_title(word: str) -> None:
    page = f"<p>Acme ruft Pumpen zurück</p><p>Ein Ventil klemmt.</p><h2>{word}</h2><p>jane@acme.example</p>"
    draft = read(page.encode(), "x.html").draft
    assert (draft["headline"], "publisher" in draft) == ("Acme ruft Pumpen zurück", False)
