"""Archives of Word documents: damaged ones are told to be, and nothing in them is read that was not judged."""

import io
import zipfile

import pytest

from tests.unit.intake.test_hostile import docx, paragraph, refusal

TEXT = paragraph("Headline") + paragraph("Text that goes on.") * 50


def with_main(name: str, packed: int = zipfile.ZIP_DEFLATED, body: str = TEXT) -> bytes:
    """A document whose main part is called so, as its relations say."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(body))) as plain, zipfile.ZipFile(made, "w", packed) as archive:
        for entry in plain.namelist():
            content = plain.read(entry).replace(b"word/document.xml", name.encode())
            archive.writestr(name if entry == "word/document.xml" else entry, content)
    return made.getvalue()


def test_a_damaged_document_is_told_to_be() -> None:
    body = bytearray(docx(TEXT))
    begins = body.find(b"word/document.xml") + len("word/document.xml") + 8
    body[begins : begins + 20] = b"\xff" * 20
    assert "damaged" in refusal(bytes(body), "release.docx")


@pytest.mark.parametrize("packed", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_what_word_does_not_unpack_is_not_unpacked(packed: int) -> None:
    """LZMA says how much memory it takes: an archive of a few kilobytes may ask for 4 GB."""
    assert "packed in a way" in refusal(with_main("word/document.xml", packed), "release.docx")
