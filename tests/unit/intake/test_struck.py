"""What somebody has struck out is not published as if it were still said, and what is left out is told."""

import pytest

from syndicator.intake.hidden import visible
from syndicator.intake.read import read
from tests.unit.intake.test_hidden import HEAD, TITLE, W, run, said, told
from tests.unit.intake.test_hostile import docx


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
