"""Cells of tables are text like any other: what no feed, no line and no column can carry is refused with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from syndicator.model.body import Table
from syndicator.model.text import MAX_CELL, cell_of


def table(cell: str, *, in_header: bool) -> Table:
    rows = [["x", "y"]]
    return Table.model_validate({"header": ["a", cell], "rows": rows} if in_header else {"rows": [["a", cell], *rows]})


@pytest.mark.parametrize("in_header", [True, False])
@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("ab\tc", "character 3 ends the cell"),
        ("ab\nc", "character 3 ends the cell"),
        ("ab\u2028c", "character 3 ends the cell"),
        ("ab\rc", "character 3 is U+000D"),
        ("ab\x0bc", "character 3 is U+000B"),
        ("\ufffe", "character 1 is U+FFFE"),
        ("au\u0308b", "not in Unicode form NFC from character 2 on"),
        ("x" * (MAX_CELL + 1), f"at most {MAX_CELL} characters"),
    ],
)
def test_a_cell_is_judged_like_other_text(cell: str, problem: str, *, in_header: bool) -> None:
    with pytest.raises(ValidationError, match=problem.replace("+", r"\+")):
        table(cell, in_header=in_header)


@pytest.mark.parametrize("cell", ["", " ", "1\u00a0000 €", "H₂O", "x" * MAX_CELL])
def test_a_cell_may_be_empty_and_is_kept_as_it_is(cell: str) -> None:
    assert table(cell, in_header=False).rows[0] == ("a", cell)


@given(st.text(max_size=30))
def test_any_text_can_be_made_a_cell(text: str) -> None:
    cell = cell_of(text)
    assert table(cell, in_header=True).header == ("a", cell)
    assert cell_of(cell) == cell


def test_words_stay_apart_in_a_cell() -> None:
    assert cell_of(" a \t\n b\u2028c  d\u0308 \n ") == "a b c  d̈"
