"""Which line of a sheet is what: a walk from the headline to the small print, on which nothing is dropped."""

import re
from collections.abc import Iterator
from typing import Final

from syndicator.intake.dateline import date_pattern, dateline_of
from syndicator.intake.layouts import folded, layouts
from syndicator.intake.openings import Opening, opening_of
from syndicator.intake.parts import Layout, Part, Section, Span
from syndicator.intake.reach import reaches, said
from syndicator.intake.sheet import Piece, Sheet, TextLine

_LOOK_AHEAD: Final = 8
_LONGEST_SUBHEADLINE: Final = 300
_LONGEST_TEASER: Final = 700
_LONGEST_SUBHEADING: Final = 90
_LONGEST_HEADLINE: Final = 300
_MOST_HEADLINE_LINES: Final = 4
_WIRE: Final = re.compile(r"^[^\n()]{1,80}\((?:ots|pts|news aktuell)\b")
_CLOCK: Final = re.compile(r"[\s\d:.,|\u2013\u2014-]*(?:Uhr|h)?[\s.,|]*", re.IGNORECASE)
_LONG_LINE: Final = 200
_SENTENCE_WORDS: Final = 8
_MANY_WORDS: Final = 12
_UNKNOWN_LABEL_WORDS: Final = 3
_ENDS_SENTENCE: Final = '.!?:;,\u2026"\u201c\u201d\u00bb\u00ab)'
_INNER: Final = frozenset({"contact", "publisher", "captions", "embargo", "end", "legal"})


_PARTS: Final = {
    "kicker": Part.KICKER,
    "headline": Part.HEADLINE,
    "subheadline": Part.SUBHEADLINE,
    "teaser": Part.TEASER,
    "about": Part.BOILERPLATE,
    "captions": Part.CAPTION,
    "publisher": Part.PUBLISHER,
    "source": Part.PUBLISHER,
    "contact": Part.CONTACT,
    "legal": Part.LEGAL,
    "embargo": Part.EMBARGO,
    "end": Part.END,
}


def lay_out(sheet: Sheet, headline: str | None = None) -> Layout:
    """The layout of a sheet. A headline that is known already (front matter) is not looked for."""
    walk = _Walk(sheet, headline)
    for place, piece in enumerate(sheet.pieces):
        walk.take(place, piece)
    return walk.layout


