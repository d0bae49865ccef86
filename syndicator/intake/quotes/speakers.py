"""Who said it: the name and the role beside a quote, in five languages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, takewhile
from typing import Final

from syndicator.intake.lines.layouts import folded, layouts
from syndicator.intake.quotes.concordance import REACH, Concordance

_WORD: Final = re.compile(r"[^\s,:;()]+")
_TRIM: Final = " \t\u00a0,:;.\u2013\u2014-"
_SENTENCE: Final = re.compile(r"(?<=[\w)\"\u201c\u201d][.!?])\s+(?=[A-Z\u00c0-\u00dc])")
_INITIAL: Final = re.compile(r"(?:^|[\s.])[A-Z]\.$")
_CLAUSE: Final = re.compile(r"\s(?:who|which|in a|during|as|when|after|at the|gegenüber|anlässlich|lors|durante)\s")
_FORENAME: Final = re.compile(r"(?<![\w-])\w[\w.-]{1,40}$")
_LAST_WORD: Final = re.compile(r"(?<!\w)\w+$")
_SURNAME: Final = re.compile(r"\w[\w-]{1,40}")
_WORDLY: Final = re.compile(r"\w")
# French: "ajoute-t-elle".
_INVERTED: Final = re.compile(r"-(?:t-)?(?:ils?|elles?)\.?$")
_MARKS: Final = re.compile(r"[\"\u201e\u201c\u201d\u00ab\u00bb]")
_CLOSES: Final = " \t\n\u00a0\u202f\u2028)\"'\u2019\u201c\u201d\u00ab\u00bb"
# French and Italian: "l'assessore".
_ELIDED: Final = re.compile(r"^(?:l|un|dell|all)['\u2019](?=\w)", re.IGNORECASE)
_TOGETHER: Final = ("co-", "ex-", "vice-")
_POSSESSIVE: Final = ("'s", "\u2019s", "s'", "s\u2019")
_MOST_WORDS: Final = 6
_MOST_FORENAMES: Final = 3
_LONGEST_ABBREVIATION: Final = 4
_LONGEST_FELLOWSHIP: Final = 5
_LONGEST_ROLE: Final = REACH
_LATEST_VERB: Final = 14


@dataclass(frozen=True, slots=True)
class Speaker:
    name: str | None
    role: str | None


THE_SAME: Final = Speaker("", None)
"""Whoever spoke before: "he said"."""


def speaker_before(text: str) -> Speaker | None:
    """The speaker in the words in front of a quote: ``Der Bürgermeister, N. F., erklärte:``."""
    sentence = _last_sentence(text)
    announces = sentence[-1:] not in ".!?" or bool(_MARKS.search(sentence))
    spans = list(_WORD.finditer(sentence))
    for word in reversed(spans[-_LATEST_VERB:]):
        if _is_verb(word[0]) and (announces or folded(word[0]) not in layouts().adverbs):
            front = sentence[: word.start()]
            return _named_first(sentence[word.end() :]) or _named_last(front) or _pronoun(front)
    return _named_last(sentence) if text.rstrip().endswith(":") else None


def is_told(text: str) -> bool:
    """Whether a sentence has ended where a quote begins: who speaks in it may have said what stands before."""
    return text.rstrip(_CLOSES)[-1:] in {".", "!", "?"}


def speaker_after(text: str, *, is_over: bool = False, is_next: bool = False) -> Speaker | None:
    """The speaker in the words behind a quote: ``, said Jane Doe, CEO of Acme.``.

    ``is_over`` says that the quote's sentence has ended: ``Jane Doe said:`` then belongs to the next quote.
    ``is_next`` asks for the verb as the next word.
    """
    behind = text.lstrip(' \u00a0\u202f\u00bb\u00ab\u201c\u201d"')
    reach = _MARKS.split(behind, maxsplit=1)
    if is_over and len(reach) > 1 and reach[0].rstrip().endswith(":"):
        return None
    clause = _first_sentence(reach[0].lstrip(" ,.\u00a0\u2013\u2014-"))
    words = list(_WORD.finditer(clause))
    for word in words[: 1 if is_next else _LATEST_VERB]:
        if _INVERTED.search(word[0]) and _is_verb(_INVERTED.sub("", word[0])):
            return THE_SAME
        if _is_verb(word[0]):
            before, after = clause[: word.start()], clause[word.end() :]
            return _pronoun(after) or _pronoun(before) or _named_first(after) or _subject(before)
    return None


def is_apart(text: str) -> bool:
    """Whether a sentence of its own stands behind a quote: ``John Roe said so.``, other than ``John Roe said.``."""
    clause = _first_sentence(_MARKS.split(text.strip(), maxsplit=1)[0]).rstrip()
    last = clause.split()[-1:]
    return clause[:1].isupper() and not (_is_verb(last[0]) and folded(last[0].strip(".")) not in layouts().adverbs)


def _subject(text: str) -> Speaker | None:
    """Who stands in front of the verb: with one name only where nothing else stands there."""
    found = _named_first(text)
    is_lone = found is not None and found.name == text.strip(_TRIM).partition(",")[0]
    return found if found and (is_lone or " " in (found.name or "")) else None


def signature(text: str) -> Speaker | None:
    """The speaker in a line that is nothing but a name and a role: ``– Jane Doe, Chief Executive Officer``."""
    line = text.strip().strip(_TRIM + "()")
    name, _, role = line.partition(", ")
    speaks = _MARKS.search(line) or any(_is_verb(word) for word in line.split())
    if len(line) > _LONGEST_ROLE or "\n" in line or speaks or not _is_name(name.split()):
        return None
    is_signed = text.lstrip()[:1] in {"\u2013", "\u2014", "-"}
    return Speaker(_bare(name.split()), _role(role)) if is_signed or _has_role(role) else None


def in_full(speaker: Speaker, known: Sequence[Speaker], texts: Concordance, *, keep_lone: bool) -> Speaker:
    """The speaker by the name that the text gives elsewhere, where only a surname stands beside the quote.

    ``keep_lone`` takes a capital for a sign of a name, which it is in every language but German.
    """
    if not speaker.name:
        return known[-1] if known and speaker.name == "" else Speaker(None, speaker.role)
    last = speaker.name.split()[-1]
    same = next((one for one in reversed(known) if one.name and one.name.split()[-1] == last), None)
    is_short = len(_untitled(speaker.name)) == 1
    if same is not None and is_short:
        return Speaker(same.name if " " not in speaker.name else speaker.name, speaker.role or same.role)
    if " " in speaker.name:
        return speaker
    lone = speaker.name if speaker.role or keep_lone else None
    return Speaker(texts.answer(_spelt_out, last) or texts.answer(_behind_rank, last) or lone, speaker.role)


def _spelt_out(surname: str, texts: Concordance) -> str | None:
    """``Jane Doe`` for ``Doe``, if a text has a word in front of it that can only be a first name."""
    for front, behind in texts.around(f" {surname}"):
        words = [] if _WORDLY.match(behind) else _words_at_end(front)
        first = list(takewhile(lambda word: _is_proper(word) and not _is_common(word), words))
        if first and _is_name([*reversed(first), surname], titled=False):
            return " ".join([*reversed(first), surname])
    return None


def _words_at_end(text: str) -> Iterator[str]:
    """The last words, the very last one first, back to a sign that belongs to no name."""
    for word in reversed(text.rsplit(" ", _MOST_FORENAMES)[-_MOST_FORENAMES:]):
        found = _FORENAME.search(word)
        if found:
            yield found[0]
        if not found or found[0] != word:
            return


def _behind_rank(given: str, texts: Concordance) -> str | None:
    """``Santiago Lopez`` for ``Santiago``, where a text has a role or rank in front of both names."""
    for front, behind in texts.around(f" {given} "):
        rank, surname = _LAST_WORD.search(front.rpartition(" ")[2]), _SURNAME.match(behind)
        if rank and surname and _is_role_word(rank[0]) and _is_name([given, surname[0]]):
            return f"{given} {surname[0]}"
    return None


def _is_common(word: str) -> bool:
    return any(folded(word) in words for words in layouts().common.values())


def _untitled(name: str) -> list[str]:
    return [word for word in name.split() if folded(word) not in layouts().titles]


def _pronoun(text: str) -> Speaker | None:
    words = text.split()
    return THE_SAME if len(words) <= 2 and any(folded(word) in layouts().pronouns for word in words) else None  # noqa: PLR2004


def role_in(name: str, texts: Concordance) -> str | None:
    """The role that a text gives a person anywhere: ``Name, Leiter von X, …``."""
    return texts.answer(_role_behind, name) or texts.answer(_rank_before, name)


def _role_behind(name: str, texts: Concordance) -> str | None:
    roles = (re.split(r"[,.;:(\n]", behind, maxsplit=1)[0].strip() for _, behind in texts.around(f"{name}, "))
    return next(filter(_has_role, roles), None)


def _rank_before(name: str, texts: Concordance) -> str | None:
    """``Petty Officer Third Class`` in front of a name."""
    ranks = (_rank_at_end(front) for front, behind in texts.around(name) if not behind[:1].isalpha())
    return next(filter(None, ranks), None)


def _rank_at_end(text: str) -> str | None:
    words = _last_sentence(text).split()
    if not words or not _names_role(words[-1]):
        return None
    held = list(takewhile(lambda word: word[:1].isupper() and _may_be_role(word) and not _is_lead(word), words[::-1]))
    return " ".join(held[::-1]) or None


def _is_lead(word: str) -> bool:
    return folded(word) in layouts().articles | layouts().joiners or word[-1] in ",;:.!?"


def _is_verb(word: str) -> bool:
    return folded(word.strip('."\u201d\u201c')) in layouts().verbs


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
    words = _ELIDED.sub("", segments[0]).split()
    while words and folded(words[0]) in layouts().articles | layouts().joiners:
        words.pop(0)
    return _named_behind_role(words, segments[1:]) or _named_at_start(words, segments[1:])


def _named_behind_role(words: list[str], segments: list[str]) -> Speaker | None:
    """``Acme President Jane Doe`` and ``Acme's chief officer, Jane Doe``; a role of a house may have no name at all."""
    end = max((place for place, word in enumerate(words, 1) if _names_role(word)), default=0)
    start = end
    while start and _may_be_role(words[start - 1]):
        start -= 1
    while start < end and folded(words[start]) in _links():
        start += 1
    for named, role in ((_longest_name(words[end:]), words[start:end]), (_split(segments), words[start:])):
        if end and len(_untitled(" ".join(named))) > 1 and _is_name(named):
            return Speaker(_bare(named), " ".join(role))
    is_unnamed = end == len(words) and any(word.endswith(_POSSESSIVE) for word in words[start:end])
    return Speaker(None, " ".join(words[start:end])) if is_unnamed else None


