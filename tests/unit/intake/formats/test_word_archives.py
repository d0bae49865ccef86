"""Archives of Word documents: damaged ones are told to be, and nothing in them is read that was not judged."""

import io
import zipfile

import pytest

from syndicator.intake.findings.lint import diagnose
from syndicator.intake.read import read
from tests.unit.intake.test_hostile import refusal
from tests.unit.intake.word import docx, paragraph

TEXT = paragraph("Headline") + paragraph("Text that goes on.") * 50


def with_main(name: str, packed: int = zipfile.ZIP_DEFLATED, body: str = TEXT) -> bytes:
    """A document whose main part is called so, as its relations say."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(body))) as plain, zipfile.ZipFile(made, "w", packed) as archive:
        for entry in plain.namelist():
            content = plain.read(entry).replace(b"word/document.xml", name.encode())
            archive.writestr(name if entry == "word/document.xml" else entry, content)
    return made.getvalue()


def test_the_text_may_stand_in_a_part_with_a_number() -> None:
    """As Word on the web writes it; what was changed in it is told all the same."""
    changed = (
        "<w:p><w:r><w:t>Sales rose to 7.</w:t></w:r>"
        '<w:del w:id="1" w:author="x"><w:r><w:delText>5</w:delText></w:r></w:del></w:p>'
    )
    reading = read(with_main("word/document2.xml", body=TEXT + changed), "release.docx")
    assert not reading.faults
    assert reading.draft["body"][-1]["text"] == "Sales rose to 7."
    assert [each.code for each in diagnose(reading) if "'5' left out" in each.message] == ["W124"]


def test_a_damaged_document_is_told_to_be() -> None:
    body = bytearray(docx(TEXT))
    begins = body.find(b"word/document.xml") + len("word/document.xml") + 8
    body[begins : begins + 20] = b"\xff" * 20
    assert "damaged" in refusal(bytes(body), "release.docx")


@pytest.mark.parametrize("packed", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_what_word_does_not_unpack_is_not_unpacked(packed: int) -> None:
    """LZMA says how much memory it takes: an archive of a few kilobytes may ask for 4 GB."""
    assert "packed in a way" in refusal(with_main("word/document.xml", packed), "release.docx")


@pytest.mark.parametrize("name", ["word/document.bin", "word/text.XML", "word/document"])
def test_a_part_that_is_not_judged_is_not_read(name: str) -> None:
    """It could hold entities, a hundred times the tags, and hidden text that nobody takes out."""
    hidden = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>"
    made = io.BytesIO(with_main(name, body=TEXT + hidden))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("word/document.xml", zipfile.ZipFile(io.BytesIO(docx(TEXT))).read("word/document.xml"))
    assert "cannot be read" in refusal(made.getvalue(), "release.docx")


def test_attributes_are_bounded_as_tags_are() -> None:
    """One element may have hundreds of thousands, and each of them is walked through again and again."""

    def with_attributes(count: int) -> bytes:
        attributes = " ".join(f"a{number}=''" for number in range(count))
        return docx(f"<w:p {attributes}><w:r><w:t>Text</w:t></w:r></w:p>")

    assert "the document has 120,0" in refusal(with_attributes(120_000), "release.docx")
    assert not read(with_attributes(5_000), "release.docx").faults


UNREAD = [
    "word/stylesWithEffects.xml",
    "word/glossary/styles.xml",
    "word/settings.xml",
    "word/theme/theme1.xml",
    "word/charts/style1.xml",
    "customXml/item1.xml",
    "docProps/app.xml",
]
STYLES = "".join(f"<w:style a='{number}'/>" for number in range(20_001))
MANY = f"<w:styles xmlns:w='x'>{STYLES}</w:styles>"


@pytest.mark.parametrize("name", UNREAD)
def test_tags_of_parts_that_nobody_reads_do_not_count(name: str) -> None:
    """Word 2010 and python-docx put all styles in twice: an empty document had 24,000 tags and was refused."""
    reading = read(docx(TEXT, more={name: MANY}), "release.docx")
    assert not [fault for fault in reading.faults if fault.place == "record"]
    assert reading.draft["headline"] == "Headline"


@pytest.mark.parametrize("name", UNREAD)
def test_a_part_that_nobody_reads_is_no_text_whatever_its_relations_say(name: str) -> None:
    made = io.BytesIO(with_main(name))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("word/document.xml", zipfile.ZipFile(io.BytesIO(docx(TEXT))).read("word/document.xml"))
    assert "cannot be read" in refusal(made.getvalue(), "release.docx")


@pytest.mark.parametrize("name", ["word/styles.xml", "word/header1.xml", "word/settings.xml.xml"])
def test_tags_of_parts_that_are_read_count(name: str) -> None:
    assert "the document has 20,3" in refusal(docx(TEXT, more={name: MANY}), "release.docx")
