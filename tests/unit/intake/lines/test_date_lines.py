"""A date line whose place takes two lines is no field of one line: it stays text, word for word."""

from syndicator.intake.fields.reading import to_record
from syndicator.intake.read import read

CONTACT = "\n\nMedia contact:\nJane Doe\njane@acme.example\n\nPublisher:\nAcme Ltd\n"


def test_the_company_above_the_place_is_no_fault() -> None:
    text = "Acme Ltd\nHull, 3 March 2027 \u2013 Acme opened a bakery in the old town of Hull today."
    record = to_record(read(f"Acme opens a bakery\n\n{text}{CONTACT}".encode(), "x.txt", {"language": "en"}))
    assert record.dateline is None
    assert [block.text for block in record.body if block.type == "paragraph"] == [text]
