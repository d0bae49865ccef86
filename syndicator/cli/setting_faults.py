"""What is wrong with the settings, in words for the operator: where each value stands, and what to write instead."""

import os
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from syndicator.errors import ConfigError, Fault

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_SHOWN_CHARACTERS: Final = 80
_FORMS: Final = {
    "int": ("is no whole number", "write digits only, such as {example}"),
    "float": ("is no number", "write it in digits, such as {example}"),
    "bool": ("is neither yes nor no", "write true or false"),
    "finite": ("has no end", "write a number, such as {example}"),
    "string": ("is no text", "put it between quotes"),
    "path": ("is no path", "put it between quotes"),
    "literal": ("is none of the choices", "write {expected}"),
    "greater_than_equal": ("is too small", "write {ge} or more"),
    "greater_than": ("is too small", "write more than {gt}"),
    "less_than_equal": ("is too large", "write {le} or less"),
}
"""By the beginning of pydantic's name for the error, the longer one first: problem and fix."""


class WrongSettings(ConfigError):
    """Values that no service can run with; ``faults`` holds them all."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def faults_of(error: "ValidationError") -> list[Fault]:
    """Each fault under the name that the value was given: the variable, or the key and its file."""
    return [_fault(each) for each in error.errors(include_url=False)]


def _fault(error: "ErrorDetails") -> Fault:
    from config.settings import Settings

    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        near = get_close_matches(name, Settings.model_fields, 1)
        return Fault(_place(name), "is no setting", f"did you mean {near[0]}?" if near else "remove it")
    return Fault(_place(name), *_words(name, error))


def _place(name: str) -> str:
    from config.settings import ENV_PREFIX, config_file

    variable = f"{ENV_PREFIX}{name}".upper()
    stated = any(each.upper() == variable for each in os.environ)
    return variable if stated else f"{name} in {config_file()}"


def _words(name: str, error: "ErrorDetails") -> tuple[str, str]:
    """Problem and fix."""
    from config.settings import Settings

    told: dict[str, Any] = error.get("ctx", {})
    if error["type"] == "form":
        return told["problem"], told["fix"]
    field = Settings.model_fields[name]
    problem, fix = next(_known(error["type"]), ("cannot be used", f"write what is meant by: {field.description}"))
    example = field.default if field.examples is None else field.examples[0]
    return f"{_shown(name, error['input'])} {problem}", fix.format(example=example, **told)


def _known(kind: str) -> Iterator[tuple[str, str]]:
    return (words for beginning, words in _FORMS.items() if kind.startswith(beginning))


def _shown(name: str, value: object) -> str:
    """The value, but never that of a secret."""
    from pydantic import SecretStr

    from config.settings import Settings

    if SecretStr in getattr(Settings.model_fields[name].annotation, "__args__", ()):
        return "the value"
    return f"{value!r:.{_SHOWN_CHARACTERS}}"
