"""What stands under the text: which lines belong to a contact block, which to the small print."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from syndicator.intake.lines.dateline import without_date
from syndicator.intake.lines.layouts import folded, layouts
from syndicator.intake.lines.reach import EMAIL, dials, facts, is_town, reaches, said
from syndicator.intake.lines.sheet import TextLine, joined

LONG_LINE: Final = 200
# What stands at the very end of a release, below its contacts: a note of the text, and tags for social media.
_NOTE: Final = re.compile(r"(?:\[\d{1,3}\]|\*{1,3}|[\u00b9\u00b2\u00b3\u2074-\u2079]{1,3}\)?)\s?(?=[^\W\d_]+\W+\w)")
_TAGS: Final = re.compile(r"#[^\W\d]\w{0,80}(?:[\s,]+#\w{1,80})*")
_ARTICLE: Final = re.compile(
    r"^(?:die|der|das|the|la|le|les|il|el|los|las|lo|l['\u2019])\s?(?=[^\W\d_])", re.IGNORECASE
)
_SENTENCE_WORDS: Final = 8
_FEWEST_BLOCK_LINES: Final = 3
_MOST_IMPRINT_LINES: Final = 10
_FEWEST_WAYS: Final = 2
_DIALLED: Final = frozenset({"phone", "fax", "email"})
_MOST_DESK_LINES: Final = 5
_MANY_WORDS: Final = 12
_UNKNOWN_LABEL_WORDS: Final = 3


def leaves_reach(text: str) -> bool:
    """Whether a line is prose rather than part of a contact or publisher block."""
    line = text.strip()
    words = [word for word in line.split() if any(map(str.isalpha, word)) or not any(map(str.isdigit, word))]
    ways = reaches(line)
    if len(line) > LONG_LINE or _starts_legal(line) or (len(words) >= _MANY_WORDS and ways < 2):  # noqa: PLR2004
        return True
    if ways == 0 and (_NOTE.match(line) or _TAGS.fullmatch(line)):
        return True
    label, colon, rest = line.partition(":")
    if colon and said(line).field == "text" and not line.startswith("http"):
        is_sentence = len(label.split()) >= _UNKNOWN_LABEL_WORDS and ways < 2  # noqa: PLR2004
        return line.endswith(":") or (is_sentence and not dials(rest))
    return (
        len(words) >= _SENTENCE_WORDS and ways == 0 and (line.endswith((".", "!")) or len(words) >= _SENTENCE_WORDS + 2)
    )


def desks_in(lines: Sequence[TextLine]) -> frozenset[int]:
    """Where headings stand inside of a contact block (``For Acme:``, ``Out of hours:``), with who answers below."""
    texts = [line.text for line in lines]
    places = (place for place, text in enumerate(texts) if _is_desk(text))
    return frozenset(place for place in places if _answers(texts[place + 1 : place + 1 + _MOST_DESK_LINES]))


def _is_desk(text: str) -> bool:
    return text.rstrip().endswith(":") and len(text.split()) < _SENTENCE_WORDS and not reaches(text)


def _answers(below: Sequence[str]) -> bool:
    return any(map(_is_way, takewhile(lambda text: not leaves_reach(text), below)))


def is_reach_line(lines: tuple[TextLine, ...]) -> bool:
    """A line, or a block of short ones, that names several ways to reach somebody and is no sentence."""
    text = joined(lines).strip()
    if len(lines) > 1:
        return _is_reach_block(lines)
    return len(text) <= LONG_LINE and reaches(text) >= _FEWEST_WAYS and not leaves_reach(text)


def is_labelled_reach(lines: tuple[TextLine, ...]) -> bool:
    """``Jane Cheung Tel: +852 2584 4137 Email: jane@acme.example``: a contact, wherever it stands below the text."""
    ways = [fact.field for fact in facts(lines[0].text)] if len(lines) == 1 else []
    return is_reach_line(lines) and "phone" in ways and "email" in ways


def _is_reach_block(lines: tuple[TextLine, ...]) -> bool:
    ways = [reaches(line.text) for line in lines]
    return (
        len(lines) >= _FEWEST_BLOCK_LINES
        and sum(ways) >= _FEWEST_WAYS
        and any(_is_way(line.text) for line in lines)
        and not any(leaves_reach(line.text) for line in lines)
    )


def _is_way(line: str) -> bool:
    """Whether a line reaches somebody by more than a web address, or figures behind a word.

    ``UPC: 8 50012 34567 8`` and ``Visitors 11 482 / 12 000`` do not.
    """
    is_bare = ":" not in line and dials(line)
    return is_bare or bool(EMAIL.search(line)) or any(fact.field in _DIALLED for fact in facts(line))


def is_imprint(lines: tuple[TextLine, ...]) -> bool:
    """A company's name with its legal form, its address, and how to reach it: who publishes, without a heading."""
    if not 2 <= len(lines) <= _MOST_IMPRINT_LINES or any(leaves_reach(line.text) for line in lines):  # noqa: PLR2004
        return False
    words = {folded(word.strip(",()")) for word in lines[0].text.split()}
    return not layouts().legal_forms.isdisjoint(words) and any(is_town(line.text) for line in lines[1:])


def is_profile(lines: tuple[TextLine, ...]) -> bool:
    """``Acme AG`` above ``Die Acme AG betreibt 14 Anlagen …``: what a company says of itself, by its name alone."""
    if len(lines) < 2 or len(lines[1].text) <= LONG_LINE // 4:  # noqa: PLR2004
        return False
    name, text = lines[0].text.strip(), lines[1].text.strip()
    words = name.split()
    is_name = 0 < len(words) <= _SENTENCE_WORDS and name[:1].isupper() and name[-1] not in ":;,!?"
    return is_name and _ARTICLE.sub("", text).startswith((f"{name} ", f"{_ARTICLE.sub('', name)} "))


def is_legal(lines: tuple[TextLine, ...]) -> bool:
    return _starts_legal(lines[0].text.strip())


def _starts_legal(text: str) -> bool:
    """Whether a text begins as small print does; a service's date and time may stand in front of it."""
    return folded(without_date(text[:LONG_LINE])).startswith(layouts().legal_starts)
