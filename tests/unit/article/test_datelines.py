"""Date lines run into the first paragraph, as in print, and into nothing else."""

from datetime import date

import pytest

from syndicator.article.html import body_html
from syndicator.article.plaintext import plain_text
from syndicator.bootstrap import read_networks
from syndicator.model.release import Record
from tests.unit.records import record

DATELINE = {"place": "Hull", "date": "1 May 2027"}
LIST = {"type": "list", "points": ["bread", "cake"]}
TABLE = {"type": "table", "rows": [["bread", "9"]]}
SUBHEADING = {"type": "subheading", "text": "Bread"}
PARAGRAPH = {"type": "paragraph", "text": "Words."}


@pytest.mark.parametrize(
    ("first", "text"),
    [
        (PARAGRAPH, "Hull, 1 May 2027 – Words.\n\nWords."),
        (LIST, "Hull, 1 May 2027\n\n- bread\n- cake\n\nWords."),
        (TABLE, "Hull, 1 May 2027\n\nbread\t9\n\nWords."),
        (SUBHEADING, "Hull, 1 May 2027\n\nBread\n\nWords."),
    ],
)
def test_only_a_paragraph_takes_the_date_line(first: dict[str, object], text: str) -> None:
    dated = Record.model_validate(record(dateline=DATELINE, body=[first, PARAGRAPH]))
    attached = next(iter(read_networks(None))).attach("en", date(2027, 5, 1))
    assert f"\n\n{text}\n\n" in plain_text(dated, attached, dated.contacts, 2027)
    assert body_html(dated).startswith("<p><em>Hull, 1 May 2027</em></p><")
