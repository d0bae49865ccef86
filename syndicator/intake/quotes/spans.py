"""Spans of paragraphs that somebody said, with the speaker and the role. The text is never changed."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from pydantic import TypeAdapter, ValidationError

from syndicator.intake.lines.languages import language_of
from syndicator.intake.quotes.concordance import Concordance
from syndicator.intake.quotes.marks import SPACES, Marked, marked_spans
from syndicator.intake.quotes.speakers import (
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

_LINE: Final[TypeAdapter[str]] = TypeAdapter(Line)
_FEWEST_WORDS: Final = 6
_MOST_QUOTES: Final = 200
# Every span costs a search for its speaker; a text with more is no release.
_MOST_SPANS: Final = 600
_ENDS: Final = ".!?,\u2026"
_BEFORE: Final = 400
_AFTER: Final = 250


def find_quotes(body: Sequence[Block]) -> tuple[Quote, ...]:
    """The quotes of a body in their order. Terms in quotation marks that nobody is said to have said are none."""
    texts = [block.text if isinstance(block, Paragraph) else "" for block in body]
    found: list[Quote] = []
    known: list[Speaker] = []
    concordance = Concordance(texts)
    keep_lone = language_of("\n".join(texts)) not in {None, "de"}
    spans = ((place, text, marked) for place, text in enumerate(texts) for marked in marked_spans(text))
    for place, text, marked in islice(spans, _MOST_SPANS):
        speaker = _speaker(text, marked) or _signed(texts, place, marked)
        if _is_defined_term(text, marked) or (speaker is None and not _stands_alone(text, marked)):
            continue
        speaker = speaker or _handed_on(text, marked, known) or Speaker(None, None)
        speaker = in_full(speaker, known, concordance, keep_lone=keep_lone)
        found.append(_quote(place, marked, speaker, concordance))
        known += [Speaker(speaker.name, found[-1].role)] if speaker.name else []
        if len(found) == _MOST_QUOTES:
            break
    return tuple(found)


def _quote(place: int, marked: Marked, speaker: Speaker, texts: Concordance) -> Quote:
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


def _speaker(text: str, marked: Marked) -> Speaker | None:
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


def _is_defined_term(text: str, marked: Marked) -> bool:
    """``Acme Inc. (the “Company”)``."""
    is_short = len(text[marked.start : marked.end].split()) < _FEWEST_WORDS
    opened = text.rfind("(", max(0, marked.opens - _FEWEST_WORDS * 10), marked.opens)
    is_inside = opened >= 0 and ")" not in text[opened : marked.opens]
    return is_short and is_inside and ")" in text[marked.behind : marked.behind + _FEWEST_WORDS * 10]


def _runs_on(text: str, marked: Marked) -> bool:
    """Words inside of a sentence: ``Paula “Pixie” Doe said``, ``the “King Skyfront” is``."""
    behind = text[marked.behind :]
    is_short = len(text[marked.start : marked.end].split()) < _FEWEST_WORDS
    return is_short and behind[:1].isspace() and text[marked.end - 1] not in _ENDS


def _signed(texts: Sequence[str], place: int, marked: Marked) -> Speaker | None:
    """A name and a role behind the quote, or alone in the paragraph below or, with a colon, above it."""
    text = texts[place]
    if text[: marked.opens].strip():
        return None
    behind = text[marked.behind :].strip()
    if behind:
        return signature(behind)
    above = texts[place - 1].rstrip()[-_BEFORE:] if place else ""
    below = texts[place + 1] if place + 1 < len(texts) else ""
    announced = (signature(above) or speaker_before(above)) if above.endswith(":") else None
    return announced or signature(below)


def _stands_alone(text: str, marked: Marked) -> bool:
    """Speech without a word about who speaks: it opens its paragraph, and it is a sentence."""
    inner = text[marked.start : marked.end]
    ends = inner[-1] in _ENDS or not text[marked.behind :].strip(SPACES)
    return ends and len(inner.split()) >= _FEWEST_WORDS and not text[: marked.opens].strip()


def _handed_on(text: str, marked: Marked, known: Sequence[Speaker]) -> Speaker | None:
    """A further quote in the same breath: the speaker is the one before, if the text says no more."""
    says_no_more = not text[: marked.opens].strip() and not text[marked.behind :].strip()
    return known[-1] if known and says_no_more else None
