"""Lints: each code is found where it stands, and not where it does not."""

import re
from pathlib import Path

import pytest

from syndicator.intake.diagnostics import CODES, Diagnostic
from syndicator.intake.languages import language_of
from syndicator.intake.lint import content_hash, diagnose, differences, differs, duplicate_of
from syndicator.intake.read import read
from syndicator.intake.reading import to_record
from syndicator.intake.records import record_of
from syndicator.intake.trackers import is_tracker
from syndicator.model.publisher import Publisher
from tests.unit.intake.test_records import record

DOCS = Path(__file__).parents[3] / "docs" / "diagnostics.md"
CLEAN = """\
Acme Opens a Workshop in Leeds

LEEDS, 3 March 2027 – Acme opened a workshop for two hundred apprentices in the north of the city today.

Media contact:
Jane Doe
jane@acme.example
"""
PROFILE = {"publisher": {"name": "Acme"}, "language": "en"}


def found(text: str, name: str = "x.txt") -> dict[str, Diagnostic]:
    return {one.code: one for one in reversed(diagnose(read(text.encode("utf-8", "surrogatepass"), name), PROFILE))}


def test_a_clean_release_has_no_findings() -> None:
    assert diagnose(read(CLEAN.encode(), "x.txt"), PROFILE) == ()


@pytest.mark.parametrize(
    ("code", "line", "text"),
    [
        ("W101", 1, CLEAN.replace("Acme Opens a Workshop in Leeds", "Headline")),
        ("W101", 1, CLEAN.replace("Acme Opens a Workshop in Leeds", "Foo Bar")),
        ("W101", 3, CLEAN.replace("apprentices", "[insert number]")),
        ("W101", 3, CLEAN.replace("apprentices", "Lorem ipsum dolor")),
        ("W101", 3, CLEAN.replace("apprentices", "TODO")),
        ("W101", 3, CLEAN.replace("apprentices", "XXX")),
        ("W102", 1, CLEAN.replace("Opens", "O" * 100)),
        ("W109", 3, CLEAN.replace("LEEDS", "Embargoed until 9 May 2027\n\nLEEDS")),
        ("W109", 3, CLEAN.replace("LEEDS", "Sperrfrist: 9. Mai 2027\n\nLEEDS")),
        ("W109", 3, CLEAN.replace("LEEDS", "Sous embargo jusqu'au 9 mai 2027\n\nLEEDS")),
        ("W109", 3, CLEAN.replace("LEEDS", "Embargado hasta el 9 de mayo de 2027\n\nLEEDS")),
        ("W109", 3, CLEAN.replace("LEEDS", "Sotto embargo fino al 9 maggio 2027\n\nLEEDS")),
        ("W111", 3, CLEAN.replace("apprentices", "appren\x92tices")),
        ("W117", 3, CLEAN.replace("today.", "today: https://acme.example/?utm_source=mail.")),
        ("W117", 3, CLEAN.replace("today.", "today: https://bit.ly/abc.")),
        ("E004", 5, CLEAN.replace("jane@acme.example", "")),
        ("E005", 3, CLEAN.replace("apprentices", "caf\u0065\u0301s")),
        ("E006", 3, CLEAN.replace("apprentices", "appr\x0bentices")),
        ("W106", 11, CLEAN + "\nCaptions:\n\nPhoto 1: The workshop\n"),
    ],
)
def test_findings_of_a_text(code: str, line: int, text: str) -> None:
    assert found(text)[code].line == line


def test_a_release_without_contact() -> None:
    assert "E003" in found(CLEAN.partition("Media contact")[0])


@pytest.mark.parametrize(
    "text",
    [
        CLEAN.replace("today.", "today, after the EU lifted its trade embargo in 2026."),
        CLEAN.replace("apprentices", "apprentices [1]"),
        CLEAN.replace("today.", "today: https://acme.example/clicks?page=2."),
    ],
)
def test_what_only_looks_like_a_finding(text: str) -> None:
    assert found(text) == {}


