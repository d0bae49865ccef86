"""Spans of paragraphs that somebody said, with the speaker and the role. The text is never changed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pydantic import TypeAdapter, ValidationError

from syndicator.intake.languages import language_of
from syndicator.intake.speakers import (
    THE_SAME,
    Speaker,
    in_full,
    is_apart,
    is_told,
    role_in,
    signature,
    speaker_after,
    speaker_before,
)
from syndicator.model.body import Block, Paragraph, Quote
from syndicator.model.text import Line

_CLOSING: Final = {"\u201e": '\u201c\u201d"', "\u201c": "\u201d", "\u00ab": "\u00bb", "\u00bb": "\u00ab", "\u201a": ""}
# Apostrophes, too: speech ends where one stands behind a sign of its end.
_SINGLE: Final = {
    "\u2018": re.compile(r"(?<=[.,!?\u2026])\u2019(?!\w)"),
    "'": re.compile(r"(?<=[.,!?\u2026])'(?!\w)"),
}
_LINE: Final[TypeAdapter[str]] = TypeAdapter(Line)
_FEWEST_WORDS: Final = 6
_MOST_QUOTES: Final = 200
# Every span costs a search for its speaker; a text with more is no release.
_MOST_SPANS: Final = 600
_ENDS: Final = ".!?,\u2026"
_SPACES: Final = " \u00a0\u202f"
_BEFORE: Final = 400
_AFTER: Final = 250


@dataclass(frozen=True, slots=True)
class _Marked:
    """A span between quotation marks: without the marks."""

    start: int
    end: int
    marks: str
    opens: int
    """Where the opening mark stands."""
    behind: int
    """Where the text goes on behind the closing mark."""


def find_quotes(body: Sequence[Block]) -> tuple[Quote, ...]:
    """The quotes of a body in their order. Terms in quotation marks that nobody is said to have said are none."""
    texts = [block.text if isinstance(block, Paragraph) else "" for block in body]
    found: list[Quote] = []
    known: list[Speaker] = []
    keep_lone = language_of("\n".join(texts)) not in {None, "de"}
    spans = ((place, text, marked) for place, text in enumerate(texts) for marked in _marked(text))
    for place, text, marked in islice(spans, _MOST_SPANS):
        speaker = _speaker(text, marked) or _signed(texts, place, marked)
        if _is_defined_term(text, marked) or (speaker is None and not _stands_alone(text, marked)):
            continue
        speaker = speaker or _handed_on(text, marked, known) or Speaker(None, None)
        speaker = in_full(speaker, known, texts, keep_lone=keep_lone)
        found.append(_quote(place, marked, speaker, texts))
        known += [Speaker(speaker.name, found[-1].role)] if speaker.name else []
    return tuple(found[:_MOST_QUOTES])


def _quote(place: int, marked: _Marked, speaker: Speaker, texts: Sequence[str]) -> Quote:
    role = speaker.role or (role_in(speaker.name, texts) if speaker.name else None)
    return Quote(
        paragraph=place,
        start=marked.start,
        end=marked.end,
        marks=marked.marks,
        speaker=_line(speaker.name),
        role=_line(role),
    )


def _line(text: str | None) -> str | None:
    """A name or role that the text broke to fit, on one line; None where no record could carry it."""
    try:
        return _LINE.validate_python(" ".join(text.splitlines())) if text else None
    except ValidationError:
        return None


def _marked(text: str) -> list[_Marked]:
    """Spans between marks, outermost only. A plain mark without its partner reaches to the paragraph's end."""
    found: list[_Marked] = []
    place = 0
    while place < len(text):
        marked = _opened(text, place)
        if marked is not None:
            found.append(marked)
            place = marked.behind - 1
        place += 1
    return found


def _opened(text: str, place: int) -> _Marked | None:
    mark = text[place]
    if mark == '"' and _opens(text, place):
        end = _plain_end(text, place)
        return _span(text, place, end, mark + text[end]) if end else _unclosed(text, place)
    if mark in _SINGLE and _opens(text, place):
        found = _SINGLE[mark].search(text, place + 1)
        return _span(text, place, found.start(), mark + found[0]) if found else None
    for closing in _CLOSING.get(mark, ""):
        end = text.find(closing, place + 1)
        if end > 0:
            return _span(text, place, end, mark + closing)
    return _unclosed(text, place) if mark in _CLOSING and mark != "\u00bb" and _opens(text, place) else None


