"""A time of publication before which nothing may appear is an embargo, whatever the form calls it."""

import pytest

from syndicator.errors import Rejected
from syndicator.intake.fields.reading import to_record
from syndicator.intake.read import read

TEXT = (
    "Acme opens a bakery\n\n{}\n\nLEEDS, 3 March 2027 – Acme opened a bakery, and it bakes bread for the whole town.\n\n"
    "Publisher\nAcme Ltd\n\nMedia contact\nJane Doe\njane@acme.example\n"
)


@pytest.mark.parametrize(
    "line",
    [
        "Release time: 5 March 2099 06:00 GMT (not before)",
        "Publication date: 5 March 2099 – no earlier",
        "For publication: not before 5 March 2099",
        "Veröffentlichungstermin: 5. März 2099, 6 Uhr (nicht früher)",
        "Veröffentlichung: frühestens am 5. März 2099",
        "Date de diffusion : 5 mars 2099 à 6h (pas avant)",
        "Fecha de publicación: 5 de marzo de 2099 (no antes)",
        "Data di pubblicazione: 5 marzo 2099 (non prima)",
        "STRICTLY CONFIDENTIAL until 5 March 2099, 06:00 GMT",
        "Vertraulich bis 5. M\u00e4rz 2099, 6 Uhr",
        "Streng vertraulich bis zum 5. M\u00e4rz 2099",
        "Confidentiel jusqu'au 5 mars 2099 \u00e0 6h",
        "Confidencial hasta el 5 de marzo de 2099",
        "Riservato fino al 5 marzo 2099",
    ],
)
def test_such_a_line_is_refused_where_no_field_holds_it(line: str) -> None:
    reading = read(TEXT.format(line).encode(), "x.txt", {"language": "en"})
    with pytest.raises(Rejected) as refused:
        to_record(reading)
    assert [fault.place for fault in refused.value.faults] in (["embargo_until"], ["body[0]"])
    assert line in str(refused.value)


@pytest.mark.parametrize(
    "line",
    [
        "Release date: 5 March 2027",
        "The files stay confidential until 5 March 2027, says the board.",
        "Publication of the report: in 2028, and not before the audit of 5 March is over, says the board.",
        "Not before 5 March 2027 did the town have a bakery, and its people had to walk to the next one.",
    ],
)
def test_a_date_of_issue_and_a_sentence_are_no_embargo(line: str) -> None:
    assert to_record(read(TEXT.format(line).encode(), "x.txt", {"language": "en"})).headline == "Acme opens a bakery"