def test_an_embargo_that_its_field_states_is_no_finding() -> None:
    front = "+++\nembargo_until = 2027-05-09T09:00:00+02:00\n+++\n"
    source = "# A headline\n\nEmbargoed until 9 May 2027\n\nText of the release.\n\n## Contact\n\nJane Doe\njane@acme.example\n"
    assert "W109" in found(source, "x.md")
    assert "W109" not in found(front + source, "x.md")


def test_findings_of_markdown() -> None:
    source = "# A headline\n\nText [here](javascript:x) and [there](#).\n\n![](https://acme.example/a.png)\n\n![x](../../etc/passwd)\n\n![](//track.acme.example/1)\n"
    seen = found(source, "x.md")
    assert {"W115", "W114", "W107", "E007", "W116"} <= set(seen)
    assert [seen[code].line for code in ("W115", "W107", "E007", "W116")] == [3, 5, 7, 9]


@pytest.mark.parametrize(
    "file", ["../a.png", "/etc/passwd", "a/../../b", "C:\\a.png", "..\\a", "file:///etc/passwd", "a\x00b"]
)
def test_file_names_that_leave_the_folder(file: str) -> None:
    reading = read(b"x", "x.txt")
    reading = type(reading)(**{**vars(reading), "draft": {"media": [{"file": file}]}})
    assert "E007" in {one.code for one in diagnose(reading)}


def test_a_paragraph_in_another_language() -> None:
    german = "Die Werkstatt ist für die Auszubildenden der Stadt und wird von der Firma mit dem Land betrieben, sie ist auch im Winter nicht geschlossen."
    text = CLEAN.replace("Media contact:", f"{german}\n\nMedia contact:")
    (one,) = diagnose(read(text.encode(), "x.txt", language="en"), PROFILE)
    assert (one.code, one.line) == ("W108", 5)


def test_an_ad_hoc_release_needs_a_date_line() -> None:
    front = '+++\n[regulatory]\nissuer = "Acme"\nnotifier = "J"\nnotifier_position = "CFO"\nsubject = "x"\ninside_information = true\n+++\n'
    body = "# A headline\n\n{}The board decided something.\n\n## Contact\n\nJane Doe\njane@acme.example\n"
    assert "W105" in found(front + body.format(""), "x.md")
    assert "W105" not in found(front + body.format("LEEDS, 3 March 2027 – "), "x.md")


INSIDE = [
    ("This announcement contains inside information for the purposes of Article 7.", "inside information"),
    ("The release holds what the Regulation\ncalls inside\ninformation.", "inside"),
    ("Veröffentlichung einer Insiderinformation nach Artikel 17 MAR", "Insiderinformation"),
    ("Insiderinformationen gemäß Artikel 17 der Verordnung (EU) Nr. 596/2014", "Insiderinformationen"),
    ("Ad-hoc-Mitteilung nach Artikel 17 MAR", "Ad-hoc-Mitteilung nach Artikel 17"),
    ("Communication d\u2019une information privilégiée", "information privilégiée"),
    ("Comunicación de información privilegiada", "información privilegiada"),
    ("Il comunicato contiene informazioni privilegiate.", "informazioni privilegiate"),
    ("The plan was not approved. This is inside information.", "inside information"),
]


@pytest.mark.parametrize(("sentence", "marked"), INSIDE)
def test_inside_information_asks_for_the_regulatory_fields(sentence: str, marked: str) -> None:
    text = CLEAN.replace("Media contact:", f"{sentence}\n\nMedia contact:")
    one = found(text)["W120"]
    assert one.text[one.column - 1 :][: one.length] == marked
    assert text.split("\n")[one.line - 1] == one.text
    assert "notifier_position" in one.fix


@pytest.mark.parametrize(
    "sentence",
    [
        "This announcement contains no inside information.",
        "It does not contain inside information within the meaning of Article 7.",
        "Diese Mitteilung enthält keine Insiderinformationen.",
        "Ce communiqué ne contient pas d'information privilégiée.",
        "Este comunicado no contiene información privilegiada.",
        "Il comunicato non contiene informazioni privilegiate.",
        "The insiders gave us information on the workshop.",
    ],
)
def test_a_text_without_inside_information_asks_for_nothing(sentence: str) -> None:
    assert "W120" not in found(CLEAN.replace("Media contact:", f"{sentence}\n\nMedia contact:"))


