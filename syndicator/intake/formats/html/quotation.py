"""The marks that browsers put around ``<q>``: they stand in no text of the page, and are part of what it says."""

import re
from typing import Final

# Outer and inner marks, as Unicode's CLDR gives them; other languages get those of English, as in browsers.
_MARKS: Final = {
    "de": ("\u201e\u201c", "\u201a\u2018"),
    "en": ("\u201c\u201d", "\u2018\u2019"),
    "es": ("\u00ab\u00bb", "\u201c\u201d"),
    "fr": ("\u00ab\u00bb", "\u00ab\u00bb"),
    "it": ("\u00ab\u00bb", "\u201c\u201d"),
    "de-CH": ("\u00ab\u00bb", "\u2039\u203a"),
}
_ANY: Final = "en"
_WRITTEN: Final = frozenset("\"'\u201c\u201d\u201e\u201a\u2018\u2019\u00ab\u00bb\u2039\u203a")
_TAG: Final = re.compile(r"<(/?)q(?=[\s>])[^<>]*>")


def quoted(page: str, language: str | None) -> str:
    """A sanitised page with marks in the place of its ``<q>``; where the text has marks of its own, it keeps those."""
    tag = language or _ANY
    marks = _MARKS.get(tag) or _MARKS.get(tag.partition("-")[0].lower()) or _MARKS[_ANY]
    written: list[str] = []
    open_marks: list[str] = []
    at = 0
    for found in _TAG.finditer(page):
        written.append(page[at : found.start()])
        at = found.end()
        if not found[1]:
            pair = marks[len(open_marks) % len(marks)]
            open_marks.append("" if page[at : at + 1] in _WRITTEN else pair)
            written.append(open_marks[-1][:1])
        elif open_marks:
            written.append(open_marks.pop()[1:])
    return "".join((*written, page[at:]))
