"""What a Word document says beside its text: comments, tracked changes, boxes that cannot be read."""

import pytest

from syndicator.intake.fields.reading import Reading
from syndicator.intake.findings.lint import diagnose
from syndicator.intake.read import read
from tests.unit.intake.word import docx, paragraph

TITLE = paragraph("Acme opens a bakery", "Heading1") + paragraph("Acme opened a bakery today, for the whole town.")
W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"'
)


def told(reading: Reading, code: str) -> list[str]:
    return [one.message for one in diagnose(reading) if one.code == code]


def said(reading: Reading) -> list[str]:
    return [block["text"] for block in reading.draft["body"][1:]]


def commented(*texts: str) -> Reading:
    comments = "".join(f'<w:comment w:id="{at}">{paragraph(text)}</w:comment>' for at, text in enumerate(texts))
    return read(docx(TITLE, more={"word/comments.xml": f"<w:comments {W}>{comments}</w:comments>"}), "x.docx")


def test_comments_are_told() -> None:
    assert told(commented("Is this right?", "Ask Jane."), "N204") == [
        "the comment, 'Is this right?', was not read",
        "the comment, 'Ask Jane.', was not read",
    ]


def test_an_embargo_in_a_comment_is_refused() -> None:
    [message] = told(commented("Is this right?", "Embargoed until 3 March 2099, 9 am"), "E008")
    assert "Embargoed until 3 March 2099" in message


def test_tracked_changes_are_read_as_accepted_and_told() -> None:
    body = (
        '<w:p><w:r><w:t xml:space="preserve">Sales rose to </w:t></w:r>'
        '<w:del w:id="1" w:author="x"><w:r><w:delText>5</w:delText></w:r></w:del>'
        '<w:ins w:id="2" w:author="x"><w:r><w:t>7</w:t></w:r></w:ins><w:r><w:t> million.</w:t></w:r></w:p>'
        '<w:p><w:moveFrom w:id="3" w:author="x"><w:r><w:t>Bread.</w:t></w:r></w:moveFrom><w:r><w:t>Cake.</w:t></w:r></w:p>'
    )
    reading = read(docx(TITLE + body), "x.docx")
    assert said(reading) == ["Sales rose to 7 million.", "Cake."]
    assert told(reading, "W124") == ["tracked changes were read as accepted: '7' put in; '5', 'Bread.' left out"]


def test_a_document_without_changes_has_none_to_tell() -> None:
    assert told(read(docx(TITLE), "x.docx"), "W124") == []


BOX = f"<w:txbxContent>{paragraph('In a')}{paragraph('box.')}</w:txbxContent>"
NEW = f"<w:drawing><wps:wsp><wps:txbx>{BOX}</wps:txbx></wps:wsp></w:drawing>"
OLD = f"<w:pict><v:rect><v:textbox>{BOX}</v:textbox></v:rect></w:pict>"
BOTH = (
    f'<mc:AlternateContent><mc:Choice Requires="wps">{NEW}</mc:Choice>'
    f"<mc:Fallback>{OLD}</mc:Fallback></mc:AlternateContent>"
)


@pytest.mark.parametrize(
    ("box", "is_read"),
    [
        (OLD, True),
        (NEW, False),
        (f'<mc:AlternateContent><mc:Choice Requires="wps">{NEW}</mc:Choice></mc:AlternateContent>', False),
        (BOTH, True),
    ],
    ids=["old", "new", "new, wrapped", "both"],
)
def test_a_box_is_read_or_told(box: str, is_read: bool) -> None:
    reading = read(docx(f"{TITLE}<w:p {W}><w:r>{box}</w:r></w:p>{paragraph('Bread is cheap.')}"), "x.docx")
    assert said(reading) == [*(["In a", "box."] if is_read else []), "Bread is cheap."]
    assert told(reading, "W125") == ([] if is_read else ["a text box, diagram or formula, 'In a box.', was not read"])


