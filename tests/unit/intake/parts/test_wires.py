"""Layouts of newswires, agencies and disclosure services: what stands above the text, and what below it."""

import pytest

from syndicator.intake.fields.reading import Reading
from syndicator.intake.findings.lint import diagnose
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


@pytest.mark.parametrize(
    ("line", "place", "date"),
    [
        ("MÜNCHEN, 10. Nov. 2017 – ", "MÜNCHEN", "10. Nov. 2017"),
        ("Bergstadt, den 3. März 2027. ", "Bergstadt", "3. März 2027"),
        ("Paris, le 10 novembre 2017 – ", "Paris", "10 novembre 2017"),
        ("Madrid, a 10 de noviembre de 2017. ", "Madrid", "10 de noviembre de 2017"),
        ("Cádiz, 3 de marzo de 2027.- ", "Cádiz", "3 de marzo de 2027"),
        ("Milano, lì 10 novembre 2017 - ", "Milano", "10 novembre 2017"),
        ("LONDON, Nov. 10, 2017 /PRNewswire/ -- ", "LONDON", "Nov. 10, 2017"),
        ("NEW YORK, Nov. 10, 2023 (GLOBE NEWSWIRE) -- ", "NEW YORK", "Nov. 10, 2023"),
        ("VANCOUVER, BC / ACCESSWIRE / November 10, 2023 / ", "VANCOUVER, BC", "November 10, 2023"),
        ("HONG KONG SAR – Media OutReach Newswire – 15 June 2026 - ", "HONG KONG SAR", "15 June 2026"),
        ("Austin, Texas (Newsworthy.ai) Thursday Oct 2, 2025 @ 9:00 AM Central — ", "Austin, Texas", "Oct 2, 2025"),
        ("MADRID, 10 nov. (EUROPA PRESS) - ", "MADRID", "10 nov."),
        ("CAMBRIDGE, Mass.--(BUSINESS WIRE)--", "CAMBRIDGE, Mass.", ""),
        ("Wien (OTS) - ", "Wien", ""),
        ("Linz (pta012/03.03.2027/09:30 UTC+1) - ", "Linz", ""),
        ("PORTLAND, Ore. — ", "PORTLAND, Ore.", ""),
    ],
)
def test_date_lines_in_front_of_the_text(line: str, place: str, date: str) -> None:
    reading = reading_of("A headline", f"{line}{TEXT}", "It is the third.")
    assert reading.dateline is not None
    assert (reading.dateline.place, reading.dateline.date) == (place, date)
    assert texts_of(reading, Part.DATELINE) == [line[: reading.dateline.end]]


@pytest.mark.parametrize(
    "line",
    [
        "MONTEREY, CA / PR Karma / November 1, 2027 9:00",
        "Plantation, United States - November 18, 2024 / Pelagion /",
        "03.03.2027 / 07:45 CET/CEST",
        "10-Nov-2026 / 18:02 CET/CEST",
        "Köln (ots)",
        "Berlin, den 10. November 2017",
    ],
)
def test_a_date_line_of_its_own_ends_with_its_line(line: str) -> None:
    reading = reading_of("Acme Opens a Training Centre", line, TEXT, "It is the third of its kind.")
    assert texts_of(reading, Part.DATELINE) == [line]
    assert texts_of(reading, Part.BODY) == [TEXT, "It is the third of its kind."]
    assert "subheadline" not in reading.draft


@pytest.mark.parametrize(
    "headline",
    [
        "Acme training centre opens on 10 November 2017",
        "New Aquarium Wing Opens on 10 November 2027",
        "Premiere am 10. November 2017",
        "Einladung zur Pressekonferenz, 10. November 2017",
        "Hauptversammlung Acme, 10. November 2017",
        "Bestseller Lists for Week Ending October 11, 2024",
    ],
)
def test_a_headline_that_ends_in_a_date_is_the_headline(headline: str) -> None:
    assert reading_of(headline, TEXT, TEXT).draft["headline"] == headline


