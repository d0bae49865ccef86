"""Texts in languages whose layouts are not known: what they say stays text."""

import pytest

from syndicator.intake.read import read
from syndicator.intake.reading import to_record

FIELDS = {"publisher": {"name": "Acme"}, "contacts": [{"name": "Jane Doe", "email": "jane@acme.example"}]}


@pytest.mark.parametrize(
    ("language", "headline", "text"),
    [
        ("ja", "アクメ社、リーズにパン工場を開設", "アクメ社は本日、リーズにパン工場を開設した。町全体にパンを焼く。"),
        ("zh", "艾克美在利兹开设面包店", "艾克美今天在利兹开设了一家面包店，为整个城镇烤面包！"),
        ("hi", "एक्मे ने लीड्स में बेकरी खोली", "एक्मे ने आज लीड्स में एक बेकरी खोली।"),
        ("ur", "ایکمی نے بیکری کھولی", "ایکمی نے آج لیڈز میں ایک بیکری کھولی۔"),
    ],
)
def test_a_sentence_below_a_headline_is_text(language: str, headline: str, text: str) -> None:
    source = f"{headline}\n\n{text}\n\n{text * 3}\n"
    record = to_record(read(source.encode(), "x.txt", {**FIELDS, "language": language}))
    assert record.headline == headline
    assert record.subheadline is None
    assert len(record.body) == 2
