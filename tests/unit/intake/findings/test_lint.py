"""Lints: each code is found where it stands, and not where it does not."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.intake.fields.reading import to_record
from syndicator.intake.fields.trackers import is_tracker
from syndicator.intake.findings.diagnostics import Diagnostic
from syndicator.intake.findings.lint import content_hash, diagnose, differences, differs, duplicate_of
from syndicator.intake.lines.languages import language_of
from syndicator.intake.read import read
from syndicator.intake.records.strict import record_of
from syndicator.model.publisher import Publisher
from tests.unit.records import record

DOCS = Path(__file__).parents[4] / "docs" / "diagnostics.md"
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
        ("E008", 3, CLEAN.replace("LEEDS", "Embargoed until 9 May 2027\n\nLEEDS")),
        ("E008", 3, CLEAN.replace("LEEDS", "Sperrfrist: 9. Mai 2027\n\nLEEDS")),
        ("E008", 3, CLEAN.replace("LEEDS", "Sous embargo jusqu'au 9 mai 2027\n\nLEEDS")),
        ("E008", 3, CLEAN.replace("LEEDS", "Embargado hasta el 9 de mayo de 2027\n\nLEEDS")),
        ("E008", 3, CLEAN.replace("LEEDS", "Sotto embargo fino al 9 maggio 2027\n\nLEEDS")),
        (
            "W109",
            3,
            CLEAN.replace("today.", "today. The figures are under strict embargo, as the annual report has it."),
        ),
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
    assert "E008" in found(source, "x.md")
    assert {"E008", "W109", "W122"}.isdisjoint(found(front + source, "x.md"))
    assert "W122" in found(front.replace("-09T", "-10T") + source, "x.md")
    assert "W122" not in found(front.replace("-09T09:00:00+02:00", "-08T23:00:00Z") + source, "x.md")


def test_an_embargo_that_is_over() -> None:
    front = "---\nembargo_until: 2020-05-09 09:00\nembargo_zone: Europe/London\n---\n"
    assert found(front + CLEAN)["W121"].line == 2


@pytest.mark.parametrize(
    "line",
    [
        "SPERRFRIST 23.01.2099 19 Uhr",
        "Sperrvermerk: bis 23.01.2099",
        "Gesperrt bis 23.01.2099, 10 Uhr",
        "Frei ab 23.01.2099",
        "Freigabe: 23. Januar 2099, 10:00 Uhr",
        "Nicht vor dem 23.01.2099 veröffentlichen",
        "Nicht zur Veröffentlichung vor dem 23. Januar 2099",
        "Achtung: Veröffentlichung erst ab 23.01.2099, 10:00 Uhr",
        "EMBARGOED UNTIL 00:01 GMT, 23 January 2099",
        "Strictly embargoed to 00:01 GMT 23 January 2099",
        "STRICTLY EMBARGOED: 00:01 GMT",
        "STRICTLY EMBARGOED",
        "Embargoed for release until 9am ET",
        "Embargo lifts 23 January 2099 at 10am",
        "Under embargo till 23 January",
        "UNDER EMBARGO: January 23, 2099",
        "NOT FOR PUBLICATION UNTIL January 23, 2099",
        "HOLD UNTIL JAN 23",
        "For release on January 23, 2099 at 10 am",
        "Embargo 23/01/2099 10h",
        "Embargo : mardi 23 janvier 2099 à 10 h",
        "Sous embargo jusqu'au 23 janvier 2099",
        "Ne pas diffuser avant le 23 janvier 2099",
        "Embargado hasta el 23 de enero",
        "Embargo fino alle ore 10:00",
        "No publicar antes del 23 de enero de 2099",
        "embargo_until: 2099-01-23T10:00:00+01:00",
        "Achtung: Diese Mitteilung ist frei ab Freitag, 23. Januar 2099 (Druckausgaben vom 24. Januar)",
        "Bitte erst ab dem 23. Januar 2099, 6 Uhr veröffentlichen!",
        "Nicht vor Freitag, 6 Uhr, veröffentlichen",
        "Nicht veröffentlichen vor dem 23. Januar 2099",
        "Zur Veröffentlichung freigegeben ab 23.1.2099",
        "Veröffentlichung frei ab 23. Januar 2099, 10 Uhr",
        "Bis 23. Januar 2099, 10 Uhr gesperrt.",
        "Pressemitteilung Nr. 12/2099 – Sperrfrist 23. Januar 2099",
        "News release – embargoed until 23 January 2099",
        "NOT TO BE PUBLISHED OR BROADCAST BEFORE 06:00 HRS ON FRIDAY 23RD JANUARY 2099",
        "Please do not publish before 23 January 2099",
        "Publication prohibited until 23 January 2099, 10 am",
        "Hold for 23 January 2099, 6 a.m. EST",
        "Diffusion interdite avant le 23 janvier 2099 à 6h",
        "Prohibida su difusión hasta el 23 de enero, 10.00 h",
        "Diffusione consentita dal 23 gennaio 2099 ore 12",
    ],
)
@pytest.mark.parametrize("name", ["x.txt", "x.md"])
def test_a_line_that_states_an_embargo_is_refused_where_no_field_does(line: str, name: str) -> None:
    text = f"{line}\n\n{CLEAN}" if name == "x.txt" else f"# A headline\n\n{line}\n\n{CLEAN}"
    one = found(text, name)["E008"]
    assert one.text == line
    assert line[:20] in one.message


@pytest.mark.parametrize(
    "headline",
    [
        "Cuba under embargo for 60 years: what comes next",
        "Arbeitsagentur verhängt 12 Wochen Sperrfrist",
        "EU lifts its oil embargo to help 27 members",
        "Freie Fahrt ab 2027: Acme öffnet den Tunnel",
        "Hauptstraße gesperrt bis 5. März 2027",
        "Freigabe der Autobahn A 7 am 5. März 2027",
        "Erst ab dem 5. März 2027 wird der Verlag den Roman veröffentlichen",
    ],
)
def test_a_headline_about_an_embargo_is_none(headline: str) -> None:
    reading = read(CLEAN.replace("Acme Opens a Workshop in Leeds", headline).encode(), "x.txt")
    assert reading.draft["headline"] == headline
    assert "E008" not in {one.code for one in diagnose(reading, PROFILE)}


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("body[0]", "A headline\n\n- Sperrfrist: 23. Januar 2099, 10 Uhr\n- Foto anbei\n\n"),
        ("body[0]", "A headline\n\nSperrfrist\t23. Januar 2099, 10 Uhr\nOrt\tKempten\n\n"),
        ("embargo_until", "Dear editors,\n\nour news is below, under embargo until 23 January 2099.\n\nA headline\n\n"),
    ],
)
def test_an_embargo_is_refused_wherever_it_stands(place: str, source: str) -> None:
    """In a list, in a form of two columns, in the letter above."""
    fields = {**PROFILE, "language": "en"}
    faults = [one for one in diagnose(read((source + CLEAN).encode(), "x.txt"), fields) if one.code == "E008"]
    assert [one.place for one in faults] == [place]


@pytest.mark.parametrize("line", ["Sperrfrist: keine", "Keine Sperrfrist", "Embargo: none", "Embargo : aucun"])
def test_a_form_that_says_that_there_is_no_embargo_states_none(line: str) -> None:
    assert {"E008", "W109"}.isdisjoint(found(f"{line}\n\n{CLEAN}"))


@pytest.mark.parametrize(
    "fence",
    [
        "+++\nembargo_until = 2099-01-23T19:00:00+01:00\n+++",
        "---\nlanguage: en\nembargo_until: 2099-01-23 19:00\nembargo_zone: Europe/Berlin\n---",
    ],
)
def test_plain_text_may_state_fields_on_its_top(fence: str) -> None:
    reading = read(f"{fence}\n{CLEAN}".encode(), "x.txt")
    record = to_record(reading, PROFILE)
    assert record.headline == "Acme Opens a Workshop in Leeds"
    assert record.embargo_until == datetime(2099, 1, 23, 18, tzinfo=UTC)


def test_lines_between_dashes_that_name_no_field_are_text() -> None:
    reading = read(f"---\nVon: Jane Doe\n---\n{CLEAN}".encode(), "x.txt")
    assert "Von: Jane Doe" in "\n".join(text for _, text, _ in reading.outline())
    assert reading.draft.get("embargo_until") is None


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
    (one,) = diagnose(read(text.encode(), "x.txt", {"language": "en"}), PROFILE)
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


def test_every_code_is_documented_and_every_documented_one_is_used() -> None:
    documented = set(re.findall(r"^### ([EWN]\d{3})\b", DOCS.read_text("utf-8"), re.MULTILINE))
    package = Path(diagnose.__code__.co_filename).parents[1]
    sources = (path.read_text("utf-8") for path in package.rglob("*.py"))
    used = {code for source in sources for code in re.findall(r'"([EWN]\d{3})"', source)}
    assert used == documented


def test_the_record_of_a_clean_text() -> None:
    assert to_record(read(CLEAN.encode(), "x.txt"), PROFILE).dateline is not None


def test_a_finding_marks_no_line_that_it_is_not_about() -> None:
    """What a page holds beside its text is named with the line of the page; links are at their words."""
    page = '<h1>Acme</h1><p>Text.</p><p><a href="https://a.example/?utm_id=1">Prices</a></p>\n<a href="javascript:x()">b</a>'
    found = {each.code: each for each in diagnose(read(page.encode(), "x.html"))}
    assert (found["W115"].line, found["W115"].message) == (0, "a javascript: address (line 2 of the HTML) was dropped")
    assert (found["W117"].line, found["W117"].text) == (5, "Prices")
