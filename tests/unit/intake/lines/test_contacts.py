"""Contacts: persons, houses and desks, told from the lines of a block."""

import pytest

from syndicator.intake.lines.contacts import contacts_of
from syndicator.intake.read import read
from tests.unit.intake.pages import told

Who = tuple[str, str | None, str | None, str | None]

BLOCKS: list[tuple[list[str], list[Who]]] = [
    (
        ["Acme plc +44 20 7555 0100", "Sarah Quinn, Chief Executive", "Mark Evans, Finance Director"],
        [
            ("Acme plc", None, "+44 20 7555 0100", None),
            ("Sarah Quinn", "Chief Executive", "+44 20 7555 0100", None),
            ("Mark Evans", "Finance Director", "+44 20 7555 0100", None),
        ],
    ),
    (
        ["Gabinete de Comunicación", "Tel. 942 55 01 02", "prensa@uni.example"],
        [("Gabinete de Comunicación", None, "942 55 01 02", "prensa@uni.example")],
    ),
    (
        ["Acme AG", "Investor Relations", "Petra Lenz", "ir@acme.example"],
        [("Petra Lenz", "Acme AG, Investor Relations", None, "ir@acme.example")],
    ),
    (
        ["Seeblick Kommunikation", "Tobias Frank", "Tel.: +49 7531 555777"],
        [("Tobias Frank", "Seeblick Kommunikation", "+49 7531 555777", None)],
    ),
    (
        ["Stadthallen GmbH", "Mag. Lukas Berger", "Pressesprecher", "Tel.: +43 1 5550-210"],
        [("Mag. Lukas Berger", "Pressesprecher, Stadthallen GmbH", "+43 1 5550-210", None)],
    ),
    (
        ["Agence Roseline – Julie Morel", "Tél. : 04 76 55 50 12 – julie@roseline.example"],
        [("Julie Morel", "Agence Roseline", "04 76 55 50 12", "julie@roseline.example")],
    ),
    (
        ["Stadt Neustadt, Pressestelle, Anja Roth, Tel. 06321 555-10, presse@neustadt.example"],
        [("Anja Roth", "Stadt Neustadt, Pressestelle", "06321 555-10", "presse@neustadt.example")],
    ),
    (
        ["Kestrel plc", "Joanna Field, Chief Executive", "Ravi Shah, Chief Financial Officer", "+44 20 5550 0100"],
        [
            ("Joanna Field", "Chief Executive, Kestrel plc", "+44 20 5550 0100", None),
            ("Ravi Shah", "Chief Financial Officer", "+44 20 5550 0100", None),
        ],
    ),
    (
        ["Sam Hill, CEO Phone: 713-555-0908 Email: sam@acme.example Website: Acme"],
        [("Sam Hill", "CEO", "713-555-0908", "sam@acme.example")],
    ),
    (
        ["Allison WuPhone: +1-310-555-3802", "Email: a.wu@acme.exampleDisclaimer"],
        [("Allison Wu", None, "+1-310-555-3802", "a.wu@acme.example")],
    ),
    (["Jane Doe(830) 555-4626jane@acme.example"], [("Jane Doe", None, "(830) 555-4626", "jane@acme.example")]),
    (
        ["Jane Doe Email Us Here", "San Diego, California", "United States", "619-555-1593", "Visit Our Website"],
        [("Jane Doe", None, "619-555-1593", None)],
    ),
    (
        ["Katrin Deich", "Hafenstraße 12, 24103 Kiel", "Telefon: +49 431 55501-20"],
        [("Katrin Deich", None, "+49 431 55501-20", None)],
    ),
]


@pytest.mark.parametrize(("lines", "contacts"), BLOCKS, ids=[block[1][0][0] for block in BLOCKS])
def test_who_answers(lines: list[str], contacts: list[Who]) -> None:
    found = contacts_of([lines])
    assert [tuple(contact.get(name) for name in ("name", "role", "phone")) for contact in found] == [
        contact[:3] for contact in contacts
    ]