class _Walk:
    def __init__(self, sheet: Sheet, headline: str | None) -> None:
        self.layout = Layout()
        self._pieces = sheet.pieces
        self._known_headline = headline
        self._section: Section | None = None
        self._has_headline = headline is not None
        self._headline_at = -1
        self._title_at = self._first_title()
        self._body_begun = False

    # ------------------------------------------------------------------ pieces

    def take(self, place: int, piece: Piece) -> None:
        if piece.kind == "rule":
            self._note(Part.RULE, piece)
            self._section = None
        elif piece.kind in {"list", "table"}:
            self._block(piece)
        elif piece.kind == "unread":
            self._note(Part.UNREAD, piece)
        else:
            for run in _runs(piece):
                self._run(place, piece, *run)

    def _run(self, place: int, piece: Piece, opening: Opening | None, lines: tuple[TextLine, ...]) -> None:
        if opening is not None and self._accepts(opening, place):
            self._open(opening, lines)
        elif not self._has_headline:
            self._before_headline(place, lines)
        else:
            self._continue(place, piece, lines)

    def _accepts(self, opening: Opening, place: int) -> bool:
        """A headline may look like a heading ("About time: …"); after it, a layout's word is one."""
        if self._has_headline and opening.section in {"subheadline", "teaser"}:
            return not self._body_begun
        if self._has_headline and opening.section == "source":
            return self._is_tail(opening)
        if self._has_headline:
            return opening.section not in {"kicker", "headline"}
        if opening.section in {"about", "legal", "captions", "source"}:
            return False
        return place != self._title_at or opening.section == "headline"

    def _is_tail(self, opening: Opening) -> bool:
        return self._body_begun and (
            opening.heading == "SOURCE" or bool(self.layout.all(Part.BOILERPLATE) or self.layout.all(Part.CONTACT))
        )

    # ---------------------------------------------------------------- openings

    def _open(self, opening: Opening, lines: tuple[TextLine, ...]) -> None:
        part = _PARTS[opening.section]
        first, *rest = lines
        section = Section(part, opening.heading)
        if part is Part.HEADLINE and not self._has_headline:
            self._has_headline = bool(opening.rest or rest)
        self._span(part, (first,), opens=not opening.rest or part in {Part.BOILERPLATE, Part.CONTACT, Part.PUBLISHER})
        if opening.rest:
            section.pieces.append(_paragraph((TextLine(first.number, opening.rest),)))
        self.layout.sections.append(section)
        self._section = section
        if opening.section in {"source", "kicker", "embargo", "end"} and (opening.rest or opening.section != "source"):
            self._section = None
        if rest:
            self._continue(-1, _paragraph(tuple(rest)), tuple(rest))

    # ------------------------------------------------------------ the beginning

    def _first_title(self) -> int:
        """Where a source with headings has its title; where one without has its kicker's next paragraph."""
        head = self._pieces[:_LOOK_AHEAD]
        return next((place for place, piece in enumerate(head) if piece.kind == "heading" and not _kicks(piece)), -1)

    def _before_headline(self, place: int, lines: tuple[TextLine, ...]) -> None:
        if (
            self._section is not None
            and place >= 0
            and self._section.part in {Part.CONTACT, Part.PUBLISHER}
            and reaches(_joined(lines))
        ):
            self._append(lines)
        elif _is_only_dateline(lines):
            self._new(Part.DATELINE)
            self._append(lines)
        elif self._is_letterhead(place):
            self._section = (
                self._section if self._section and self._section.part is Part.PUBLISHER else self._new(Part.PUBLISHER)
            )
            self._append(lines)
        else:
            self._headline(place, lines)

    def _is_letterhead(self, place: int) -> bool:
        """Short lines before the kicker or the title: the sender's letterhead."""
        if place == self._title_at:
            return False
        if place < self._title_at or any(_WIRE.match(later.text) for later in self._pieces[place + 2 : place + 4]):
            return True
        return (
            any(_kicks(later) for later in self._pieces[place + 1 : _LOOK_AHEAD])
            and len(self._pieces[place].text) <= _LONG_LINE
        )

    def _headline(self, place: int, lines: tuple[TextLine, ...]) -> None:
        self._has_headline = True
        self._headline_at = place
        self._new(Part.HEADLINE)
        wrapped = _wrapped(lines)
        self._append(lines[:wrapped])
        self._section = None
        if len(lines) > wrapped:
            rest = lines[wrapped:]
            is_title = len(_joined(rest)) <= _LONGEST_SUBHEADLINE and _joined(rest).rstrip()[-1:] not in _ENDS_SENTENCE
            self._new(Part.SUBHEADLINE if is_title and len(rest) == 1 else Part.BODY)
            self._append(rest)
            self._section = None

    # ------------------------------------------------------------------ the rest

    def _continue(self, place: int, piece: Piece, lines: tuple[TextLine, ...]) -> None:
        section = self._section
        if section is None or section.part is Part.BODY:
            self._body(place, piece, lines)
        elif section.part in {Part.CONTACT, Part.PUBLISHER}:
            self._reach(piece, lines)
        elif section.part is Part.CAPTION:
            self._append(lines)
        elif section.part in {Part.SUBHEADLINE, Part.TEASER, Part.HEADLINE}:
            self._append(lines)
            self._section = None
        elif piece.kind == "heading":
            self._body(place, piece, lines)
        elif section.part is Part.BOILERPLATE and _is_reach_line(lines):
            self._new(Part.CONTACT)
            self._append(lines)
        else:
            self._append(lines)

    def _body(self, place: int, piece: Piece, lines: tuple[TextLine, ...]) -> None:
        if not self._body_begun and self._is_known_headline(lines):
            self._new(Part.HEADLINE)
            self._append(lines)
            self._section = None
            return
        part = self._opening_part(place, piece, lines) if not self._body_begun else None
        if part is None and _is_legal(lines):
            part = Part.LEGAL
        if part is None:
            part = Part.SUBHEADING if self._is_subheading(place, piece, lines) else Part.BODY
            self._body_begun = self._body_begun or part is Part.BODY
        if part is Part.BODY and _is_reach_line(lines) and self.layout.all(Part.BOILERPLATE):
            part = Part.CONTACT
        if part is Part.BODY and self._section is not None and self._section.part is Part.BODY:
            self._append(lines)
        else:
            self._new(part)
            self._append(lines)
        if part in {Part.SUBHEADLINE, Part.TEASER, Part.SUBHEADING}:
            self._section = None

    def _is_known_headline(self, lines: tuple[TextLine, ...]) -> bool:
        known = self._known_headline
        return known is not None and not self.layout.all(Part.HEADLINE) and folded(_joined(lines)) == folded(known)

    def _opening_part(self, place: int, piece: Piece, lines: tuple[TextLine, ...]) -> Part | None:
        """Between the headline and the text: subheadline, then teaser, then perhaps a date line of its own."""
        text = _joined(lines).strip()
        if _is_only_dateline(lines):
            return Part.DATELINE
        following = self._pieces[place + 1] if 0 <= place < len(self._pieces) - 1 else None
        if following is None or following.kind not in {"paragraph", "heading"} or dateline_of(text):
            return None
        if not self._has(Part.SUBHEADLINE) and len(text) <= _LONGEST_SUBHEADLINE and place == self._headline_at + 1:
            is_title = text[-1:] not in _ENDS_SENTENCE and (len(following.text) > len(text) or piece.kind == "heading")
            if is_title:
                return Part.SUBHEADLINE
        if (
            piece.kind == "paragraph"
            and not self._has(Part.TEASER)
            and len(text) <= _LONGEST_TEASER
            and dateline_of(following.text)
        ):
            return Part.TEASER
        return None

    def _has(self, part: Part) -> bool:
        return self.layout.first(part) is not None

    def _is_subheading(self, place: int, piece: Piece, lines: tuple[TextLine, ...]) -> bool:
        if piece.kind == "heading":
            return len(lines) == 1 and len(lines[0].text) <= _LONGEST_HEADLINE
        text = _joined(lines).strip()
        following = self._pieces[place + 1] if 0 <= place < len(self._pieces) - 1 else None
        return (
            len(lines) == 1
            and len(text) <= _LONGEST_SUBHEADING
            and text[-1:] not in _ENDS_SENTENCE
            and (text[:1].isupper() or text[:1].isdigit())
            and self._body_begun
            and following is not None
            and following.kind in {"paragraph", "list", "table"}
            and len(following.text) > max(_LONGEST_SUBHEADING, len(text))
            and opening_of(following.text.split("\n", 1)[0]) is None
        )

    def _reach(self, piece: Piece, lines: tuple[TextLine, ...]) -> None:
        """Lines of a contact or publisher block, until one of them is prose."""
        section = self._section
        kept: list[TextLine] = []
        for place, line in enumerate(lines):
            if leaves_reach(line.text) or (piece.kind == "heading" and not reaches(line.text)):
                self._append(tuple(kept))
                self._leave(section, lines[place:])
                return
            kept.append(line)
        self._append(tuple(kept))

    def _leave(self, section: Section | None, lines: tuple[TextLine, ...]) -> None:
        self._section = None
        part = (
            Part.LEGAL
            if _is_legal(lines) or (section is not None and len(lines[0].text) > 2 * _LONG_LINE)
            else Part.BODY
        )
        self._new(part)
        self._append(lines)
        if part is Part.BODY:
            self._body_begun = True

    # -------------------------------------------------------------------- writing

    def _block(self, piece: Piece) -> None:
        if self._section is None or self._section.part not in {Part.BODY, Part.BOILERPLATE}:
            if not self._has_headline or self._section is None or self._section.part is not Part.CAPTION:
                self._new(Part.BODY)
            self._body_begun = True
        elif self._section.part is Part.BOILERPLATE:
            self._new(Part.BODY)
        section = self._section
        if section is not None:
            section.pieces.append(piece)
            self._note(section.part, piece)

    def _new(self, part: Part) -> Section:
        section = Section(part)
        self.layout.sections.append(section)
        self._section = section
        return section

    def _append(self, lines: tuple[TextLine, ...]) -> None:
        if lines and self._section is not None:
            self._section.pieces.append(_paragraph(lines))
            self._span(self._section.part, lines)

    def _span(self, part: Part, lines: tuple[TextLine, ...], *, opens: bool = False) -> None:
        self.layout.spans.append(Span(part, lines[0].number, lines[-1].number, _joined(lines), opens))

    def _note(self, part: Part, piece: Piece) -> None:
        self.layout.spans.append(Span(part, piece.first, piece.last, piece.text))


