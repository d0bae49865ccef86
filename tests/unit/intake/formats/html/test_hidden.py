"""Text that nobody sees is not published, and what is left out is told."""

import pytest

from syndicator.intake.formats.html.hidden import visible
from syndicator.intake.read import read
from tests.unit.intake.pages import HEAD, TITLE, W, run, said, told
from tests.unit.intake.word import docx, paragraph


@pytest.mark.parametrize(
    "markup",
    [
        "<p hidden>Secret plan.</p>",
        "<p hidden=until-found>Secret plan.</p>",
        "<p style='display:none'>Secret plan.</p>",
        "<p STYLE='color:red; DISPLAY : None !important'>Secret plan.</p>",
        "<p style='display/* no */:none'>Secret plan.</p>",
        "<div style='visibility:hidden'><p>Secret <b>plan</b>.<br></p></div>",
        "<div style='mso-hide:all'>Secret plan.<p hidden></p></div>",
        "<form hidden><label>Secret plan.</label></form>",
        "<details><button style='display: none'>Secret plan.</button></details>",
        "<table hidden><tr><td>Secret</td><td>plan.</td></tr></table>",
    ],
)
def test_hidden_text_of_a_page_is_left_out_and_told(markup: str) -> None:
    reading = read(f"{HEAD}{markup}<p>Bread &lt;b hidden&gt; is cheap.</p>".encode(), "x.html")
    assert said(reading) == ["Bread <b hidden> is cheap."]
    assert [message.replace(" .", ".") for message in told(reading, "W123")] == [
        "hidden text was left out: 'Secret plan.'"
    ]


def test_what_is_shown_stays() -> None:
    markup = "<p style='display:none;display:block'>Bread.</p><p style='color:red' title='hidden'>Cake.</p>"
    reading = read(f"{HEAD}{markup}<p hidden> </p>".encode(), "x.html")
    assert said(reading) == ["Bread.", "Cake."]
    assert told(reading, "W123") == []


@pytest.mark.parametrize(
    ("sheet", "markup"),
    [
        (".x{display:none}", "<p class='a x b'>{}</p>"),
        ("<!-- p.x , td { color:red; DISPLAY : None } -->", "<p class=x>{}</p>"),
        ("#x{visibility:hidden}", "<div id=x><p>{}</p></div>"),
        ("@import 'a.css'; @media screen { .x { display: none; } }", "<p class=x>{}</p>"),
        (".a .x{display:none}", "<div class=a><div><p class=x>{}</p></div></div>"),
        (".a>.x{display:none}", "<div class=a><p class=x>{}</p></div>"),
        ("p.x{display:block} .x{display:none !important}", "<p class=x>{}</p>"),
        (".x{display:block} .x{display:none}", "<p class=x>{}</p>"),
        ("span.x{mso-hide:all}", "<p><span class=x>{}</span></p>"),
        ("*.x{display:none/* no */}", "<p class='x&#32;y'>{}</p>"),
    ],
)
def test_what_a_style_sheet_hides_is_left_out_and_told(sheet: str, markup: str) -> None:
    page = f"<style>{sheet}</style>{HEAD}{markup.format('Secret plan.')}<p>Bread is cheap.</p>"
    reading = read(page.encode(), "x.html")
    assert said(reading) == ["Bread is cheap."]
    assert told(reading, "W123") == ["hidden text was left out: 'Secret plan.'"]


@pytest.mark.parametrize(
    ("sheet", "markup"),
    [
        ("@media print { .x{display:none} }", "<p class=x>{}</p>"),
        ("@media only screen and (max-width: 480px) { .x{display:none !important} }", "<p class=x>{}</p>"),
        ("p.x{display:block} .x{display:none}", "<p class=x>{}</p>"),
        (".x{display:none}", "<p class=x style='display:block'>{}</p>"),
        (".x:hover, .x::before, .x[lang] {display:none}", "<p class=x>{}</p>"),
        (".a .x{display:none}", "<div class=a>Cake.</div><p class=x>{}</p>"),
        (".a>.x{display:none}", "<div class=a><div><p class=x>{}</p></div></div>"),
        (".x{display:none} .x{display:inherit}", "<p class=x>{}</p>"),
        (".X{display:none} /* .x{display:none} */", "<p class=x>{}</p>"),
        ("}}{{ .x{display:none", "<p class=x>{}</p>"),
    ],
)
def test_what_a_style_sheet_shows_stays(sheet: str, markup: str) -> None:
    reading = read(f"<style>{sheet}</style>{HEAD}{markup.format('Bread is cheap.')}".encode(), "x.html")
    assert said(reading)[-1] == "Bread is cheap."
    assert told(reading, "W123") == []


def test_style_sheets_for_print_hide_nothing() -> None:
    page = f"<style media=print>.x{{display:none}}</style>{HEAD}<p class=x>Bread.</p>"
    assert said(read(page.encode(), "x.html")) == ["Bread."]


def test_tables_behind_a_hidden_one_are_still_told_apart() -> None:
    table = "<table><tr><td>bread</td><td>9</td></tr></table>"
    reading = read(f"{HEAD}<table hidden><tr><td>one column</td></tr></table>{table}".encode(), "x.html")
    assert reading.draft["body"][1]["rows"] == [["bread", "9"]]


