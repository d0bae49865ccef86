"""What pydantic found wrong with a record, in plain words and without its artefacts."""

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from syndicator.errors import Fault
from syndicator.intake.records.json_places import Path
from syndicator.model.release import Record

_KINDS: Final = {
    "string_type": "text in quotes",
    "string_unicode": "text in UTF-8",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "model_type": "an object with named fields",
    "model_attributes_type": "an object with named fields",
    "dict_type": "an object with named fields",
    "tuple_type": "a list",
    "list_type": "a list",
    "datetime_type": "a time such as 2027-01-23T19:00:00+01:00",
    "datetime_parsing": "a time such as 2027-01-23T19:00:00+01:00",
    "datetime_from_date_parsing": "a time such as 2027-01-23T19:00:00+01:00",
    "datetime_object_invalid": "a time such as 2027-01-23T19:00:00+01:00",
}

_PATTERNS: Final = {
    "language": "a language tag such as de, en-GB or zh-Hant",
    "network": "lower-case letters, digits and hyphens",
    "key": "lower-case letters, digits and hyphens",
    "name": "lower-case letters and digits, with hyphens between",
    "country": "two capital letters such as DE",
    "sha256": "64 hexadecimal digits in lower case",
    "type": "a media type such as image/jpeg",
    "translation_of": "the id of a release, rel_ and 26 characters",
    "replaces": "the id of a release, rel_ and 26 characters",
}
_CODE: Final = "a code of letters, digits and . _ : / + - without spaces"


def faults_of(error: ValidationError) -> list[Fault]:
    """Every fault once, in the order of the record's fields."""
    return [fault for _, fault in located_faults(error)]


def faults_in(kind: Any, value: object) -> list[Fault]:  # noqa: ANN401 (a type as annotations write it)
    """The faults of a single value of a model's type."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return faults_of(error)
    return []


def located_faults(
    error: ValidationError, limit: int | None = None, model: type[BaseModel] = Record
) -> list[tuple[Path, Fault]]:
    """The same with the path of each, for those who know where a path stands in the file."""
    details = error.errors(include_url=False)
    return [_located(detail, model) for detail in details[:limit] if not _is_artefact(detail, details)]


def parameter_faults(details: Sequence[ErrorDetails]) -> list[Fault]:
    """The same for what stands in a request's path and query: ``path.action``, ``query.limit``."""
    return [fault for _, fault in (_located(detail, Record) for detail in details)]


def place_of(path: Path) -> str:
    """``contacts[0].email`` for a path of names and indexes."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "record"


def _located(detail: ErrorDetails, model: type[BaseModel]) -> tuple[Path, Fault]:
    path = _without_tag(detail["loc"])
    problem, fix = _in_words(detail, path, model)
    return path, Fault(place_of(path), problem, fix)


def _is_artefact(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """Elements that are faulty do not count for pydantic, so their list looks too short to it."""
    loc = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in details
    )


def _without_tag(loc: Path) -> Path:
    """The model's path: pydantic names the kind of block behind its index: ``body, 0, paragraph, text``."""
    index = loc.index("body") + 1 if "body" in loc[:2] else len(loc)
    return (*loc[: index + 1], *loc[index + 2 :])


def _in_words(detail: ErrorDetails, path: Path, model: type[BaseModel]) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return "this field is missing", _ask_for(path)
    if kind == "extra_forbidden":
        return f'there is no field "{_shown(path[-1])}" here', _nearest(str(path[-1]), detail["loc"], model)
    if kind == "string_pattern_mismatch":
        return f"{_shown(detail['input'])!r} does not fit", f"write {_pattern(path)}"
    if kind == "timezone_aware":
        return "this time has no offset", "write it with one, such as 2027-01-23T19:00:00+01:00"
    if kind in _KINDS:
        return f"this is {_name_of(detail['input'])}", f"write {_KINDS[kind]}"
    return _sized(kind, context) or _chosen(kind, context) or _split(detail["msg"])


def _sized(kind: str, context: dict[str, Any]) -> tuple[str, str] | None:
    match kind:
        case "string_too_short":
            return "this field is empty", "fill it, or leave it out where it may be"
        case "string_too_long":
            return "this text is too long", f"keep it to {context['max_length']} characters"
        case "too_short":
            return "this list is empty", f"give at least {context['min_length']}"
        case "too_long":
            return (
                f"this list has {context['actual_length'] or 'too many'} entries",
                f"give at most {context['max_length']}",
            )
        case "greater_than_equal" | "less_than_equal":
            is_small = "ge" in context
            return (
                f"this number is too {'small' if is_small else 'large'}",
                f"give {context['ge']} or more" if is_small else f"give {context['le']} or less",
            )
    return None


def _chosen(kind: str, context: dict[str, Any]) -> tuple[str, str] | None:
    match kind:
        case "enum" | "literal_error":
            return "this is none of the possible values", f"write {context['expected']}"
        case "union_tag_invalid":
            return (
                f"there is no block of type {_shown(context['tag'])!r}",
                f"write {context['expected_tags']}",
            )
        case "union_tag_not_found":
            return "this block has no type", 'add "type": paragraph, subheading, list or table'
        case "json_invalid":
            return f"this is no JSON: {context['error']}", ""
    return None


def _split(message: str) -> tuple[str, str]:
    """The model's own messages read "what is wrong; what would be right"."""
    problem, _, fix = message.partition("; ")
    return problem, fix


def _shown(value: object, limit: int = 40) -> str:
    text = re.sub(r"[^\S ]|[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", str(value))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _name_of(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {_shown(value)}"
        case str():
            return f"the text {_shown(value)!r}"
        case list() | tuple():
            return "a list"
    return "an object"


def _ask_for(path: Path) -> str:
    name = path[-1]
    return f"add {name}" + (", at least one" if name in {"contacts", "body"} else "")


def _pattern(path: Path) -> str:
    return next((_PATTERNS[step] for step in reversed(path) if step in _PATTERNS), _CODE)


def _nearest(name: str, loc: Path, model: type[BaseModel]) -> str:
    known = sorted(_fields_at(loc, model))
    near = difflib.get_close_matches(name[:64].lower(), known, n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else f"remove it; known here: {', '.join(known)}"


def _fields_at(loc: Path, model: type[BaseModel]) -> set[str]:
    if len(loc) == 1:
        return {field.alias or name for name, field in model.model_fields.items()}
    models = list(_models_in(_annotation(str(loc[0]), model)))
    if len(models) == 1 or models[0] is Record:
        return _fields_at(loc[1:] if isinstance(loc[1], str) else loc[2:], models[0])
    tags = [each for each in models if "type" in each.model_fields and each.model_fields["type"].default in loc]
    return {field.alias or name for each in tags or models for name, field in each.model_fields.items()}


def _annotation(named: str, model: type[BaseModel]) -> object:
    """Of the field that input calls so: pydantic speaks of a field by its alias."""
    return next(field.annotation for name, field in model.model_fields.items() if named == (field.alias or name))


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
