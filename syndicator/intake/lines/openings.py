"""Lines that open a section: "Pressekontakt", "About X", "Sperrfrist: …", "###"."""

import re
from dataclasses import dataclass
from typing import Final

from syndicator.intake.lines.dateline import date_pattern
from syndicator.intake.lines.embargoes import MENTION, is_embargo
from syndicator.intake.lines.layouts import folded, layouts
from syndicator.intake.lines.reach import reaches

_LONGEST_HEADING: Final = 120
_LONGEST_LABEL: Final = 70
_MOST_WORDS: Final = 14
_FEWEST_GLUED: Final = 7
_MOST_WORDS_OF_WAY: Final = 8
_FEWEST_UNFRAMED: Final = 3
_LONGEST_KICKER: Final = 120
_MARKUP: Final = "#*_ \t\u00a0\ufeff"
_END_FRAME: Final = " \t-\u2013\u2014*#=+.:()[]"
_STARTS_SENTENCE: Final = re.compile(
    r"\s(?=(?:The|Founded|Established|Since|Based|Headquartered|With|As|In|At|For|Die|Der|Das|Seit|Mit|Als|Gegründet"
    r"|Fondée?|Depuis|Fundada|Desde|Fondata|Dal)\s)"
)
_GLUE: Final = re.compile(r"(?<=[a-z.)\u00df-\u00ff0-9])(?=[A-Z][a-z])|(?<=[A-Z)])(?=[A-Z][a-z]+ )")
_COMPANY: Final = re.compile(r"\b(?:Inc|Corp|Co|Ltd|Cie|Bros|Pty|[A-Z]|e\.\s?V|S\.A|S\.p\.A|S\.L|p\.l\.c|L\.P)\.$")
# What a service numbers its announcements by: "pta20270303012".
_SERIAL: Final = re.compile(r"[A-Za-z]{2,5}\d{8,14}")
# The first line of an agency's wire, of columns: "OTS0042 5 WI 0512 ABC0001 II      Do, 11.Feb.2027".
_WIRE_HEAD: Final = re.compile(r"[A-Z]{2,5}\d{4} \d [A-Z]{2,3} \d{4}\b.*")
# The desks that a service hands a text to: "Energie/Wirtschaft/Wien".
_DESKS: Final = re.compile(r"[^\W\d_][\w-]*(?:/[^\W\d_][\w-]*){2,}")
_NUMBERED: Final = re.compile(
    r"(?:[(|/\u2013\u2014-]\s*)?(?:Nr\.?|No\.?|N[\u00b0\u00ba.]|#)?\s*\d[\d /.\u2013-]{0,12}\)?$", re.IGNORECASE
)
# What may stand between the word for a release and its date: signs, and words as of a place.
_NAMES: Final = re.compile(
    r"(?:[|/:,(\u2013\u2014-]|(?:Nr|No)\.|n[\u00b0\u00ba]|vom\b|vom\s|dated?\b|of\b|du\b|del?\b)", re.IGNORECASE
)

_BEHIND_WORD: Final = ":\u2013\u2014|-"


@dataclass(frozen=True, slots=True)
class Opening:
    """The section that a line opens, its heading as written, and what else stands on the line."""

    section: str
    heading: str
    rest: str = ""


# Words that a text may well say itself: only a colon makes labels of them.
_LABELS: Final = frozenset({"headline", "subheadline", "teaser"})


def opening_of(line: str) -> Opening | None:
    """The section that this line opens, if it opens one."""
    if is_end_mark(line):
        return Opening("end", line.strip())
    text = line.strip().strip(_MARKUP)
    if not text:
        return None
    for form in (_whole, _kicker, _labelled, _about, _embargo, _legal, _glued, _asking):
        opening = form(text)
        if opening is not None:
            return opening
    return None


def is_end_mark(line: str) -> bool:
    """``###``, ``-30-``, ``ENDS``, ``- Ende -``: marks that say the text is over, though contacts often follow."""
    text = line.strip()
    if text in layouts().end_signs:
        return True
    bare = text.strip(_END_FRAME) if len(text) <= _LONGEST_LABEL else ""
    is_framed = len(text) > len(bare) or text.isupper() or len(bare.split()) >= _FEWEST_UNFRAMED
    return is_framed and layouts().sections.get(folded(bare)) == "end"


