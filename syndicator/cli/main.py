"""The command ``syndicator``. Sub-commands are imported when they are called: the rest need not wait for them."""

import os
import sys
from importlib import import_module
from typing import Any, Final, NoReturn

import click

from syndicator.errors import SyndicatorError

_INTERRUPTED: Final = 130
_COMMANDS: Final = {
    "demo": "syndicator.cli.processes:demo",
    "run": "syndicator.cli.processes:run",
    "web": "syndicator.cli.processes:web",
    "worker": "syndicator.cli.processes:worker",
    "migrate": "syndicator.cli.operator:migrate",
    "doctor": "syndicator.cli.doctor:doctor",
    "network": "syndicator.cli.operator:network",
    "check": "syndicator.cli.files:check",
    "render": "syndicator.cli.files:render",
    "preview": "syndicator.cli.files:preview",
    "submit": "syndicator.cli.publisher:submit",
    "status": "syndicator.cli.publisher:status",
    "history": "syndicator.cli.publisher:history",
    "update": "syndicator.cli.revisions:update",
    "correct": "syndicator.cli.revisions:correct",
    "withhold": "syndicator.cli.revisions:withhold",
    "reinstate": "syndicator.cli.revisions:reinstate",
    "reschedule": "syndicator.cli.revisions:reschedule",
    "withdraw": "syndicator.cli.revisions:withdraw",
    "endpoint": "syndicator.cli.newsrooms:endpoint",
    "deliveries": "syndicator.cli.newsrooms:deliveries",
    "verify": "syndicator.cli.newsrooms:verify",
    "feeds": "syndicator.cli.channels:feeds",
}


class Commands(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="syndicator")
def syndicator() -> None:
    """Press releases, out to the world: feeds for everyone, signed pushes for newsrooms.

    Try it: `syndicator demo`. Exit codes: docs/exit-codes.md.
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs the command line and exits: 0, click's 2 for wrong usage, or the error's own code."""
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        outcome: Any = syndicator.main(arguments, prog_name="syndicator", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except SyndicatorError as error:
        click.echo(f"{error.title}: {error}" if "\n" not in str(error) else f"{error.title}:\n{error}", err=True)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter shall not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return outcome if isinstance(outcome, int) else 0
