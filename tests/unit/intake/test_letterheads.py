"""A company's name right above what kind of release this is: a letterhead, and no headline."""

import pytest

from syndicator.intake.read import read


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
