"""What stands around a text without a heading of its own, or under one that another layout uses otherwise."""

import pytest

from syndicator.intake.fields.reading import Reading
from syndicator.intake.parts.layout import Part
from syndicator.intake.read import read
from tests.unit.intake.lost import lost_lines

TEXT = "Acme Robotics today opened a training centre for two hundred apprentices in the north of the city."


def reading_of(*paragraphs: str, name: str = "x.txt") -> Reading:
    reading = read("\n\n".join(paragraphs).encode(), name)
    assert lost_lines(reading) == ()
    return reading


def texts_of(reading: Reading, part: Part) -> list[str]:
    return [span.text for span in reading.spans_of(part)]


def test_figures_make_no_sentence_of_a_contact() -> None:
    reading = reading_of(
        "Acme apre a Bologna",
        TEXT,
        "Per ulteriori informazioni:",
        "Ufficio stampa Acme",
        "Chiara Bassi – Tel. 051 555 0190 – Cell. 333 555 0190\nc.bassi@acme.example",
    )
    (contact,) = reading.draft["contacts"]
    assert (contact["phone"], contact["email"]) == ("051 555 0190", "c.bassi@acme.example")
    assert texts_of(reading, Part.BODY) == [TEXT]


def test_a_contact_block_below_a_caption_is_no_caption() -> None:
    block = "FC Acme\nLars Petersen\n27478 Altenbruch\nTel: 04722 555 18\npresse@acme.example"
    reading = reading_of("Acme verlängert", TEXT, "Foto: Das Team. (Foto: Acme/Meyer)", block)
    assert texts_of(reading, Part.CAPTION) == ["Foto: Das Team. (Foto: Acme/Meyer)"]
    assert reading.draft["contacts"][0]["email"] == "presse@acme.example"


def test_a_house_number_and_a_postal_code_are_no_telephone() -> None:
    reading = reading_of(
        "Acme opens", TEXT, "Contact:", "Acme Headquarters   Long Street 17   2500 Lier   +32 3 443 13 11"
    )
    assert [contact["phone"] for contact in reading.draft["contacts"]] == ["+32 3 443 13 11"]


def test_a_row_of_networks_is_nobodys_role() -> None:
    networks = "Socials: X / Telegram / Discord / YouTube / Instagram / LinkedIn"
    reading = reading_of("Acme opens", TEXT, "Contact:", "Acme Press\npress@acme.example", networks)
    assert texts_of(reading, Part.BODY) == [TEXT, networks]


@pytest.mark.parametrize("name", ["Product: Acme Butter, 12 oz", "Acme Butter, 12 oz"])
def test_numbers_of_a_product_are_no_telephone(name: str) -> None:
    product = f"{name}\nUPC: 8 50012 34567 8\nBest by: 04/2027\nLot numbers: A1182, A1183"
    reading = reading_of("Acme recalls butter", TEXT, product, TEXT, "Media contact:\nJane Doe\n503-555-0176")
    assert texts_of(reading, Part.BODY) == [TEXT, product, TEXT]
    assert [contact["name"] for contact in reading.draft["contacts"]] == ["Jane Doe"]


@pytest.mark.parametrize(
    "block",
    [
        "Acme Press\nJane Doe: 503-555-0176\nJohn Roe: 503-555-0177\npress@acme.example",
        "Acme Press\nJane Doe 503-555-0176\nJohn Roe 503-555-0177",
    ],
)
def test_a_number_behind_a_name_is_a_telephone(block: str) -> None:
    reading = reading_of("Acme opens", TEXT, block)
    assert texts_of(reading, Part.CONTACT) == [block]


def test_the_figures_in_the_name_of_a_file_are_no_telephone() -> None:
    reading = reading_of(
        "Acme eröffnet",
        TEXT,
        "Pressekontakt:",
        "Acme AG\nNadine Rüegg\n+41 44 555 01 77",
        "Digitale Pressemappe: http://www.acme.example/mappe",
        "Weiteres Material zum Download",
        "Dokument: 20261112_MM_Acme.pdf",
    )
    assert [contact.get("phone") for contact in reading.draft["contacts"]] == ["+41 44 555 01 77"]


