"""Releases that were saved from a mail: the letter around them is no part of them."""

import pytest

from syndicator.intake.fields.reading import Reading
from syndicator.intake.parts.layout import Part
from syndicator.intake.read import read
from tests.unit.intake.lost import lost_lines

TEXT = "Hull, 1 March 2027 – Acme opened a bakery today. It employs forty people and bakes every day of the week."
HEADER = "From: Jane Doe <jane@acme.example>\nTo: desk@paper.example\nSubject: FW: Press Release: Acme opens a bakery"


def reading_of(*paragraphs: str) -> Reading:
    reading = read("\n\n".join(paragraphs).encode(), "x.txt")
    assert lost_lines(reading) == ()
    return reading


@pytest.mark.parametrize(
    ("sender", "recipient", "subject", "greeting", "lead_in"),
    [
        ("From", "To", "Subject", "Dear Editor,", "Please find our news below."),
        ("Von", "An", "Betreff", "Sehr geehrte Damen und Herren,", "anbei unsere Mitteilung."),
        ("De ", "À ", "Objet ", "Madame, Monsieur,", "Veuillez trouver notre communiqué ci-dessous."),
        ("De", "Para", "Asunto", "Estimados compañeros:", "Os enviamos nuestra nota de prensa."),
        ("Da", "A", "Oggetto", "Gentile redazione,", "di seguito il nostro comunicato:"),
    ],
)
def test_a_letter_is_told_from_the_release(
    sender: str, recipient: str, subject: str, greeting: str, lead_in: str
) -> None:
    header = f"{sender}: Jane Doe <jane@acme.example>\n{recipient}: desk@paper.example\n{subject}: Acme opens a bakery"
    reading = reading_of(header, greeting, lead_in, "Acme opens a bakery", TEXT)
    assert reading.draft["headline"] == "Acme opens a bakery"
    assert reading.draft["dateline"] == {"place": "Hull", "date": "1 March 2027"}
    assert [span.text for span in reading.spans_of(Part.LETTER)] == [header, greeting, lead_in]
    assert len(reading.draft["body"]) == 1


def test_the_subject_is_the_headline_where_the_text_follows_at_once() -> None:
    reading = reading_of(HEADER, "Dear all,", TEXT)
    assert reading.draft["headline"] == "Acme opens a bakery"
    assert [span.first for span in reading.spans_of(Part.HEADLINE)] == [3]


@pytest.mark.parametrize(
    "header",
    [
        "From: Jane Doe <jane@acme.example>\nTo: desk@paper.example,\n  other@paper.example\nSubject: Acme opens a bakery",
        "**From:** Jane Doe <jane@acme.example>\n**Subject:** Acme opens a bakery",
    ],
    ids=["folded", "in bold"],
)
def test_a_header_is_known_however_it_was_saved(header: str) -> None:
    reading = reading_of(header, "Dear all,", TEXT)
    assert reading.draft["headline"] == "Acme opens a bakery"
    assert [span.text for span in reading.spans_of(Part.LETTER)] == [header, "Dear all,"]


@pytest.mark.parametrize("subject", ["Acme opens a bakery!", "News for Saturday"])
def test_a_title_below_a_letter_is_the_headline_whatever_the_subject_says(subject: str) -> None:
    header = f"From: Jane Doe <jane@acme.example>\nSubject: {subject}"
    title = subject if subject.endswith("!") else "Acme opens a bakery"
    reading = reading_of(header, "Dear all,", title, TEXT)
    assert reading.draft["headline"] == title
    assert [span.first for span in reading.spans_of(Part.HEADLINE)] == [6]


@pytest.mark.parametrize("title", ["# Acme opens a bakery!", "Press Release: Acme opens a bakery!"])
def test_a_title_that_ends_like_a_lead_in_stays_one(title: str) -> None:
    reading = read(f"Dear all,\n\n{title}\n\n{TEXT}".encode(), "x.md")
    assert reading.draft["headline"] == "Acme opens a bakery!"
    assert [span.text for span in reading.spans_of(Part.LETTER)] == ["Dear all,"]


