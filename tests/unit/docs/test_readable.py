"""What readers copy and follow: commands are ours, links lead somewhere, modules exist, the demo prints what is shown."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from prometheus_client import REGISTRY

from syndicator.cli.main import syndicator

ROOT = Path(__file__).parents[3]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"^\$ (?:\w+=\S+ )*syndicator (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")
# Differs from run to run: ports, ids, folders, times, machines.
CHANGING = re.compile(
    r":\d{4,5}\b|_[0-9a-z]{26}\b|demo-\w{8}|\d+\.\d+ s\b|@\S+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
WRITTEN_BY_READERS = ("body.json", "release.txt", "release.md", "release.toml")


def shown_commands() -> list[str]:
    return [found for page in PAGES for found in COMMAND.findall(page.read_text(encoding="utf-8"))]


def parsed(arguments: list[str]) -> click.Context:
    """The context of the command that these arguments name, without running it; UsageError if there is none."""
    context = click.Context(syndicator)
    command: click.Command = syndicator
    while isinstance(command, click.Group):
        _, found, arguments = command.resolve_command(context, arguments)
        assert found is not None
        command = found
    return command.make_context(command.name, arguments)


@pytest.mark.parametrize("line", shown_commands())
def test_a_shown_command_is_one(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("examples").symlink_to(ROOT / "examples")
    for name in WRITTEN_BY_READERS:
        Path(name).touch()
    with parsed(shlex.split(line, comments=True)) as context:
        assert context.command.name


@pytest.mark.parametrize("line", ["sumbit release.txt", "submit release.txt --soon", "withdraw rel_…"])
def test_what_is_no_command_would_be_seen(line: str) -> None:
    with pytest.raises(click.UsageError):
        parsed(shlex.split(line))


def test_who_follows_the_readme_has_the_files_that_it_names() -> None:
    named = re.findall(r"\b[\w/-]+\.(?:txt|md|json|toml|docx|html)\b", "\n".join(COMMAND.findall(README)))
    assert "examples/biom-kawasaki.json" in named
    assert all((ROOT / name).is_file() for name in set(named) - {"body.json"})  # that one is what a receiver got


def test_make_knows_the_targets_that_are_shown() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    shown = {target for page in PAGES for target in re.findall(r"(?<!\w)make ([a-z-]+)\b", _code(page))}
    assert {"demo", "test"} <= shown <= set(targets)


def _code(page: Path) -> str:
    """What stands in backticks."""
    return "\n".join(re.findall(r"`[^`]+`|^\$ .+$", page.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for path, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        target = page.parent / path if path else page
        assert target.exists(), f"{path} is linked and does not exist"
        if anchor:
            assert anchor.removeprefix("#") in anchors(target), f"{path}{anchor} is linked and is no heading"


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_the_metrics_that_are_counted_are_described_and_no_others() -> None:
    import_module("syndicator.metrics")
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    described = dict(re.findall(r"^\| `(syndicator_\w+)` \| (\w+) \|", page, re.MULTILINE))
    # A counter's family is named without what its samples end with.
    counted = {
        f"{family.name}_total" if family.type == "counter" else family.name: family.type
        for family in REGISTRY.collect()
        if family.name.startswith("syndicator_")
    }
    assert described == counted


def test_every_guarantee_has_a_proof() -> None:
    rows = re.findall(r"^\| (G\d) \|.*\|(.*)\|$", README, re.MULTILINE)
    assert [name for name, _ in rows] == ["G1", "G2", "G3", "G4", "G5", "G6", "G9"]
    for name, proofs in rows:
        assert all(path.startswith("tests/") for path, _ in LINK.findall(proofs)), name
        assert LINK.search(proofs), name


def test_the_architecture_names_what_exists() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:[a-z_*]+/)+(?:[a-z_*]+\.\w+)?)`", page)
    assert len(named) > 20
    assert [path for path in named if not (exists(ROOT, path) or exists(ROOT / "syndicator", path))] == []


def exists(folder: Path, path: str) -> bool:
    return any(folder.glob(path))


def test_the_picture_of_the_imports_is_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(each["layers"] for each in contracts if each.get("containers") == ["syndicator"])
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = page.partition("```text\n")[2].partition("```")[0]
    assert [names(layer) for layer in layers] == [names(line) for line in drawn.splitlines() if line.startswith("  ")]


def names(line: str) -> list[str]:
    """The modules of a layer; what stands behind two spaces says what they are."""
    return re.findall(r"\w+", line.strip().partition("  ")[0])


def test_the_demo_prints_what_the_readme_shows(tmp_path: Path) -> None:
    shown = README.partition("$ make demo\n")[2].partition("```")[0]
    printed = subprocess.run(
        [sys.executable, "-m", "syndicator", "demo"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.replace(str(tmp_path), "/tmp")  # noqa: S108 (what the page shows)
    assert list(without_chance(printed)) == list(without_chance(shown[shown.index("Service ") :]))


def test_the_readme_shows_the_end_of_a_whole_run() -> None:
    shown = README.partition("$ make test\n")[2].partition("```")[0]
    assert re.search(r"^\d{3,} passed\b.* in ", shown, re.MULTILINE)
    assert not re.search(r"\b(?:failed|skipped|error)", shown)


def without_chance(text: str) -> Iterator[str]:
    return (CHANGING.sub("…", line) for line in text.splitlines())