def test_long_hidden_text_is_told_in_short() -> None:
    [message] = told(read(f"{HEAD}<p hidden>{'x' * 500}</p>".encode(), "x.html"), "W123")
    assert message.endswith("xx…'")


STYLES = (
    f"<w:styles {W}>"
    '<w:style w:type="character" w:styleId="Hid"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Heir"><w:basedOn w:val="Hid"/></w:style>'
    '<w:style w:type="character" w:styleId="Shown"><w:basedOn w:val="Hid"/><w:rPr><w:vanish w:val="0"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="HidText"><w:basedOn w:val="Loop"/><w:rPr><w:vanish/></w:rPr></w:style>'
    "</w:styles>"
)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (run("Bread.") + run(" Secret.", "<w:vanish/>"), "Bread."),
        (run("Bread.") + run(" Secret.", '<w:vanish w:val="true"/>'), "Bread."),
        (run("Bread.") + run(" Secret.", '<w:rStyle w:val="Hid"/>'), "Bread."),
        (run("Bread.") + run(" Secret.", '<w:rStyle w:val="Heir"/>'), "Bread."),
        (run("Bread.", '<w:vanish w:val="0"/>') + run(" Secret."), "Bread. Secret."),
        (run("Bread.", '<w:rStyle w:val="Hid"/><w:vanish w:val="false"/>') + run(" Secret."), "Bread. Secret."),
        (run("Bread.", '<w:rStyle w:val="Shown"/>') + run(" Secret."), "Bread. Secret."),
        (
            '<w:pPr><w:pStyle w:val="HidText"/></w:pPr>' + run(" Secret.") + run("Bread.", '<w:rStyle w:val="Shown"/>'),
            "Bread.",
        ),
    ],
)
def test_hidden_text_of_a_word_document_is_left_out_and_told(content: str, text: str) -> None:
    reading = read(docx(f"{TITLE}<w:p>{content}</w:p>", more={"word/styles.xml": STYLES}), "x.docx")
    assert said(reading) == [text]
    assert told(reading, "W123") == ([] if "Secret" in text else ["hidden text was left out: 'Secret.'"])


def test_a_document_that_hides_text_keeps_its_pictures_told() -> None:
    body = f"{TITLE}<w:p>{run('Bread.')}{run('Secret.', '<w:vanish/>')}</w:p>"
    reading = read(docx(body, more={"word/media/a.png": b"x"}), "x.docx")
    assert said(reading) == ["Bread."]
    assert len(told(reading, "N202")) == 1


def test_what_stands_above_and_below_the_pages_is_told() -> None:
    more: dict[str, str | bytes] = {
        "word/header1.xml": f"<w:hdr {W}>{paragraph('Sperrfrist: 23. Januar 2099, 19:00 Uhr')}</w:hdr>",
        "word/header2.xml": f"<w:hdr {W}>{paragraph('Sperrfrist: 23. Januar 2099, 19:00 Uhr')}</w:hdr>",
        "word/footer1.xml": f"<w:ftr {W}>{paragraph('Acme Ltd')}{paragraph('confidential')}</w:ftr>",
        "word/footer2.xml": f"<w:ftr {W}>{paragraph('1 / 3')}</w:ftr>",
    }
    reading = read(docx(TITLE, more=more), "x.docx")
    assert told(reading, "E008") == [
        (
            "the text states an embargo ('Sperrfrist: 23. Januar 2099, 19:00 Uhr'), "
            "but embargo_until is not set: the release would appear at once"
        )
    ]
    assert told(reading, "N204") == ["the footer of the pages, 'Acme Ltd confidential', was not read"]


def test_a_broken_part_is_a_fault() -> None:
    assert read(docx(more={"word/header1.xml": f"<w:hdr {W}>"}), "x.docx").faults


@pytest.mark.parametrize(
    "sheet",
    [
        "<style>" * 70_000,
        "<style>" + "/*" * 240_000,
        "<style>" + "@media screen{" * 30_000,
        "<style>" + ".a," * 150_000 + "{display:none}",
    ],
    ids=["openings", "comments", "blocks", "selectors"],
)
def test_a_wild_style_sheet_is_read_once(sheet: str) -> None:
    assert visible("<p>Bread.</p>", sheet) == ("<p>Bread.</p>", [])


def test_elements_deep_inside_of_others_cost_no_more() -> None:
    sheet = "<style>" + "".join(f".n{place} .a .b{{display:none}}" for place in range(130)) + "</style>"
    page = ('<div class="a b">' * 190 + "x" + "</div>" * 190) * 25
    assert visible(page, sheet) == (page, [])


@pytest.mark.parametrize("tag", ["video", "audio", "canvas", "object", "iframe", "noscript"])
def test_what_stands_for_a_player_that_browsers_have_is_no_text(tag: str) -> None:
    reading = read(f"{HEAD}<{tag}><p>Your browser is <b>old</b>.</p></{tag}><p>Bread is cheap.</p>".encode(), "x.html")
    assert said(reading) == ["Bread is cheap."]
