"""What a shell sees: exit codes, two streams, quiet pipes, a quick start, help with examples."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from syndicator import errors
from syndicator.cli.main import syndicator
from tests.unit.cli.answering import Answering
from tests.unit.cli.conftest import EXAMPLE, ROOT, Call, process

HEAVY = ("alembic", "celery", "fastapi", "lxml", "pydantic", "redis", "requests", "rich", "sqlalchemy", "feedgen")
WITHOUT_JSON = {"run", "web", "worker", "render"}


def commands(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    """The words of every command that does something."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield (*before, name)


COMMANDS = list(commands(syndicator))


def test_every_name_of_the_command_line_is_there() -> None:
    """Scripts rely on them."""
    assert {" ".join(words) for words in COMMANDS} == {
        *("check", "preview", "render", "submit", "status", "history"),
        *("update", "correct", "withhold", "reinstate", "reschedule", "withdraw"),
        *("feeds list", "feeds show", "feeds create", "feeds try", "feeds delete"),
        *("endpoint add", "endpoint list", "endpoint show", "endpoint test", "endpoint pause", "endpoint resume"),
        *("endpoint verify", "endpoint rotate-secret", "endpoint remove", "endpoint subscribe", "endpoint unsubscribe"),
        *("endpoint recover", "deliveries list", "deliveries show", "deliveries replay", "verify"),
        *("demo", "run", "web", "worker", "migrate", "doctor", "reseal", "network list", "network show"),
        *("publisher list", "publisher show", "publisher set", "erase-contact"),
    }


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_has_an_example_to_copy_and_json_where_there_is_an_answer(call: Call, words: tuple[str, ...]) -> None:
    done = call(*words, "--help")
    assert done.code == 0
    lines = [line for line in done.out.splitlines() if line.startswith("  Example: ")]
    assert lines
    assert all(f"syndicator {' '.join(words)}" in line for line in lines), "an example is of its own command, unwrapped"
    assert ("--json" in done.out) is (words[0] not in WITHOUT_JSON)


@pytest.mark.parametrize("group", sorted({words[0] for words in COMMANDS if len(words) > 1}))
def test_help_of_a_group_has_an_example_to_copy(call: Call, group: str) -> None:
    done = call(group, "--help")
    assert (done.code, f"\n  Example: syndicator {group} " in done.out) == (0, True)


def test_the_first_help_lists_every_command(call: Call) -> None:
    listed = [line.split()[0] for line in call("--help").out.splitlines() if line.startswith("  ") and line.split()]
    assert {words[0] for words in COMMANDS} <= set(listed)