def test_an_embargo_in_a_box_that_cannot_be_read_is_refused() -> None:
    box = NEW.replace("In a", "Embargoed until 3 March 2099, 9 am")
    assert told(read(docx(f"{TITLE}<w:p {W}><w:r>{box}</w:r></w:p>"), "x.docx"), "E008")


def test_a_diagram_is_told() -> None:
    drawn = (
        '<d:dataModel xmlns:d="urn:d" xmlns:a="urn:a"><d:t><a:p><a:r><a:t>Bread</a:t></a:r></a:p></d:t></d:dataModel>'
    )
    reading = read(docx(TITLE, more={"word/diagrams/data1.xml": drawn}), "x.docx")
    assert told(reading, "W125") == ["a text box, diagram or formula, 'Bread', was not read"]


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


@pytest.mark.parametrize(
    ("framed", "text"),
    [
        (f'<w:fldSimple w:instr=" SAVEDATE ">{run("3 March")}</w:fldSimple>', "Opened on 3 March."),
        (f'<w:bdo w:val="ltr">{run("3 March")}</w:bdo>', "Opened on 3 March."),
        (f'<w:dir w:val="ltr">{run("3 March")}</w:dir>', "Opened on 3 March."),
        (
            f"<w:r><w:ruby><w:rt>{run('over it')}</w:rt><w:rubyBase>{run('3 March')}</w:rubyBase></w:ruby></w:r>",
            "Opened on 3 March.",
        ),
        ("<w:r><w:t>3</w:t><w:cr/><w:t>March</w:t></w:r>", "Opened on 3\nMarch."),
    ],
    ids=["field", "override of direction", "direction", "reading above words", "line break"],
)
def test_no_text_is_lost_with_what_stands_around_it(framed: str, text: str) -> None:
    body = f"{TITLE}<w:p {W}>{run('Opened on ')}{framed}{run('.')}</w:p>"
    assert said(read(docx(body), "x.docx")) == [text]


@pytest.mark.parametrize("shape", ["rect", "oval", "polyline", "arc", "curve", "line"])
def test_a_box_of_any_shape_is_read(shape: str) -> None:
    box = f"<w:pict><v:{shape}><v:textbox>{BOX}</v:textbox></v:{shape}></w:pict>"
    reading = read(docx(f"{TITLE}<w:p {W}><w:r>{box}</w:r></w:p>{paragraph('Bread is cheap.')}"), "x.docx")
    assert said(reading) == ["In a", "box.", "Bread is cheap."]


def test_a_formula_is_told() -> None:
    formula = '<m:oMath xmlns:m="urn:math"><m:r><m:t>E=m</m:t></m:r><m:r><m:t>c²</m:t></m:r></m:oMath>'
    reading = read(docx(f"{TITLE}<w:p><w:r><w:t>So says</w:t></w:r>{formula}</w:p>"), "x.docx")
    assert told(reading, "W125") == ["a text box, diagram or formula, 'E=mc²', was not read"]


@pytest.mark.parametrize(("state", "is_told"), [("<w:showingPlcHdr/>", True), ("", False)])
def test_a_control_that_nobody_has_filled_in_is_told(state: str, *, is_told: bool) -> None:
    words = "Klicken oder tippen Sie, um ein Datum einzugeben."
    control = f"<w:sdt><w:sdtPr>{state}</w:sdtPr><w:sdtContent>{paragraph(words)}</w:sdtContent></w:sdt>"
    expected = [f"{words!r} stands where nobody has written anything yet"] if is_told else []
    assert told(read(docx(TITLE + control), "x.docx"), "W101") == expected


def test_a_chart_is_told_as_a_picture_is() -> None:
    reading = read(docx(TITLE, more={"word/charts/chart1.xml": "<c:chart xmlns:c='urn:chart'/>"}), "x.docx")
    [message] = told(reading, "N202")
    assert "holds a chart, word/charts/chart1.xml" in message