def test_points_between_headline_and_text_hide_no_date_line() -> None:
    points = "- Revenue of $88.2 million\n- Outlook raised"
    issued = "November 12, 2026 04:05 PM Eastern Standard Time"
    reading = reading_of("Acme Announces Results", points, issued, f"BOSTON--(BUSINESS WIRE)--{TEXT}")
    assert texts_of(reading, Part.DATELINE) == [issued]
    reading = reading_of("Acme publie ses résultats", points, f"Lyon, le 12 novembre 2026, 17h45 – {TEXT}")
    assert texts_of(reading, Part.DATELINE) == ["Lyon, le 12 novembre 2026"]


def test_a_date_further_down_is_a_heading_of_the_text() -> None:
    reading = reading_of("Acme invites", TEXT, TEXT, "12 November 2026", TEXT, "13 November 2026", TEXT)
    assert texts_of(reading, Part.DATELINE) == []
    reading = reading_of("Acme invites", "- Two days\n- Free entry", "Programme", TEXT, "12 November 2026", TEXT)
    assert texts_of(reading, Part.DATELINE) == []
    reading = reading_of("Acme invites", "- Two days\n- Free entry", "About Acme", TEXT, "12 November 2026")
    assert reading.draft["boilerplates"] == [{"heading": "About Acme", "paragraphs": [TEXT, "12 November 2026"]}]


@pytest.mark.parametrize("heading", ["Notes to editors", "Avertissement", "Rechtliche Hinweise"])
def test_the_points_of_small_print_belong_to_it(heading: str) -> None:
    points = "- The report is at https://acme.example\n- Photos are free to use"
    reading = reading_of("Acme reports", TEXT, heading, points)
    assert texts_of(reading, Part.LEGAL)[0] == heading
    assert texts_of(reading, Part.BODY) == [TEXT]
    assert [block["type"] for block in reading.draft["body"]] == ["paragraph", "subheading", "list"]


def test_an_austrian_original_text_service() -> None:
    reading = reading_of(
        "Energie/Wirtschaft/Wien",
        "Donaustrom: 40.000 Haushalte mit Speicher versorgt",
        "Utl.: Größter Batteriespeicher des Ostens =",
        f"Wien (OTS) - {TEXT}",
        "Rückfragehinweis:\n   Acme AG\n   DI Franz Hollerer\n   Tel.: +43 1 555 01-220",
        "*** OTS-ORIGINALTEXT PRESSEAUSSENDUNG UNTER AUSSCHLIESSLICHER\n"
        "INHALTLICHER VERANTWORTUNG DES AUSSENDERS - WWW.OTS.AT ***",
        "OTS0123    2026-11-12/10:04",
    )
    assert reading.draft["headline"] == "Donaustrom: 40.000 Haushalte mit Speicher versorgt"
    assert reading.draft["subheadline"].startswith("Größter Batteriespeicher")
    assert [contact["name"] for contact in reading.draft["contacts"]] == ["DI Franz Hollerer"]
    assert texts_of(reading, Part.LEGAL)[-1].startswith("OTS0123")


@pytest.mark.parametrize("label", ["Untertitel", "Subtitle", "Sous-titre", "Teaser"])
def test_what_stands_behind_its_label_takes_nothing_of_the_text(label: str) -> None:
    reading = reading_of("Acme opens a centre", f"{label}: Two hundred places", TEXT, TEXT)
    assert texts_of(reading, Part.BODY) == [TEXT, TEXT]
    assert "Two hundred places" in (reading.draft.get("subheadline"), reading.draft.get("teaser"))


def test_who_provides_the_news_is_named_between_headline_and_date() -> None:
    reading = reading_of(
        "Acme Recalls Butter", "News provided by\nAcme Foods LLC", "Nov 12, 2026, 09:30 ET", f"PORTLAND, Ore., {TEXT}"
    )
    assert reading.draft["publisher"] == {"name": "Acme Foods LLC"}
    assert texts_of(reading, Part.DATELINE) == ["Nov 12, 2026, 09:30 ET"]