@pytest.mark.parametrize(
    "kicker",
    [
        "FOR IMMEDIATE RELEASE",
        "--News Direct--",
        "FOR IMMEDIATE RELEASE – March 3, 2027",
        "Pressemitteilung Nr. 12/2027",
        "Medienmitteilung vom 3. März 2027",
        "Comunicado de prensa nº 12",
        "EQS-Ad-hoc: Acme AG / Schlagwort(e): Prognose",
        "Ad-hoc-Mitteilung gemäss Art. 53 KR",
        "pta20270303012",
        "OTS0042 5 WI 0512 ABC0001 II               Do, 11.Feb.2027",
        "Mit der Bitte um Veröffentlichung",
        "Para su difusión inmediata",
        "Con preghiera di pubblicazione",
        "À diffuser immédiatement",
    ],
)
def test_a_kicker_above_or_below_the_headline(kicker: str) -> None:
    above = reading_of(kicker, "Acme Opens a Training Centre", TEXT)
    subheadline = "Two hundred apprentices in the north"
    below = reading_of("# Acme Opens a Training Centre", kicker, subheadline, TEXT, name="x.md")
    for reading in (above, below):
        assert texts_of(reading, Part.KICKER) == [kicker]
        assert reading.draft["headline"] == "Acme Opens a Training Centre"
    assert below.draft["subheadline"] == subheadline


def test_kicker_and_headline_may_share_a_line_or_a_paragraph() -> None:
    for source in ("Pressemitteilung: Acme übernimmt Beta", "Pressemitteilung\nAcme übernimmt Beta"):
        assert reading_of(source, TEXT).draft["headline"] == "Acme übernimmt Beta"


@pytest.mark.parametrize(
    ("line", "is_embargo"),
    [
        ("Release date: March 3, 2027", False),
        ("FOR RELEASE: Wednesday, March 3, 2027", False),
        ("Fecha de publicación: 3 de marzo de 2027", False),
        ("Release date: embargoed until March 3, 2027, 9:00 am ET", True),
        ("Hold for release until March 3, 2027", True),
        ("For release on March 3, 2027, 9:00 am", True),
        ("Embargoed until 9:00 am ET, March 3, 2027", True),
        ("Sperrfrist: 23. Januar 2027, 19:00 Uhr MEZ", True),
        ("Sous embargo jusqu’au mardi 3 mars 2027 à 9h00", True),
        ("Embargo hasta el 3 de marzo de 2027 a las 10:00 h", True),
        ("Embargo fino al 3 marzo 2027, ore 12:00", True),
    ],
)
def test_a_date_of_issue_is_no_embargo(line: str, is_embargo: bool) -> None:
    for reading in (reading_of(line, "A headline", TEXT), reading_of("A headline", line, TEXT)):
        assert reading.draft["headline"] == "A headline"
        assert (reading.embargo == line) is is_embargo
        assert ("E008" in {found.code for found in diagnose(reading)}) is is_embargo
        assert [block["text"] for block in reading.draft["body"]] == [TEXT]


@pytest.mark.parametrize(
    "heading",
    [
        "Safe Harbor Notice",
        "Forward Looking Statement",
        "Forward-Looking Statements",
        "Safe Harbor Statement under the Private Securities Litigation Reform Act of 1995",
        "Cautionary Note Regarding Forward-Looking Information:",
        "Hinweis zu zukunftsgerichteten Aussagen",
        "Déclarations prospectives",
        "Aviso legal",
        "Dichiarazioni previsionali",
    ],
)
def test_legal_text_is_neither_contact_nor_boilerplate(heading: str) -> None:
    small_print = "See the filings of the company for the risks."
    reading = reading_of(
        "A headline", TEXT, "About Acme\nAcme builds robots.", heading, small_print, "Contact: a@b.example"
    )
    assert texts_of(reading, Part.LEGAL) == [heading, small_print]
    assert [entry["heading"] for entry in reading.draft["boilerplates"]] == ["About Acme"]
    assert [contact["email"] for contact in reading.draft["contacts"]] == ["a@b.example"]


