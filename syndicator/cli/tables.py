"""Results for people: tables, and pairs of names and values."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from syndicator.cli.terminal import visible

_UNFOLDED = 10_000


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on stdout: as wide as the terminal, in a pipe one line a row. No colours where NO_COLOR asks for none."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else visible(str(cell))) for cell in row))
    console = Console(soft_wrap=False, highlight=False)
    if not console.is_terminal:
        console.width = _UNFOLDED
    console.print(table)


def show_facts(facts: Mapping[str, object]) -> None:
    """Names and values under each other; nothing for what is unset."""
    width = max((len(name) for name in facts), default=0)
    console = Console(highlight=False, soft_wrap=True)
    for name, value in facts.items():
        if value not in {None, ""}:
            console.print(Text(visible(f"{name:<{width}}  {value}")))