def _split(segments: list[str]) -> list[str]:
    return segments[0].split() if segments else []


def _names_role(word: str) -> bool:
    return _is_role_word(word) and folded(word) not in layouts().titles


def _named_at_start(words: list[str], segments: list[str]) -> Speaker | None:
    lead: list[str] = []
    left = list(words)
    while left and not _begins_name(left) and len(lead) < _MOST_WORDS and _may_be_role(left[0]):
        lead.append(left.pop(0))
    name = _longest_name(left)
    if not name:
        lead, left, name = [], words, _longest_name(words)
    if not name or " ".join(left[len(name) :]).partition(" ")[0].endswith(_POSSESSIVE):
        return None
    beside = " ".join(left[len(name) :]).strip("()")
    behind = ", ".join([*([beside] if _has_role(beside) else []), *_without_degrees(segments)])
    role = " ".join(lead) if lead and _has_role(" ".join(lead)) else _role(behind)
    return Speaker(_bare(name), role)


def _without_degrees(segments: list[str]) -> list[str]:
    """What stands behind a name, from the first thing that is no degree: ``Jane Doe, M.D., Ph.D., Chief Officer``."""
    left = list(dropwhile(lambda segment: bool(segment) and all(map(_is_degree, segment.split())), segments))
    return list(dropwhile(_is_fellowship, left)) or left


