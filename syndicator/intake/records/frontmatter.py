"""Front matter: the fields in front of a Markdown or plain text, in TOML (``+++``) or YAML (``---``)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any, Final

import yaml

from syndicator.errors import Fault, Rejected
from syndicator.intake.records.strict import toml_table
from syndicator.model.release import Record

_LONGEST: Final = 64_000
_FENCES: Final = {"+++": "toml", "---": "yaml"}
_NAME: Final = re.compile(r"\s*[:=.]")
_ALIASES: Final = {
    "title": "headline",
    "subtitle": "subheadline",
    "lang": "language",
    "tags": "keywords",
    "summary": "teaser",
}


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields stated, the text behind them, and how many lines they take."""

    fields: dict[str, Any]
    text: str
    lines: int


def names_a_field(lines: Sequence[str]) -> bool:
    """Whether a text begins with a fence and, behind it, a line that states a field of a record."""
    if not lines or lines[0].strip() not in _FENCES:
        return False
    fence = lines[0].strip()
    stated = {_NAME.split(line, maxsplit=1)[0] for line in takewhile(lambda line: line.strip() != fence, lines[1:])}
    return not stated.isdisjoint({*Record.model_fields, *_ALIASES})


def split(text: str) -> FrontMatter:
    """The front matter of a text; no fields where it has none.

    Raises:
        Rejected: where a front matter stands that cannot be read.
    """
    fence = text.split("\n", 1)[0].strip()
    if fence not in _FENCES:
        return FrontMatter({}, text, 0)
    lines = text.split("\n")
    end = next((place for place, line in enumerate(lines[1:], 1) if line.strip() == fence), None)
    if end is None or (fence == "---" and not any(":" in line for line in lines[1:end])):
        return FrontMatter({}, text, 0)
    source = "\n".join(lines[1:end])
    if len(source) > _LONGEST:
        raise Rejected([Fault("front matter", "this is too long", f"keep it to {_LONGEST:,} characters")])
    fields = toml_table("\n" + source) if _FENCES[fence] == "toml" else _yaml(source)
    return FrontMatter(_named(fields), "\n".join(lines[end + 1 :]), end + 1)


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    """Usual names of other tools, where the record's own is not given."""
    return {
        _ALIASES[name] if name in _ALIASES and _ALIASES[name] not in fields else name: value
        for name, value in fields.items()
    }


class _Loader(yaml.SafeLoader):
    """Plain values only: no aliases (a few lines of them make billions), no dates guessed, no key twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not read", problem_mark=self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a name must be a word", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} stands here twice", problem_mark=key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=deep)


def _yaml(source: str) -> dict[str, Any]:
    try:
        value = yaml.load(source, Loader=_Loader)  # noqa: S506 (a SafeLoader, made stricter)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 2, mark.column + 1) if mark else (None, None)
        raise Rejected([Fault("front matter", f"this is no YAML: {error.problem}", "", line, column)]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Rejected([Fault("front matter", f"this is no YAML: {str(error)[:100]}")]) from None
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise Rejected([Fault("front matter", "this is no list of fields", "write name: value lines")])
    return {name: _plain(entry) for name, entry in value.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 (whatever YAML holds)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(entry) for name, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list) else value
