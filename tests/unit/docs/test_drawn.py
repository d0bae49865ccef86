"""Documents that are drawn from the code: exit codes, settings, life cycles. --update-golden writes them."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import click
import pytest

from config.settings import ENV_PREFIX, Settings
from syndicator import errors
from syndicator.cli.publisher import submit
from syndicator.model.lifecycle import DELIVERY_MOVES, ENDPOINT_MOVES, LANES, RELEASE_MOVES, Audience, Lane
from syndicator.route import BUNDLES
from syndicator.web import problems

DOCS = Path(__file__).parents[3] / "docs"
AUDIENCES = {
    Audience.NOBODY: "no endpoint",
    Audience.MATCHING: "endpoints with a subscription whose filter and event types want it",
    Audience.RECEIVED: "endpoints that were, or may have been, sent any version, whatever they subscribe to now",
    Audience.RECEIVED_OR_MATCHING: "either of these two",
    Audience.RECEIVED_OR_AWAITED: "endpoints that received it, and those that were about to and whose filter still matches",
}


def exit_codes() -> Iterator[str]:
    yield "# Exit codes and HTTP statuses\n"
    yield "Drawn from `syndicator/errors.py` and `syndicator/web/problems.py`. The message on stderr says what went wrong and what to do about it.\n"
    yield "| exit | HTTP | title | what it means |"
    yield "| --- | --- | --- | --- |"
    yield "| 0 | 2xx | | It worked. |"
    root = errors.SyndicatorError
    yield f"| {root.exit_code} | {root.status} | {root.title} | Any other failure. |"
    yield "| 1 | 405 | Method Not Allowed | This address does not take the method; `Allow` names those that it takes. |"
    yield "| 2 | | | Wrong usage of the command line. |"
    for kind in sorted(_raised(), key=lambda each: (each.exit_code, each.status != errors.Rejected.status)):
        meaning = inspect.cleandoc(str(kind.__doc__)).replace("``", "`")
        yield f"| {kind.exit_code} | {kind.status} | {kind.title} | {meaning} |"
    yield "| 130 | | | Interrupted. |"


def _raised() -> list[type[errors.SyndicatorError]]:
    homes = {errors.__name__, problems.__name__}
    return [kind for kind in errors.SyndicatorError.__subclasses__() if kind.__module__ in homes]


def settings() -> Iterator[str]:
    yield "# Settings\n"
    yield (
        "Drawn from `config/settings.py`. The environment wins over the TOML file, which is named by `SYNDICATOR_CONFIG` (or is\n"
        "`syndicator.toml` in the folder where the process starts); the file wins over the default. In the file names "
        "have no\nprefix and are in small letters. `syndicator doctor` reports variables that are not a setting.\n"
    )
    yield "| variable | default | meaning |"
    yield "| --- | --- | --- |"
    for name, field in Settings.model_fields.items():
        yield f"| `{ENV_PREFIX}{name.upper()}` | {_as_written(field.default)} | {field.description} |"
    yield "\nCommands that talk to a service also read these; their flags win.\n"
    yield "| variable | flag | meaning |"
    yield "| --- | --- | --- |"
    for option in submit.params:
        if isinstance(option, click.Option) and option.envvar:
            yield f"| `{option.envvar}` | `{option.opts[0]}` | {option.help} |"
    yield (
        "\nThese commands also heed what curl, pip and git do:\n\n"
        "- `HTTPS_PROXY` (`HTTP_PROXY` for a service of plain http), `ALL_PROXY` and `NO_PROXY`, in capitals or small "
        "letters: the proxy on\n"
        "  the way to the service, as `http://host:port` or `http://NAME:PASSWORD@host:port`. None is used for this machine "
        "itself. Over\n"
        "  https it sees neither token nor text; by plain http it reads both.\n"
        f"- {_listed(BUNDLES)}, the first that is set: the PEM file of the authorities that may vouch for\n"
        "  the service, instead of certifi's, for a company that has its own. To add to certifi's, join both in one file.\n\n"
        "A `.netrc` is never read. Pushes to newsrooms heed none of this; for them there is `SYNDICATOR_CA_FILE` "
        "([decision 17](decisions/0017-the-publishers-proxy.md))."
    )


def _listed(names: Sequence[str]) -> str:
    *first, last = (f"`{name}`" for name in names)
    return f"{', '.join(first)} or {last}"


def _as_written(default: object) -> str:
    """A default as one would write it into the environment."""
    if isinstance(default, tuple):
        default = ",".join(map(str, default))
    if isinstance(default, bool):
        default = str(default).lower()
    return "" if default in {None, ""} else f"`{default}`"


def life_cycles() -> Iterator[str]:
    yield "# Life cycles\n"
    yield "Drawn from the tables of `syndicator/model/lifecycle.py`. A move that is not in a table is refused.\n"
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
    yield from _who_is_told()
    yield from _diagram("Delivery", DELIVERY_MOVES)
    yield from _diagram("Endpoint", ENDPOINT_MOVES)


def _who_is_told() -> Iterator[str]:
    yield "\n## Who is told, and how soon\n"
    yield "| who is told | which endpoints |"
    yield "| --- | --- |"
    for audience, meaning in AUDIENCES.items():
        yield f"| {audience} | {meaning} |"
    yield "\n| lane, most urgent first | events |"
    yield "| --- | --- |"
    for lane in Lane:
        events = ", ".join(event for event, its_lane in LANES.items() if its_lane is lane)
        yield f"| {lane} | {events or 'further attempts, except those of the first lane'} |"
    yield (
        "\nA paused endpoint's deliveries are parked until it is resumed; those of the first lane go out all the same. "
        "A\ndisabled or removed endpoint is told nothing. An unverified one gets nothing but pings until its receiver "
        "has answered\na challenge (`endpoint verify`). The ping of `endpoint test` goes out at once to any endpoint that "
        "is not removed; one that\nfails is parked like the rest, or dead where the endpoint is disabled."
    )


def _diagram(title: str, table: Mapping[str, tuple[Sequence[str], str]]) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield "```mermaid\nstateDiagram-v2"
    for move, (sources, target) in table.items():
        for source in sources:
            yield f"  {source} --> {target}: {move}"
    yield "```"


@pytest.mark.parametrize(
    ("name", "drawn"),
    [("exit-codes.md", exit_codes), ("settings.md", settings), ("lifecycle.md", life_cycles)],
)
def test_the_document_says_what_the_code_does(
    pytestconfig: pytest.Config, name: str, drawn: Callable[[], Iterator[str]]
) -> None:
    text = "\n".join(drawn()) + "\n"
    if pytestconfig.getoption("--update-golden"):
        (DOCS / name).write_text(text, encoding="utf-8")
    assert (DOCS / name).read_text(encoding="utf-8") == text, "look at the change, then pytest --update-golden"


def test_every_audience_is_explained() -> None:
    assert AUDIENCES.keys() == set(Audience)
