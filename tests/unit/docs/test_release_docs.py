"""docs/releases.md and docs/filters.md: fields as the models have them, examples that are read and taken.

Between marks a table's fields, needs and types are drawn from the model; --update-golden writes them anew. The last
column is written by hand, and a field without one is a fault.
"""

import re
import typing
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final

import annotated_types
import pytest
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from syndicator.intake.fields.reading import to_record
from syndicator.intake.read import read
from syndicator.model.filter import Facts, Filter
from syndicator.model.links import Email, WebAddress
from syndicator.model.release import Record
from syndicator.model.text import Cell, Code, LanguageTag, Line, Name, Text
from syndicator.model.timing import StatedTime

DOCS = Path(__file__).parents[3] / "docs"
TABLE = re.compile(r"(?<=<!-- fields of )(\w+) -->\n(.*?)(?=<!-- end -->)", re.DOTALL)
EXAMPLE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SUFFIXES: Final = {"json": "json", "toml": "toml", "markdown": "md", "text": "txt"}
NAMED: Final = {
    Cell: "cell",
    Line: "line",
    Text: "text",
    Code: "code",
    Name: "name",
    LanguageTag: "language tag",
    WebAddress: "web address",
    Email: "e-mail address",
    str: "text",
    int: "whole number",
    bool: "true or false",
    StatedTime: "time",
}


def kind(hint: Any) -> str:
    """The type of a field in words."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if hint in NAMED:
        return NAMED[hint]
    if origin is Annotated:
        return f"{kind(parts[0])}{''.join(limits(parts[1:]))}"
    if origin in {typing.Union, UnionType}:
        return " or ".join(kind(part) for part in parts if part is not NoneType)
    if origin is tuple:
        return f"list of {kind(parts[0])}"
    return one_of(hint)


def one_of(hint: Any) -> str:
    """A choice of words, or a model with fields of its own."""
    choice = hint if isinstance(hint, type) and issubclass(hint, StrEnum) else typing.get_args(hint)
    if choice:
        return " or ".join(f"`{each}`" for each in choice)
    name = getattr(hint, "__forward_arg__", None) or hint.__name__
    return f"[{name}](#{name.lower()})"


def limits(metadata: tuple[Any, ...]) -> Iterator[str]:
    for each in metadata:
        if isinstance(each, FieldInfo):
            yield from limits(tuple(each.metadata))
        elif isinstance(each, annotated_types.MinLen):
            yield f", {each.min_length} at least"
        elif isinstance(each, annotated_types.MaxLen):
            yield f", {each.max_length} at most"
        elif isinstance(each, annotated_types.Ge):
            yield f", {each.ge} at least"
        elif isinstance(each, annotated_types.Le):
            yield f", {each.le} at most"
        elif isinstance(each, StringConstraints) and each.pattern:
            yield f" like `{each.pattern}`"


def nested(model: type[BaseModel], seen: dict[str, type[BaseModel]]) -> dict[str, type[BaseModel]]:
    """The model and all that stand in its fields, by name, in the order they are met."""
    seen[model.__name__] = model
    for hint in typing.get_type_hints(model, include_extras=True).values():
        for part in within(hint):
            if isinstance(part, type) and issubclass(part, BaseModel) and part.__name__ not in seen:
                nested(part, seen)
    return seen


def within(hint: Any) -> Iterator[Any]:
    yield hint
    for part in typing.get_args(hint):
        yield from within(part)


MODELS: Final[dict[str, type[BaseModel]]] = {**nested(Record, {}), "Filter": Filter}


def drawn(name: str, told: str) -> str:
    """The table of a model, with what the old one tells of each field."""
    model = MODELS[name]
    hints = typing.get_type_hints(model, include_extras=True)
    meanings = dict(re.findall(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", told, re.MULTILINE))
    required = model.model_json_schema().get("required", ())
    rows = ["| field | needed | type | meaning |", "| --- | --- | --- | --- |"]
    for own, field in model.model_fields.items():
        shown = field.alias or own
        needed = "yes" if shown in required else ""
        rows.append(f"| `{shown}` | {needed} | {kind(hints[own])} | {meanings.get(shown, '')} |")
    return f"{name} -->\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("page", "models"), [("releases.md", [name for name in MODELS if name != "Filter"]), ("filters.md", ["Filter"])]
)
def test_every_field_is_told_with_its_type(pytestconfig: pytest.Config, page: str, models: list[str]) -> None:
    path = DOCS / page
    text = path.read_text(encoding="utf-8")
    assert sorted(name for name, _ in TABLE.findall(text)) == sorted(models)
    right = TABLE.sub(lambda found: drawn(found[1], found[2]), text)
    if pytestconfig.getoption("--update-golden"):
        path.write_text(right, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == right, "look at the change, then pytest --update-golden"
    assert "|  |\n" not in right, "each field has a meaning, written by hand"


def examples(page: str) -> list[tuple[str, str]]:
    return EXAMPLE.findall((DOCS / page).read_text(encoding="utf-8"))


@pytest.fixture
def records() -> dict[str, Record]:
    """The release of the page in each of its forms."""
    return {
        form: to_record(read(text.encode(), f"release.{SUFFIXES[form]}"))
        for form, text in examples("releases.md")
        if form in SUFFIXES
    }


def test_the_examples_are_one_release_in_every_form(records: dict[str, Record]) -> None:
    assert set(records) == set(SUFFIXES)
    whole = records["json"]
    assert whole.embargo_until is not None
    for form, record in records.items():
        for name in ("language", "headline", "subheadline", "body", "boilerplates", "contacts"):
            assert getattr(record, name) == getattr(whole, name), f"{name} of {form}"
        assert record.publisher.name == whole.publisher.name
        assert record.embargo_until == (None if form == "text" else whole.embargo_until)


def test_every_filter_takes_the_release_of_the_examples(records: dict[str, Record]) -> None:
    filters = [Filter.model_validate_json(text) for form, text in examples("filters.md") if form == "json"]
    assert len(filters) > 5
    assert all(each.matches(Facts(records["json"])) for each in filters)


def test_every_leaf_has_an_example() -> None:
    shown = "\n".join(text for _, text in examples("filters.md"))
    leaves = [field.alias or name for name, field in Filter.model_fields.items()]
    assert [name for name in leaves if f'"{name}":' not in shown] == []
