"""HTML as a sheet: blocks of plain text, links and pictures beside them. Safe because no markup is kept."""

import re
from collections.abc import Callable, Container, Mapping
from html.parser import HTMLParser
from typing import Final, NamedTuple

from syndicator.errors import Fault, Rejected
from syndicator.intake.formats.beside import beside
from syndicator.intake.formats.html.comments import uncommented
from syndicator.intake.formats.html.hidden import hidden_text, struck_text, unstruck, visible
from syndicator.intake.formats.html.mso_lists import listed
from syndicator.intake.formats.html.numbering import PageList, numbered, start_of
from syndicator.intake.formats.html.quotation import quoted
from syndicator.intake.formats.html.raised import lowered, raised
from syndicator.intake.formats.html.sanitize import clean_html, dropped_schemes
from syndicator.intake.formats.html.tables import Grid, arranging
from syndicator.intake.lines.sheet import Anchor, Kind, Oddity, Picture, Piece, Sheet, TextLine

MAX_HTML_BYTES: Final = 1_000_000
_MOST_TAGS: Final = 10_000
_DEEPEST: Final = 200
_OPENING: Final = re.compile(r"<[a-zA-Z]")
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS: Final = _HEADINGS | frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
# Google Docs and Word make the title of a document a paragraph of this class, and no heading.
_TITLES: Final = frozenset({"title", "MsoTitle"})
_TABLE_PARTS: Final = frozenset({"thead", "tbody", "tfoot", "tr", "td", "th"})
_LIFTS: Final[Mapping[str, Callable[[str, str], str]]] = {"sup": raised, "sub": lowered}
_LIFTS_BY_STYLE: Final = {"super": raised, "sub": lowered}
# Google Docs raises signs by the style of a span.
_LIFTING_STYLE: Final = re.compile(r"(?:^|;)\s*vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)
_VOID: Final = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr"})
_LANGUAGE: Final = re.compile(
    r"<html\b[^<>]*?\slang\s*=\s*[\"']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2})\b", re.IGNORECASE
)
_HEAD: Final = 5_000
_SPACES: Final = re.compile(r"[ \t\r\n\f]+")


def read_html(source: str) -> Sheet:
    """The sheet of an HTML text. Its lines are those of the text as read, not of the markup.

    Raises:
        Rejected: where there are more elements, or they are nested deeper, than any release needs.
    """
    _refuse_wild(source)
    page, hidden = visible(clean_html(source), source)
    page, struck = unstruck(page, source)
    page, comments = uncommented(page)
    stated = _LANGUAGE.search(source, 0, _HEAD)
    language = stated[1] if stated else None
    page = quoted(listed(page), language)
    reader = _Reader(arranging(page))
    reader.feed(page)
    reader.close()
    sheet = reader.sheet()
    sheet.language = language
    sheet.oddities.extend(
        Oddity("W115", 0, f"a {scheme} address (line {line} of the HTML) was dropped")
        for line, scheme in dropped_schemes(source)
    )
    sheet.oddities.extend(map(hidden_text, hidden))
    sheet.oddities.extend(map(struck_text, struck))
    sheet.oddities.extend(beside("comment", text) for text in comments)
    return sheet


def _refuse_wild(source: str) -> None:
    """Judged before anything is parsed: parsers pay for depth with time."""
    tags = sum(1 for _ in _OPENING.finditer(source))
    if tags > _MOST_TAGS:
        raise Rejected([Fault("record", f"this HTML has {tags:,} elements", f"at most {_MOST_TAGS:,} are read")])
    if _depth(source) > _DEEPEST:
        raise Rejected([Fault("record", "this HTML is nested too deeply", f"{_DEEPEST} levels are enough")])


def _depth(source: str) -> int:
    """The depth of elements that were opened and not closed, roughly; ``p`` and ``li`` close themselves."""
    depth = deepest = 0
    for found in re.finditer(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", source):
        if found[2].lower() in _VOID or found[2].lower() in {"p", "li", "td", "tr", "th", "option", "dd", "dt"}:
            continue
        depth = max(0, depth - 1) if found[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


class _Structure(NamedTuple):
    """What a block holds besides its lines."""

    ordered: bool = False
    start: int | None = 1
    points: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    is_headed: bool = False


class _Reader(HTMLParser):
    """Collects blocks while tags pass by; no tree, so that depth costs nothing."""

    def __init__(self, arranging_tables: Container[int]) -> None:
        super().__init__(convert_charrefs=True)
        self._arranging = arranging_tables
        self._blocks: list[tuple[Kind, str]] = []
        self._text = ""
        self._kind: Kind = "paragraph"
        self._lists: list[PageList] = []
        self._rows: Grid | None = None
        self._cell: dict[str, str] = {}
        self._tables = 0
        self._is_headed = False
        self._structures: dict[int, _Structure] = {}
        self._links: list[tuple[str, str]] = []
        self._lifted: list[str] = []
        self._spans: list[tuple[str, str]] = []
        self._anchors: list[tuple[str, str, int]] = []
        self._pictures: list[tuple[dict[str, str], int]] = []
        self._figures: list[tuple[int, int]] = []
        self._ids: set[str] = set()
        self._pre = 0
        self._navs = 0

    # ------------------------------------------------------------------- events

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._ids.update(given[name] for name in ("id", "name") if name in given)
        if tag == "br":
            self._text += "\n"
        elif tag == "img":
            self._pictures.append((given, len(self._blocks)))
        elif tag == "a":
            self._links.append((given.get("href", ""), self._text))
        elif tag in _LIFTS:
            self._lifted.append(self._text)
        elif tag == "span":
            lifting = _LIFTING_STYLE.search(given.get("style", ""))
            self._spans.append((lifting[1].lower() if lifting else "", self._text if lifting else ""))
        elif tag in _BLOCKS:
            self._open(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            href, before = self._links.pop()
            if href:
                self._anchors.append((href, _tidy(self._text.removeprefix(before)), len(self._blocks)))
        elif tag in _LIFTS and self._lifted:
            self._lift(_LIFTS[tag], self._lifted.pop())
        elif tag == "span" and self._spans:
            lift, before = self._spans.pop()
            if lift:
                self._lift(_LIFTS_BY_STYLE[lift], before)
        elif tag in _BLOCKS:
            self._close(tag)

    def handle_data(self, data: str) -> None:
        self._text += data.replace("\r", "") if self._pre else _SPACES.sub(" ", data)

    def _lift(self, written: Callable[[str, str], str], before: str) -> None:
        """A superscript or subscript that ends here. Where a block has cut it, nothing stands before its rest."""
        kept = before if self._text.startswith(before) else ""
        self._text = kept + written(kept, self._text.removeprefix(kept))

    # ------------------------------------------------------------------- blocks

    def _open(self, tag: str, given: dict[str, str]) -> None:
        if self._rows is not None and tag in _TABLE_PARTS:
            self._open_part(self._rows, tag, given)
            return
        self._break()
        if tag in {"ul", "ol"} and self._rows is None:
            self._lists.append(PageList(given, is_ordered=tag == "ol", before=self._text))
            self._text = ""
        elif tag == "li" and self._lists:
            self._lists[-1].open_point(given)
        elif tag == "table":
            self._rows = None if self._tables in self._arranging else Grid()
            self._tables += 1
        elif tag == "hr":
            self._blocks.append(("rule", ""))
        elif tag in _HEADINGS or (tag == "p" and not _TITLES.isdisjoint(given.get("class", "").split())):
            self._kind = "heading"
        elif tag == "figure":
            self._figures.append((len(self._pictures), len(self._blocks)))
        elif tag == "figcaption":
            self._kind = "paragraph" if self._is_below_words() else "caption"
        self._navs += tag == "nav"
        self._pre += tag == "pre"

    def _open_part(self, rows: Grid, tag: str, given: dict[str, str]) -> None:
        if tag == "tr":
            rows.open_row()
        elif tag in {"td", "th"}:
            self._cell = given
            self._is_headed = self._is_headed or (tag == "th" and len(rows) == 1)
        else:
            rows.open_group()

    def _close(self, tag: str) -> None:
        if tag in {"td", "th"} and self._rows:
            self._rows.add(" ".join(_tidy(self._text).split("\n")), self._cell)
            self._text = ""
        elif tag == "table":
            self._close_table()
        elif tag == "li" and self._lists and self._rows is None:
            self._lists[-1].add(_tidy(self._text))
            self._text = ""
        elif tag in {"ul", "ol"} and self._lists and self._rows is None:
            self._close_list()
        elif tag == "figcaption":
            self._caption()
        elif tag != "tr":
            self._break()
        if tag == "figure" and self._figures:
            self._figures.pop()
        self._navs = max(0, self._navs - (tag == "nav"))
        self._pre = max(0, self._pre - (tag == "pre"))

    def _break(self) -> None:
        """A block begins or ends; inside of a point or cell that is a new line."""
        if self._in_cell():
            self._text += "\n"
        else:
            self._flush()

    def _caption(self) -> None:
        """The words of a figure, given to its picture, too."""
        text = _tidy(self._text)
        if self._kind == "caption" and self._pictures and self._pictures[-1][1] >= len(self._blocks) - 1:
            self._pictures[-1][0].setdefault("title", text)
        self._flush()

    def _is_below_words(self) -> bool:
        """Whether a figure holds a table or a quote and no picture: its last words name a speaker, or a unit."""
        pictures, blocks = self._figures[-1] if self._figures else (0, len(self._blocks))
        return pictures == len(self._pictures) and blocks < len(self._blocks)

    def _in_cell(self) -> bool:
        return bool(self._rows) or bool(self._lists)

    def _close_list(self) -> None:
        closed = self._lists.pop()
        if self._lists:
            if closed.before.strip() or not self._lists[-1].add_to_last(closed.lines()):
                self._text = f"{closed.before}{self._text}\n{closed.lines()}\n"
        elif closed.points:
            start = start_of(closed.numbers()) if closed.is_ordered else 1
            points = tuple(closed.points) if start is not None else numbered(closed.numbers(), closed.points)
            self._structures[len(self._blocks)] = _Structure(ordered=closed.is_ordered, start=start, points=points)
            self._blocks.append(("unread" if self._navs else "list", "\n".join(points)))

    def _close_table(self) -> None:
        cells = self._rows.rows() if self._rows is not None else ()
        if self._rows is None:
            self._flush()
        self._rows = None
        if cells:
            self._structures[len(self._blocks)] = _Structure(rows=cells, is_headed=self._is_headed)
            self._blocks.append(("table", "\n".join("\t".join(row) for row in cells)))
        self._is_headed = False

    def _flush(self) -> None:
        text = _tidy(self._text)
        if text:
            self._blocks.append(("unread" if self._navs else self._kind, text))
        self._text = ""
        self._kind = "paragraph"

    def close(self) -> None:
        super().close()
        while self._lists:
            self._lists[-1].add(_tidy(self._text))
            self._text = ""
            self._close_list()
        if self._rows is not None:
            self._close_table()
        self._flush()

    # -------------------------------------------------------------------- sheet

    def sheet(self) -> Sheet:
        """The blocks as lines, a blank one between each two."""
        lines: list[str] = []
        sheet = Sheet(lines)
        starts: list[int] = []
        for place, (kind, text) in enumerate(self._blocks):
            starts.append(len(lines) + 1)
            rows = text.split("\n")
            numbered = tuple(TextLine(len(lines) + 1 + at, row) for at, row in enumerate(rows) if row.strip())
            sheet.pieces.append(self._piece(place, kind, starts[-1], len(lines) + len(rows), numbered))
            lines.extend([*rows, ""])
        at = [*starts, max(1, len(lines))]
        sheet.anchors.extend(Anchor(href, text, at[min(place, len(at) - 1)]) for href, text, place in self._anchors)
        sheet.pictures.extend(_picture(given, at[min(place, len(at) - 1)]) for given, place in self._pictures)
        sheet.oddities.extend(self._dead_anchors(sheet))
        return sheet

    def _piece(self, place: int, kind: Kind, first: int, last: int, lines: tuple[TextLine, ...]) -> Piece:
        found = self._structures.get(place, _Structure())
        is_headed = found.is_headed and len(found.rows) > 1
        return Piece(
            kind,
            first,
            last,
            lines,
            ordered=found.ordered,
            start=found.start,
            points=found.points,
            header=found.rows[0] if is_headed else (),
            rows=found.rows[1:] if is_headed else found.rows,
        )

    def _dead_anchors(self, sheet: Sheet) -> list[Oddity]:
        return [
            Oddity(
                "W114",
                anchor.line,
                f"the link {anchor.text[:40]!r} leads to {anchor.href[:60]}, which is nowhere on the page",
            )
            for anchor in sheet.anchors
            if anchor.href.startswith("#") and len(anchor.href) > 1 and anchor.href[1:] not in self._ids
        ]


def _picture(given: dict[str, str], line: int) -> Picture:
    names = ("src", "alt", "width", "height", "title")
    source, alt, width, height, title = (given.get(name, "") for name in names)
    return Picture(source, alt, line, width, height, title)


def _tidy(text: str) -> str:
    lines = [line.strip(" \t") for line in text.split("\n")]
    return "\n".join(line for line in lines if line.strip())