def _wrapped(lines: tuple[TextLine, ...]) -> int:
    """How many lines a headline takes: one that goes on in lower case was only broken to fit."""
    count = 1
    while count < min(len(lines), _MOST_HEADLINE_LINES) and lines[count].text.lstrip()[:1].islower():
        count += 1
    return count


def leaves_reach(text: str) -> bool:
    """Whether a line is prose rather than part of a contact or publisher block."""
    line = text.strip()
    words = line.split()
    ways = reaches(line)
    if len(line) > _LONG_LINE or _starts_legal(line) or (len(words) >= _MANY_WORDS and ways < 2):  # noqa: PLR2004
        return True
    label, colon, _ = line.partition(":")
    if colon and said(line).field == "text" and not line.startswith("http"):
        return line.endswith(":") or (len(label.split()) >= _UNKNOWN_LABEL_WORDS and ways < 2)  # noqa: PLR2004
    return (
        len(words) >= _SENTENCE_WORDS and ways == 0 and (line.endswith((".", "!")) or len(words) >= _SENTENCE_WORDS + 2)
    )


def _is_reach_line(lines: tuple[TextLine, ...]) -> bool:
    """A line that names several ways to reach somebody and is no sentence."""
    text = _joined(lines).strip()
    return len(text) <= _LONG_LINE and reaches(text) >= 2 and not leaves_reach(text)  # noqa: PLR2004