@pytest.mark.parametrize(("lines", "contacts"), [block for block in BLOCKS if len(block[1]) == 1])
def test_blank_lines_between_the_lines_change_nothing(lines: list[str], contacts: list[Who]) -> None:
    assert len(contacts) == 1
    assert contacts_of([[line] for line in lines]) == contacts_of([lines])


@pytest.mark.parametrize(("lines", "contacts"), [block for block in BLOCKS if block[1][0][3]])
def test_the_mail_is_cut_out_of_its_line(lines: list[str], contacts: list[Who]) -> None:
    assert [contact["email"] for contact in contacts_of([lines])] == [contact[3] for contact in contacts]


def test_what_the_release_names_in_its_headline_is_a_house() -> None:
    lines = ["Cedar Analytics", "Nora Bell", "+1 512-555-0177"]
    (contact,) = contacts_of([lines], "Cedar Analytics Names Chief Officer")
    assert (contact["name"], contact["role"]) == ("Nora Bell", "Cedar Analytics")


@pytest.mark.parametrize(
    "heading",
    [
        "For more information, please contact:",
        "Rückfragen bitte an:",
        "Pour toute question, merci de contacter :",
        "Para más información, contacte con:",
        "Per maggiori informazioni, contattare:",
    ],
)
def test_lines_below_a_request_to_get_in_touch(heading: str) -> None:
    source = f"A headline\n\nSome text of some length stands here.\n\n{heading}\nRuth Hale\n831-555-0155\nruth@acme.example\n"
    reading = read(source.encode(), "x.txt")
    assert reading.draft["contacts"] == [{"name": "Ruth Hale", "phone": "831-555-0155", "email": "ruth@acme.example"}]


@pytest.mark.parametrize(
    "line",
    [
        "For press inquiries, please contact: press@acme.example",
        "Bei Rückfragen wenden Sie sich an: press@acme.example",
        "Pour tout renseignement, contacter : press@acme.example",
    ],
)
def test_the_way_may_stand_behind_the_request(line: str) -> None:
    source = f"A headline\n\nSome text of some length stands here.\n\n{line}\n"
    assert [one["email"] for one in read(source.encode(), "x.txt").draft["contacts"]] == ["press@acme.example"]


def test_a_request_that_leads_to_a_page_is_text() -> None:
    source = "A headline\n\nSome text here.\n\nAnswers to your questions: https://acme.example/faq\n"
    assert "contacts" not in read(source.encode(), "x.txt").draft


def test_one_line_with_labelled_ways_is_a_contact() -> None:
    source = "A headline\n\nSome text here.\n\nJane CheungTel: +852 2584 4137Email: jane@acme.example\n"
    want = {"name": "Jane Cheung", "phone": "+852 2584 4137", "email": "jane@acme.example"}
    assert read(source.encode(), "x.txt").draft["contacts"] == [want]


def test_a_desk_inside_of_a_block_opens_no_block() -> None:
    source = "A headline\n\nSome text here.\n\nKontakt:\nAcme AG\nInvestor Relations\nKatrin Deich\nir@acme.example\n"
    (contact,) = read(source.encode(), "x.txt").draft["contacts"]
    assert (contact["name"], contact["email"]) == ("Katrin Deich", "ir@acme.example")


def test_a_contact_heading_inside_of_a_paragraph_opens_a_block() -> None:
    source = "A headline\n\nSome text here.\nPressekontakt\nJane Doe\njane@acme.example\n"
    assert read(source.encode(), "x.txt").draft["contacts"] == [{"name": "Jane Doe", "email": "jane@acme.example"}]