AD_HOC = """EQS-Ad-hoc: Nordlicht Pumpen AG / Schlagwort(e): Prognoseänderung
Nordlicht Pumpen AG hebt Umsatzprognose für 2027 an

03.03.2027 / 07:45 CET/CEST
Veröffentlichung einer Insiderinformation nach Artikel 17 der Verordnung (EU) Nr. 596/2014
Für den Inhalt der Mitteilung ist der Emittent / Herausgeber verantwortlich.

Kiel, 3. März 2027 – Der Vorstand der Nordlicht Pumpen AG hat heute beschlossen, die Prognose anzuheben.

Ende der Insiderinformation

Kontakt:
Nordlicht Pumpen AG
Investor Relations
Katrin Deich
Hafenstraße 12, 24103 Kiel
Telefon: +49 431 55501-20
E-Mail: ir@nordlicht.example

03.03.2027 CET/CEST Die EQS Distributionsservices umfassen gesetzliche Meldepflichten.

Sprache:\tDeutsch
Unternehmen:\tNordlicht Pumpen AG
\tHafenstraße 12
\t24103 Kiel
Telefon:\t+49 431 55501-0
Internet:\twww.nordlicht.example
ISIN:\tDE000A0XYZ12

Ende der Mitteilung\tEQS News-Service
"""


def test_an_ad_hoc_announcement() -> None:
    reading = reading_of(AD_HOC)
    draft = reading.draft
    assert draft["headline"] == "Nordlicht Pumpen AG hebt Umsatzprognose für 2027 an"
    assert reading.dateline is not None
    assert reading.dateline.place == "Kiel"
    assert draft["publisher"] == {
        "name": "Nordlicht Pumpen AG",
        "street": "Hafenstraße 12",
        "postal_code": "24103",
        "locality": "Kiel",
        "phone": "+49 431 55501-0",
        "url": "https://www.nordlicht.example",
        "country": "DE",
    }
    assert draft["contacts"] == [
        {
            "name": "Katrin Deich",
            "role": "Nordlicht Pumpen AG, Investor Relations",
            "phone": "+49 431 55501-20",
            "email": "ir@nordlicht.example",
        }
    ]
    assert [text[:10] for text in texts_of(reading, Part.LEGAL)] == ["Veröffentl", "03.03.2027"]
    assert len(texts_of(reading, Part.END)) == 2


def test_several_kickers_in_one_paragraph() -> None:
    kickers = "pta20270303012\nPublic disclosure of inside information according to article 17 MAR"
    reading = reading_of(
        kickers, "Donau Stahl AG: Vorstand verlässt Unternehmen", "Linz (pta012/03.03.2027/09:30 UTC+1)", TEXT
    )
    assert reading.draft["headline"] == "Donau Stahl AG: Vorstand verlässt Unternehmen"
    assert texts_of(reading, Part.DATELINE) == ["Linz (pta012/03.03.2027/09:30 UTC+1)"]


def test_a_date_beside_the_kicker_is_the_date_line_where_the_text_has_none() -> None:
    reading = reading_of("Medieninformation | Hamburg, 4. März 2027", "Hausboot fährt mit Wasserstoff", TEXT)
    assert reading.dateline is not None
    assert (reading.dateline.place, reading.dateline.date) == ("Hamburg", "4. März 2027")
    assert "dateline" not in reading.draft


def test_who_answers_by_press_law_is_the_publisher() -> None:
    imprint = "V.i.S.d.P.: Dr. Jens Karl\nTierschutzverein Waldau e.V.\nAm Forst 3\n01234 Waldau"
    draft = reading_of("A headline", TEXT, "Kontakt:\nSandra Böhm, Tel. 0152 5550 1234", imprint).draft
    assert (draft["publisher"]["responsible"], draft["publisher"]["name"]) == (
        "Dr. Jens Karl",
        "Tierschutzverein Waldau e.V.",
    )
    assert [contact["name"] for contact in draft["contacts"]] == ["Sandra Böhm"]