def _is_legal(lines: tuple[TextLine, ...]) -> bool:
    return _starts_legal(lines[0].text.strip())


def _starts_legal(text: str) -> bool:
    return folded(text[:_LONG_LINE]).startswith(layouts().legal_starts)


def _is_only_dateline(lines: tuple[TextLine, ...]) -> bool:
    text = _joined(lines).strip()
    if len(lines) > 1 or len(text) > _LONG_LINE:
        return False
    date = date_pattern().search(text)
    if date and _CLOCK.fullmatch(text[: date.start()] + " " + text[date.end() :]):
        return True
    found = dateline_of(text)
    return found is not None and (found.length == len(text) or text.endswith(("/", found.date)))


def _kicks(piece: Piece) -> bool:
    opening = opening_of(piece.lines[0].text) if piece.lines else None
    return opening is not None and opening.section == "kicker"


def _runs(piece: Piece) -> Iterator[tuple[Opening | None, tuple[TextLine, ...]]]:
    """A piece cut where a line inside of it opens a section."""
    start, opening = 0, opening_of(piece.lines[0].text)
    for place in range(1, len(piece.lines)):
        inner = opening_of(piece.lines[place].text)
        if inner is not None and inner.section in _INNER:
            yield opening, piece.lines[start:place]
            start, opening = place, inner
    yield opening, piece.lines[start:]


def _paragraph(lines: tuple[TextLine, ...]) -> Piece:
    return Piece("paragraph", lines[0].number, lines[-1].number, lines)


def _joined(lines: tuple[TextLine, ...]) -> str:
    return "\n".join(line.text for line in lines)
