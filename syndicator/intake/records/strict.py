"""Records as their publisher wrote them, in JSON or TOML, read strictly: all faults at once or a record."""

import json
import re
import tomllib
from dataclasses import replace
from datetime import date, time
from typing import Any, Final, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from syndicator.errors import Fault, Rejected
from syndicator.intake.records.faults import faults_of, located_faults, place_of
from syndicator.intake.records.json_places import Oddity, Path, Places, overgrown, places
from syndicator.model.release import Record

__all__ = ["MAX_DEPTH", "MAX_RECORD_BYTES", "decoded", "faults_of", "read_json", "read_model", "read_toml", "record_of"]

Model = TypeVar("Model", bound=BaseModel)

MAX_RECORD_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 40
MAX_VALUES: Final = 100_000
MAX_FAULTS: Final = 500
_WHOLE: Final = "record"

# Dotted keys longer than any record has: tomllib takes quadratic time over them.
_LONG_KEY: Final = re.compile(
    r"(?<![\w.\"'-])(?:(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*\.[ \t]*){%d}" % MAX_DEPTH  # noqa: UP031
)
_TOML_PLACE: Final = re.compile(r"^(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)

_ODD: Final = {
    "doubled key": ("this field stands here twice", "keep one of the two"),
    "no number": ("NaN and Infinity are no values of JSON", "write a number or leave it out"),
    "lone surrogate": ("half of a surrogate pair stands in this text", "write the whole character"),
}


def read_json(body: bytes, *, max_bytes: int = MAX_RECORD_BYTES) -> Record:
    """The record in a JSON text.

    Raises:
        Rejected: with every fault, each with its field and its line and column.
    """
    return read_model(Record, body, max_bytes=max_bytes)


def read_model(model: type[Model], body: bytes, *, max_bytes: int = MAX_RECORD_BYTES, whole: str = _WHOLE) -> Model:
    """Any other model in a JSON text, read as strictly, with the same faults; those of no field are ``whole``'s."""
    try:
        text, value = _json(body, max_bytes)
    except Rejected as refused:
        raise Rejected([replace(fault, place=whole) for fault in refused.faults]) from None
    where = places(text)
    # Finding a line costs the length of the text: of tens of thousands, only those are located that are reported.
    found = [(odd.path, _odd(odd, text)) for odd in where.oddities[:MAX_FAULTS]]
    if any(odd.kind == "lone surrogate" for odd in where.oddities):
        text_for_model = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    else:
        text_for_model = text.encode()
    return _validated(model, text_for_model, found, where, text, whole)


def _json(body: bytes, max_bytes: int) -> tuple[str, Any]:
    """The text, and the value in it."""
    text = decoded(body, max_bytes)
    wild = overgrown(text, MAX_DEPTH, MAX_VALUES)
    if wild is not None:
        fix = f"{MAX_DEPTH} levels and {MAX_VALUES:,} values are enough"
        raise Rejected([_at(Fault(_WHOLE, wild[0], fix), text, wild[1])])
    try:
        return text, json.loads(text)
    except json.JSONDecodeError as error:
        raise Rejected([_no_json(error)]) from None
    except ValueError:  # more digits than Python reads
        raise Rejected([_LONG_NUMBER]) from None


_LONG_NUMBER: Final = Fault("record", "this holds a number of thousands of digits", "write it as text, or leave it out")


def read_toml(body: bytes, *, max_bytes: int = MAX_RECORD_BYTES) -> Record:
    """The record in a TOML text. Times may be TOML's own.

    Raises:
        Rejected: with every fault, each with its field; those of TOML itself with line and column.
    """
    return record_of(toml_table(decoded(body, max_bytes)))


def toml_table(text: str) -> dict[str, object]:
    """The table a TOML text holds; refused where it is none, or where its nesting is out of hand."""
    key = _LONG_KEY.search(text)
    if key:
        raise Rejected([_at(Fault("record", "this key has too many parts", "records need two"), text, key.start())])
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        _refuse_toml(str(error))
    except RecursionError:
        raise Rejected([Fault("record", "this is nested too deeply", f"{MAX_DEPTH} levels are enough")]) from None
    except ValueError:
        raise Rejected([_LONG_NUMBER]) from None


def record_of(table: object) -> Record:
    """The record a table of plain values makes, checked as strictly as JSON.

    Raises:
        Rejected: with every fault.
    """
    try:
        body = json.dumps(table, ensure_ascii=False, default=_as_text).encode("utf-8", "replace")
    except (RecursionError, ValueError, TypeError):
        raise Rejected([Fault("record", "this is nested too deeply", f"{MAX_DEPTH} levels are enough")]) from None
    return _validated(Record, body, [], None, "")


def decoded(body: bytes, max_bytes: int) -> str:
    """The text of a UTF-8 body, without a byte order mark; size first, so that nothing large is touched."""
    if len(body) > max_bytes:
        raise Rejected([Fault("record", f"this has {len(body):,} bytes", f"at most {max_bytes:,} are read")])
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        problem = f"byte {error.start + 1} (0x{body[error.start]:02X}) is not UTF-8"
        raise Rejected([Fault("record", problem, "save the file as UTF-8", line, column)]) from None


def _validated(
    model: type[Model],
    body: bytes,
    found: list[tuple[Path, Fault]],
    where: Places | None,
    text: str,
    whole: str = _WHOLE,
) -> Model:
    try:
        value = model.model_validate_json(body, strict=True)
    except ValidationError as error:
        known = {path for path, _ in found}
        new = [(path, fault) for path, fault in located_faults(error, MAX_FAULTS, model) if path not in known]
        found += [(path, _at(fault, text, where.of(path)) if where else fault) for path, fault in new]
    else:
        if not found:
            return value
    raise Rejected(_reported([fault if path else replace(fault, place=whole) for path, fault in found]))


def _reported(faults: list[Fault]) -> list[Fault]:
    """In the order of the file. The answer to a hostile body stays readable: the first hundreds."""
    return sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0))[:MAX_FAULTS]


