"""Spans of paragraphs that somebody said, with the speaker and the role. The text is never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.intake.speakers import Speaker, role_in, speaker_after, speaker_before
from syndicator.model.body import Block, Paragraph, Quote

_CLOSING: Final = {"\u201e": '\u201c\u201d"', "\u201c": "\u201d", "\u00ab": "\u00bb", "\u00bb": "\u00ab", "\u201a": ""}
_FEWEST_WORDS: Final = 6
_BEFORE: Final = 400
_AFTER: Final = 250


@dataclass(frozen=True, slots=True)
class _Marked:
    """A span between quotation marks: without the marks."""

    start: int
    end: int
    marks: str

    @property
    def is_open(self) -> bool:
        return len(self.marks) == 1


def find_quotes(body: Sequence[Block]) -> tuple[Quote, ...]:
    """The quotes of a body in their order. Terms in quotation marks that nobody is said to have said are none."""
    texts = [block.text if isinstance(block, Paragraph) else "" for block in body]
    found: list[Quote] = []
    known: Speaker | None = None
    for place, text in enumerate(texts):
        for marked in _marked(text):
            speaker = _speaker(text, marked)
            if speaker is None and not _stands_alone(text, marked):
                continue
            speaker = speaker or _handed_on(text, marked, known) or Speaker(None, None)
            known = speaker if speaker.name else known
            found.append(_quote(place, marked, speaker, texts))
    return tuple(found[:200])


def _quote(place: int, marked: _Marked, speaker: Speaker, texts: Sequence[str]) -> Quote:
    role = speaker.role or (role_in(speaker.name, texts) if speaker.name else None)
    return Quote(
        paragraph=place, start=marked.start, end=marked.end, marks=marked.marks, speaker=speaker.name, role=role
    )


def _marked(text: str) -> list[_Marked]:
    """Spans between marks, outermost only. A plain mark without its partner reaches to the paragraph's end."""
    found: list[_Marked] = []
    place = 0
    while place < len(text):
        marked = _opened(text, place)
        if marked is not None:
            found.append(marked)
            place = marked.end
        place += 1
    return found


def _opened(text: str, place: int) -> _Marked | None:
    mark = text[place]
    if mark == '"' and _opens(text, place):
        end = _plain_end(text, place)
        return _span(text, place, end, '""') if end else _unclosed(text, place)
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
            return end
        end = text.find('"', end + 1)
    return 0


def _span(text: str, place: int, end: int, marks: str) -> _Marked | None:
    start = place + 1
    while start < end and text[start] in "\u00a0\u202f ":
        start += 1
    while end > start and text[end - 1] in "\u00a0\u202f ":
        end -= 1
    return _Marked(start, end, marks) if end > start else None


def _unclosed(text: str, place: int) -> _Marked | None:
    """An opening mark whose partner was forgotten counts where a colon in front announces speech."""
    announced = text[:place].rstrip().endswith(":")
    return _span(text, place, len(text.rstrip()), text[place]) if announced else None


def _speaker(text: str, marked: _Marked) -> Speaker | None:
    behind = marked.end + (0 if marked.is_open else 1)
    return speaker_before(text[max(0, marked.start - 1 - _BEFORE) : marked.start - 1]) or speaker_after(
        text[behind : behind + _AFTER]
    )


def _stands_alone(text: str, marked: _Marked) -> bool:
    """Speech without a word about who speaks: it opens its paragraph, and it is a sentence."""
    return len(text[marked.start : marked.end].split()) >= _FEWEST_WORDS and not text[: marked.start - 1].strip()


def _handed_on(text: str, marked: _Marked, known: Speaker | None) -> Speaker | None:
    """A further quote in the same breath: the speaker is the one before, if the text says no more."""
    return known if not text[: marked.start - 1].strip() and not text[marked.end + 1 :].strip() else None
