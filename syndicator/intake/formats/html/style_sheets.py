"""What the style sheets of a page hide or strike out: rules of a few properties, told apart as a browser does it.

Selectors of tags, classes and ids are known, and those of what is inside of what (``.a .b``, ``.a > .b``). Others, and
rules for a certain width or for print, hide nothing here.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import chain
from typing import Final

_SHEET: Final = re.compile(r"<style\b([^<>]*)>", re.IGNORECASE)
_SHEET_END: Final = re.compile(r"</style", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(
    r"\bmedia\s*=\s*[\"']?(?!\s*(?:all|screen)\s*[\"'\s>]|\s*(?:all|screen)$)", re.IGNORECASE
)
# One that is not closed reaches to the end.
_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_EVERYWHERE: Final = re.compile(r"@media\s+(?:all|screen)\s*", re.IGNORECASE)
_COMPOUND: Final = re.compile(r"(\*|[a-z][a-z0-9]*)?((?:[.#][\w-]+)*)", re.IGNORECASE)
_PART: Final = re.compile(r"([.#])([\w-]+)")
_ATTRIBUTE: Final = re.compile(r"\s(class|id)=\"([^\"]*)\"")

HIDDEN: Final[Mapping[str, frozenset[str]]] = {
    "display": frozenset({"none"}),
    "visibility": frozenset({"hidden", "collapse"}),
    "mso-hide": frozenset({"all"}),
}
"""Properties of text that is not shown, with the values that say so."""

STRUCK: Final[Mapping[str, frozenset[str]]] = {
    "text-decoration": frozenset({"line-through"}),
    "text-decoration-line": frozenset({"line-through"}),
}
"""Properties of text that is struck out, with the values that say so."""

_PROPERTIES: Final = HIDDEN.keys() | STRUCK.keys()
_LONGEST: Final = 500_000
_MOST_STEPS: Final = 400

Declarations = Mapping[str, tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class _Compound:
    """``td.note``: a tag, classes as ``.name``, an id as ``#name``; what is not named may be anything."""

    tag: str
    names: frozenset[str]
    is_child: bool = False
    """Whether the compound in front of it is about the very parent."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A selector, from the outermost element to the one it is about, and what it says of that one."""

    compounds: tuple[_Compound, ...]
    stated: Declarations
    weight: tuple[int, int, int]


class Unseen:
    """Says of each element of a page, while its tags pass by, whether one of its properties takes it out of the text.

    Every compound of every selector has a bit. The bits of an element are the compounds that it ends, with all in
    front of them standing around it: so an element costs a few operations, however deep it lies.
    """

    def __init__(self, source: str, signs: Mapping[str, frozenset[str]], by_default: str = "") -> None:
        """``signs``: properties, with the values that take out; ``by_default``: rules in front of the page's own."""
        self._signs = signs
        self._rules = _rules_of((by_default, *_sheets(source[:_LONGEST])), signs)
        self._compounds = [compound for rule in self._rules for compound in rule.compounds]
        self._known: dict[tuple[str, str], int] = {}
        self._path: list[tuple[int, int]] = [(0, 0)]
        self._first = self._children = self._last = 0
        self._ends: list[int] = []
        place = 0
        for rule in self._rules:
            self._first |= 1 << place
            for compound in rule.compounds:
                self._children |= compound.is_child << place
                place += 1
            self._ends.append(1 << (place - 1))
            self._last |= self._ends[-1]

    def opens(self, tag: str, attributes: str, style: str) -> bool:
        """Whether the element that begins is taken out. One that is not is open until ``closes``."""
        around, above = self._path[-1]
        reached = self._first | (above << 1 & self._children) | (around << 1 & ~self._children)
        bits = self._fits(tag, attributes) & reached
        stated = [rule.stated for rule, end in zip(self._rules, self._ends, strict=True) if bits & end]
        if self._takes_out([*stated, _declarations(style)]):
            return True
        self._path.append((around | bits, bits))
        return False

    def closes(self) -> None:
        if len(self._path) > 1:
            self._path.pop()

    def _takes_out(self, stated: Sequence[Declarations]) -> bool:
        """Whether these take an element out, of which the later ones count more, and important ones most."""
        ordered = [
            (name, value)
            for important in (False, True)
            for each in stated
            for name, (value, is_important) in each.items()
            if is_important is important and name in self._signs
        ]
        return any(not self._signs[name].isdisjoint(value.split()) for name, value in dict(ordered).items())

    def _fits(self, tag: str, attributes: str) -> int:
        named = " ".join(f"{name}={value}" for name, value in _ATTRIBUTE.findall(attributes))
        if (tag, named) not in self._known:
            names = _names(attributes)
            fitting = (compound.tag in {"", tag} and compound.names <= names for compound in self._compounds)
            self._known[tag, named] = sum(fits << place for place, fits in enumerate(fitting))
        return self._known[tag, named]


