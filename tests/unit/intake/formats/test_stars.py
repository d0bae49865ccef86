"""Stars that are no signs of points: without them "* 4. März 1938 † 12. Februar 2027" says something else."""

import pytest

from syndicator.intake.read import read
from tests.unit.intake.lost import lost_lines

TEXT = "Die Universität trauert um ihren früheren Rektor, der im Alter von 88 Jahren verstorben ist. Er war beliebt."


def blocks(*paragraphs: str) -> list[tuple[str, object]]:
    reading = read("\n\n".join(("Die Universität trauert", TEXT, *paragraphs)).encode(), "x.txt")
    assert lost_lines(reading) == ()
    return [(block["type"], block.get("text") or block.get("points")) for block in reading.draft["body"][1:]]


@pytest.mark.parametrize(
    "text",
    [
        "* 4. März 1938    † 12. Februar 2027",
        "* 4. März 1938 in Ulm\n† 12. Februar 2027 in Greifswald",
        "* ungeprüft\n† vor Steuern",
    ],
)
def test_a_star_beside_a_dagger_stays(text: str) -> None:
    assert "\n".join(str(said) for _, said in blocks(text)) == text


def test_the_star_of_a_note_stays() -> None:
    assert blocks("Der Umsatz* stieg.", "* ungeprüfte Zahlen") == [
        ("paragraph", "Der Umsatz* stieg."),
        ("paragraph", "* ungeprüfte Zahlen"),
    ]


@pytest.mark.parametrize("text", ["* eins\n* zwei", "* eins"])
def test_other_stars_are_points(text: str) -> None:
    assert blocks(text) == [("list", text.replace("* ", "").split("\n"))]
