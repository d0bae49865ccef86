"""Who said it: the name and the role beside a quote, in five languages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from syndicator.intake.layouts import folded, layouts

_WORD: Final = re.compile(r"[^\s,:;()]+")
_TRIM: Final = " \t\u00a0,:;.\u2013\u2014-"
_SENTENCE: Final = re.compile(r"(?<=[\w)\"\u201c\u201d][.!?])\s+(?=[A-Z\u00c0-\u00dc])")
_INITIAL: Final = re.compile(r"(?:^|[\s.])[A-Z]\.$")
_CLAUSE: Final = re.compile(r"\s(?:who|which|in a|during|as|when|after|at the|gegenüber|anlässlich|lors|durante)\s")
_MARKS: Final = re.compile(r"[\"\u201e\u201c\u201d\u00ab\u00bb]")
_MOST_WORDS: Final = 6
_LONGEST_ROLE: Final = 160
_LATEST_VERB: Final = 14


@dataclass(frozen=True, slots=True)
class Speaker:
    name: str | None
    role: str | None


def speaker_before(text: str) -> Speaker | None:
    """The speaker in the words in front of a quote: ``Der Bürgermeister, N. F., erklärte:``."""
    sentence = _last_sentence(text)
    spans = list(_WORD.finditer(sentence))
    for word in reversed(spans[-_LATEST_VERB:]):
        if _is_verb(word[0]):
            behind = _named_first(sentence[word.end() :])
            return behind or _named_last(sentence[: word.start()])
    return _named_last(sentence) if text.rstrip().endswith(":") else None


def speaker_after(text: str) -> Speaker | None:
    """The speaker in the words behind a quote: ``, said Jane Doe, CEO of Acme.``."""
    behind = text.lstrip(' \u00a0\u202f\u00bb\u00ab\u201c\u201d"')
    clause = _first_sentence(_MARKS.split(behind, maxsplit=1)[0].lstrip(" ,.\u00a0\u2013\u2014-"))
    words = list(_WORD.finditer(clause))
    for word in words[:_LATEST_VERB]:
        if _is_verb(word[0]):
            before = clause[: word.start()]
            found = _named_first(clause[word.end() :])
            return found or (_named_first(before) if before.strip(_TRIM) else None)
    return None


def role_in(name: str, texts: Sequence[str]) -> str | None:
    """The role that a text gives a person anywhere: ``Name, Leiter von X, …``."""
    for text in texts:
        place = text.find(f"{name}, ")
        while place >= 0:
            role = re.split(r"[,.;:(\n]", text[place + len(name) + 2 :][:_LONGEST_ROLE], maxsplit=1)[0].strip()
            if _has_role(role):
                return role
            place = text.find(f"{name}, ", place + 1)
    return None


def _is_verb(word: str) -> bool:
    return folded(word.strip('"\u201d\u201c')) in layouts().verbs


def _last_sentence(text: str) -> str:
    start = 0
    for found in _SENTENCE.finditer(text):
        if not _is_abbreviated(text[: found.start()]):
            start = found.end()
    return text[start:].strip()


def _is_abbreviated(text: str) -> bool:
    """Whether the full stop belongs to a title or an initial, and so ends no sentence."""
    last = text.split()[-1:]
    return bool(_INITIAL.search(text)) or bool(last and folded(last[0]) in layouts().titles)


def _first_sentence(text: str) -> str:
    for found in _SENTENCE.finditer(text):
        if not _is_abbreviated(text[: found.start()]):
            return text[: found.start()]
    return text


def _named_first(text: str) -> Speaker | None:
    """``Tetsuya Kimura, Generalkonsulat von Japan`` or ``CEO Jane Doe``: the name opens the text."""
    segments = [segment.strip(_TRIM) for segment in text.strip().strip(_TRIM).split(", ")]
    words = segments[0].split()
    while words and folded(words[0]) in layouts().articles | layouts().joiners:
        words.pop(0)
    lead: list[str] = []
    while words and not _begins_name(words) and len(lead) < _MOST_WORDS and _may_be_role(words[0]):
        lead.append(words.pop(0))
    name = _longest_name(words)
    if not name:
        return None
    behind = ", ".join(segment for segment in (" ".join(words[len(name) :]), *segments[1:]) if segment)
    role = " ".join(lead) if lead and _has_role(" ".join(lead)) else _role(behind)
    return Speaker(_bare(name), role)


def _begins_name(words: list[str]) -> bool:
    return folded(words[0]) in layouts().titles or _is_name(words[:2])


def _named_last(text: str) -> Speaker | None:
    """``…, Dr. Manfred Wolter, Leiter der Abteilung X``: the name stands towards the end."""
    segments = [segment.strip(_TRIM) for segment in text.strip().split(", ") if segment.strip(_TRIM)]
    for place in range(len(segments) - 1, -1, -1):
        words = segments[place].split()
        name = _name_at_end(words)
        if not name or _belongs_to_role(words[: len(words) - len(name)]):
            continue
        behind = ", ".join(segments[place + 1 :])
        if behind and not _has_role(behind):
            continue
        before = " ".join(words[: len(words) - len(name)]) or (segments[place - 1] if place else "")
        return Speaker(_bare(name), _role(behind) or _leading_role(before))
    return None


def _belongs_to_role(before: list[str]) -> bool:
    """``Leiterin der Abteilung Recht``: what follows the role's "of" is no person."""
    return bool(before) and folded(before[-1]) in layouts().particles and _has_role(" ".join(before))