def _names(attributes: str) -> frozenset[str]:
    return frozenset(
        f"{'.' if name == 'class' else '#'}{word}"
        for name, value in _ATTRIBUTE.findall(attributes)
        for word in unescape(value).split()
    )


def _rules_of(sheets: Iterable[str], properties: Container[str]) -> tuple[_Rule, ...]:
    """The rules of style sheets about these properties, in the order in which they count."""
    rules: list[_Rule] = []
    steps = 0
    for rule in chain.from_iterable(_rules(_COMMENT.sub(" ", sheet)) for sheet in sheets):
        if not any(name in properties for name in rule.stated):
            continue
        steps += len(rule.compounds)
        if steps > _MOST_STEPS:
            break
        rules.append(rule)
    return tuple(sorted(rules, key=lambda rule: rule.weight))


def _sheets(source: str) -> Iterator[str]:
    """What stands in the ``style`` elements of a page that are meant for screens."""
    opening = _SHEET.search(source)
    while opening:
        closing = _SHEET_END.search(source, opening.end())
        end = closing.start() if closing else len(source)
        if not _ELSEWHERE.search(opening[1] + ">"):
            yield source[opening.end() : end]
        opening = _SHEET.search(source, end)


def _declarations(style: str) -> dict[str, tuple[str, bool]]:
    """What a style says of being seen, with whether it is important: the last declaration of a property counts."""
    stated: dict[str, tuple[str, bool]] = {}
    for declaration in _COMMENT.sub("", style).lower().split(";"):
        name, _, value = declaration.partition(":")
        word, _, important = value.partition("!")
        if name.strip() in _PROPERTIES:
            stated[name.strip()] = (word.strip(), important.strip() == "important")
    return stated


def _rules(sheet: str) -> Iterator[_Rule]:
    for head, body in _blocks(sheet):
        if _EVERYWHERE.fullmatch(head):
            yield from chain.from_iterable(_ruled(*block) for block in _blocks(body))
        else:
            yield from _ruled(head, body)


def _ruled(head: str, body: str) -> Iterator[_Rule]:
    """The rules of a list of selectors; none for what begins with ``@``."""
    stated = _declarations(body)
    for compounds in filter(None, map(_compounds, head.split(",") if stated else ())):
        names = [name for compound in compounds for name in compound.names]
        ids = sum(name.startswith("#") for name in names)
        yield _Rule(compounds, stated, (ids, len(names) - ids, sum(bool(one.tag) for one in compounds)))


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """What stands in front of the outer braces, and what between them."""
    depth = start = 0
    head = ""
    for found in re.finditer(r"[{};]", sheet):
        sign = found[0]
        if sign == "{":
            depth += 1
            if depth == 1:
                head, start = sheet[start : found.start()].strip(), found.end()
        elif sign == "}" and depth:
            depth -= 1
            if not depth:
                yield head, sheet[start : found.start()]
                start = found.end()
        elif not depth:
            start = found.end()


def _compounds(selector: str) -> tuple[_Compound, ...]:
    """The compounds of a selector; none where it holds something else."""
    found: list[_Compound] = []
    is_child = False
    for word in selector.replace(">", " > ").split():
        compound = _COMPOUND.fullmatch(word)
        if compound is not None:
            names = frozenset(sign + name for sign, name in _PART.findall(compound[2]))
            found.append(_Compound((compound[1] or "*").lower().replace("*", ""), names, is_child))
        elif word != ">":
            return ()
        is_child = word == ">"
    return tuple(found)