def test_a_form_of_an_agency_names_sender_contact_and_number() -> None:
    reading = reading_of(
        "Acme estrenará trenes",
        TEXT,
        "Contacto",
        "Emisor: Ferrovías Acme\nNombre contacto: Beatriz Lago\nDescripción contacto: Comunicación corporativa\n"
        "Teléfono de contacto: 915 555 018",
    )
    assert reading.draft["publisher"] == {"name": "Ferrovías Acme"}
    assert reading.draft["contacts"] == [
        {"name": "Beatriz Lago", "role": "Comunicación corporativa", "phone": "915 555 018"}
    ]


@pytest.mark.parametrize("kicker", ["Presseeinladung", "For immediate use – 12 November 2026", "Invito stampa"])
def test_an_invitation_is_a_kicker(kicker: str) -> None:
    reading = reading_of(kicker, "Acme stellt Wärmeplan vor", TEXT)
    assert (texts_of(reading, Part.KICKER), reading.draft["headline"]) == ([kicker], "Acme stellt Wärmeplan vor")


@pytest.mark.parametrize("words", ["Im Browser ansehen", "View this email in your browser", "Voir dans le navigateur"])
def test_what_a_newsletter_says_above_its_title_is_no_publisher(words: str) -> None:
    page = f"<p>New exhibition</p><p><a href='https://m.example/1'>{words}</a></p><h1>Salt and sail</h1><p>{TEXT}</p>"
    reading = read(page.encode(), "x.html")
    assert texts_of(reading, Part.LETTER) == ["New exhibition", words]
    assert (reading.draft["headline"], reading.draft.get("publisher")) == ("Salt and sail", None)


def test_desks_inside_of_a_contact_block_are_contacts() -> None:
    """Of a joint release, and out of hours: where the second began, the block was over and the rest was text."""
    reading = reading_of(
        "Acme and Beta merge",
        TEXT,
        "Contacts",
        "For Acme:\nMary Quill\n(555) 201-3344\nmary@acme.example",
        "For Beta:\nKen Adams\n(617) 555-0100\nken@beta.example",
        "Out of hours:",
        "Phone: +1 617 555 0111",
    )
    assert [(contact["name"], contact["phone"]) for contact in reading.draft["contacts"]] == [
        ("Mary Quill", "(555) 201-3344"),
        ("Ken Adams", "(617) 555-0100"),
        ("Out of hours", "+1 617 555 0111"),
    ]
    assert texts_of(reading, Part.BODY) == [TEXT]


def test_a_heading_below_a_contact_block_that_names_nobody_is_text() -> None:
    reading = reading_of(
        "Acme and Beta merge", TEXT, "Contact", "Jane Doe\njane@acme.example", "What comes next:", TEXT
    )
    assert texts_of(reading, Part.BODY) == [TEXT, "What comes next:", TEXT]


def test_however_many_desks_a_block_has_it_is_read() -> None:
    block = "\n".join(f"Desk {number}:\n+49 89 {100000 + number}" for number in range(3000))
    assert len(reading_of("Acme and Beta merge", TEXT, "Contact", block).draft["contacts"]) == 20


@pytest.mark.parametrize("line", ["Acme AG, Musterweg 1, 86150 Augsburg", "Acme AG · Musterweg 1 · 86150 Augsburg"])
@pytest.mark.parametrize("heading", ["Herausgeber:\n", "Impressum: "])
def test_an_imprint_on_one_line_is_a_name_and_an_address(heading: str, line: str) -> None:
    """All of it was the publisher's name, and its channel was called so."""
    publisher = reading_of("Acme eröffnet", TEXT, heading + line).draft["publisher"]
    assert publisher == {"name": "Acme AG", "street": "Musterweg 1", "postal_code": "86150", "locality": "Augsburg"}


def test_a_name_with_a_comma_stays_one() -> None:
    assert reading_of("Acme opens", TEXT, "Publisher\nAcme, Beta & Sons, Ltd").draft["publisher"] == {
        "name": "Acme, Beta & Sons, Ltd"
    }