def test_a_paragraph_that_speaks_of_a_web_version_takes_nothing_with_it() -> None:
    long = TEXT.replace("today.", "today, of which the web version of its menu tells more in pictures of every cake.")
    assert len(long) < 400
    reading = reading_of("Acme opens a bakery", long)
    assert reading.draft["headline"] == "Acme opens a bakery"
    assert reading.spans_of(Part.LETTER) == ()


def test_a_heading_above_the_way_to_a_browser_stays_the_title() -> None:
    reading = read(f"# Acme opens a bakery\n\nView online\n\n{TEXT}".encode(), "x.md")
    assert reading.draft["headline"] == "Acme opens a bakery"
    assert reading.spans_of(Part.LETTER) == ()


@pytest.mark.parametrize(
    "first", ["Subject: bread", "To: Hull\nDate: 3 March", "From Hull: bread\nSubject to change: cakes, too"]
)
def test_lines_with_colons_alone_are_no_header(first: str) -> None:
    assert reading_of(first, TEXT).spans_of(Part.LETTER) == ()


def test_a_title_that_begins_like_a_greeting_stays_one() -> None:
    assert reading_of("Dear Santa returns to Hull", TEXT).draft["headline"] == "Dear Santa returns to Hull"


@pytest.mark.parametrize(
    "farewell",
    [
        ["Herzliche Grüße\nIhre Lisa Berger"],
        ["Mit freundlichen Grüßen", "Lisa Berger\nPressestelle"],
        ["Kind regards,", "Jane Doe"],
        ["Cordialement"],
    ],
)
def test_who_signs_the_letter_above_publishes_nothing(farewell: list[str]) -> None:
    reading = reading_of("Dear all,", "please find our news below.", *farewell, "Acme opens a bakery", TEXT)
    assert reading.draft["headline"] == "Acme opens a bakery"
    assert "publisher" not in reading.draft
    assert [span.text for span in reading.spans_of(Part.LETTER)][2:] == farewell


@pytest.mark.parametrize(
    "asking",
    [
        "anbei unsere Mitteilung mit der Bitte um Ver\u00f6ffentlichung ab Samstag, 28. November, 10 Uhr.",
        "bitte ver\u00f6ffentlichen Sie unsere Mitteilung erst am 28. November 2099.",
        "wir bitten Sie, die Mitteilung fr\u00fchestens am 28. November, 10 Uhr, zu ver\u00f6ffentlichen.",
        "please publish our news from Saturday, 28 November 2099, 10:00 on.",
        "our news is for publication after 28 November 2099.",
        "die Mitteilung darf ver\u00f6ffentlicht werden ab 28. November 2099.",
        "please run this story from tomorrow, 10 am.",
        "please print it no earlier than Monday, 28 November 2099.",
        "please publish our news after midnight.",
        "our news is for publication from Nov. 28, 2099.",
        "anbei unsere Mitteilung, ab Samstag, dem 28. November 2099, zur Ver\u00f6ffentlichung frei.",
        "merci de publier notre communiqu\u00e9 \u00e0 partir du 28 novembre 2099.",
        "os rogamos publicar nuestra nota a partir del 28 de noviembre de 2099.",
        "vi preghiamo di pubblicare il comunicato a partire dal 28 novembre 2099.",
        "please publish only on 28 November 2099.",
        "for publication no earlier than 28 November 2099.",
        "you may print our news after 28 November 2099.",
        "please run our news from 28 November 2099 on.",
        "wir bitten, sie ab 28. November 2099 zu ver\u00f6ffentlichen.",
        "merci de diffuser notre communiqu\u00e9 \u00e0 compter du 28 novembre 2099.",
        "please treat our news as strictly confidential until 28 November 2099, 10:00.",
        "bitte behandeln Sie die Mitteilung bis 28. November 2099, 10 Uhr, vertraulich.",
        "die Mitteilung ist vertraulich bis zum 28. November 2099.",
        "ce communiqu\u00e9 est confidentiel jusqu'au 28 novembre 2099.",
        "esta nota es confidencial hasta el 28 de noviembre de 2099.",
        "il comunicato \u00e8 riservato fino al 28 novembre 2099.",
    ],
)
def test_a_time_from_which_the_letter_asks_for_publication_is_an_embargo(asking: str) -> None:
    reading = reading_of(HEADER, "Dear all,", asking, "Acme opens a bakery", TEXT)
    assert asking in [span.text for span in reading.spans_of(Part.LETTER)]
    assert list(reading.embargoes.values()) == [asking]


