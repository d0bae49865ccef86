"""What stands under the text: which lines belong to a contact block, which to the small print."""

import re
from typing import Final

from syndicator.intake.dateline import without_date
from syndicator.intake.layouts import folded, layouts
from syndicator.intake.reach import EMAIL, dials, facts, is_town, reaches, said
from syndicator.intake.sheet import TextLine, joined

LONG_LINE: Final = 200
_ARTICLE: Final = re.compile(
    r"^(?:die|der|das|the|la|le|les|il|el|los|las|lo|l['\u2019])\s?(?=[^\W\d_])", re.IGNORECASE
)
_SENTENCE_WORDS: Final = 8
_FEWEST_BLOCK_LINES: Final = 3
_MOST_IMPRINT_LINES: Final = 10
_FEWEST_WAYS: Final = 2
_DIALLED: Final = frozenset({"phone", "fax", "email"})
_MANY_WORDS: Final = 12
_UNKNOWN_LABEL_WORDS: Final = 3


def leaves_reach(text: str) -> bool:
    """Whether a line is prose rather than part of a contact or publisher block."""
    line = text.strip()
    words = [word for word in line.split() if any(map(str.isalpha, word)) or not any(map(str.isdigit, word))]
    ways = reaches(line)
    if len(line) > LONG_LINE or _starts_legal(line) or (len(words) >= _MANY_WORDS and ways < 2):  # noqa: PLR2004
        return True
    label, colon, _ = line.partition(":")
    if colon and said(line).field == "text" and not line.startswith("http"):
        return line.endswith(":") or (len(label.split()) >= _UNKNOWN_LABEL_WORDS and ways < 2)  # noqa: PLR2004
    return (
        len(words) >= _SENTENCE_WORDS and ways == 0 and (line.endswith((".", "!")) or len(words) >= _SENTENCE_WORDS + 2)
    )


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
        and any(map(_is_way, lines))
        and not any(leaves_reach(line.text) for line in lines)
    )


def _is_way(line: TextLine) -> bool:
    """Whether a line reaches somebody by more than a web address, or figures behind a word.

    ``UPC: 8 50012 34567 8`` and ``Visitors 11 482 / 12 000`` do not.
    """
    is_bare = ":" not in line.text and dials(line.text)
    return is_bare or bool(EMAIL.search(line.text)) or any(fact.field in _DIALLED for fact in facts(line.text))


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
