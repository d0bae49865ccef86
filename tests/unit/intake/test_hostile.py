"""Hostile input is refused with a clear fault or made harmless. Time is bounded by limits, which are what is tested."""

import json
import re
import time
import tracemalloc
from itertools import islice

import pytest

from syndicator.errors import Rejected
from syndicator.intake.fields.reading import to_record
from syndicator.intake.findings.lint import diagnose
from syndicator.intake.formats.docx import read_docx
from syndicator.intake.formats.html.page import read_html
from syndicator.intake.formats.html.sanitize import clean_html, dropped_schemes
from syndicator.intake.lines.contacts import contacts_of
from syndicator.intake.quotes.marks import marked_spans
from syndicator.intake.quotes.spans import find_quotes
from syndicator.intake.read import read
from syndicator.model.body import Paragraph
from tests.unit.intake.lost import lost_lines
from tests.unit.intake.word import RELATION, RELATIONS, docx, paragraph


def refusal(source: bytes, name: str) -> str:
    faults = read(source, name).faults
    assert faults, "this was read"
    return " ".join(f"{fault.problem} {fault.fix}" for fault in faults)


def test_a_word_document_is_read() -> None:
    parts = [
        paragraph("A headline", "Heading1"),
        paragraph("LEEDS, 3 March 2027 – Some text."),
        paragraph("About Acme"),
        paragraph("Acme is old."),
        paragraph("Media contact:"),
        paragraph("Jane Doe"),
        paragraph("jane@acme.example"),
    ]
    reading = read(docx("".join(parts), more={"word/media/a.png": b"x"}), "x.docx")
    assert reading.draft["headline"] == "A headline"
    assert reading.draft["boilerplates"] == [{"heading": "About Acme", "paragraphs": ["Acme is old."]}]
    assert reading.draft["contacts"] == [{"name": "Jane Doe", "email": "jane@acme.example"}]
    assert lost_lines(reading) == ()
    assert "N202" in {one.code for one in diagnose(reading)}


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (docx(more={"word/media/a.bin": b"\0" * 10_000_000}), "zip bomb"),
        (docx(more={"word/styles.xml": b" " * 4_000_000}), "unpacks to"),
        (docx(more={f"x/{number}": b"" for number in range(1_200)}), "entries"),
        (docx(more={"../../etc/cron": b"x"}), "outside of the archive"),
        (docx(more={"/etc/cron": b"x"}), "outside of the archive"),
        (
            docx(declaration='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', body=paragraph("&a;")),
            "document type",
        ),
        (docx(more={"word/x.xml": '<!DOCTYPE lolz [<!ENTITY a "aa">]><x/>'}), "document type"),
        (docx(more={"word/x.xml": "<x/>".encode("utf-16")}), "not UTF-8"),
        (
            docx(
                more={
                    "word/_rels/settings.xml.rels": RELATIONS.format(
                        RELATION.format("attachedTemplate", "http://evil.example/x.dotm", 'TargetMode="External"')
                    )
                }
            ),
            "from elsewhere",
        ),
        (
            docx(
                more={
                    "word/_rels/settings.xml.rels": "<Relationships><Relationship TargetMode = 'External' Id='r'"
                    " Target='http://evil.example/x' Type='http://x.example/attachedTemplate'/></Relationships>"
                }
            ),
            "from elsewhere",
        ),
        (docx(body="".join(f"<w:p a='{number}'/>" for number in range(21_000))), "tags"),
        (docx(body="<w:p>"), "cannot be read"),
        (b"PK\x03\x04 nothing", "no Word document"),
        (docx()[:-30], "no Word document"),
    ],
)
def test_hostile_word_documents_are_refused(source: bytes, problem: str) -> None:
    assert problem in refusal(source, "x.docx")


def test_a_picture_at_an_address_is_not_fetched() -> None:
    relation = RELATION.format("image", "http://evil.example/x.png", 'TargetMode="External"')
    reading = read(docx(more={"word/_rels/document.xml.rels": RELATIONS.format(relation)}), "x.docx")
    assert reading.draft.get("media") is None