@pytest.mark.parametrize(
    ("sentence", "contact"),
    [
        (
            "For more please contact Jane Doe at the Acme desk on 020 7555 0199 or email j.doe@acme.example.",
            {"name": "Jane Doe", "phone": "020 7555 0199", "email": "j.doe@acme.example"},
        ),
        (
            "Für Rückfragen wenden Sie sich bitte an Dr. Eva Klein, Telefon 089 555 1234.",
            {"name": "Dr. Eva Klein", "phone": "089 555 1234"},
        ),
        (
            "Pour tout renseignement, merci de contacter Julie Morel au 04 76 55 50 12.",
            {"name": "Julie Morel", "phone": "04 76 55 50 12"},
        ),
        (
            "Para más información, contacte con Ana Gil en prensa@acme.example.",
            {"name": "Ana Gil", "email": "prensa@acme.example"},
        ),
        (
            "Per informazioni contattare Giulia Conti, tel. 051 555 0133.",
            {"name": "Giulia Conti", "phone": "051 555 0133"},
        ),
        ("For more, contact support@acme.example.", None),
        ("She was in contact with Jane Doe in 2019 and 2020.", None),
    ],
)
def test_a_sentence_may_name_the_contact(sentence: str, contact: dict[str, str] | None) -> None:
    text = "Acme opens a bakery\n\nAcme opened a bakery in Hull today, the third one of the year.\n\n" + sentence
    reading = read(text.encode(), "x.txt")
    assert reading.draft.get("contacts") == ([contact] if contact else None)
    assert sentence in [block["text"] for block in reading.draft["body"]]


def test_a_sentence_adds_nobody_to_the_contacts_of_a_block() -> None:
    text = "A\n\nPlease contact Joe Roe on 020 7555 0199.\n\nContact:\nJane Doe\njane@acme.example"
    assert [one["name"] for one in read(text.encode(), "x.txt").draft["contacts"]] == ["Jane Doe"]


@pytest.mark.parametrize(
    ("line", "phones"),
    [
        ("Tel. 051 555 0133 – Cell. 333 555 0133", ["051 555 0133"]),
        ("Tél. 04 76 55 50 12", ["04 76 55 50 12"]),
        ("Teléfono +34 985 55 01 22", ["+34 985 55 01 22"]),
        ("Office 12, Main Street", []),
    ],
)
def test_labels_without_a_colon(line: str, phones: list[str]) -> None:
    found = contacts_of([["Jane Doe", line, "jane@acme.example"]])
    assert [one["phone"] for one in found if "phone" in one] == phones
    assert [one["name"] for one in found] == ["Jane Doe"]


@pytest.mark.parametrize("sign", ["\u200b", "\ufeff", "\u200e", "\u2066"])
def test_a_label_with_a_sign_that_nobody_sees_is_a_label(sign: str) -> None:
    lines = ["Jörg Müller", f"{sign}Telefon: 030 1234567", "E-\u00adMail: j@m.example", f"{sign}Mobil: 0171 1234567"]
    [contact] = contacts_of([lines])
    assert contact == {"name": "Jörg Müller", "phone": "030 1234567", "email": "j@m.example"}


@pytest.mark.parametrize(
    ("lines", "contact"),
    [
        (
            ["Olaf Meier", "T +49 441 98 76 - 12", "E meier@beta.example"],
            {"name": "Olaf Meier", "phone": "+49 441 98 76 - 12", "email": "meier@beta.example"},
        ),
        (["Dr. Tim Kurz Tel. 0123 456-111"], {"name": "Dr. Tim Kurz", "phone": "0123 456-111"}),
        (
            ["Florian Huber · Telefon 0831 / 55 66 77 · huber@acme.example"],
            {"name": "Florian Huber", "phone": "0831 / 55 66 77", "email": "huber@acme.example"},
        ),
    ],
)
def test_labels_without_a_colon_are_no_names_and_no_roles(lines: list[str], contact: dict[str, str]) -> None:
    assert contacts_of([lines]) == [contact]


@pytest.mark.parametrize("note", ["Interviews on request, Mondays only", "Interviews on request", "Fotos auf Anfrage"])
def test_a_line_that_says_when_they_answer_is_no_contact(note: str) -> None:
    people = ["María del Carmen García López, CEO", "John Roe, CFO", "+44 113 496 0000"]
    found = contacts_of([[*people, note]])
    assert [one["name"] for one in found] == ["María del Carmen García López", "John Roe"]
    assert {one["phone"] for one in found} == {"+44 113 496 0000"}


def test_who_answers_together_is_a_name_and_no_role_of_a_house() -> None:
    assert contacts_of([["Acme Ltd", "John Smith / Jane Doe", "+44 113 496 0000"]]) == [
        {"name": "John Smith", "role": "Acme Ltd", "phone": "+44 113 496 0000"},
        {"name": "Jane Doe", "role": "Acme Ltd", "phone": "+44 113 496 0000"},
    ]


