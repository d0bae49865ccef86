"""A file that a command is given to read."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from syndicator.cli.terminal import say


class GivenFile(click.File):
    """Its bytes; - is standard input. Who names a pipe is told that it is waited for: nobody may write into it."""

    def __init__(self) -> None:
        super().__init__("rb")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 (as click has it)
        with suppress(OSError):  # the name of no file: click says so
            if Path(value).is_fifo():
                say(f"{value} is a pipe: waiting for what is written into it", err=True)
        return super().convert(value, param, ctx)
