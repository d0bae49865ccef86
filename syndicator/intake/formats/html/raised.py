"""Superscripts and subscripts in plain text, where a footnote's mark must never become a digit of the figure before it.

Unicode's own signs are written where every sign of the run has one ("10⁶", "H₂O"); nothing normalises them away, since
text is kept in NFC and only NFKC would. Endings that everybody also writes on the line stay there ("1er", "2nd"), and
so does what stands in brackets or behind nothing. All else is set off: "x^(max)", "x_(Ziel)".
"""

from typing import Final

_SUPERSCRIPTS: Final = str.maketrans("0123456789+-\u2212\u2013=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPTS: Final = str.maketrans("0123456789+-\u2212\u2013=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_WHOLE: Final = {"TM": "™", "SM": "℠", "a": "ª", "o": "º"}
_ENDINGS: Final = frozenset(
    ("e", "er", "ers", "re", "ère", "ème", "es", "nd", "nde", "nds", "st", "th", "rd", "os", "me", "mes", "lle", "lles")
)
_UP: Final = "^"
_DOWN: Final = "_"


def raised(before: str, run: str) -> str:
    """A superscript as it is written behind this text."""
    return _set(before, run, _SUPERSCRIPTS, _UP)


def lowered(before: str, run: str) -> str:
    """A subscript as it is written behind this text."""
    return _set(before, run, _SUBSCRIPTS, _DOWN)


def _set(before: str, run: str, signs: dict[int, int], mark: str) -> str:
    """White space around the run stays on the line."""
    text = run.strip()
    if not text:
        return run
    lead, tail = run[: run.index(text)], run[run.index(text) + len(text) :]
    return lead + _set_tight(before + lead, text, signs, mark) + tail


def _set_tight(before: str, text: str, signs: dict[int, int], mark: str) -> str:
    if all(ord(sign) in signs for sign in text):
        return text.translate(signs)
    if mark == _UP and text in _WHOLE:
        return _WHOLE[text]
    is_apart = not before or before[-1].isspace() or text[0] in "[(" or not any(map(str.isalnum, text))
    is_set = all(ord(sign) in signs.values() for sign in text)
    return text if is_apart or is_set or (mark == _UP and text in _ENDINGS) else f"{mark}({text})"
