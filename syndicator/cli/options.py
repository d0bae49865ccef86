"""Options that many commands share, and the one way to a service."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from syndicator.cli.arguments import argument_faults
from syndicator.errors import ConfigError, Fault, Rejected, Unauthorised

if TYPE_CHECKING:
    from config.settings import Settings
    from syndicator.client import Client

Command = Callable[..., Any]

as_json = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")

_STATED = (
    click.option("--language", metavar="TAG", help="Language of the text, if the file does not say it."),
    click.option(
        "--embargo-until", metavar="TIME", help="When it may appear (2027-01-23T19:00), if the file does not say it."
    ),
    click.option(
        "--embargo-zone", metavar="ZONE", help="Zone of that time (Europe/Berlin), if it has no offset of its own."
    ),
)


_URL = "SYNDICATOR_URL"
_to = click.option("--to", metavar="URL", envvar=_URL, help="The service; default: public_base_url.")
_token = click.option(
    "--token", metavar="TOKEN", envvar="SYNDICATOR_TOKEN", help="Default: the operator's token of these settings."
)


def of_text(command: Command) -> Command:
    """What a text may leave unsaid, handed to the command as ``stated``: the fields that were given, by name."""
    from functools import wraps

    @wraps(command)
    def with_stated(
        *args: Any,  # noqa: ANN401
        language: str | None,
        embargo_until: str | None,
        embargo_zone: str | None,
        **values: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        given = {"language": language, "embargo_until": embargo_until, "embargo_zone": embargo_zone}
        stated = {name: value for name, value in given.items() if value is not None}
        return command(*args, stated=stated, **values)

    for option in reversed(_STATED):
        with_stated = option(with_stated)
    return with_stated


def where_options(command: Command) -> Command:
    """``--to`` and ``--token`` as they are, for commands that need no service."""
    return _to(_token(command))


def service_options(command: Command) -> Command:
    """``--to`` and ``--token``, handed to the command as ``client``."""
    from functools import wraps

    @where_options
    @wraps(command)
    def with_client(*args: Any, to: str | None, token: str | None, **values: Any) -> Any:  # noqa: ANN401
        with service_at(to, token, lambda: _file_faults(values)) as client:
            if argument_faults() and "file" not in values:
                raise Rejected(argument_faults())
            return command(*args, client=client, **values)

    return with_client


@contextmanager
def where_a_token_comes_from(client: "Client") -> Iterator[None]:
    """Says to whom the service refuses what they can do here, where nobody writes headers."""
    try:
        yield
    except Unauthorised as refused:
        problem = "does not take this token" if client.has_token else "was given no token"
        message = (
            f"{client.base_url} {problem}: give the operator's as --token or SYNDICATOR_TOKEN, or name the folder "
            "with the service's operator.token as SYNDICATOR_DATA_DIR"
        )
        raise Unauthorised(message) from refused


@contextmanager
def service_at(to: str | None, token: str | None, besides: Callable[[], Sequence[Fault]]) -> Iterator["Client"]:
    """The client. Rejected when the address is wrong, with the arguments' faults and those ``besides``.

    A command with a file is called in spite of wrong arguments, when there is a service that it may need to judge both.
    """
    try:
        client = connect(to, token)
    except Rejected as refused:
        raise Rejected([*argument_faults(), *refused.faults, *besides()]) from refused
    with client, where_a_token_comes_from(client):
        yield client


def _file_faults(values: Mapping[str, Any]) -> Sequence[Fault]:
    """What is wrong with a release that no service was asked about, but for what the wanted profile may hold."""
    if "stated" not in values:
        return ()
    from syndicator.cli.sources import source_of

    source = source_of(values["file"], values["stated"])
    try:
        source.complete()
    except Rejected as refused:
        return [fault for fault in refused.faults if not source.leaves_open(fault.place, values["publisher"])]
    return ()


def connect(to: str | None, token: str | None) -> "Client":
    """The client for these options; the settings fill in what is not given."""
    from syndicator.client import Client

    settings = read_settings()
    try:
        return Client(to or settings.public_base_url, token or _known_token(settings))
    except Rejected as refused:
        raise Rejected([replace(fault, place=_where_to_stands()) for fault in refused.faults]) from refused


def _where_to_stands() -> str:
    """By what the address was given: who never typed ``--to`` would not find it."""
    source = click.get_current_context().get_parameter_source("to")
    return _URL if source is click.core.ParameterSource.ENVIRONMENT else "--to"


def connect_nearby() -> "Client | None":
    """The client for the service of these settings, where they or the data directory have its token."""
    from syndicator.client import Client

    settings = read_settings()
    token = _known_token(settings)
    return Client(settings.public_base_url, token) if token else None


def read_settings() -> "Settings":
    """The settings. ConfigError that names every fault."""
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError

    from config.settings import ENV_PREFIX, Settings, config_file

    named, file = os.environ.get(f"{ENV_PREFIX}CONFIG"), config_file()
    if named and file and not file.is_file():
        message = f"{ENV_PREFIX}CONFIG names {named}, which is no file: correct it, or unset it"
        raise ConfigError(message)
    try:
        return Settings()
    except ValidationError as error:
        from syndicator.cli.setting_faults import WrongSettings, faults_of

        raise WrongSettings(faults_of(error)) from error
    except (TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        message = f"{file} cannot be read as TOML: {error}"
        raise ConfigError(message) from error


def _known_token(settings: "Settings") -> str | None:
    """The operator's token, where these settings or the data directory have it."""
    if settings.operator_token is not None:
        return settings.operator_token.get_secret_value()
    path = settings.data_dir / "operator.token"
    try:
        return path.read_text(encoding="ascii").strip() if path.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read ({error}): run as the user it belongs to, or set SYNDICATOR_TOKEN"
        raise ConfigError(message) from error


def segment(name: str) -> str:
    """An id or name as one part of a path, whatever characters it has."""
    return quote(name, safe="")
