"""The command ``syndicator``. Sub-commands are imported when they are called: the rest need not wait for them."""

import gc
import re
import sys
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final, NoReturn

import click

from syndicator.cli.streams import make_usable
from syndicator.cli.terminal import say
from syndicator.errors import SyndicatorError

_FAILED: Final = SyndicatorError.exit_code
_INTERRUPTED: Final = 130
_OBJECTS_BETWEEN_LOOKS: Final = 200_000
_EXAMPLE: Final = re.compile(r"\n\n( *)Example:")
_SECTIONS: Final = {
    "For publishers": {
        "check": "syndicator.cli.files:check",
        "preview": "syndicator.cli.files:preview",
        "render": "syndicator.cli.files:render",
        "submit": "syndicator.cli.publisher:submit",
        "status": "syndicator.cli.publisher:status",
        "history": "syndicator.cli.publisher:history",
        "update": "syndicator.cli.revisions:update",
        "correct": "syndicator.cli.revisions:correct",
        "withhold": "syndicator.cli.revisions:withhold",
        "reinstate": "syndicator.cli.revisions:reinstate",
        "reschedule": "syndicator.cli.revisions:reschedule",
        "withdraw": "syndicator.cli.revisions:withdraw",
    },
    "For newsrooms": {
        "feeds": "syndicator.cli.channels:feeds",
        "endpoint": "syndicator.cli.newsrooms:endpoint",
        "deliveries": "syndicator.cli.deliveries:deliveries",
        "verify": "syndicator.cli.deliveries:verify",
    },
    "For operators": {
        "demo": "syndicator.cli.processes:demo",
        "run": "syndicator.cli.processes:run",
        "web": "syndicator.cli.processes:web",
        "worker": "syndicator.cli.processes:worker",
        "migrate": "syndicator.cli.operator:migrate",
        "doctor": "syndicator.cli.doctor:doctor",
        "reseal": "syndicator.cli.sealing:reseal",
        "network": "syndicator.cli.operator:network",
        "publisher": "syndicator.cli.publishers:publisher",
        "erase-contact": "syndicator.cli.erasure:erase_contact",
    },
}
_COMMANDS: Final = {name: place for section in _SECTIONS.values() for name, place in section.items()}


class Commands(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        _keep_examples(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, which looks for what may have been meant among commands that are imported already."""
        if args[0] not in _COMMANDS and (near := get_close_matches(args[0], _COMMANDS)):
            message = f"No such command {args[0]!r}. Did you mean {' or '.join(map(repr, near))}?"
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, section in _SECTIONS.items():
            found = [(name, self.get_command(ctx, name)) for name in section]
            limit = formatter.width - 16
            with formatter.section(title):
                formatter.write_dl([(name, each.get_short_help_str(limit)) for name, each in found if each])


def _keep_examples(command: click.Command) -> None:
    """Leaves the lines of examples as they are, so that they can be copied; click would wrap them anew."""
    command.help = _EXAMPLE.sub("\n\n\\1\b\n\\1Example:", command.help or "")
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _keep_examples(each)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="syndicator")
def syndicator() -> None:
    """Press releases, out to the world: feeds for everyone, signed pushes for newsrooms.

    Try it: `syndicator demo`. Exit codes: docs/exit-codes.md.
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs the command line and exits: 0, click's 2 for wrong usage, or the error's own code."""
    make_usable()
    if arguments is None:
        _load_undisturbed()
    sys.exit(_run(arguments))


def _load_undisturbed() -> None:
    """Keeps the garbage collector from looking again and again through modules that are being loaded, for nothing.

    That was a tenth of a command's start. What runs for months sets a pace of its own when it has loaded.
    """
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)


def _run(arguments: list[str] | None) -> int:
    try:
        outcome: Any = syndicator.main(arguments, prog_name="syndicator", standalone_mode=False)
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except SyndicatorError as error:
        _tell(f"{error.title}: {error}" if "\n" not in str(error) else f"{error.title}:\n{error}")
        return error.exit_code
    except OSError as error:
        _tell(f"This machine refused: {error}")
        return _FAILED
    return outcome if isinstance(outcome, int) else 0


def _tell(failure: str) -> None:
    """On stderr. Where that takes nothing (a full disk), the exit code tells it alone."""
    with suppress(OSError):
        say(failure, err=True)