def test_a_block_of_ways_without_a_heading_is_a_contact() -> None:
    block = "Pressestelle der Ärztekammer\nSchützenhöhe 16, 01099 Dresden\nTel.: 0351 5550-160\npresse@kammer.example"
    (contact,) = reading_of("A headline", TEXT, TEXT, block).draft["contacts"]
    assert contact == {
        "name": "Pressestelle der Ärztekammer",
        "phone": "0351 5550-160",
        "email": "presse@kammer.example",
    }


def test_a_page_keeps_its_captions_beside_their_pictures_and_its_menu_out_of_the_text() -> None:
    page = (
        "<nav><a href='/'>Home</a></nav><h1>A headline</h1><p>Some text.</p>"
        "<figure><img src='https://acme.example/a.jpg' alt='A boat'><figcaption>The boat. Photo: Mart Kask</figcaption></figure>"
    )
    reading = reading_of(page, name="x.html")
    assert texts_of(reading, Part.UNREAD) == ["Home"]
    assert "publisher" not in reading.draft
    assert texts_of(reading, Part.CAPTION) == ["The boat. Photo: Mart Kask"]
    (picture,) = reading.draft["media"]
    assert (picture["caption"], picture["credit"]) == ("The boat. Photo: Mart Kask", "Mart Kask")


def test_subheadlines_between_dashes() -> None:
    lines = ("- Topline data expected in 2027 -", "- Company to host webcast on March 5 -")
    reading = reading_of("Halcyon Doses First Patient", *lines, f"CAMBRIDGE, Mass.--(BUSINESS WIRE)--{TEXT}")
    assert (reading.draft["subheadline"], reading.draft["teaser"]) == lines


def test_the_headline_may_stand_above_the_kicker() -> None:
    reading = reading_of(
        "New Wing Opens", "MONTEREY, CA / PR Karma / November 1, 2027 9:00", "FOR IMMEDIATE RELEASE", TEXT
    )
    assert reading.draft["headline"] == "New Wing Opens"
    assert "publisher" not in reading.draft


def test_a_wire_that_hands_a_release_on_is_no_part_of_the_publishers_name() -> None:
    reading = reading_of(
        "A headline", TEXT, "Kontakt: a@b.example", "Original-Content von: Acme e.V., übermittelt durch news aktuell"
    )
    assert reading.draft["publisher"] == {"name": "Acme e.V."}


@pytest.mark.parametrize(
    ("source", "captions"),
    [
        (
            "Bildunterschrift:\nFoto 1: Die Fähre. (Foto: K. Maurer)\nFoto 2: Die Brücke. © Stein",
            [("Foto 1", "K. Maurer"), ("Foto 2", "Stein")],
        ),
        ("Légende photo : Le vélo devant la gare. Crédit photo : Atelier Verdon", [(None, "Atelier Verdon")]),
        ("Pie de foto: Elena Ruiz junto a un tanque. Foto: UCA", [(None, "UCA")]),
        (
            "Image captions:\nImage 1 - The bridge (credit: J. Moss)\nImage 2 – Ian Walsh (credit: Bridgeworks)",
            [("Image 1", "J. Moss"), ("Image 2", "Bridgeworks")],
        ),
        ("Didascalia: Il primo treno (Foto: Ufficio stampa)", [(None, "Ufficio stampa")]),
    ],
)
def test_captions_and_credits(source: str, captions: list[tuple[str | None, str]]) -> None:
    media = reading_of("A headline", TEXT, source).draft["media"]
    assert [(one.get("label"), one.get("credit")) for one in media] == captions


