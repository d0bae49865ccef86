"""Which line of a sheet is what: a walk from the headline to the small print, on which nothing is dropped."""

from collections.abc import Sequence
from typing import Final

from syndicator.intake.lines.dateline import dateline_of
from syndicator.intake.lines.layouts import folded
from syndicator.intake.lines.openings import Opening, opening_of
from syndicator.intake.lines.reach import reaches
from syndicator.intake.lines.sheet import Piece, Sheet, TextLine, joined, paragraph
from syndicator.intake.parts.desks import groups_in
from syndicator.intake.parts.layout import Layout, Part, Section, Span, wordless
from syndicator.intake.parts.letters import letter_above
from syndicator.intake.parts.runs import runs
from syndicator.intake.parts.tail import (
    LONG_LINE,
    desks_in,
    is_imprint,
    is_labelled_reach,
    is_legal,
    is_profile,
    is_reach_line,
    leaves_reach,
)
from syndicator.intake.parts.top import (
    ENDS_SENTENCE,
    LONGEST_SUBHEADLINE,
    first_title,
    is_above_text,
    is_dashed,
    is_date,
    is_letterhead,
    says_more,
    wrapped,
)
from syndicator.intake.quotes.speakers import signature

_LONGEST_TEASER: Final = 700
_LONGEST_SUBHEADING: Final = 90
_LONGEST_HEADLINE: Final = 300
_MARKS: Final = frozenset('"\u201c\u201d\u00bb\u00ab')
# What may stand between a headline and its subheadline.
_ABOVE: Final = frozenset({Part.HEADLINE, Part.KICKER, Part.DATELINE, Part.EMBARGO, Part.LEGAL})
_ONE_LINE: Final = frozenset({"kicker", "embargo", "issued", "end"})
_PARTS: Final = {
    "kicker": Part.KICKER,
    "headline": Part.HEADLINE,
    "subheadline": Part.SUBHEADLINE,
    "teaser": Part.TEASER,
    "about": Part.BOILERPLATE,
    "captions": Part.CAPTION,
    "publisher": Part.PUBLISHER,
    "source": Part.PUBLISHER,
    "register": Part.PUBLISHER,
    "contact": Part.CONTACT,
    "legal": Part.LEGAL,
    "embargo": Part.EMBARGO,
    "issued": Part.DATELINE,
    "end": Part.END,
}


def lay_out(sheet: Sheet, headline: str | None = None) -> Layout:
    """The layout of a sheet. A headline that is known already (front matter) is not looked for."""
    letter = letter_above(sheet.pieces)
    walk = _Walk(sheet.pieces[letter.length :], headline)
    walk.begin(sheet.pieces[: letter.length], letter.headline)
    for place, piece in enumerate(sheet.pieces[letter.length :]):
        walk.take(place, piece)
    walk.layout.spans.extend(span for piece in sheet.pieces for span in wordless(piece, sheet))
    return walk.layout


