"""Documents that are drawn from the code: the tables of life cycles, exit codes and settings. --update-golden writes them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import ENV_PREFIX, Settings
from syndicator import errors
from syndicator.model.lifecycle import DELIVERY_MOVES, ENDPOINT_MOVES, RELEASE_MOVES

DOCS = Path(__file__).parents[3] / "docs"


def exit_codes() -> Iterator[str]:
    yield "# Exit codes and HTTP statuses\n"
    yield "Drawn from `syndicator/errors.py`.\n"
    yield "| exit | HTTP | what it means |"
    yield "| --- | --- | --- |"
    yield "| 0 | 2xx | it worked |"
    yield "| 2 | | wrong usage of the command line |"
    kinds = {
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.SyndicatorError)
    }
    for kind in sorted(kinds, key=lambda each: each.exit_code):
        yield f"| {kind.exit_code} | {kind.status} | {kind.title}: {str(kind.__doc__).splitlines()[0]} |"
    yield "| 130 | | interrupted |"


def settings() -> Iterator[str]:
    yield "# Settings\n"
    yield (
        "Drawn from `config/settings.py`. A flag wins over the environment, that over the TOML file named by "
        "`SYNDICATOR_CONFIG` (or `syndicator.toml` where the process starts), that over the default.\n"
    )
    yield "| variable | default | meaning |"
    yield "| --- | --- | --- |"
    for name, field in Settings.model_fields.items():
        default = "" if field.default in {None, ""} or field.default == () else f"`{field.default}`"
        yield f"| `{ENV_PREFIX}{name.upper()}` | {default} | {field.description} |"


def life_cycles() -> Iterator[str]:
    yield "# Life cycles\n"
    yield "Drawn from the tables of `syndicator/model/lifecycle.py`.\n"
    yield "## Release\n"
    yield "```mermaid\nstateDiagram-v2"
    for move in RELEASE_MOVES:
        yield f"  {move.source or '[*]'} --> {move.target}: {move.action}"
    yield "```\n"
    yield "| action | from | to | new version | event | who is told | public surfaces |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for move in RELEASE_MOVES:
        version = "yes" if move.new_version else "no"
        yield (
            f"| {move.action} | {move.source or '–'} | {move.target} | {version} | {move.event or '–'} "
            f"| {move.audience} | {move.public} |"
        )
    for title, table in (("Delivery", DELIVERY_MOVES), ("Endpoint", ENDPOINT_MOVES)):
        yield f"\n## {title}\n"
        yield "```mermaid\nstateDiagram-v2"
        for move_name, (sources, target) in table.items():
            for source in sources:
                yield f"  {source} --> {target}: {move_name}"
        yield "```"


@pytest.mark.parametrize(
    ("name", "drawn"),
    [("exit-codes.md", exit_codes), ("settings.md", settings), ("lifecycle.md", life_cycles)],
)
def test_the_document_says_what_the_code_does(request: pytest.FixtureRequest, name: str, drawn: object) -> None:
    assert callable(drawn)
    text = "\n".join(drawn()) + "\n"
    if request.config.getoption("--update-golden"):
        (DOCS / name).write_text(text, encoding="utf-8")
    assert (DOCS / name).read_text(encoding="utf-8") == text, "look at the change, then pytest --update-golden"
