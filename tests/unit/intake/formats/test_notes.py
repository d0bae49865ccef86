"""Footnotes are text of a release, in whichever way a format writes them."""

import pytest

from syndicator.intake.read import read
from tests.unit.intake.lost import lost_lines
from tests.unit.intake.word import RELATION, RELATIONS, docx, paragraph

TEXT = "Acme opened a bakery today, and it bakes bread for the whole town."
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.mark.parametrize("note", ["[^1]: Unaudited.", "[^1]: Unaudited and\npreliminary.", "  [^n]: Unaudited."])
def test_a_note_of_markdown_is_text(note: str) -> None:
    label = note.strip().partition(":")[0]
    reading = read(f"# Acme opens a bakery\n\n{TEXT}{label} It is new.\n\n{note}\n".encode(), "x.md")
    texts = [block["text"] for block in reading.draft["body"]]
    assert texts == [f"{TEXT}{label} It is new.", note.strip()]
    assert reading.draft.get("links") is None
    assert lost_lines(reading) == ()


def test_a_definition_of_a_link_is_still_one() -> None:
    reading = read(f"# Acme opens a bakery\n\n{TEXT} [More][1].\n\n[1]: https://acme.example\n".encode(), "x.md")
    assert reading.draft["links"] == [{"href": "https://acme.example", "title": "More"}]


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_the_notes_of_word_are_text_without_the_way_back(kind: str) -> None:
    notes = "".join(
        f'<w:{kind} w:id="{at}">{paragraph(text)}</w:{kind}>' for at, text in ((2, "Unaudited."), (3, "Estimate."))
    )
    mark = '<w:r><w:{0}Reference w:id="{1}"/></w:r>'
    body = f"<w:p><w:r><w:t>Sales: 5</w:t></w:r>{mark.format(kind, 2)}<w:r><w:t> of 9</w:t></w:r>{mark.format(kind, 3)}</w:p>"
    more: dict[str, str | bytes] = {
        f"word/{kind}s.xml": f"<w:{kind}s {W}>{notes}</w:{kind}s>",
        "word/_rels/document.xml.rels": RELATIONS.format(RELATION.format(f"{kind}s", f"{kind}s.xml", "")),
    }
    head = paragraph("Acme opens a bakery", "Heading1") + paragraph(TEXT)
    reading = read(docx(head + body, more=more), "x.docx")
    _, sales, listed = reading.draft["body"]
    assert sales["text"] == "Sales: 5[1] of 9[2]"
    assert listed == {"type": "list", "ordered": True, "points": ["Unaudited.", "Estimate."]}