@pytest.mark.parametrize("name", ["x.json", "x.toml", "x.txt", "x.md", "x.html", "x.docx"])
def test_a_body_of_fifty_megabytes_is_refused_unread(name: str) -> None:
    source = b"a" * 50_000_000
    tracemalloc.start()
    try:
        problem = refusal(source, name)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "more than 20,000,000 bytes" in problem
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("source", "name", "problem"),
    [
        (b"", "x.txt", "empty"),
        (b"\xef\xbb\xbf \r\n\t", "x.md", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "x.pdf", "a PDF"),
        (b"{\\rtf1 hi}", "x.rtf", "RTF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "x.doc", "old Word"),
        (b"\x89PNG\r\n\x1a\n", "x.png", "picture"),
        (b"\xff\xd8\xff\xe0", "x.txt", "picture"),
        ("Überschrift\n\nText".encode("utf-16"), "x.txt", "UTF-16"),
    ],
)
def test_what_holds_no_text_is_told_by_its_kind_alone(source: bytes, name: str, problem: str) -> None:
    reading = read(source, name)
    assert [problem in fault.problem for fault in reading.faults] == [True]
    assert [one.code for one in diagnose(reading)] == ["E002"]


@pytest.mark.parametrize(
    ("source", "name", "problem"),
    [
        (b"<div>" * 5_000, "x.html", "nested too deeply"),
        (b"<p>x" * 20_000, "x.html", "elements"),
        (b"x\n" * 100_000, "x.txt", "too many lines"),
        (b"x\n" * 100_000, "x.md", "too many lines"),
        ("ä".encode("latin-1"), "x.txt", "not UTF-8"),
        (b"\xed\xa0\x80", "x.md", "not UTF-8"),
        (b"---\na: " + b"[" * 5_000 + b"\n---\n", "x.md", ""),
    ],
)
def test_wild_texts_are_refused(source: bytes, name: str, problem: str) -> None:
    assert problem in refusal(source, name)


@pytest.mark.parametrize(
    "source",
    [
        b"[" * 100_000,
        b"*a " * 30_000,
        b"`a " * 30_000,
        b"> " * 50_000,
        b"- " * 50_000,
        b'"' * 100_000,
        b"_" * 100_000,
        b"<" * 100_000,
        b"a@" * 50_000,
        b"1-" * 50_000,
        b"http://" * 15_000,
        b"About " * 20_000,
        b"A." * 50_000,
        b"![" * 50_000,
        b"Caption: x. Y: " * 20_000,
        b' "a' * 100_000,
        b" 'a" * 100_000,
        " „a".encode() * 80_000,
    ],
)
@pytest.mark.parametrize("name", ["x.txt", "x.md"])
def test_one_huge_line_is_read_without_losing_it(source: bytes, name: str) -> None:
    reading = read(source, name)
    assert reading.faults == ()
    assert lost_lines(reading) == ()
    assert isinstance(diagnose(reading), tuple)
    assert isinstance(reading.quotes, tuple)


@pytest.mark.parametrize("opening", [' "a', " 'a", " ‘a", " „a", " “a", " «a", " »a", " ‚a", ' "a “b', '"', "„"])
def test_marks_that_nothing_closes_are_searched_for_it_once(opening: str) -> None:
    assert list(marked_spans(opening * 200_000 + " ")) == []


def test_many_marks_are_closed_by_the_only_one_that_closes() -> None:
    text = ' "a' * 200_000 + '"'
    (marked,) = marked_spans(text)
    assert (marked.opens, marked.behind) == (1, len(text))


LETTERS = "abcdefghijklmnopqrstuvwxyz"


def said(quotes: int) -> str:
    names = ("X" + a + b + c for a in LETTERS for b in LETTERS for c in LETTERS)
    return "".join(f'"We are very glad to do this now," said {name}. ' for name in islice(names, quotes))