def revises(text: str) -> bool:
    """Whether a line says that a release takes the place of another: ``KORREKTUR``, ``Correction: Acme opens …``."""
    words = folded(text.strip().strip(_MARKUP))
    start = next((word for word in layouts().revisions if words.startswith(word)), None)
    if start is None:
        return False
    rest = words[len(start) :].lstrip()
    return not rest or rest[0] in _BEHIND_WORD or _dates(rest)


def _dates(rest: str) -> bool:
    return bool(_NUMBERED.match(rest)) or bool(date_pattern().search(rest) and _NAMES.match(rest))


def _whole(text: str) -> Opening | None:
    section = layouts().sections.get(folded(text)) if len(text) <= _LONGEST_LABEL else None
    if section is None or section == "end" or (section in _LABELS and not text.endswith(":")):
        return None
    return Opening(section, text.strip())


def _kicker(text: str) -> Opening | None:
    """``Pressemitteilung Nr. 12 vom 3. März 2027``; ``FOR IMMEDIATE RELEASE – March 3, 2027``; ``EQS-Ad-hoc: …``."""
    if len(text) > _LONGEST_KICKER:
        return None
    bare = folded(text)
    if bare.startswith(layouts().service_starts) and any(word in bare for word in layouts().service_words):
        return Opening("kicker", text)
    if any(pattern.fullmatch(text) for pattern in (_SERIAL, _DESKS, _WIRE_HEAD)):
        return Opening("kicker", text)
    start = next((word for word in layouts().kickers if bare.startswith(word)), None)
    rest = text[len(start) :].strip() if start else ""
    is_lawful = folded(rest).startswith(layouts().kicker_tails)
    if _dates(rest):
        return _dated(text)
    return Opening("kicker", text) if is_lawful else None


def _dated(text: str) -> Opening:
    """``Pressemitteilung vom 3. März 2027``, perhaps with a colon and the headline behind it."""
    head, colon, behind = text.partition(": ")
    ends = [found.end() for found in date_pattern().finditer(head)]
    return Opening("kicker", f"{head}:", behind.strip()) if colon and len(head) in ends else Opening("kicker", text)


def _labelled(text: str) -> Opening | None:
    """``Media Contact for X: Jane Doe``; ``SOURCE Acme Inc.``."""
    label, colon, _ = text[: _LONGEST_LABEL + 1].partition(":")
    if colon and len(label) <= _LONGEST_LABEL:
        section = _section_of_label(folded(label))
        if section is None and (_is_register(label, text) or layouts().labels.get(folded(label)) == "responsible"):
            return Opening("register", "", text)
        if section == "issued" and (MENTION.search(text) or not date_pattern().search(text)):
            section = "embargo" if MENTION.search(text) else None
        if section == "kicker" and len(text) > _LONGEST_KICKER:
            return None
        if section:
            return Opening(section, text[: len(label) + 1], text[len(label) + 1 :].strip())
    if text.startswith("SOURCE ") and len(text) <= _LONGEST_HEADING:
        return Opening("source", "SOURCE", text[7:].strip())
    return None


def _is_register(label: str, text: str) -> bool:
    """``Sprache: Deutsch``: what a disclosure service prints first below an announcement."""
    return folded(label) in layouts().register_starts and len(text[len(label) + 1 :].split()) == 1


def _section_of_label(label: str) -> str | None:
    sections = layouts().sections
    if label in sections:
        return sections[label] if sections[label] not in {"about", "end"} else None
    if label.startswith(layouts().legal_headings):
        return "legal"
    for word in (" for ", " für ", " pour ", " para ", " per ", " at ", " ("):
        head = label.partition(word)[0]
        if head != label and sections.get(head) == "contact":
            return "contact"
    return None


def _about(text: str) -> Opening | None:
    """``About X`` alone on its line, or with the text running on behind it."""
    initial = text[0].casefold()
    start = next((word for word in layouts().about if word[0] == initial and _starts_with(text, word)), None)
    if start is None:
        return Opening("about", text) if _ends_about(text) else None
    name = text[len(start) :].lstrip()
    if name[:1].isdigit() and not _repeats(name, 0):
        return None
    if _is_heading(text):
        return Opening("about", text)
    cut = _end_of_name(name)
    if cut is None:
        return None
    heading = text[: len(text) - len(name) + cut]
    return Opening("about", heading.rstrip(), text[len(heading) :].strip())


