"""Markdown (CommonMark, tables, strikethrough, no HTML) as a sheet. Every line of the source is accounted for."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, repeat
from operator import itemgetter
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from syndicator.intake.formats.html.hidden import struck_text
from syndicator.intake.formats.html.numbering import numbered, start_of
from syndicator.intake.lines.openings import is_end_mark
from syndicator.intake.lines.sheet import Anchor, Kind, Oddity, Picture, Piece, Sheet, TextLine, lines_of

# Marks that CommonMark's inline rules try to pair. Beyond this many on one line a text is no prose, and
# pairing them costs time that grows with their square.
_MOST_MARKS: Final = 2_000
_MOST_MARKS_ALTOGETHER: Final = 30_000
_MARKS: Final = re.compile(r"[*_~\[\]<`&|]")
_BREAKS: Final = frozenset({"softbreak", "hardbreak"})
_LONGEST_HEADING: Final = 300
# "[^1]: unaudited" is a note in every dialect but CommonMark, which takes it for where a link leads.
_NOTE: Final = re.compile(r"^( {0,3})\[(?=\^[^\]\s]{1,40}\]:)", re.MULTILINE)
_HREF: Final = re.compile(r"^(?:https?:|mailto:|tel:|//|/|#|[\w.-]+(?:/|$))", re.IGNORECASE)


def read_markdown(text: str, offset: int = 0) -> Sheet:
    """The sheet of a Markdown text whose first line is line ``offset`` + 1 of the file."""
    lines = lines_of(text)
    sheet = Sheet(lines)
    marks = [len(_MARKS.findall(line)) for line in lines]
    if max(marks) > _MOST_MARKS or sum(marks) > _MOST_MARKS_ALTOGETHER:
        line = marks.index(max(marks)) + 1 + offset
        sheet.oddities.append(
            Oddity("W119", line, "there are thousands of Markdown marks; this was read as plain text")
        )
        sheet.pieces.extend(_raw(lines, 0, len(lines), offset))
        return sheet
    tokens = _parser().parse(_NOTE.sub(r"\1\\[", "\n".join(lines)))
    _Walk(sheet, lines, offset).take(tokens)
    return sheet


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["table", "strikethrough"])
    parser.validateLink = _any  # type: ignore[method-assign] # judged below, where it can be reported
    parser.normalizeLink = _verbatim  # type: ignore[method-assign] # addresses stay as written
    return parser


def _any(url: str) -> bool:  # noqa: ARG001 (markdown-it asks with the address)
    return True


def _verbatim(url: str) -> str:
    return url


class _Walk:
    def __init__(self, sheet: Sheet, lines: Sequence[str], offset: int) -> None:
        self._sheet = sheet
        self._lines = lines
        self._offset = offset
        self._done = 0

    def take(self, tokens: Sequence[Token]) -> None:
        for group in _top_level(tokens):
            first, last = group[0].map or (self._done, self._done)
            while last > first + 1 and not self._lines[last - 1].strip():
                last -= 1
            self._unread(first)
            pieces = list(self._pieces(group, first, last))
            self._sheet.pieces.extend(
                sorted([*pieces, *self._rest(pieces, first, last)], key=lambda piece: piece.first)
            )
            self._done = max(self._done, last)
        self._unread(len(self._lines))

    def _unread(self, until: int) -> None:
        """Lines that no token covers (link definitions, the end of a fence)."""
        self._sheet.pieces.extend(
            Piece("unread", number, number, (TextLine(number, self._lines[number - 1 - self._offset]),))
            for number in range(self._done + 1 + self._offset, until + 1 + self._offset)
            if self._lines[number - 1 - self._offset].strip()
        )

    def _rest(self, pieces: Sequence[Piece], first: int, last: int) -> Iterator[Piece]:
        """Lines of a block that gave no text: empty points, a picture alone on its line."""
        covered = {number for piece in pieces for number in range(piece.first, piece.last + 1)}
        for place in range(first, last):
            number = place + 1 + self._offset
            if number not in covered and self._lines[place].strip():
                yield Piece("rule", number, number, ())

    def _pieces(self, group: Sequence[Token], first: int, last: int) -> Iterator[Piece]:
        kind = group[0].type
        if kind == "hr":
            yield self._piece("rule", first, last, ())
        elif kind == "heading_open":
            lines = self._inline(group[1], first)
            is_title = len("".join(line.text for line in lines)) <= _LONGEST_HEADING
            yield self._piece("heading" if is_title else "paragraph", first, last, lines)
        elif last == first + 1 and is_end_mark(self._lines[first]):
            yield from _raw(self._lines, first, last, self._offset)
        elif kind in {"bullet_list_open", "ordered_list_open"} and _is_flat(group):
            yield self._list(group, first, last)
        elif kind in {"bullet_list_open", "ordered_list_open"} and _holds_points_only(group):
            yield self._nested_list(group, first, last)
        elif kind == "table_open":
            yield self._table(group, first, last)
        elif kind in {"fence", "code_block"}:
            yield from _raw(self._lines, first, last, self._offset)
        else:
            yield from self._paragraphs(group, first, last)

    def _paragraphs(self, group: Sequence[Token], first: int, last: int) -> Iterator[Piece]:
        """Paragraphs, also those inside of block quotes and nested lists."""
        place = first
        for token in group:
            if token.type == "inline":
                start, end = token.map or (place, last)
                lines = self._inline(token, start)
                if lines:
                    yield self._piece("paragraph", start, end, lines)
                place = end
            elif token.type in {"fence", "code_block", "hr"} and token.map:
                yield from _raw(self._lines, token.map[0], token.map[1], self._offset)

    def _list(self, group: Sequence[Token], first: int, last: int) -> Piece:
        points = [self._inline(token, (token.map or (first, last))[0]) for token in group if token.type == "inline"]
        return self._list_of(points, group, first, last)

    def _nested_list(self, group: Sequence[Token], first: int, last: int) -> Piece:
        """A list whose points hold lists or several paragraphs: lines of the outer point, numbered as they are."""
        points: list[list[TextLine]] = []
        signs: list[Iterator[str]] = []
        sign = ""
        for place, token in enumerate(group):
            if token.type.endswith("list_open"):
                signs.append(_signs(group, place))
            elif token.type.endswith("list_close"):
                signs.pop()
            elif token.type == "list_item_open":
                sign = next(signs[-1])
                if len(signs) == 1:
                    points.append([])
                    sign = ""
            elif token.type == "inline":
                lines = self._inline(token, (token.map or (first, last))[0])
                points[-1].extend(
                    TextLine(line.number, (sign if line is lines[0] else "") + line.text) for line in lines
                )
                sign = ""
        return self._list_of(points, group, first, last)

    def _list_of(self, points: Sequence[Sequence[TextLine]], group: Sequence[Token], first: int, last: int) -> Piece:
        """The list with these points; numbers that no list can count stand in their texts."""
        numbers, texts = _said(_numbers(group, 0), ["\n".join(line.text for line in point) for point in points])
        start = start_of(numbers)
        return Piece(
            "list",
            first + 1 + self._offset,
            last + self._offset,
            tuple(line for point in points for line in point),
            ordered=bool(numbers),
            start=start,
            points=numbered(numbers, texts) if start is None else texts,
        )

    def _table(self, group: Sequence[Token], first: int, last: int) -> Piece:
        rows: list[list[str]] = []
        lines: list[TextLine] = []
        header = 0
        for token in group:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "thead_close":
                header = len(rows)
            elif token.type == "inline":
                said = self._inline(token, (token.map or (first, last))[0])
                lines.extend(said)
                rows[-1].append(" ".join(line.text for line in said))
        cells = [tuple(row) for row in rows]
        body = tuple(cells[header:])
        heading = cells[0] if header and body else ()
        kept = body or tuple(cells)
        place = self._offset
        return Piece("table", first + 1 + place, last + place, tuple(lines), header=heading, rows=kept)

    def _inline(self, token: Token, first: int) -> tuple[TextLine, ...]:
        number = first + 1 + self._offset
        texts: dict[int, str] = {number: ""}
        open_links: list[tuple[str, str]] = []
        for child in self._unstruck(token.children or []):
            if child.type in _BREAKS:
                number += 1
                texts[number] = ""
            elif child.type == "image":
                self._picture(child, number)
            elif child.type == "link_open":
                open_links.append((str(child.attrGet("href") or ""), texts[number]))
            elif child.type == "link_close" and open_links:
                href, before = open_links.pop()
                self._anchor(href, texts[number].removeprefix(before), number)
            else:
                texts[number] += child.content
        return tuple(TextLine(number, text) for number, text in texts.items() if text.strip())

    def _unstruck(self, children: Sequence[Token]) -> Iterator[Token]:
        """What stands in a line and is not struck out, and all breaks: the lines below keep their numbers."""
        before = " "
        for is_struck, group in groupby(_marked(children), key=itemgetter(0)):
            tokens = [child for _, child in group]
            if is_struck:
                text = " ".join("".join(" " if child.type in _BREAKS else child.content for child in tokens).split())
                self._sheet.oddities.extend([struck_text(text)] if text else [])
                yield from (child for child in tokens if child.type in _BREAKS)
                continue
            if before.endswith(" ") and tokens[0].type == "text":
                # Of the spaces around what was struck out, one is left.
                tokens[0].content = tokens[0].content.removeprefix(" ")
            before = tokens[-1].content
            yield from tokens

    def _picture(self, child: Token, number: int) -> None:
        source, title = str(child.attrGet("src") or ""), str(child.attrGet("title") or "")
        self._sheet.pictures.append(Picture(source, child.content, number, title=title))

    def _anchor(self, href: str, text: str, number: int) -> None:
        self._sheet.anchors.append(Anchor(href, text.strip(), number))
        if not _HREF.match(href):
            self._sheet.oddities.append(
                Oddity("W115", number, f"the link leads to {href[:40]!r}, which no page may carry")
            )

    def _piece(self, kind: Kind, first: int, last: int, lines: tuple[TextLine, ...]) -> Piece:
        if kind in {"paragraph", "heading"} and not lines:
            return Piece("rule", first + 1 + self._offset, last + self._offset, ())
        return Piece(kind, first + 1 + self._offset, last + self._offset, lines)


def _top_level(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    start = 0
    for place, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            yield tokens[start : place + 1]
            start = place + 1


def _is_flat(group: Sequence[Token]) -> bool:
    """A list of points without lists, quotes or several paragraphs inside."""
    kinds = [token.type for token in group]
    return kinds.count("inline") == kinds.count("list_item_open") and not any(
        kind in {"blockquote_open", "fence", "code_block"} or kind.endswith("list_open") for kind in kinds[1:]
    )


def _holds_points_only(group: Sequence[Token]) -> bool:
    return not any(token.type in {"blockquote_open", "fence", "code_block", "table_open", "hr"} for token in group)


def _numbers(group: Sequence[Token], place: int) -> list[int]:
    """The numbers of the list that opens at a place; none for a list of bullets."""
    level = group[place].level + 1
    given: list[int] = []
    for token in map(group.__getitem__, range(place + 1, len(group))):
        if token.level < level:
            break
        if token.level == level and token.type == "list_item_open" and token.info:
            given.append(int(token.info))
    # "1." before every point: Markdown counts for itself.
    is_automatic = len(given) > 1 and set(given) in ({0}, {1})
    return list(range(given[0], given[0] + len(given))) if is_automatic else given


def _marked(children: Sequence[Token]) -> Iterator[tuple[bool, Token]]:
    """Each token of a line, and whether it is struck out or one of the marks that do so."""
    depth = 0
    for child in children:
        depth += (child.type == "s_open") - (child.type == "s_close")
        yield bool(depth) or child.type == "s_close", child


def _said(numbers: Sequence[int], points: Sequence[str]) -> tuple[list[int], tuple[str, ...]]:
    """The points that say something, and their numbers: of one that is struck out, neither is left."""
    kept = [place for place, point in enumerate(points) if point]
    return [numbers[place] for place in kept] if numbers else [], tuple(points[place] for place in kept)


def _signs(group: Sequence[Token], place: int) -> Iterator[str]:
    """What stands before each point of the list that opens at a place."""
    numbers = _numbers(group, place)
    return (f"{number}. " for number in numbers) if numbers else repeat("")


def _raw(lines: Sequence[str], first: int, last: int, offset: int) -> Iterator[Piece]:
    """Lines as they stand, one piece for each block between blank lines."""
    run: list[TextLine] = []
    for place in range(first, min(last, len(lines))):
        if lines[place].strip():
            run.append(TextLine(place + 1 + offset, lines[place]))
        elif run:
            yield Piece("paragraph", run[0].number, run[-1].number, tuple(run))
            run = []
    if run:
        yield Piece("paragraph", run[0].number, run[-1].number, tuple(run))
