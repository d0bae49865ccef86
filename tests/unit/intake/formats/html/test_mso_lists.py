"""Lists in pages that Word and Outlook save: paragraphs with a sign, which readers see as a list."""

from typing import Any

from syndicator.intake.read import read
from tests.unit.intake.pages import HEAD

SPACE = "<span style='font:7.0pt &quot;Times New Roman&quot;'>&nbsp;&nbsp;&nbsp; </span>"


def point(sign: str, text: str, level: int = 1, font: str = "Symbol") -> str:
    mark = f"<span style='font-family:{font}'><span style='mso-list:Ignore'>{sign}{SPACE}</span></span>"
    style = f"margin-left:36.0pt;text-indent:-18.0pt;mso-list:l0 level{level} lfo1"
    shown = f"<![if !supportLists]>{mark}<![endif]>"
    return f"<p class=MsoListParagraph style='{style}'>{shown}{text}<o:p></o:p></p>\n\n"


def body(markup: str) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = read(f"{HEAD}{markup}<p>So much for bread.</p>".encode(), "x.html").draft["body"]
    return blocks[1:-1]


def bullets(*points: str) -> dict[str, Any]:
    return {"type": "list", "ordered": False, "points": list(points)}


def test_signs_make_a_list_and_are_no_text() -> None:
    assert body(point("·", "Rye <b>bread</b>") + point("§", "<i>Rolls</i>")) == [bullets("Rye bread", "Rolls")]


def test_numbers_make_a_counted_list() -> None:
    counted = {"type": "list", "ordered": True, "start": 3, "points": ["Rye bread", "Rolls"]}
    assert body(point("3.", "Rye bread") + point("4.", "Rolls")) == [counted]


def test_a_deeper_level_lies_in_the_point_above() -> None:
    markup = point("·", "Bread") + point("o", "Rye", 2, "Courier New") + point("o", "Oat", 2) + point("·", "Rolls")
    assert body(markup) == [bullets("Bread\nRye\nOat", "Rolls")]


def test_letters_stay_in_front_of_their_points() -> None:
    assert body(point("a)", "Rye bread") + point("b)", "Rolls")) == [bullets("a) Rye bread", "b) Rolls")]


def test_text_between_two_lists_parts_them() -> None:
    markup = f"{point('·', 'Rye')}<p>And sweet ones:</p>{point('1.', 'Cake')}{point('·', 'Pie')}"
    assert body(markup) == [
        bullets("Rye"),
        {"type": "paragraph", "text": "And sweet ones:"},
        {"type": "list", "ordered": True, "points": ["Cake"]},
        bullets("Pie"),
    ]


def test_a_list_that_begins_on_a_deeper_level_loses_nothing() -> None:
    assert body(point("o", "Rye", 2) + point("·", "Rolls")) == [bullets("Rye"), bullets("Rolls")]


def test_many_points_are_read_at_once() -> None:
    markup = "".join(point("·", f"Loaf {place}", 1 + place % 9) for place in range(1200))
    assert sum(block.get("points", []) != [] for block in body(markup)) >= 1
