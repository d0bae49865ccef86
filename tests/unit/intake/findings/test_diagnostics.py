"""Diagnostics as text and as data."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from syndicator.intake.findings.diagnostics import Diagnostic, Severity, as_dicts, is_clean, render_diagnostics
from syndicator.intake.findings.lint import diagnose
from syndicator.intake.read import read

SAMPLE = Path(__file__).parents[1] / "examples" / "junk.txt"


def test_text_of_diagnostics(golden: Callable[[str, bytes], None]) -> None:
    found = diagnose(read(SAMPLE.read_bytes(), "junk.txt"))
    golden("intake/diagnostics.txt", render_diagnostics("junk.txt", found).encode())


def test_the_mark_stands_under_wide_and_combining_characters() -> None:
    one = Diagnostic("W101", "m", line=1, column=4, length=2, text="東e\u0301XXo")
    line, mark = render_diagnostics("f", [one]).split("\n")[3:5]
    assert line == "1 | 東e\u0301XXo"
    assert mark == "  |    ^^"


def test_a_long_line_is_shown_around_its_mark() -> None:
    text = render_diagnostics(
        "f", [Diagnostic("W101", "m", line=1, column=5001, length=3, text="a" * 5000 + "XXX" + "b" * 5000)]
    )
    shown, mark = text.split("\n")[3:5]
    assert len(shown) < 140
    assert shown[mark.index("^") : mark.rindex("^") + 1] == "XXX"


def test_control_characters_do_not_reach_the_terminal() -> None:
    text = render_diagnostics("f", [Diagnostic("W111", "m", line=1, text="a\x1b[31m\u202eb\x9b")])
    assert not {"\x1b", "\u202e", "\x9b"} & set(text)


def test_strictness() -> None:
    warning, error, note = (Diagnostic(code, "m") for code in ("W101", "E001", "N201"))
    assert is_clean([warning, note])
    assert not is_clean([warning], strict=True)
    assert is_clean([note], strict=True)
    assert not is_clean([error])


def test_data_for_machines() -> None:
    assert as_dicts([Diagnostic("E001", "m", "f", 3, 2, 1, "t", "p")]) == [
        {
            "severity": "error",
            "code": "E001",
            "message": "m",
            "fix": "f",
            "line": 3,
            "column": 2,
            "length": 1,
            "text": "t",
            "place": "p",
        }
    ]


def test_counting() -> None:
    assert render_diagnostics("f", []) == "no findings\n"
    text = render_diagnostics("f", [Diagnostic("E001", "m"), Diagnostic("W101", "m"), Diagnostic("W102", "m")])
    assert text.endswith("\n\n1 error, 2 warnings\n")
    assert Severity.ERROR in text


@given(st.text(max_size=200), st.integers(1, 250), st.integers(1, 250))
def test_any_place_is_rendered(text: str, column: int, length: int) -> None:
    rendered = render_diagnostics("f", [Diagnostic("W101", "m", line=1, column=column, length=length, text=text)])
    assert rendered.count("^") >= 1