def _name_at_end(words: list[str]) -> list[str]:
    best: list[str] = []
    for length in range(2, min(len(words), _MOST_WORDS) + 1):
        if _is_name(words[-length:]):
            best = words[-length:]
    return best


def _longest_name(words: list[str]) -> list[str]:
    lengths = [length for length in range(1, min(len(words), _MOST_WORDS) + 1) if _is_name(words[:length], single=True)]
    return words[: max(lengths)] if lengths else []


def _is_name(words: list[str], *, single: bool = False) -> bool:
    """Capitalised words with titles in front and particles between; no word of a role among them."""
    words = [word for word in words if folded(word) not in layouts().titles]
    if len(words) < (1 if single else 2) or not (_is_proper(words[0]) and _is_proper(words[-1])):
        return False
    return all(_is_proper(word) or folded(word) in layouts().particles for word in words)


def _is_proper(word: str) -> bool:
    return (
        word[:1].isupper()
        and not any(sign.isdigit() or sign in '"\u201e\u201c\u201d:;!?()' for sign in word)
        and not _is_role_word(word)
        and folded(word) not in layouts().articles | layouts().joiners
    )


def _is_role_word(word: str) -> bool:
    bare = folded(word.strip(",.").split("/")[0])
    return bare in layouts().roles or bare.endswith(layouts().role_endings)


def _may_be_role(word: str) -> bool:
    return (
        _is_role_word(word) or word[:1].isupper() or folded(word) in layouts().particles or word in {"&", "and", "und"}
    )


def _has_role(text: str) -> bool:
    return any(_is_role_word(part) for word in text.split() for part in word.split("-"))


def _role(text: str) -> str | None:
    """The role behind a name, up to a clause about something else."""
    kept = _CLAUSE.split(text[:_LONGEST_ROLE], maxsplit=1)[0].strip(_TRIM + '"\u201c\u201d')
    return kept if kept and (_has_role(kept) or len(kept.split()) <= _MOST_WORDS) else None


def _leading_role(text: str) -> str | None:
    """``Der Bürgermeister von Kawasaki City`` in front of a name; the article is no part of the role."""
    words = text.strip(_TRIM).split()
    starts = [place for place, word in enumerate(words) if _is_role_word(word)]
    if not starts:
        return None
    return " ".join(words[starts[0] :]).strip(_TRIM) or None


def _bare(name: list[str]) -> str:
    return " ".join(name).strip(_TRIM.replace(".", "")).removesuffix(".") if name else ""
