"""Numbers of lists: those that the source gives stand in the record, the plain text and the HTML."""

from typing import Any

import pytest
from pydantic import ValidationError

from syndicator.article.html import block_html
from syndicator.article.plaintext import block_text
from syndicator.intake.read import read
from syndicator.model.body import ListBlock
from tests.unit.intake.word import RELATION, RELATIONS, docx, paragraph

TEXT = "Hull, 1 March 2027 – Acme opened a bakery today. It employs forty people and bakes every day of the week."


def markdown(text: str) -> dict[str, Any]:
    body: list[dict[str, Any]] = read(f"# Acme opens a bakery\n\n{TEXT}\n\n{text}\n".encode(), "x.md").draft["body"]
    return body[1]


def html(text: str) -> dict[str, Any]:
    source = f"<h1>Acme opens a bakery</h1><p>{TEXT}</p>{text}"
    body: list[dict[str, Any]] = read(source.encode(), "x.html").draft["body"]
    return body[1]


def counted(start: int, *points: str) -> dict[str, Any]:
    return {"type": "list", "ordered": True, "start": start, "points": list(points)}


def from_one(*points: str) -> dict[str, Any]:
    return {"type": "list", "ordered": True, "points": list(points)}


def as_text(*lines: str) -> dict[str, Any]:
    return {"type": "paragraph", "text": "\n".join(lines)}


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("1. eins\n2. zwei", from_one("eins", "zwei")),
        ("1. eins\n1. zwei\n1. drei", from_one("eins", "zwei", "drei")),
        ("0. null\n0. eins", counted(0, "null", "eins")),
        ("5. fünf\n6. sechs", counted(5, "fünf", "sechs")),
        ("1986\\. kam er.\n", as_text("1986. kam er.")),
        ("1986. Ein gutes Jahr.", counted(1986, "Ein gutes Jahr.")),
        ("3. drei\n2. zwei\n1. eins", as_text("3. drei", "2. zwei", "1. eins")),
        ("1. eins\n2. zwei\n   weiter\n4. vier", as_text("1. eins", "2. zwei", "weiter", "4. vier")),
        ("2. zwei\n2. auch zwei", as_text("2. zwei", "2. auch zwei")),
        ("999999999. viele\n", counted(999_999_999, "viele")),
        ("- a\n- b", {"type": "list", "ordered": False, "points": ["a", "b"]}),
    ],
)
def test_markdown_keeps_its_numbers(text: str, block: dict[str, Any]) -> None:
    assert markdown(text) == block


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("<ol><li>eins</li><li> </li><li>zwei</li></ol>", from_one("eins", "zwei")),
        ("<ol start=5><li>fünf</li><li>sechs</li></ol>", counted(5, "fünf", "sechs")),
        ("<ol start=5><li>fünf</li><li value=9>neun</li></ol>", as_text("5. fünf", "9. neun")),
        ("<ol><li value=7>sieben</li><li>acht</li></ol>", counted(7, "sieben", "acht")),
        ("<ol reversed><li>drei</li><li>zwei</li><li>eins</li></ol>", as_text("3. drei", "2. zwei", "1. eins")),
        ("<ol reversed start=9><li>neun</li><li>acht</li></ol>", as_text("9. neun", "8. acht")),
        ("<ol start=-1><li>a</li><li>b</li></ol>", as_text("-1. a", "0. b")),
        ("<ol start=viele><li value=x>eins</li></ol>", from_one("eins")),
        (f"<ol start={10**9 - 1}><li>a</li><li>b</li></ol>", as_text("999999999. a", "1000000000. b")),
        (f"<ol start={10**12}><li>a</li></ol>", as_text("1000000000000. a")),
        (f"<ol start={10**30}><li>a</li></ol>", from_one("a")),
        ("<ul start=5><li value=9>a</li></ul>", {"type": "list", "ordered": False, "points": ["a"]}),
        ("<ol start=5><li>fünf", counted(5, "fünf")),
    ],
)
def test_pages_keep_their_numbers(text: str, block: dict[str, Any]) -> None:
    assert html(text) == block