def _ends_about(text: str) -> bool:
    """``Acme Holding Hakkında``; ``株式会社アクメについて``: a heading in which the word stands behind the name."""
    if not _is_heading(text):
        return False
    bare = folded(text)
    return any(bare.endswith(word) and len(bare) > len(word) for word in layouts().about_ends)


def _starts_with(text: str, word: str) -> bool:
    head = text[: len(word) + 1]
    return folded(head[: len(word)]) == word and (word.endswith("'") or head[len(word) :].isspace())


def _is_heading(text: str) -> bool:
    if len(text) > _LONGEST_HEADING or len(text.split()) > _MOST_WORDS or text[-1] in "!?,;\u201c\u201d":
        return False
    return text[-1] != "." or bool(_COMPANY.search(text))


def _end_of_name(name: str) -> int | None:
    """Where the name of an "About X" ends that runs on into its text: a colon, X again, or a new sentence."""
    colon = name[:_LONGEST_HEADING].find(":")
    if colon > 0:
        return colon + 1
    repeat = next((end for end in _word_ends(name) if _repeats(name, end)), None)
    if repeat is not None:
        return repeat
    for pattern in (_GLUE, _STARTS_SENTENCE):
        found = pattern.search(name, 1, _LONGEST_HEADING)
        if found and name[:1].isupper() | name.startswith("the "):
            return found.start()
    return None


def _word_ends(name: str) -> list[int]:
    """Places at which a name may end: ends of words, and of capitals glued to the next word."""
    window = name[:_LONGEST_HEADING]
    ends = {found.start() for found in re.finditer(r"\s+", window)}
    return sorted(ends | {found.start() for found in _GLUE.finditer(window)} | _echoes(window))


def _echoes(window: str) -> set[int]:
    """Where the first word of a name stands again, also glued to it."""
    first = next((word for word in window.split() if folded(word) not in {"the", "die", "der"}), "")
    place = window.find(first, len(first)) if first else -1
    return {place} if place > 0 else set()


def _repeats(name: str, end: int) -> bool:
    """Whether the text behind the name begins with the name's own first word."""
    head = name[:end].split() if end else name.split()[:1]
    words = [word for word in head if folded(word) not in {"the", "die", "der", "das"}]
    behind = name[end:].lstrip() if end else name[len(head[0]) :].lstrip() if head else ""
    behind = behind.removeprefix("The ")
    return bool(words) and behind.startswith(words[0].rstrip(",.:"))


def _embargo(text: str) -> Opening | None:
    return Opening("embargo", text, text) if is_embargo(text) else None


def _legal(text: str) -> Opening | None:
    """``Safe Harbor Statement under the Private Securities Litigation Reform Act``: a heading, not a sentence."""
    is_heading = len(text) <= _LONGEST_HEADING and text[-1] not in ".!?,;" and len(text.split()) <= _MOST_WORDS
    return Opening("legal", text) if is_heading and folded(text).startswith(layouts().legal_headings) else None


def _glued(text: str) -> Opening | None:
    """``Contact DetailsJulia Worthington``: markup that was lost took the line break with it."""
    for length in range(min(len(text), _LONGEST_LABEL), _FEWEST_GLUED - 1, -1):
        if text[length : length + 1].isupper() and text[length - 1].islower():
            section = layouts().sections.get(folded(text[:length]))
            if section in {"contact", "publisher"}:
                return Opening(section, text[:length], text[length:])
    return None


def _asking(text: str) -> Opening | None:
    """``For further inquiries, please contact:`` with nothing behind it, or with nothing but how to do so."""
    head, colon, rest = text[:_LONGEST_HEADING].partition(":")
    if folded(head) in layouts().labels:
        return None
    is_asking = bool(colon) and any(word in folded(head) for word in layouts().asks_for_contact)
    if not is_asking or len(text) > _LONGEST_HEADING:
        return None
    is_way = bool(reaches(rest)) and len(rest.split()) <= _MOST_WORDS_OF_WAY and "http" not in rest
    return Opening("contact", f"{head}:", rest.strip()) if is_way or not rest.strip() else None
