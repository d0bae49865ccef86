"""Captions as press officers write them: whose picture it is stands on a line of its own below what it shows."""

from typing import Any

import pytest

from syndicator.intake.findings.lint import diagnose
from syndicator.intake.read import read
from tests.unit.intake.lost import lost_lines

TEXT = "Acme opens a workshop\n\nLEEDS, 3 March 2027 – Acme opened a workshop for two hundred apprentices today.\n\n"


def media_of(block: str) -> list[dict[str, Any]]:
    reading = read((TEXT + block).encode(), "x.txt")
    assert lost_lines(reading) == ()
    return list(reading.draft.get("media", []))


def told(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.message) for one in diagnose(read(text.encode(), "x.txt")) if one.code == "W134"]


@pytest.mark.parametrize("between", ["\n", "\n\n"], ids=["in one paragraph", "in two"])
@pytest.mark.parametrize(
    ("credit", "maker"),
    [
        ("Photo: Jane Doe", "Jane Doe"),
        ("Foto: Jana von der Doe / Acme GmbH", "Jana von der Doe / Acme GmbH"),
        ("Bild: dpa/Jana Doe", "dpa/Jana Doe"),
        ("Photo credit: Doe & Roe Studios", "Doe & Roe Studios"),
    ],
)
def test_a_line_that_only_names_who_made_the_picture_above_is_no_picture(credit: str, maker: str, between: str) -> None:
    lines = ("Photo 1: The hall from the canal.", "Photo 2: Two apprentices at the bench.", credit)
    first, second = media_of(f"Captions:\n{between.join(lines)}")
    assert first == {"label": "Photo 1", "caption": "The hall from the canal."}
    assert second == {
        "label": "Photo 2",
        "caption": f"Two apprentices at the bench.\n{credit}",
        "credit": maker,
    }


@pytest.mark.parametrize(
    "line",
    ["Photo: The hall seen from the other side", "Photo 3: Jane Doe", "Video: Jane Doe"],
)
def test_a_line_that_says_what_another_picture_shows_is_one(line: str) -> None:
    assert len(media_of(f"Captions:\nPhoto 1: The hall from the canal.\n{line}")) == 2


@pytest.mark.parametrize("label", ["Abb. 3", "Fig. 3", "Foto 3", "Abb.3"])
def test_a_label_may_be_cut_short(label: str) -> None:
    caption = {"label": label, "caption": "The hall from the canal."}
    assert media_of(f"Captions:\n{label}: The hall from the canal.") == [caption]


@pytest.mark.parametrize("above", ["Photo: John Roe", "Photo 1: The hall. (Photo: John Roe)"])
def test_a_name_below_another_name_is_a_picture_of_its_own(above: str) -> None:
    assert len(media_of(f"Captions:\n{above}\nPhoto: Jane Doe")) == 2


@pytest.mark.parametrize(
    "caption",
    [
        "Bild: Die neue Halle am Lech, © Jana Doe",
        "Photo 2: Two apprentices at the bench.",
        "Abb. 3 – Die Halle am Lech vor dem Abriss",
        "Photo 1: The hall.\nPhoto: Jane Doe",
        "Grafik: Umsatz nach Jahren (Quelle: Acme)",
    ],
)
def test_a_caption_that_stands_in_the_text_is_read_as_text_and_told(caption: str) -> None:
    shown = caption.partition("\n")[0]
    text = f"{TEXT}{caption}\n\nV.i.S.d.P.: Jana Doe, Acme GmbH, Hauptstr. 1, 86150 Augsburg\n"
    assert told(text) == [(5, f"{shown!r} looks like a caption, and was read as text")]
    assert media_of(caption) == []
    assert read(text.encode(), "x.txt").draft["body"][1] == {"type": "paragraph", "text": caption}


@pytest.mark.parametrize(
    "paragraph",
    ["Bild: Das ist es, was wir uns von der Zukunft machen.", "Note 2: figures are rounded.", "He said: © is a sign."],
)
def test_other_paragraphs_with_a_colon_are_not(paragraph: str) -> None:
    assert told(TEXT + paragraph) == []