def _is_fellowship(segment: str) -> bool:
    """``FAHA``, ``FACC``: letters behind a name, which no list holds all of."""
    return (
        segment.isalpha() and segment.isupper() and len(segment) <= _LONGEST_FELLOWSHIP and not _is_role_word(segment)
    )


def _is_degree(word: str) -> bool:
    return not {folded(word), f"{folded(word)}."}.isdisjoint(layouts().degrees)


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
        behind = ", ".join(_without_degrees(segments[place + 1 :]))
        if behind and not _has_role(behind) and folded(behind.split()[0]) not in layouts().links:
            continue
        before = " ".join(words[: len(words) - len(name)]) or (segments[place - 1] if place else "")
        return Speaker(_bare(name), _role(behind) or _leading_role(before))
    return None


def _belongs_to_role(before: list[str]) -> bool:
    """``Leiterin der Abteilung Recht``: what follows the role's "of" is no person."""
    links = layouts().links
    before = list(takewhile(lambda word: not _MARKS.search(word), reversed(before)))[::-1]
    roles = [place for place, word in enumerate(before) if _has_role(word)]
    return bool(roles) and any(folded(word) in links for word in before[roles[0] + 1 :])


def _name_at_end(words: list[str]) -> list[str]:
    best: list[str] = []
    for length in range(2, min(len(words), _MOST_WORDS) + 1):
        if _is_name(words[-length:]) and folded(words[-length]) not in layouts().links:
            best = words[-length:]
    rest = words[: len(words) - len(best)]
    if best and rest and folded(rest[-1]) in {"&", "and", "und", "et", "y", "e"}:
        other = _name_at_end(rest[:-1])
        return [*other, rest[-1], *best] if other else best
    return best


