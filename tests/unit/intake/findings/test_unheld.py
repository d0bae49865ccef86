"""Nothing that a block of contacts says is lost in silence: it is in a field, or a note says that it is not."""

import pytest

from syndicator.intake.findings.lint import diagnose
from syndicator.intake.read import read

TEXT = """\
Acme Opens a Workshop in Leeds

LEEDS, 3 March 2027 – Acme opened a workshop for two hundred apprentices in the north of the city today.

"""
GERMAN = """\
Eine Halle

Die Muster AG hat heute die Übernahme der Beispiel GmbH bekannt gegeben, teilte das Unternehmen mit.

Pressekontakt:
Jana Doe
Leiterin Presse
Muster AG, Hauptstr. 1, 80331 München
Telefon: 089 123456
Mobil: 0171 9999999
Telefon: 089 777777
E-Mail: jana@muster.example
Web: https://muster.example

Herausgeber:
Muster AG
"""


def notes(text: str, name: str = "x.txt") -> list[tuple[int, str]]:
    found = diagnose(read(text.encode(), name))
    return [(one.line, one.message) for one in found if one.code == "N201"]


def test_a_second_number_and_a_web_address_are_told() -> None:
    lines = GERMAN.split("\n")
    told = {lines[line - 1]: message for line, message in notes(GERMAN)}
    assert told == {
        "Muster AG, Hauptstr. 1, 80331 München": "'Hauptstr. 1', '80331 München' of this line are in no field",
        "Mobil: 0171 9999999": "'0171 9999999' of this line is in no field",
        "Telefon: 089 777777": "'089 777777' of this line is in no field",
        "Web: https://muster.example": "'https://muster.example' of this line is in no field",
    }


@pytest.mark.parametrize(
    ("block", "lost"),
    [
        ("Jane Doe\njane@acme.example", ()),
        ("Jane Doe, Head of Press\nTel: +44 113 555 0199, Fax: +44 113 555 0100 | jane@acme.example", ()),
        ("Jane Doe\n+44 113 555 0199 or +44 20 7946 0018\njane@acme.example", ("+44 20 7946 0018",)),
        ("Press office\npress@acme.example\nVisit our website", ()),
        ("Jane Doe (jane@acme.example) and John Roe (john@acme.example)", ("john@acme.example",)),
        ("Jane Doe\n12 Mill Lane\n+44 113 555 0199", ("12 Mill Lane",)),
        (
            "Jane Doe\nDomstraße 11, Eingang 1, 17489 Greifswald\njane@acme.example",
            ("Domstraße 11", "Eingang 1", "17489 Greifswald"),
        ),
        ("Jane Doe\nMonday to Friday, 9 to 17\njane@acme.example", ()),
        ("Jane Doe\nTel: +44 113 555 0199\nwww.acme.example/press", ("www.acme.example/press",)),
    ],
)
def test_what_no_field_holds_is_told(block: str, lost: tuple[str, ...]) -> None:
    told = " ".join(message for _, message in notes(f"{TEXT}Media contact:\n{block}\n"))
    assert all(repr(text) in told for text in lost)
    assert bool(told) is bool(lost)


@pytest.mark.parametrize("name", ["Erik Zimmermann", "Mary O’Neil"])
def test_a_name_that_was_passed_over_is_told(name: str) -> None:
    text = f"---\ncontacts:\n  - name: Jane Doe\n    email: jane@acme.example\n---\n{TEXT}Media contact:\n\n{name}\n"
    assert [message for _, message in notes(text, "x.md")] == [f"{name!r} of this line is in no field"]


def test_a_number_glued_to_an_address_and_a_label_to_another_are_read() -> None:
    line = "IBNAustin, Texaswww.InvestorBrandNetwork.com512.354.7000 OfficeEditor@InvestorBrandNetwork.com"
    (contact,) = read(f"{TEXT}Media contact:\n{line}\n".encode(), "x.txt").draft["contacts"]
    assert (contact["phone"], contact["email"]) == ("512.354.7000", "Editor@InvestorBrandNetwork.com")


@pytest.mark.parametrize(
    "line",
    ["NOT FOR DISTRIBUTION TO UNITED STATES NEWS WIRE SERVICES", "Appointments only after the doors have closed"],
)
def test_a_line_whose_words_no_field_holds_is_told(line: str) -> None:
    """It is in the block and in no contact: nobody saw that readers would not get it."""
    block = f"Media contact\nJane Doe, Head of Communications, Acme\n+44 113 496 0000\njane@acme.example\n{line}\n"
    assert notes(TEXT + block) == [(9, f"{line!r} of this line is in no field")]


def test_facts_of_a_register_need_no_field() -> None:
    lines = "Sprache: Deutsch\nUnternehmen: Muster AG\nBörsen: Regulierter Markt in Frankfurt (Prime Standard)\n"
    contact = "Pressekontakt:\nJana Doe\nTelefon: 089 123456\n\n"
    assert notes(TEXT + contact + lines) == []