def _at(fault: Fault, text: str, offset: int) -> Fault:
    line = text.count("\n", 0, offset) + 1
    return replace(fault, line=line, column=offset - text.rfind("\n", 0, offset))


def _odd(odd: Oddity, text: str) -> Fault:
    problem, fix = _ODD[odd.kind]
    return _at(Fault(place_of(odd.path), problem, fix), text, odd.offset)


def _no_json(error: json.JSONDecodeError) -> Fault:
    before = error.doc[: error.pos].rstrip()
    # Python 3.13 names the comma, older ones the bracket behind it.
    if "trailing comma" in error.msg or (error.doc[error.pos : error.pos + 1] in {"}", "]"} and before.endswith(",")):
        place = error.doc.rindex(",", 0, error.pos + 1)
        return _at(Fault("record", "this is no JSON: a comma with nothing behind it", "remove it"), error.doc, place)
    return _at(Fault("record", f"this is no JSON: {error.msg}", _json_fix(error)), error.doc, error.pos)


def _json_fix(error: json.JSONDecodeError) -> str:
    if "Invalid control character" in error.msg:
        return "write a line break inside of text as \\n"
    if "Extra data" in error.msg:
        return "one object is a whole record: remove what stands behind it"
    return "see whether a quote, comma, colon or bracket is missing or too many here or just before"


def _refuse_toml(message: str) -> NoReturn:
    found = _TOML_PLACE.match(message)
    problem = f"this is no TOML: {found[1] if found else message}"
    line, column = (int(found[2]), int(found[3])) if found and found[2] else (None, None)
    fix = "see whether a quote, bracket or = is missing, or a name stands twice"
    raise Rejected([Fault("record", problem[:300], fix, line, column)])


def _as_text(value: object) -> str:
    if isinstance(value, date | time):  # a datetime is a date
        return value.isoformat()
    raise TypeError(type(value).__name__)