@pytest.mark.parametrize(
    "lead_in",
    [
        "anbei unsere Mitteilung zur Ver\u00f6ffentlichung. Der Verkauf beginnt ab 3. M\u00e4rz, 10 Uhr.",
        "mit der Bitte um Ver\u00f6ffentlichung am 3. M\u00e4rz 2027.",
        "please find our press release from 3 March 2027 below.",
        "nous vous prions de trouver le communiqu\u00e9 du 3 mars 2027.",
        "please find below, for publication, a press release from Acme, dated 3 March 2027.",
        "I hope you can publish this news from Acme about our event on 3 March 2027.",
        "please publish the following news from Acme; Jane is available until 5 pm.",
        "this is about our exhibition, which will run from 3 March to 5 May 2027.",
        "anbei unsere Mitteilung: Acme ver\u00f6ffentlicht neue Karte ab 3. M\u00e4rz 2027.",
        "pictures in print quality are available from 3 March 2027.",
        "der Markt ist ab 3. M\u00e4rz 2027 ge\u00f6ffnet, wir bitten um Ver\u00f6ffentlichung.",
        "please find our news below. The exhibition will run from 3 March 2027, 10:00, to May.",
        "please find our news below. The study will be in print from 3 March 2027.",
        "please treat the telephone numbers as confidential. The bakery is open until 3 March 2027.",
    ],
)
def test_other_words_of_the_letter_about_a_day_are_none(lead_in: str) -> None:
    assert not reading_of(HEADER, "Dear all,", lead_in, "Acme opens a bakery", TEXT).embargoes


@pytest.mark.parametrize(
    "subject",
    [
        "Acme opens a bakery - Sperrfrist 28.11., 18 Uhr",
        "EMBARGO 28 Nov 2099, 10am: Acme opens a bakery",
        "Acme opens a bakery (frei ab 28.11.2099)",
        "WG: Embargo: Samstag, 28. November 2099: Acme opens a bakery",
        "Acme opens a bakery - frei ab 28. November, 10 Uhr",
    ],
)
def test_a_subject_that_states_an_embargo_is_heard(subject: str) -> None:
    header = f"From: Jane Doe <jane@acme.example>\nSubject: {subject}"
    assert list(reading_of(header, "Dear all,", "Acme opens a bakery", TEXT).embargoes.values()) == [header]


@pytest.mark.parametrize(
    "subject",
    [
        "Embargo gegen Atlantis endet am 28. November 2099",
        "\u00d6l-Embargo: Acme baut um",
        "Oil embargo: Acme moves",
        "Tag der offenen T\u00fcr: Eintritt frei ab 14 Uhr",
        "Acme ver\u00f6ffentlicht neue Karte ab 3. Dezember 2027",
        "Acme to publish its report only on 3 May 2027",
        "Publication of results from 3 May 2027",
    ],
)
def test_a_subject_about_trade_or_entry_or_what_the_sender_publishes_states_none(subject: str) -> None:
    header = f"From: Jane Doe <jane@acme.example>\nDate: Fri, 27 Nov 2026 10:15\nSubject: {subject}"
    assert not reading_of(header, "Dear all,", "Acme opens a bakery", TEXT).embargoes
