"""The networks that releases are issued by: their wordings and text templates, read from files.

A network is a folder ``<name>/`` with ``network.toml``, ``texts/<language>-<version>.toml`` and
``templates/<language>-<version>.toml``; the higher number is the newer version. A new network or language is a new
folder or file, never code.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_NUMBER = re.compile("([0-9]+)")
SHIPPED = Path(__file__).parent / "data" / "networks"


def network_folders(further: Path | None) -> Iterator[Path]:
    """The shipped networks' folders, then those of the operator's own; a later one of the same name wins."""
    for root in (SHIPPED, further):
        if root is not None:
            yield from sorted(path.parent for path in root.glob("*/network.toml"))


def read_network(folder: Path) -> dict[str, Any]:
    """The fields of one network with its ``texts`` and ``templates``, as they stand in the files."""
    return {
        **_read(folder / "network.toml"),
        "texts": [_read(path) for path in _oldest_first(folder / "texts")],
        "templates": [_read(path) for path in _oldest_first(folder / "templates")],
    }


def _oldest_first(folder: Path) -> list[Path]:
    """Its files by their names, numbers in them by their size: version 10 comes after version 9."""
    return sorted(folder.glob("*.toml"), key=lambda path: _words_and_numbers(path.stem))


def _words_and_numbers(name: str) -> list[str | int]:
    return [int(part) if place % 2 else part for place, part in enumerate(_NUMBER.split(name))]


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