class _Walk:
    def __init__(self, pieces: Sequence[Piece], headline: str | None) -> None:
        self.layout = Layout()
        self._pieces = pieces
        self._known_headline = headline
        self._section: Section | None = None
        self._has_headline = headline is not None
        self._headline_at = -1
        self._title_at = first_title(pieces)
        self._body_begun = False

    # ------------------------------------------------------------------ pieces

    def begin(self, letter: Sequence[Piece], headline: TextLine | None) -> None:
        for piece in letter:
            self._note(Part.LETTER, piece)
        if headline is not None and not self._has_headline:
            self._headline(-1, (headline,))

    def take(self, place: int, piece: Piece) -> None:
        if piece.kind == "rule":
            self._note(Part.RULE, piece)
            self._section = None
        elif piece.kind in {"list", "table"}:
            self._points(piece)
        elif piece.kind == "unread":
            self._note(Part.UNREAD, piece)
        elif piece.kind == "caption":
            self.layout.sections.append(Section(Part.CAPTION, pieces=[piece]))
            self._note(Part.CAPTION, piece)
        else:
            in_contact = self._section is not None and self._section.part is Part.CONTACT
            for run in runs(piece, in_contact=in_contact):
                self._run(place, piece, *run)
        if not self._body_begun and self.layout.spans[-1].part in _ABOVE:
            self._headline_at = place

    def _run(self, place: int, piece: Piece, opening: Opening | None, lines: tuple[TextLine, ...]) -> None:
        if opening is not None and self._accepts(opening, place):
            self._open(opening, lines)
        elif self._has_headline and not self._body_begun and len(lines) > 1 and is_date(lines[:1]):
            self._run(place, piece, None, lines[:1])
            self._run(place, piece, None, lines[1:])
        elif not self._has_headline and len(lines) > 1 and is_date(lines[:1]):
            self._before_headline(-1, lines[:1])
            self._run(-1, piece, None, lines[1:])
        elif not self._has_headline:
            self._before_headline(place, lines)
        elif self._body_begun and is_profile(lines):
            self._open(Opening("about", lines[0].text.strip()), lines)
        else:
            self._continue(place, piece, lines)

    def _accepts(self, opening: Opening, place: int) -> bool:
        """A headline may look like a heading ("About time: …"); after it, a layout's word is one."""
        section = opening.section
        if section == "register":
            return self._body_begun
        if self._has_headline and says_more(opening):
            return False
        if self._has_headline and section in {"subheadline", "teaser", "kicker", "issued"}:
            return not self._body_begun
        if self._has_headline:
            return self._is_tail(opening) if section == "source" else section != "headline"
        if section in {"about", "legal", "captions", "source"}:
            return False
        return place != self._title_at or section == "headline"

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
        if opening.rest and part is Part.LEGAL:
            section = Section(part, pieces=[paragraph((first,))])
        elif opening.rest:
            section.pieces.append(paragraph((TextLine(first.number, opening.rest),)))
        self.layout.sections.append(section)
        self._section = section
        if opening.section in _ONE_LINE or (opening.section == "source" and opening.rest):
            self._section = None
        if not self._has_headline and says_more(opening):
            self._headline(-1, (TextLine(first.number, opening.rest), *rest))
        elif rest and not self._has_headline and self._section is None:
            self._below_kicker(tuple(rest))
        elif rest:
            self._continue(-1, paragraph(tuple(rest)), tuple(rest))
        elif opening.rest and part in {Part.HEADLINE, Part.SUBHEADLINE, Part.TEASER}:
            self._section = None

    def _below_kicker(self, lines: tuple[TextLine, ...]) -> None:
        opening = opening_of(lines[0].text)
        if opening is not None and opening.section in _ONE_LINE:
            self._open(opening, lines)
        elif len(lines) > 1 and is_date(lines[:1]):
            self._before_headline(-1, lines[:1])
            self._below_kicker(lines[1:])
        else:
            self._before_headline(-1, lines)

    # ------------------------------------------------------------ the beginning

    def _before_headline(self, place: int, lines: tuple[TextLine, ...]) -> None:
        if (
            self._section is not None
            and place >= 0
            and self._section.part in {Part.CONTACT, Part.PUBLISHER}
            and reaches(joined(lines))
        ):
            self._append(lines)
        elif is_date(lines) and not is_above_text(self._pieces, place, lines):
            self._new(Part.DATELINE)
            self._append(lines)
        elif is_letterhead(self._pieces, place, self._title_at):
            if self._section is None or self._section.part is not Part.PUBLISHER:
                self._new(Part.PUBLISHER)
            self._append(lines)
        else:
            self._headline(place, lines)

    def _headline(self, place: int, lines: tuple[TextLine, ...]) -> None:
        self._has_headline = True
        self._headline_at = place
        self._new(Part.HEADLINE)
        count = wrapped(lines)
        self._append(lines[:count])
        self._section = None
        if len(lines) > count:
            rest = lines[count:]
            is_title = len(joined(rest)) <= LONGEST_SUBHEADLINE and joined(rest).rstrip()[-1:] not in ENDS_SENTENCE
            self._new(Part.SUBHEADLINE if is_title and len(rest) == 1 else Part.BODY)
            self._append(rest)
            self._section = None

    # ------------------------------------------------------------------ the rest

    def _continue(self, place: int, piece: Piece, lines: tuple[TextLine, ...]) -> None:
        section = self._section
        if section is None or section.part in {Part.BODY, Part.DATELINE, Part.KICKER} or self._dates(lines):
            self._body(place, piece, lines)
        elif section.part in {Part.CONTACT, Part.PUBLISHER}:
            self._reach(place, piece, lines)
        elif section.part is Part.CAPTION and is_legal(lines):
            self._leave(section, lines)
        elif section.part is Part.CAPTION and not is_reach_line(lines):
            self._append(lines)
        elif section.part in {Part.SUBHEADLINE, Part.TEASER, Part.HEADLINE}:
            self._append(lines)
            self._section = None
        elif piece.kind == "heading":
            self._body(place, piece, lines)
        elif section.part in {Part.BOILERPLATE, Part.CAPTION} and is_reach_line(lines):
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
        part = Part.LEGAL if is_legal(lines) else None
        if part is None and not self._body_begun:
            part = self._opening_part(place, piece, lines)
        elif part is None and self._dates(lines):
            part = Part.DATELINE
        if part is None:
            part = Part.SUBHEADING if self._is_subheading(place, piece, lines) else Part.BODY
            self._body_begun = self._body_begun or part is Part.BODY
        is_below = len(lines) > 1 or is_labelled_reach(lines) or bool(self.layout.all(Part.BOILERPLATE))
        if part is Part.BODY and self._is_imprint(lines):
            part = Part.PUBLISHER
        elif part is Part.BODY and is_below and is_reach_line(lines):
            part = Part.CONTACT
        if part is Part.BODY and self._section is not None and self._section.part is Part.BODY:
            self._append(lines)
        else:
            self._new(part)
            self._append(lines)
        if part in {Part.SUBHEADLINE, Part.TEASER, Part.SUBHEADING} or (part is Part.LEGAL and not self._in_tail()):
            self._section = None

    def _dates(self, lines: tuple[TextLine, ...]) -> bool:
        """A date line of its own above the text, of which there are at most the points that sum it up."""
        body = self.layout.first(Part.BODY)
        is_above = body is None or all(piece.kind == "list" for piece in body.pieces)
        return is_above and not self._has(Part.SUBHEADING) and not self._in_tail() and is_date(lines)

    def _in_tail(self) -> bool:
        """Whether the story is over, so that small print may go on for as long as it likes."""
        return any(map(self._has, (Part.CONTACT, Part.BOILERPLATE, Part.END)))

    def _is_known_headline(self, lines: tuple[TextLine, ...]) -> bool:
        known = self._known_headline
        return known is not None and not self.layout.all(Part.HEADLINE) and folded(joined(lines)) == folded(known)

    def _opening_part(self, place: int, piece: Piece, lines: tuple[TextLine, ...]) -> Part | None:
        """Between the headline and the text: subheadline, then teaser, then perhaps a date line of its own."""
        text = joined(lines).strip()
        if is_date(lines):
            return Part.DATELINE
        following = self._pieces[place + 1] if 0 <= place < len(self._pieces) - 1 else None
        if following is None or following.kind not in {"paragraph", "heading"} or dateline_of(text):
            return None
        if self._has(Part.SUBHEADLINE) and not self._has(Part.TEASER) and is_dashed(text):
            return Part.TEASER
        if not self._has(Part.SUBHEADLINE) and len(text) <= LONGEST_SUBHEADLINE and place == self._headline_at + 1:
            is_longer = len(following.text) > len(text) or piece.kind == "heading" or is_date(following.lines)
            if is_dashed(text) or (text[-1:] not in ENDS_SENTENCE and is_longer):
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

    def _is_imprint(self, lines: tuple[TextLine, ...]) -> bool:
        """Who publishes, and not whom to ask, which a release needs first."""
        is_told = self._has(Part.CONTACT) or not reaches(joined(lines))
        return is_told and not self._has(Part.PUBLISHER) and is_imprint(lines)

    def _is_subheading(self, place: int, piece: Piece, lines: tuple[TextLine, ...]) -> bool:
        if piece.kind == "heading":
            return len(lines) == 1 and len(lines[0].text) <= _LONGEST_HEADLINE
        text = joined(lines).strip()
        following = self._pieces[place + 1] if 0 <= place < len(self._pieces) - 1 else None
        return (
            len(lines) == 1
            and len(text) <= _LONGEST_SUBHEADING
            and text[-1:] not in ENDS_SENTENCE
            and (text[:1].isupper() or text[:1].isdigit())
            and self._body_begun
            and not self._signs(place, text)
            and following is not None
            and following.kind in {"paragraph", "list", "table"}
            and len(following.text) > max(_LONGEST_SUBHEADING, len(text))
            and opening_of(following.text.split("\n", 1)[0]) is None
        )

    def _signs(self, place: int, text: str) -> bool:
        """``Jane Doe, CEO of Acme`` below a quote."""
        before = self._pieces[place - 1].text.rstrip() if place > 0 else ""
        return before[-1:] in _MARKS and signature(text) is not None

    def _reach(self, at: int, piece: Piece, lines: tuple[TextLine, ...]) -> None:
        """Lines of a contact or publisher block, until one of them is prose; a desk named in it begins the next."""
        section, start = self._section, 0
        following = self._pieces[at + 1].lines if 0 <= at < len(self._pieces) - 1 else ()
        desks = desks_in((*lines, *following)) if section and section.part is Part.CONTACT else frozenset()
        for place, line in enumerate(lines):
            if place in desks:
                self._append(lines[start:place])
                self._open(Opening("contact", line.text.strip()), (line,))
                start = place + 1
            elif leaves_reach(line.text) or (piece.kind == "heading" and not reaches(line.text)):
                self._append(lines[start:place])
                self._leave(section, lines[place:])
                return
        self._append(lines[start:])

    def _leave(self, section: Section | None, lines: tuple[TextLine, ...]) -> None:
        self._section = None
        part = (
            Part.LEGAL if is_legal(lines) or (section is not None and len(lines[0].text) > 2 * LONG_LINE) else Part.BODY
        )
        self._new(part)
        self._append(lines)
        if part is Part.BODY:
            self._body_begun = True

    # -------------------------------------------------------------------- writing

    def _points(self, piece: Piece) -> None:
        """A list or a table: of the body, or of whom to ask."""
        section = self._section
        groups = groups_in(piece) if section and section.part in {Part.CONTACT, Part.PUBLISHER} else ()
        if section is not None and groups:
            section.pieces.extend(map(paragraph, groups))
            self._note(section.part, piece)
        else:
            self._block(piece)

    def _block(self, piece: Piece) -> None:
        if self._section is None or self._section.part not in {Part.BODY, Part.BOILERPLATE, Part.LEGAL}:
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
            self._section.pieces.append(paragraph(lines))
            self._span(self._section.part, lines)

    def _span(self, part: Part, lines: tuple[TextLine, ...], *, opens: bool = False) -> None:
        self.layout.spans.append(Span(part, lines[0].number, lines[-1].number, joined(lines), opens))

    def _note(self, part: Part, piece: Piece) -> None:
        self.layout.spans.append(Span(part, piece.first, piece.last, piece.text))
