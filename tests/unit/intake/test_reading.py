"""Reading the layouts that publishers use, in five languages and six formats."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndicator.errors import Rejected
from syndicator.intake.fields.reading import Format, Reading, to_record
from syndicator.intake.findings.lint import diagnose
from syndicator.intake.parts.layout import Part
from syndicator.intake.read import format_of, read
from syndicator.intake.records.strict import read_json
from tests.unit.intake.lost import lost_lines

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EXAMPLES = HERE / "examples"


def example_of(name: str) -> Reading:
    return read((EXAMPLES / name).read_bytes(), name)


def touchstone() -> bytes:
    return (EXAMPLES / "biom-kawasaki.txt").read_bytes()


def test_the_touchstone_gives_its_record() -> None:
    want = read_json((ROOT / "examples" / "biom-kawasaki.json").read_bytes())
    got = to_record(read(touchstone(), "biom-kawasaki.txt"), {"network": "unn"})
    assert got == want.model_copy(update={"links": ()})


def test_the_touchstones_disclaimer_is_the_networks() -> None:
    reading = read(touchstone(), "biom-kawasaki.txt")
    assert reading.legal[0].startswith("Für die oben stehende Pressemitteilung")
    assert not any("Für die oben stehende" in json.dumps(block, ensure_ascii=False) for block in reading.draft["body"])


@pytest.mark.parametrize(
    ("name", "language", "headline", "boilerplate", "contact", "speaker", "embargo"),
    [
        (
            "de.txt",
            "de",
            "Stadtwerke Musterstadt bauen größten Wärmespeicher der Region",
            "Über die Stadtwerke Musterstadt",
            "Max Mustermann",
            "Dr. Anna Beispiel",
            "Sperrfrist",
        ),
        (
            "en.txt",
            "en",
            "Acme Robotics Opens Training Center in Leeds",
            "About Acme Robotics",
            "John Smith",
            "Jane Doe",
            None,
        ),
        (
            "fr.txt",
            "fr",
            "La ville de Lyon ouvre un jardin sur les toits",
            "À propos de la ville de Lyon",
            "Paul Martin",
            "Marie Dupont",
            "Sous embargo",
        ),
        (
            "es.txt",
            "es",
            "El puerto de Vigo estrena una grúa eléctrica",
            "Sobre el puerto de Vigo",
            "Lucía Gómez",
            "Juan Pérez",
            "Embargado",
        ),
        (
            "it.txt",
            "it",
            "Torino apre una scuola per restauratori",
            "Chi siamo",
            "Giulia Bianchi",
            "Mario Rossi",
            "Sotto embargo",
        ),
    ],
)
def test_usual_layouts(
    name: str, language: str, headline: str, boilerplate: str, contact: str, speaker: str, embargo: str | None
) -> None:
    reading = example_of(name)
    assert reading.language == language
    assert reading.draft["headline"] == headline
    assert [entry["heading"] for entry in reading.draft["boilerplates"]] == [boilerplate]
    assert reading.draft["contacts"][0]["name"] == contact
    assert reading.draft["contacts"][0]["phone"]
    assert reading.draft["contacts"][0]["email"]
    assert [quote.speaker for quote in reading.quotes] == [speaker]
    assert (reading.embargo or "").startswith(embargo or "")
    assert bool(reading.embargo) is bool(embargo)
    assert lost_lines(reading) == ()


def test_a_date_line_that_would_be_printed_the_same_is_taken_out() -> None:
    reading = example_of("de.txt")
    assert reading.draft["dateline"] == {"place": "MUSTERSTADT", "date": "10. Nov. 2026"}
    assert reading.draft["body"][0]["text"].startswith("Die Stadtwerke")


def test_any_other_date_line_stays_in_the_text() -> None:
    reading = example_of("en.txt")
    assert "dateline" not in reading.draft
    assert reading.dateline is not None
    assert reading.dateline.date == "March 3, 2027"
    assert reading.draft["body"][0]["text"].startswith("LEEDS, UK – March 3, 2027 – Acme")


@pytest.mark.parametrize("mark", ["###", "-30-", "- 30 -", "ENDS", "- Ende -", "# # #", "--- Ende ---", "FIN"])
def test_an_end_mark_does_not_end_the_text(mark: str) -> None:
    source = f"A headline\n\nSome text here.\n\n{mark}\n\nPressekontakt:\nJane Doe\njane@acme.example\n"
    reading = read(source.encode(), "x.txt")
    assert [span.text for span in reading.spans_of(Part.END)] == [mark]
    assert reading.draft["contacts"] == [{"name": "Jane Doe", "email": "jane@acme.example"}]
    assert [block["text"] for block in reading.draft["body"]] == ["Some text here."]


@pytest.mark.parametrize(
    ("line", "heading", "text"),
    [
        (
            "About Kaufman & CompanyKaufman & Company is a firm.",
            "About Kaufman & Company",
            "Kaufman & Company is a firm.",
        ),
        ("About Armadillo  Armadillo is a company.", "About Armadillo", "Armadillo is a company."),
        (
            "About RiskFootprint™: RiskFootprint™ is a platform.",
            "About RiskFootprint™:",
            "RiskFootprint™ is a platform.",
        ),
        (
            "About SUCCESS® Enterprises Founded in 1897, it is big.",
            "About SUCCESS® Enterprises",
            "Founded in 1897, it is big.",
        ),
        ("About Skild AIFounded in 2023, it builds models.", "About Skild AI", "Founded in 2023, it builds models."),
        ("Über die Acme GmbH: Die Acme GmbH baut Dinge.", "Über die Acme GmbH:", "Die Acme GmbH baut Dinge."),
    ],
)
def test_a_boilerplate_whose_text_runs_on_behind_its_heading(line: str, heading: str, text: str) -> None:
    reading = read(f"A headline\n\nSome text here.\n\n{line}\n".encode(), "x.txt")
    assert reading.draft["boilerplates"] == [{"heading": heading, "paragraphs": [text]}]


@pytest.mark.parametrize(
    "line",
    [
        "About 21% of those pitches score as generated, he said.",
        "Über 20.000 Besucher kamen",
        "About time we did something about this, many of us thought when it came out.",
    ],
)
def test_a_sentence_that_begins_like_a_boilerplate_is_body(line: str) -> None:
    reading = read(
        f"A headline\n\nSome text here.\n\n{line}\n\nMore of the text follows in this place.\n".encode(), "x.txt"
    )
    assert "boilerplates" not in reading.draft


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Contact DetailsJulia Worthington", "Julia Worthington"),
        ("Media Contact for Acme: Jane Doe", "Jane Doe"),
        ("CONTACT: Jane Doe", "Jane Doe"),
    ],
)
def test_contacts_whose_heading_shares_their_line(line: str, name: str) -> None:
    reading = read(f"A headline\n\nSome text here.\n\n{line}\njane@acme.example\n".encode(), "x.txt")
    assert reading.draft["contacts"] == [{"name": name, "email": "jane@acme.example"}]


def test_prose_behind_a_contact_is_body_again() -> None:
    source = "A headline\n\nSome text.\n\nContact:\nJane Doe\njane@a.example\n\nThe next hearing takes place in the town hall on Monday.\n"
    reading = read(source.encode(), "x.txt")
    assert reading.draft["body"][-1]["text"].startswith("The next hearing")


def test_a_contact_before_the_headline() -> None:
    source = "FOR IMMEDIATE RELEASE\nContact: Jane Doe\nPhone: 555 123 4567\n\nAcme Launches Rocket\n\nTexas saw a launch today.\n"
    reading = read(source.encode(), "x.txt")
    assert reading.draft["headline"] == "Acme Launches Rocket"
    assert reading.draft["contacts"] == [{"name": "Jane Doe", "phone": "555 123 4567"}]


def test_a_signature_below_a_quote_is_no_subheading() -> None:
    signed = "Lenny Hill, CEO of Sky Platforms"
    quote = "“We look forward to the conference, as we continue to grow in every market.”"
    more = "The conference takes place in the town hall, and all the board members of the company will be there."
    reading = read(f"A headline\n\nSome text.\n\n{quote}\n\n{signed}\n\n{more}\n".encode(), "x.txt")
    assert [block["type"] for block in reading.draft["body"]] == ["paragraph"] * 4
    assert [(quote.speaker, quote.role) for quote in reading.quotes] == [("Lenny Hill", "CEO of Sky Platforms")]


def test_a_headline_that_was_broken_to_fit_is_one_line() -> None:
    reading = read("Acme übernimmt Beta und\nstärkt das Geschäft\n\nDie Firma ist jetzt groß.\n".encode(), "x.txt")
    assert reading.draft["headline"] == "Acme übernimmt Beta und stärkt das Geschäft"
    assert "subheadline" not in reading.draft


def test_a_letterhead_before_the_kicker_is_the_publisher() -> None:
    source = "ACME GmbH\nMusterweg 1, 80331 München\n\nMedieninformation\n\nAcme übernimmt Beta\n\nDie Firma ist jetzt groß.\n"
    reading = read(source.encode(), "x.txt")
    assert reading.draft["publisher"] == {"name": "ACME GmbH", "address": ["Musterweg 1, 80331 München"]}
    assert reading.draft["headline"] == "Acme übernimmt Beta"


def test_the_layout_of_a_wire() -> None:
    source = "10.11.2026 – 09:00\n\nStadtwerke\n\nNeuer Speicher am Netz\n\nMusterstadt (ots) - Der Speicher ist am Netz.\n\nOriginal-Content von: Stadtwerke\n"
    reading = read(source.encode(), "x.txt")
    assert reading.draft["headline"] == "Neuer Speicher am Netz"
    assert reading.draft["publisher"]["name"] == "Stadtwerke"


def test_several_ways_on_one_line_of_a_contact() -> None:
    source = "A headline\n\nSome text.\n\nPressekontakt:\nEva Muster\nTel. +49 89 12345-0, Fax +49 89 12345-9 | presse@acme.example\n"
    contact = {"name": "Eva Muster", "phone": "+49 89 12345-0", "fax": "+49 89 12345-9", "email": "presse@acme.example"}
    assert read(source.encode(), "x.txt").draft["contacts"] == [contact]


@pytest.mark.parametrize("text", ["Abdruck honorarfrei, Belegexemplar erbeten.", "Disclaimer: this is no offer."])
def test_small_print_that_is_not_the_networks_stays_in_the_record(text: str) -> None:
    source = f"A headline\n\nSome text.\n\nContact:\nJane Doe\njane@acme.example\n\n{text}\n"
    reading = read(source.encode(), "x.txt")
    assert text in [block["text"] for block in reading.draft["body"]]


def test_markdown_with_front_matter() -> None:
    reading = example_of("letter.md")
    kinds = [block["type"] for block in reading.draft["body"]]
    assert kinds == ["paragraph", "subheading", "table", "list", "paragraph"]
    assert reading.draft["subheadline"] == "A second line from the front matter"
    assert reading.draft["links"] == [{"href": "https://rail.example/coast?utm_source=pr", "title": "the coast"}]
    assert reading.draft["media"] == [{"file": "train.jpg", "alt": "A blue train"}]
    assert to_record(reading).publisher.name == "Example Railways"
    assert lost_lines(reading) == ()


def test_yaml_front_matter_and_the_names_of_other_tools() -> None:
    reading = read(b"---\ntitle: Hello\nlang: en\ntags: [a, b]\n---\n\n# Hello\n\nText.\n", "x.md")
    assert reading.draft["headline"] == "Hello"
    assert reading.draft["keywords"] == ["a", "b"]
    assert [block["text"] for block in reading.draft["body"]] == ["Text."]


@pytest.mark.parametrize(
    ("matter", "problem"),
    [
        ("a: &x 1\nb: *x", "aliases"),
        ("a: 1\na: 2", "twice"),
        ("- a: 1", "no list of fields"),
        ("a: [", "YAML"),
        ("? [a]\n: b", ""),
    ],
)
def test_front_matter_that_cannot_be_read(matter: str, problem: str) -> None:
    reading = read(f"---\n{matter}\n---\nText.\n".encode(), "x.md")
    assert problem in reading.faults[0].problem


def test_a_rule_at_the_beginning_is_no_front_matter() -> None:
    assert read(b"---\n\n# Hello\n\n---\n\nText.\n", "x.md").draft["headline"] == "Hello"


def test_html() -> None:
    reading = example_of("page.html")
    assert [block["type"] for block in reading.draft["body"]] == ["paragraph", "list", "table", "paragraph"]
    assert reading.draft["headline"] == "Museum Shows Forgotten Maps"
    assert (
        reading.draft["body"][0]["text"]
        == "The museum shows forty maps that nobody knew.\nThey are on view until June."
    )
    assert reading.draft["links"] == [{"href": "https://museum.example/maps", "title": "forty maps"}]
    assert reading.draft["contacts"] == [
        {"name": "Tom Hill", "phone": "+44 1904 000000", "email": "tom@museum.example"}
    ]
    assert reading.draft["media"] == [{"href": "https://museum.example/map.png", "alt": "A map of York"}]
    assert "alert" not in json.dumps(reading.draft)


def test_json_and_toml_are_records() -> None:
    source = (ROOT / "examples" / "biom-kawasaki.json").read_bytes()
    reading = read(source, "biom-kawasaki.json")
    assert reading.record == to_record(reading) == read_json(source)
    assert lost_lines(reading) == ()
    assert [diagnostic.code for diagnostic in diagnose(reading)] == ["W106", "W106"]


def test_a_record_with_faults_is_a_reading_with_faults() -> None:
    reading = read(b'{\n "headlin": "x"}', "x.json")
    with pytest.raises(Rejected):
        to_record(reading)
    found = next(one for one in diagnose(reading) if one.place == "headlin")
    assert (found.line, found.column, found.text) == (2, 2, ' "headlin": "x"}')


def test_the_profile_fills_in_what_the_text_leaves_out() -> None:
    profile = {"publisher": {"name": "Acme"}, "language": "fr"}
    record = to_record(example_of("en.txt"), profile)
    assert (record.publisher.name, record.language) == ("Acme", "en")


@pytest.mark.parametrize(
    ("source", "name", "form"),
    [
        (b"{}", "x", Format.JSON),
        (b"PK\x03\x04", "x", Format.DOCX),
        (b"\n<!DOCTYPE html>", "x", Format.HTML),
        (b"# T", "x", Format.MARKDOWN),
        (b"T", "x", Format.TEXT),
        (b"{}", "x.txt", Format.TEXT),
    ],
)
def test_the_format_is_told_by_name_or_beginning(source: bytes, name: str, form: Format) -> None:
    assert format_of(source, name) is form


WORDS = st.sampled_from([
    "# ", "* ", "- ", "1. ", "> ", "---", "###", "+++", "\n", "\n\n", "    ", "\t", "|", "[a](b)", "![x](y z.png)", "**b", "`c", "&amp;", "<b>", "About ",
    "Über uns", "Kontakt:", "Pressekontakt", "a@b.example", "+49 89 123456", "Sperrfrist: 1.1.2027", "Foto 1: x", "Bildunterschrift:", "„Hallo“, sagte Jane Doe.",
    "Acme GmbH\n", "Jane Doe\n", "Jane Doe, CEO", "San Diego, California\n", "(ots) - ", "EQS-News: A / Key word(s): B", "Release date: 3 May 2027", "Language: English\n", "Köln (ots)", "- a -\n",
    "MÜNCHEN, 10. Nov. 2017 – ", "Source: X", "ENDS", "\u00a0", "\u2028", "\x0b", "e\u0301", "\u202e", "x" * 130, "headline: y", "```", "\\", "[r]: http://x.example",
])  # fmt: skip


@given(st.lists(WORDS | st.text(max_size=6), max_size=25).map("".join), st.sampled_from(["x.txt", "x.md", "x.html"]))
@example("---\nbody: 5\nboilerplates: x\nmedia: [1]\ncontacts: {}\n---\nText", "x.md")
@example("---\nbody: [{type: x, rows: 5, text: [1]}]\nlanguage: 7\nheadline: [1]\n---\nText", "x.md")
def test_any_text_is_read_without_losing_a_line(text: str, name: str) -> None:
    reading = read(text.encode("utf-8", "replace"), name)
    if not reading.faults:
        assert lost_lines(reading) == ()
        assert reading.outline() or not any(line.strip() for line in reading.lines)
    assert isinstance(reading.quotes, tuple)
    assert isinstance(diagnose(reading), tuple)


@given(st.binary(max_size=200), st.sampled_from(["x.json", "x.toml", "x.txt", "x.md", "x.html", "x.docx"]))
def test_any_bytes_are_read_or_refused(source: bytes, name: str) -> None:
    assert isinstance(diagnose(read(source, name)), tuple)


@pytest.mark.parametrize("line", ["---", "![A boat](https://acme.example/a.jpg)"])
def test_a_line_without_words_inside_of_a_paragraph_is_read(line: str) -> None:
    reading = read(f"# A headline\n\nFirst line\n{line}\n\nSecond.\n".encode(), "x.md")
    assert lost_lines(reading) == ()
    assert [span.first for span in reading.spans_of(Part.RULE)] == [4]


def test_a_lost_line_is_noticed() -> None:
    reading = read(b"A headline\n\nFirst.\n\nSecond.\n", "x.txt")
    without = Reading(name="x", format=Format.TEXT, lines=reading.lines, spans=reading.spans[:-1])
    assert lost_lines(without) == (5,)