@pytest.mark.parametrize(
    ("caption", "credit"),
    [
        ("Légende : Du blé par −18 °C. Crédit photo : ULR / P. Garnier", "ULR / P. Garnier"),
        ("Bildunterschrift: Das Werk. Foto: Klinikum/R. Voss", "Klinikum/R. Voss"),
        ("Caption: The plant. Photo: Jane Doe. The plant was built in 2019.", "Jane Doe"),
    ],
)
def test_a_credit_may_hold_an_initial_and_more_may_follow(caption: str, credit: str) -> None:
    (picture,) = reading_of("Acme opens a bakery", TEXT, caption).draft["media"]
    assert picture["credit"] == credit


def test_small_print_below_captions_is_no_caption() -> None:
    reading = reading_of(
        "Acme eröffnet", TEXT, "Bildunterschrift: Das Werk. Foto: Acme", "Abdruck honorarfrei, Beleg erbeten."
    )
    assert [one["caption"] for one in reading.draft["media"]] == ["Das Werk. Foto: Acme"]
    assert reading.draft["body"][-1]["text"] == "Abdruck honorarfrei, Beleg erbeten."


def test_a_signature_names_the_publisher() -> None:
    contact = "Media contact:\nJane Doe\njane@acme.example"
    reading = reading_of("Acme opens a bakery", TEXT, contact, "--\nAcme GmbH\nHauptstraße 1\n12345 Bergstadt")
    assert reading.draft["publisher"] == {
        "name": "Acme GmbH",
        "street": "Hauptstraße 1",
        "postal_code": "12345",
        "locality": "Bergstadt",
    }
    assert len(reading.draft["contacts"]) == 1


def test_a_company_with_its_mail_is_a_contact_before_it_is_the_publisher() -> None:
    block = "Acme GmbH\nHauptstraße 1\n12345 Bergstadt\nTel. 030 555 01 01\npresse@acme.example"
    reading = reading_of("Acme opens a bakery", TEXT, block)
    assert reading.draft["contacts"][0]["email"] == "presse@acme.example"


def test_a_companys_name_alone_above_a_title_is_a_letterhead() -> None:
    """Announcements of stock exchanges."""
    reading = reading_of(
        'Acme plc\n("Acme" or the "Company")', "Interim results for 2026", f"London, 4 March 2027: {TEXT}"
    )
    assert reading.draft["headline"] == "Interim results for 2026"
    assert reading.draft["publisher"] == {"name": "Acme plc"}


def test_a_headline_that_ends_in_a_legal_form_stays_one() -> None:
    assert (
        reading_of("Beta buys Acme plc", f"London, 4 March 2027: {TEXT}", TEXT).draft["headline"]
        == "Beta buys Acme plc"
    )


def test_small_print_above_the_story_ends_with_its_paragraph() -> None:
    small = "This announcement contains inside information for the purposes of Article 7 of Regulation (EU) 596/2014."
    reading = reading_of("Acme opens a bakery", f"London, 4 March 2027: {TEXT}", small, TEXT)
    assert texts_of(reading, Part.LEGAL) == [small]
    assert texts_of(reading, Part.BODY)[-1] == TEXT


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Bergbahnen Tal AG", "Die Bergbahnen Tal AG betreibt 14 Anlagen und beschäftigt im Winter 260 Personen."),
        ("Acme Robotics", "Acme Robotics makes arms for warehouses of every size, and has done so since 2019."),
        ("Acme Énergie", "L’Acme Énergie conçoit des batteries au sodium pour toute l’Europe depuis dix ans."),
    ],
)
def test_a_company_may_describe_itself_below_its_name_alone(heading: str, text: str) -> None:
    reading = reading_of("Title", TEXT, "Contact:\nJane Doe\njane@acme.example", f"{heading}\n{text}")
    assert reading.draft["boilerplates"] == [{"heading": heading, "paragraphs": [text]}]
    assert len(reading.draft["contacts"]) == 1