def filled(repeated: str) -> list[Paragraph]:
    return [Paragraph(text=repeated * (190_000 // len(repeated)))]


def test_hundreds_of_lone_surnames_are_looked_for_in_a_text_without_full_names() -> None:
    quotes = find_quotes([Paragraph(text=said(600)), *filled("Aaaa bbbb cccc dddd. ")])
    assert len({quote.speaker for quote in quotes} - {None}) == 200


@pytest.mark.parametrize("often", ["Bbbb the Roe ", "the Roe, a, ", "roe Roe ", "x", "A. "])
def test_one_name_in_hundreds_of_quotes_is_looked_for_once(often: str) -> None:
    spoken = Paragraph(text="„Wir freuen uns auf das neue Jahr und auf euch“, sagt Roe. " * 600)
    quotes = find_quotes([spoken, *filled(often)])
    assert [quote.speaker for quote in quotes] == [None] * 200


def test_thousands_of_marks_are_read_as_plain_text() -> None:
    assert "W119" in {one.code for one in diagnose(read(b"*a " * 3_000, "x.md"))}


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        '<a href="java\tscript:alert(1)">x</a>',
        '<a href="&#106;avascript:alert(1)">x</a>',
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<form action=javascript:alert(1)><button>x</button></form>",
        "<base href=//evil.example>",
    ],
)
def test_markup_does_not_survive(markup: str) -> None:
    cleaned = clean_html(f"<p>Before</p>{markup}<p>After</p>")
    assert not re.search(r"<[^>]*(?:script|onerror|srcdoc|action|javascript)", cleaned, re.IGNORECASE)
    reading = read(f"<h1>H</h1><p>Before</p>{markup}<p>After</p>".encode(), "x.html")
    assert all(not link["href"].lower().startswith("java") for link in reading.draft.get("links", []))
    assert not any(str(media.get("href", "")).startswith("data") for media in reading.draft.get("media", []))


def test_what_xml_cannot_carry_goes_after_references_are_decoded() -> None:
    assert "\x0b" not in clean_html("<p>a&#11;b\x0bc</p>")
    sheet = read_html("<p>a&#xFFFE;b&#x1;c</p>")
    assert not re.search("[\x01\ufffe]", sheet.pieces[0].text)


def test_dropped_addresses_are_reported() -> None:
    reading = read(b"<h1>H</h1>\n<p><a href='javascript:x'>a</a> <img src='data:image/png;base64,x'></p>", "x.html")
    assert [one.message.split()[1] for one in diagnose(reading) if one.code == "W115"] == ["javascript:", "data:"]


@pytest.mark.parametrize("line", ["Jane Doe" + " " * 400_000 + "x", "1" * 400_000 + "!"], ids=["spaces", "digits"])
def test_a_long_row_of_one_sign_in_a_contact_is_read_once(line: str) -> None:
    (contact,) = contacts_of([["Ann Roe", line, "ann@acme.example"]])
    assert (contact["name"], contact["email"]) == ("Ann Roe", "ann@acme.example")


@pytest.mark.parametrize("gap", ["{0}", "{0}'{0}", '{0}"{0}'])
def test_a_link_of_nothing_but_spaces_hides_none(gap: str) -> None:
    spaces = " " * 400_000
    assert dropped_schemes(f"<a href={gap.format(spaces)}>\n<a href{spaces}={gap.format(spaces)}data :x>") == [
        (2, "data:")
    ]


def test_of_tens_of_thousands_of_doubled_keys_only_those_are_located_that_are_told() -> None:
    source = b'{"a":"' + b"x" * 1_000_000 + b'"' + b',"headline":"x"' * 60_000 + b"}"
    started = time.process_time()
    faults = read(source, "x.json").faults
    assert (
        time.process_time() - started < 10
    )  # a fraction of it; located one by one, all of them take ten times as long
    assert len(faults) == 500


@pytest.mark.parametrize("sign", ["\r\nX-Evil: 1", "\nX-Evil: 1", "\u2028X", "\x85X"])
def test_a_headline_cannot_hold_a_line_of_a_header(sign: str) -> None:
    body = {
        "language": "en",
        "headline": f"A{sign}",
        "body": [{"type": "paragraph", "text": "x"}],
        "publisher": {"name": "P"},
        "contacts": [{"name": "J", "phone": "1"}],
    }
    reading = read(json.dumps(body).encode(), "x.json")
    with pytest.raises(Rejected) as refused:
        to_record(reading)
    assert [fault.place for fault in refused.value.faults] == ["headline"]


def test_read_docx_names_the_faults() -> None:
    with pytest.raises(Rejected):
        read_docx(b"")


def test_entities_of_a_page_are_neither_read_nor_text() -> None:
    source = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><h1>Acme &x; opens</h1><p>Acme opened a plant.</p>'
    reading = read(source.encode(), "x.html")
    assert [span.text for span in reading.spans] == ["Acme &x; opens", "Acme opened a plant."]