def test_the_start_waits_for_no_library_but_click() -> None:
    code = (
        "import sys; from syndicator.cli.main import main\n"
        "try: main(['--help'])\n"
        f"except SystemExit: print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_the_garbage_collector_stays_away_while_a_command_is_loaded() -> None:
    code = (
        "import gc, sys; from syndicator.cli.main import main\n"
        f"sys.argv = ['syndicator', 'check', {str(EXAMPLE)!r}]\n"
        "before = gc.get_stats()[0]['collections']\n"
        "try: main()\n"
        "except SystemExit: print(len(sys.modules), gc.get_stats()[0]['collections'] - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules, looks = map(int, done.stdout.split()[-2:])
    assert modules > 500
    assert looks < 5, "it was a hundred, a tenth of the start"


@pytest.mark.parametrize(
    "arguments", [("bogus",), ("submit",), ("render", EXAMPLE, "--format", "pdf"), ("status", "--x")]
)
def test_wrong_usage_is_2_and_says_so_on_stderr(call: Call, arguments: tuple[object, ...]) -> None:
    done = call(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Error" in done.err


@pytest.mark.parametrize(
    ("arguments", "environment", "code"),
    [
        (("render", EXAMPLE), {}, 0),
        (("render", "missing.json"), {}, 2),
        (("render", EXAMPLE, "--output", "no/such/folder"), {}, 2),
        (("network", "show", "nowhere"), {}, errors.NotFound.exit_code),
        (("status", "rel_1", "--token", "ä"), {}, errors.Unauthorised.exit_code),
        (("migrate",), {"SYNDICATOR_DATABASE_URL": "nonsense"}, errors.StoreError.exit_code),
        (("migrate",), {"SYNDICATOR_DATA_DIR": "syndicator.toml/data"}, errors.ConfigError.exit_code),
        (("migrate",), {"SYNDICATOR_PORT": "many"}, errors.ConfigError.exit_code),
    ],
)
def test_each_error_has_its_code_and_its_stream(
    call: Call,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[object, ...],
    environment: dict[str, str],
    code: int,
) -> None:
    (tmp_path / "syndicator.toml").write_text("port = 8081\n")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = call(*arguments)
    assert done.code == code, done.err
    assert (bool(done.out), bool(done.err)) == (code == 0, code != 0)


@pytest.mark.parametrize(
    ("words", "meant"), [("sumbit", "submit"), ("endpoints list", "endpoint"), ("feeds lst", "list")]
)
def test_a_misspelt_command_is_told_with_what_may_have_been_meant(call: Call, words: str, meant: str) -> None:
    done = call(*words.split(), "release.txt")
    assert done.code == 2
    assert "No such command" in done.err
    assert f"Did you mean {meant!r}?" in done.err


@pytest.mark.parametrize("words", ["web", "worker"])
def test_a_process_among_others_makes_no_database_of_its_own(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv("SYNDICATOR_BROKER_URL", "redis://127.0.0.1:1")
    done = call(words)
    assert (done.code, list(tmp_path.iterdir())) == (errors.StoreError.exit_code, [])
    assert "set SYNDICATOR_DATABASE_URL=postgresql+psycopg://…, the same in every process" in done.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("render", "syndicator.toml"), errors.Rejected.exit_code),
        (("status", "rel_1", "--to", "http://127.0.0.1:1"), errors.Unreachable.exit_code),
        (("run",), errors.ConfigError.exit_code),
    ],
)
def test_a_process_ends_with_the_errors_code_and_without_a_traceback(
    tmp_path: Path, arguments: tuple[object, ...], code: int
) -> None:
    (tmp_path / "syndicator.toml").write_text('broker_url = "redis://127.0.0.1:1"\n')
    running = process(tmp_path, *arguments)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (code, b""), err.decode()
    assert err
    assert b"Traceback" not in err


def test_a_data_directory_that_cannot_be_made_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    running = process(tmp_path, "migrate", SYNDICATOR_DATA_DIR=str(tmp_path / "a-file" / "data"))
    _, err = running.communicate(timeout=30)
    assert running.returncode == errors.ConfigError.exit_code, err.decode()
    assert b"data_dir cannot be made: Not a directory: " in err


@pytest.mark.parametrize(
    "arguments",
    [("render", EXAMPLE), ("network", "show", "unn"), ("network", "list")],
    ids=("bytes", "lines", "a table"),
)
def test_a_reader_that_has_seen_enough_is_no_failure(tmp_path: Path, arguments: tuple[object, ...]) -> None:
    running = process(tmp_path, *arguments)
    assert running.stdout
    assert running.stderr
    running.stdout.close()  # long before the process writes: its own start takes longer
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait(30) == 0


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What is started has SIGINT, though the suite may run in the background of a shell that ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_is_130_without_a_traceback(tmp_path: Path) -> None:
    with Answering(hold=True) as service:
        running = process(tmp_path, "status", "rel_1", "--to", service.url)
        assert service.arrived.wait(30)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert out == b""
    assert b"Traceback" not in err


def test_a_piped_table_has_one_line_a_row_and_no_colours(tmp_path: Path) -> None:
    out, _ = process(tmp_path, "network", "list", COLUMNS="20").communicate(timeout=30)
    lines = out.decode().splitlines()
    assert [line.split()[0] for line in lines] == ["network", "default", "unn"]
    assert "\x1b" not in out.decode()


def test_python_m_and_the_console_script_are_one(call: Call, tmp_path: Path) -> None:
    out, _ = process(tmp_path, "--help").communicate(timeout=30)
    assert out.decode() == call("--help").out
