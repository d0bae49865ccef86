"""What every file of the repository keeps to, whatever its language."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LINES = 400
FOLDERS = (".ci", "config", "docker", "docs", "examples", "feeds", "requirements", "syndicator", "tests", "workers")
# Put together here, so that this file keeps to what it asks for.
FORBIDDEN = {
    "unfinished": rf"(?:#|//|<!--|;;|--)\s*(?:{'TO' + 'DO'}|{'FIX' + 'ME'}|{'X' * 3})\b",
    "a mock": r"(?:from|import) unittest" + r"\.mock|Magic" + "Mock",
    # Python before 3.11.5 loses its place where a turn of one begins to match and fails (CPython issue 106052).
    "a possessive group": r"(?<![(\\\[])\)(?:[*+?]|\{[\d,]+\})\+|\(\?" + ">",
    "a private path": r"(?<![\w.])/(?:work|root|home)/\w|/tmp/(?!syndicator)\w",
    "a package index": r"py" + r"pi\.org|python" + r"hosted\.org|--(?:extra-)?index-" + "url",
}


def files(suffix: str = "") -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob(f"*{suffix}"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
    yield from (path for path in ROOT.glob(f"*{suffix}") if path.is_file())


def text_of(path: Path) -> str:
    """The file as text; what is not text has nothing to say here."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_python_file_is_long() -> None:
    """But migrations, which are written once, by a machine, and never read as a whole."""
    sources = [path for path in files(".py") if path.parent.parent.name != "migrations"]
    lengths = {path.relative_to(ROOT): len(text_of(path).splitlines()) for path in sources}
    assert len(lengths) > len(FOLDERS)
    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_no_file_holds(name: str) -> None:
    pattern = re.compile(FORBIDDEN[name])
    assert [
        f"{path.relative_to(ROOT)}: {found.group()}" for path in files() if (found := pattern.search(text_of(path)))
    ] == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("unfinished", "# " + "TO" + "DO: later"),
        ("a mock", "from unittest" + ".mock import patch"),
        ("a private path", "see /" + "root/notes"),
        ("a package index", "https://py" + "pi.org/simple"),
    ],
)
def test_each_pattern_bites(name: str, line: str) -> None:
    assert re.search(FORBIDDEN[name], line)