@pytest.mark.parametrize("names", ["Jane Doe / John Roe", "Jane Doe/John Roe"])
def test_two_persons_on_a_line_are_two_contacts_with_a_role_each(names: str) -> None:
    ways = {"phone": "+44 113 496 0000"}
    assert contacts_of([[names, "Head of Press", "Investor Relations Manager", ways["phone"]]]) == [
        {"name": "Jane Doe", "role": "Head of Press", **ways},
        {"name": "John Roe", "role": "Investor Relations Manager", **ways},
    ]
    assert contacts_of([[names, "Press Officers and Managers", ways["phone"]]]) == [
        {"name": name, "role": "Press Officers and Managers", **ways} for name in ("Jane Doe", "John Roe")
    ]


def test_a_second_line_of_a_role_is_not_lost() -> None:
    assert contacts_of([["Jane Doe", "Vice President", "Head of Communications", "jane@acme.example"]]) == [
        {"name": "Jane Doe", "role": "Vice President, Head of Communications", "email": "jane@acme.example"}
    ]


def test_lines_in_capitals_below_who_can_be_reached_are_nobody() -> None:
    groups = [["Jane Doe", "jane@acme.example"], ["ACME GROUP", "LEEDS CAMPUS", "NORTH WING"]]
    assert [one["name"] for one in contacts_of(groups)] == ["Jane Doe"]


@pytest.mark.parametrize(
    "last",
    ["#Acme #Ovens", "[1] Source: own figures.", "¹ Vorläufige Zahlen", "* Ungeprüfte Zahlen", "*Source: Acme 2027"],
)
def test_a_note_or_tags_below_the_contacts_are_text(last: str) -> None:
    text = f"Acme opens\n\nAcme opened¹ an oven* today.[1]\n\nPress contact\nJane Doe\njane@acme.example\n\n{last}\n"
    draft = read(text.encode(), "x.txt").draft
    assert draft["body"][-1]["text"] == last
    assert draft["contacts"] == [{"name": "Jane Doe", "email": "jane@acme.example"}]


def test_contacts_that_a_release_has_no_room_for_are_told() -> None:
    people = "\n\n".join(f"Jane Doe{chr(97 + place)}\njane{place}@acme.example" for place in range(23))
    reading = read(f"Acme opens\n\nAcme opened an oven today.\n\nPress contact\n{people}\n".encode(), "x.txt")
    assert len(reading.draft["contacts"]) == 20
    assert told(reading, "W130") == ["3 contacts, from 'Jane Doeu' on, are more than a release holds"]


@pytest.mark.parametrize(
    "words", ["If you are not the intended recipient, delete this.", "Diese E-Mail ist vertraulich."]
)
def test_what_a_mail_program_writes_below_is_told(words: str) -> None:
    text = f"Acme opens\n\nAcme opened an oven today.\n\nPress contact\nJane Doe\njane@acme.example\n\n--\n{words}\n"
    assert len(told(read(text.encode(), "x.txt"), "W129")) == 1


@pytest.mark.parametrize(("before", "behind"), [("\u202a", "\u202c"), ("\u200e", "\u200e"), ("\u2066", "\u2069")])
def test_signs_of_direction_around_what_was_copied_are_in_no_field(before: str, behind: str) -> None:
    ways = "".join(f"{before}{way}{behind}\n" for way in ("+44 20 7946 0999", "jane@acme.example"))
    source = (
        f"# Acme opens a plant\n\nAcme [opened](https://acme.example/{behind}) it today.\n\n"
        f"Issued by:\nAcme Ltd\n{before}https://acme.example/{behind}\n\nContact:\nJane Doe\n{ways}"
    )
    draft = read(source.encode(), "x.md").draft
    assert draft["contacts"] == [{"name": "Jane Doe", "phone": "+44 20 7946 0999", "email": "jane@acme.example"}]
    assert draft["publisher"] == {"name": "Acme Ltd", "url": "https://acme.example/"}
    assert draft["links"] == [{"href": "https://acme.example/", "title": "opened"}]
