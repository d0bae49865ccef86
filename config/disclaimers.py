"""The networks that releases are issued by: their wordings and text templates, read from files.

A network is a folder ``<name>/`` with ``network.toml``, ``texts/<language>-<version>.toml`` and
``templates/<language>-<version>.toml``. A new network or language is a new folder or file, never code.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
        "texts": [_read(path) for path in sorted(folder.glob("texts/*.toml"))],
        "templates": [_read(path) for path in sorted(folder.glob("templates/*.toml"))],
    }


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
