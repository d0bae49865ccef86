"""The same small release as a page and as a Word document, and what was read of one."""

from syndicator.intake.fields.reading import Reading
from syndicator.intake.findings.lint import diagnose
from tests.unit.intake.word import paragraph

HEAD = "<h1>Acme opens a bakery</h1><p>Acme opened a bakery today, and it bakes bread for the whole town.</p>"
TITLE = paragraph("Acme opens a bakery", "Heading1") + paragraph("Acme opened a bakery today, for the whole town.")
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def said(reading: Reading) -> list[str]:
    return [block["text"] for block in reading.draft["body"][1:]]


def told(reading: Reading, code: str) -> list[str]:
    return [one.message for one in diagnose(reading) if one.code == code]


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
