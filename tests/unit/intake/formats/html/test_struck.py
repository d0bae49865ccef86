"""What somebody has struck out is not published as if it were still said, and what is left out is told."""

import pytest

from syndicator.intake.formats.html.hidden import visible
from syndicator.intake.read import read
from tests.unit.intake.pages import HEAD, TITLE, W, run, said, told
from tests.unit.intake.word import docx


@pytest.mark.parametrize(
    ("sheet", "markup"),
    [
        ("", "<s>99 or 98</s>"),
        ("", "<del>99 <b>or</b><br> 98</del>"),
        ("", "<strike>99 or 98</strike>"),
        ("", "<span style='TEXT-DECORATION: line-through red'>99 or 98</span>"),
        (".c3{color:#000;text-decoration:line-through;-webkit-text-decoration-skip:none}", "<span class=c3>{}</span>"),
        (".x{text-decoration-line:underline line-through}", "<ins class=x>99 <u>or</u> 98</ins>"),
    ],
)
def test_struck_out_text_of_a_page_is_left_out_and_told(sheet: str, markup: str) -> None:
    page = f"<style>{sheet}</style>{HEAD}<p>It costs {markup.format('99 or 98')} 55 euros.</p>"
    reading = read(page.encode(), "x.html")
    assert said(reading) == ["It costs 55 euros."]
    assert told(reading, "W126") == ["struck-out text was left out: '99 or 98'"]


@pytest.mark.parametrize(
    ("sheet", "markup"),
    [
        ("", "<u style='text-decoration:underline'>99</u>"),
        ("s{text-decoration:none}", "<s>99</s>"),
        ("", "<del style='text-decoration:none'>99</del>"),
        ("@media print{.x{text-decoration:line-through}}", "<span class=x>99</span>"),
    ],
)
def test_text_without_a_line_through_it_stays(sheet: str, markup: str) -> None:
    reading = read(f"<style>{sheet}</style>{HEAD}<p>It costs {markup} euros.</p>".encode(), "x.html")
    assert said(reading) == ["It costs 99 euros."]
    assert told(reading, "W126") == []


def test_rules_about_lines_leave_room_for_those_that_hide() -> None:
    sheet = "<style>" + "a{text-decoration:none}" * 500 + ".x{display:none}</style>"
    assert visible('<p class="x">Bread.</p>', sheet) == ("", ["Bread."])


MARKDOWN = "# Acme opens a bakery\n\nAcme opened a bakery today, and it bakes bread for the whole town.\n\n"
STYLES = (
    f"<w:styles {W}>"
    '<w:style w:type="character" w:styleId="Gone"><w:rPr><w:strike/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="GoneTwice"><w:rPr><w:dstrike w:val="1"/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Based"><w:basedOn w:val="Gone"/></w:style></w:styles>'
)


@pytest.mark.parametrize(
    "look",
    [
        "<w:strike/>",
        "<w:dstrike/>",
        '<w:strike w:val="0"/><w:dstrike w:val="true"/>',
        '<w:rStyle w:val="Gone"/>',
        '<w:rStyle w:val="GoneTwice"/><w:strike w:val="0"/>',
        '<w:rStyle w:val="Based"/>',
    ],
)
def test_struck_out_text_of_a_word_document_is_left_out_and_told(look: str) -> None:
    paragraph = f"<w:p>{run('It costs ')}{run('99 ', look)}{run('55 euros.')}</w:p>"
    reading = read(docx(f"{TITLE}{paragraph}", more={"word/styles.xml": STYLES}), "x.docx")
    assert said(reading) == ["It costs 55 euros."]
    assert told(reading, "W126") == ["struck-out text was left out: '99'"]


@pytest.mark.parametrize("look", ['<w:dstrike w:val="0"/>', '<w:rStyle w:val="Gone"/><w:strike w:val="off"/>'])
def test_text_of_a_word_document_whose_line_is_switched_off_stays(look: str) -> None:
    paragraph = f"<w:p>{run('It costs ')}{run('99 ', look)}{run('euros.')}</w:p>"
    reading = read(docx(f"{TITLE}{paragraph}", more={"word/styles.xml": STYLES}), "x.docx")
    assert said(reading) == ["It costs 99 euros."]
    assert told(reading, "W126") == []


@pytest.mark.parametrize(
    ("markdown", "body", "struck"),
    [
        ("It costs ~~99 *or*\n98~~ 55 euros.", ["It costs \n55 euros."], ["99 or 98"]),
        ("~~All of it.~~\n\n## ~~And~~ this", ["this"], ["All of it.", "And"]),
        ("See ~~[the plan](https://acme.example/plan)~~ us.", ["See us."], ["the plan"]),
        ("It takes ~5 to ~~10 hours, `~~really~~`.", ["It takes ~5 to ~~10 hours, ~~really~~."], []),
    ],
)
def test_struck_out_text_of_a_markdown_text_is_left_out_and_told(
    markdown: str, body: list[str], struck: list[str]
) -> None:
    reading = read(
        f"{MARKDOWN}{markdown}\n\nThat is the whole of it, and all that there is to be said.".encode(), "x.md"
    )
    assert said(reading)[:-1] == body
    assert told(reading, "W126") == [f"struck-out text was left out: {text!r}" for text in struck]
    assert "links" not in reading.draft


def test_struck_out_points_of_a_markdown_text_take_their_numbers_along() -> None:
    points = "- ~~one~~\n- two\n\nThen, in order:\n\n1. first\n2. ~~second~~\n3. third\n\n"
    table = "| a | b |\n| --- | --- |\n| ~~1~~ | 2 |\n"
    reading = read(f"{MARKDOWN}{points}{table}".encode(), "x.md")
    bullets, _, numbered, columns = reading.draft["body"][1:]
    assert bullets["points"] == ["two"]
    assert numbered["text"] == "1. first\n3. third"
    assert columns["rows"] == [["", "2"]]
    assert len(told(reading, "W126")) == 3