def _opens(text: str, place: int) -> bool:
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return (not before or before.isspace() or before in "([\u2013\u2014-:,/\u00a0") and bool(after.strip())


def _plain_end(text: str, place: int) -> int:
    """The next plain mark that stands behind a word."""
    end = text.find('"', place + 1)
    while end > 0:
        after = text[end + 1 : end + 2]
        if not text[end - 1].isspace() and not after.isalnum():
            break
        end = text.find('"', end + 1)
    curly = text.find("\u201d", place + 1, end if end > 0 else len(text))
    is_mixed = curly > 0 and text.find("\u201c", place + 1, curly) < 0
    return curly if is_mixed else max(0, end)


def _span(text: str, place: int, end: int, marks: str) -> _Marked | None:
    start, closes = place + 1, end
    while start < end and text[start] in _SPACES:
        start += 1
    while end > start and text[end - 1] in _SPACES:
        end -= 1
    return _Marked(start, end, marks, place, closes + (len(marks) > 1)) if end > start else None


def _unclosed(text: str, place: int) -> _Marked | None:
    """An opening mark whose partner was forgotten counts where a colon in front announces speech."""
    announced = text[:place].rstrip().endswith(":")
    return _span(text, place, len(text.rstrip()), text[place]) if announced else None


def _speaker(text: str, marked: _Marked) -> Speaker | None:
    front, rest = text[max(0, marked.opens - _BEFORE) : marked.opens], text[marked.behind : marked.behind + _AFTER]
    runs_on = _runs_on(text, marked)
    if runs_on and rest.lstrip()[:1].isupper():
        return None
    is_over = text[marked.end - 1] in _ENDS.replace(",", "")
    behind = speaker_after(rest, is_over=is_over, is_next=runs_on)
    is_named = behind is not None and behind != THE_SAME and not (is_over and is_apart(rest))
    return behind if is_named and _yields(front, rest) else speaker_before(front) or behind


def _yields(front: str, rest: str) -> bool:
    """Whether the words in front of a quote leave it to those behind it: they announce nothing, or the verb is next."""
    return is_told(front) or (not front.rstrip().endswith(":") and speaker_after(rest, is_next=True) is not None)


def _is_defined_term(text: str, marked: _Marked) -> bool:
    """``Acme Inc. (the “Company”)``."""
    is_short = len(text[marked.start : marked.end].split()) < _FEWEST_WORDS
    opened = text.rfind("(", max(0, marked.opens - _FEWEST_WORDS * 10), marked.opens)
    return is_short and opened >= 0 and ")" not in text[opened : marked.opens] and ")" in text[marked.behind :][:60]


def _runs_on(text: str, marked: _Marked) -> bool:
    """Words inside of a sentence: ``Paula “Pixie” Doe said``, ``the “King Skyfront” is``."""
    behind = text[marked.behind :]
    is_short = len(text[marked.start : marked.end].split()) < _FEWEST_WORDS
    return is_short and behind[:1].isspace() and text[marked.end - 1] not in _ENDS


def _signed(texts: Sequence[str], place: int, marked: _Marked) -> Speaker | None:
    """A name and a role behind the quote, or alone in the paragraph below or, with a colon, above it."""
    text = texts[place]
    if text[: marked.opens].strip():
        return None
    behind = text[marked.behind :].strip()
    if behind:
        return signature(behind)
    above = texts[place - 1].rstrip() if place else ""
    below = texts[place + 1] if place + 1 < len(texts) else ""
    announced = (signature(above) or speaker_before(above)) if above.endswith(":") else None
    return announced or signature(below)


def _stands_alone(text: str, marked: _Marked) -> bool:
    """Speech without a word about who speaks: it opens its paragraph, and it is a sentence."""
    inner = text[marked.start : marked.end]
    ends = inner[-1] in _ENDS or not text[marked.behind :].strip(_SPACES)
    return ends and len(inner.split()) >= _FEWEST_WORDS and not text[: marked.opens].strip()


def _handed_on(text: str, marked: _Marked, known: Sequence[Speaker]) -> Speaker | None:
    """A further quote in the same breath: the speaker is the one before, if the text says no more."""
    says_no_more = not text[: marked.opens].strip() and not text[marked.behind :].strip()
    return known[-1] if known and says_no_more else None
