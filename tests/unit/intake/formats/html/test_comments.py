"""What colleagues wrote beside a text stays with them, and a figure's last words with what it holds."""

import pytest

from syndicator.intake.fields.reading import Reading
from syndicator.intake.findings.lint import diagnose
from syndicator.intake.parts.layout import Part
from syndicator.intake.read import read

TOP = "<h1>Acme opens a bakery</h1><p>Acme opened a bakery today{mark}, for the whole town.</p>"
SAID = ["Acme opened a bakery today, for the whole town."]
DOCS_MARK = '<sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup>'
DOCS = '<div style="margin:5px"><p><a href="#cmnt_ref1" id="cmnt1">[a]</a><span>{words}</span></p>{more}</div>'
WORD_MARK = (
    '<span class=MsoCommentReference><a class=msocomanchor href="#_msocom_1" name="_msoanchor_1">[JD1]</a></span>'
)
WORD = (
    "<div style='mso-element:comment-list'><hr><div style='mso-element:comment'><div id='_com_1' class=msocomtxt>"
    '<p class=MsoCommentText><span><a class=msocomoff href="#_msoanchor_1">[JD1]</a></span>{words}</p>{more}'
    "</div></div></div>"
)
LOOSE = '<p><a href="#cmnt_ref1" id="cmnt1">[a]</a>{words}</p>'


def page(mark: str, comment: str, words: str = "Strike this?", more: str = "") -> Reading:
    return read((TOP.format(mark=mark) + comment.format(words=words, more=more)).encode(), "x.html")


def told(reading: Reading, code: str) -> list[str]:
    return [one.message for one in diagnose(reading) if one.code == code]


def body_of(reading: Reading) -> list[str]:
    return [block["text"] for block in reading.draft["body"]]


@pytest.mark.parametrize(
    ("mark", "comment"), [(DOCS_MARK, DOCS), (WORD_MARK, WORD), (DOCS_MARK, LOOSE)], ids=["Docs", "Word", "loose"]
)
def test_a_comment_is_no_text_and_told(mark: str, comment: str) -> None:
    reading = page(mark, comment)
    assert body_of(reading) == SAID
    assert told(reading, "N204") == ["the comment, 'Strike this?', was not read"]
    assert told(reading, "W114") == []
    assert len(told(page(mark, comment, "Embargoed until 3 March 2099, 9 am"), "E008")) == 1


@pytest.mark.parametrize(("mark", "comment"), [(DOCS_MARK, DOCS), (WORD_MARK, WORD)], ids=["Docs", "Word"])
def test_a_comment_may_have_several_paragraphs(mark: str, comment: str) -> None:
    reading = page(mark, comment, more="<p>The board says so.</p>")
    assert body_of(reading) == SAID
    assert told(reading, "N204") == ["the comment, 'Strike this? The board says so.', was not read"]


def test_text_around_comments_and_notes_of_the_text_stay() -> None:
    note = '<p><a href="#ftnt_ref1" id="ftnt1">[1]</a> A note.</p>'
    comments = DOCS.format(words="One", more="") + "<p>Between.</p>" + DOCS.format(words="Two", more="")
    reading = read(f"{TOP.format(mark=DOCS_MARK)}{note}{comments}<p>Behind.</p>".encode(), "x.html")
    assert body_of(reading) == [*SAID, "[1] A note.", "Between.", "Behind."]
    assert len(told(reading, "N204")) == 2


def test_who_is_quoted_below_a_quote_is_no_picture() -> None:
    quote = "<blockquote><p>“We bake.”</p></blockquote><figcaption>Jane Doe, CEO of Acme</figcaption>"
    reading = read(f"{TOP.format(mark='')}<figure>{quote}</figure><p>Bread is cheap.</p>".encode(), "x.html")
    assert body_of(reading) == [*SAID, "“We bake.”", "Jane Doe, CEO of Acme", "Bread is cheap."]
    assert [(quote.speaker, quote.role) for quote in reading.quotes] == [("Jane Doe", "CEO of Acme")]
    assert "media" not in reading.draft


def test_what_stands_below_a_table_is_text() -> None:
    table = "<table><tr><th>Year</th><th>Loaves</th></tr><tr><td>2027</td><td>9</td></tr></table>"
    figure = f"<figure>{table}<figcaption>In millions.</figcaption></figure>"
    reading = read(f"{TOP.format(mark='')}{figure}".encode(), "x.html")
    assert reading.draft["body"][-1] == {"type": "paragraph", "text": "In millions."}


def test_captions_of_pictures_stay_captions() -> None:
    """In a gallery, too, whose pictures have captions of their own."""
    inner = '<figure><img src="https://acme.example/{0}.jpg" alt="x"><figcaption>Bread {0}</figcaption></figure>'
    gallery = f"<figure>{inner.format(1)}{inner.format(2)}<figcaption>Baked today</figcaption></figure>"
    reading = read(f"{TOP.format(mark='')}{gallery}".encode(), "x.html")
    assert body_of(reading) == SAID
    assert [span.text for span in reading.spans_of(Part.CAPTION)] == ["Bread 1", "Bread 2", "Baked today"]
    pictures = [media for media in reading.draft["media"] if "href" in media]
    assert [media["caption"] for media in pictures] == ["Bread 1", "Bread 2"]