NESTED = ["eins\n1. a\n2. b", "zwei"]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("1. eins\n   1. a\n   2. b\n2. zwei", NESTED),
        ("1. eins\n   1. a\n   1. b\n2. zwei", NESTED),
        ("1. eins\n   3. a\n   4. b\n2. zwei", ["eins\n3. a\n4. b", "zwei"]),
        ("- eins\n  1. a\n     - tief\n  2. b\n- zwei", ["eins\n1. a\ntief\n2. b", "zwei"]),
        ("1. eins\n\n   weiter\n\n2. zwei\n   1. a\n   2. b", ["eins\nweiter", "zwei\n1. a\n2. b"]),
    ],
)
def test_lists_of_markdown_inside_of_points_keep_theirs(text: str, points: list[str]) -> None:
    assert markdown(text) == {"type": "list", "ordered": not text.startswith("-"), "points": points}


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("<ol><li>eins<ol><li>a</li><li>b</li></ol></li><li>zwei</li></ol>", NESTED),
        ("<ol><li><p>eins</p><ol><li><p>a</p></li><li>b</li></ol></li><li>zwei</li></ol>", NESTED),
        ("<ol><li>eins</li><ol><li>a</li><li>b</li></ol><li>zwei</li></ol>", NESTED),
        ("<ol><li>eins<ol start=4><li>a</ol></ol>", ["eins\n4. a"]),
        ("<ol><li>eins<ol reversed><li>a<li>b</ol>dann</ol>", ["eins\n2. a\n1. b\ndann"]),
        ("<ol><ol><li>a</li></ol><li>eins</li></ol>", ["1. a\neins"]),
    ],
)
def test_lists_of_pages_inside_of_points_keep_theirs(text: str, points: list[str]) -> None:
    assert html(text) == from_one(*points)


def test_lists_of_word_inside_of_points_keep_theirs() -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/></w:lvl>' for level in (0, 1)
    )
    numbering = (
        '<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    relations = RELATIONS.format(RELATION.format("numbering", "numbering.xml", ""))
    body = "".join(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
        f"<w:r><w:t>{text}</w:t></w:r></w:p>"
        for level, text in ((0, "eins"), (1, "a"), (1, "b"), (0, "zwei"))
    )
    more: dict[str, str | bytes] = {"word/numbering.xml": numbering, "word/_rels/document.xml.rels": relations}
    head = paragraph("Acme opens a bakery", "Heading1") + paragraph(TEXT)
    assert read(docx(head + body, more=more), "x.docx").draft["body"][1] == from_one(*NESTED)


@pytest.mark.parametrize("sign", ["1.", "-"])
def test_a_list_of_more_points_than_a_block_holds_loses_none(sign: str) -> None:
    head = f"# Acme opens a bakery\n\n{TEXT}\n\n"
    reading = read((head + "".join(f"{sign} p{place}\n" for place in range(1_001))).encode(), "x.md")
    lists = reading.draft["body"][1:]
    assert [point for block in lists for point in block["points"]] == [f"p{place}" for place in range(1_001)]
    assert [block.get("start", 1) for block in lists] == ([1, 501, 1_001] if sign == "1." else [1, 1, 1])


def test_a_start_is_shown_by_text_and_html() -> None:
    block = ListBlock.model_validate(counted(5, "fünf", "sechs"))
    assert block_text(block) == "5. fünf\n6. sechs"
    assert block_html(block) == '<ol start="5"><li>fünf</li><li>sechs</li></ol>'
    assert block.model_dump(mode="json") == counted(5, "fünf", "sechs")


def test_a_list_from_one_keeps_its_bytes() -> None:
    block = ListBlock.model_validate({**from_one("eins"), "start": 1})
    assert block.model_dump_json() == '{"type":"list","ordered":true,"points":["eins"]}'
    assert block_html(block) == "<ol><li>eins</li></ol>"


@pytest.mark.parametrize("start", [-1, 10**9, 1.5])
def test_a_start_is_a_number_of_a_list(start: float) -> None:
    with pytest.raises(ValidationError):
        ListBlock.model_validate({**from_one("eins"), "start": start})