def test_with_the_regulatory_fields_inside_information_is_in_order() -> None:
    fields = 'issuer = "A"\nnotifier = "J"\nnotifier_position = "CFO"\nsubject = "x"\ninside_information = true\n'
    text = f"# A headline\n\n{INSIDE[0][0]}\n\n## Contact\n\nJane Doe\njane@acme.example\n"
    assert "W120" in found(text, "x.md")
    assert "W120" not in found(f"+++\n[regulatory]\n{fields}+++\n{text}", "x.md")


@pytest.mark.parametrize(
    ("address", "tracks"),
    [
        ("https://a.example/?x=1&utm_campaign=y", True),
        ("https://click.mail.example/x", True),
        ("https://t.co/abc", True),
        ("https://report.co/abc", False),
        ("https://a.example/click.html", False),
        ("//track.a.example/p", True),
        ("https://[broken", False),
        ("www.facebook.com/tr?id=1", True),
    ],
)
def test_trackers(address: str, tracks: bool) -> None:
    assert is_tracker(address) is tracks


def test_content_hashes_see_words_only() -> None:
    one = record_of(record())
    same = record_of(record(headline="A  HEADLINE!", keywords=["x"]))
    other = record_of(record(headline="Another headline"))
    assert content_hash(one) == content_hash(same) != content_hash(other)
    assert "rel_1" in duplicate_of("rel_1").message


def test_a_publisher_block_is_compared_with_the_profile() -> None:
    stored = Publisher(name="Acme", street="Road 1", postal_code="1", locality="Town", phone="+1", key="acme")
    assert differences(Publisher(name="Acme", address=("Road 1", "1 Town"), phone="+1"), stored) == ()
    assert differences(Publisher(name="Acme"), stored) == ()
    found = [differs(one) for one in differences(Publisher(name="Acme Inc.", phone="+2"), stored)]
    assert [(one.code, one.place) for one in found] == [("W113", "publisher.name"), ("W113", "publisher.phone")]
    assert found[1].message == "'+2' here, '+1' in the profile"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Die Firma hat heute in der Stadt eine neue Werkstatt für die Ausbildung von jungen Menschen eröffnet und lädt ein.",
            "de",
        ),
        (
            "The company has opened a new workshop for the training of young people in the city and invites all to come.",
            "en",
        ),
        (
            "La société a ouvert dans la ville un nouvel atelier pour la formation des jeunes et invite les habitants à venir.",
            "fr",
        ),
        (
            "La empresa ha abierto en la ciudad un nuevo taller para la formación de los jóvenes y invita a los vecinos.",
            "es",
        ),
        (
            "La società ha aperto nella città una nuova officina per la formazione dei giovani e invita gli abitanti.",
            "it",
        ),
        ("Acme", None),
        ("東京 " * 40, None),
    ],
)
def test_languages(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_every_finding_of_the_samples_is_documented() -> None:
    documented = set(re.findall(r"^### ([EWN]\d{3})\b", DOCS.read_text("utf-8"), re.MULTILINE))
    assert documented == set(CODES)


def test_every_code_is_used() -> None:
    package = Path(diagnose.__code__.co_filename).parent
    source = "".join(path.read_text("utf-8") for path in package.glob("*.py") if path.name != "diagnostics.py")
    assert {code for code in CODES if f'"{code}"' not in source} == set()


def test_the_record_of_a_clean_text() -> None:
    assert to_record(read(CLEAN.encode(), "x.txt"), PROFILE).dateline is not None


def test_a_finding_marks_no_line_that_it_is_not_about() -> None:
    """What a page holds beside its text is named with the line of the page; links are at their words."""
    page = '<h1>Acme</h1><p>Text.</p><p><a href="https://a.example/?utm_id=1">Prices</a></p>\n<a href="javascript:x()">b</a>'
    found = {each.code: each for each in diagnose(read(page.encode(), "x.html"))}
    assert (found["W115"].line, found["W115"].message) == (0, "a javascript: address (line 2 of the HTML) was dropped")
    assert (found["W117"].line, found["W117"].text) == (5, "Prices")