def _longest_name(words: list[str]) -> list[str]:
    lengths = [length for length in range(1, min(len(words), _MOST_WORDS) + 1) if _is_name(words[:length], single=True)]
    return words[: max(lengths)] if lengths else []


def _is_name(words: list[str], *, single: bool = False, titled: bool = True) -> bool:
    """Capitalised words with titles in front and particles between; no word of a role among them."""
    words = [word for word in words if not titled or folded(word) not in layouts().titles]
    if len(words) < (1 if single else 2) or not (_is_proper(words[0]) and _is_proper(words[-1])):
        return False
    return all(_is_proper(word) or folded(word) in layouts().particles for word in words)


def _is_proper(word: str) -> bool:
    return (
        word[:1].isupper()
        and not any(sign.isdigit() or sign in '"\u201e\u201c\u201d:;!?()' for sign in word)
        and not _is_role_word(word)
        and folded(word) not in layouts().articles | layouts().joiners | layouts().pronouns
        and not word.endswith(_POSSESSIVE)
    )


def _is_role_word(word: str) -> bool:
    bare = folded(word.strip(",.()").split("/")[0])
    bare = next((bare.removeprefix(prefix) for prefix in _TOGETHER if bare.startswith(prefix)), bare)
    singular = bare.removesuffix("s") if len(bare) > _LONGEST_ABBREVIATION else bare
    return not layouts().roles.isdisjoint({bare, singular}) or bare.endswith(layouts().role_endings)


def _may_be_role(word: str) -> bool:
    return (
        _is_role_word(word)
        or word[:1].isupper()
        or folded(word) in layouts().particles | layouts().links
        or word in {"&", "and", "und"}
    )


def _has_role(text: str) -> bool:
    return any(_is_role_word(part) for word in text.split() for part in word.split("-"))


def _role(text: str) -> str | None:
    """The role behind a name, up to a clause about something else."""
    first, *more = _CLAUSE.split(text[:_LONGEST_ROLE], maxsplit=1)[0].strip(_TRIM + '"\u201c\u201d').split(", ")
    taken = [first, *takewhile(lambda segment: segment[:1].isupper() or _has_role(segment), more)]
    kept = ", ".join(taken).strip(_TRIM)
    if _has_role(kept):
        return kept
    is_short = len(kept.split()) <= _MOST_WORDS and kept[:1] != "(" and folded(first.split(" ")[0]) not in _links()
    return kept if kept and is_short else None


def _links() -> frozenset[str]:
    return layouts().links | layouts().joiners


def _leading_role(text: str) -> str | None:
    """``Der Bürgermeister von Kawasaki City`` in front of a name; the article is no part of the role."""
    words = text.strip(_TRIM).split()
    starts = [place for place, word in enumerate(words) if _is_role_word(word)]
    if not starts:
        return None
    return " ".join(words[starts[0] :]).strip(_TRIM) or None


def _bare(name: list[str]) -> str:
    text = " ".join(name).strip(_TRIM.replace(".", ""))
    return text if _INITIAL.search(text) else text.removesuffix(".")
