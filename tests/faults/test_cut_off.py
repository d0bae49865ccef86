"""A command killed between the answer and its print, and a web process killed in a submission: the key stays good."""

import fcntl
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.e2e.conftest import EXAMPLE, Machine, client, until
from tests.faults.publisher import Publisher

KEY = "the-key"
KILLS = 2


@contextmanager
def full_pipe() -> Iterator[tuple[int, int]]:
    """Both ends of a pipe that takes nothing more: whoever prints into it stops there."""
    read, write = os.pipe()
    try:
        flags = fcntl.fcntl(write, fcntl.F_GETFL)
        fcntl.fcntl(write, fcntl.F_SETFL, flags | os.O_NONBLOCK)
        try:
            while os.write(write, b"." * 65_536):
                pass
        except BlockingIOError:
            fcntl.fcntl(write, fcntl.F_SETFL, flags)
        yield read, write
    finally:
        os.close(read)
        os.close(write)


def ids(folder: Path) -> list[str]:
    engine = create_engine(f"sqlite:///{folder / 'data' / 'syndicator.db'}")
    try:
        with engine.connect() as connection:
            return list(connection.execute(text("SELECT id FROM releases ORDER BY id")).scalars())
    finally:
        engine.dispose()


@pytest.fixture
def machine(make_machine: Callable[..., Machine]) -> Machine:
    made = make_machine()
    made.start("run")
    until(lambda: client(made).text("/readyz"), made, "the service is ready")
    return made


@pytest.mark.parametrize(("again", "releases"), [(KEY, 1), ("another-key", 2)], ids=["same key", "control"])
def test_a_command_killed_before_it_prints_the_answer_may_be_given_again(
    machine: Machine, tmp_path: Path, again: str, releases: int
) -> None:
    """The control: with another key, as a publisher without any would do it, there are two."""
    to = ("--to", machine.environment["SYNDICATOR_PUBLIC_BASE_URL"], "--idempotency-key")
    with full_pipe() as (_read, write):
        command = subprocess.Popen(
            [sys.executable, "-m", "syndicator", "submit", str(EXAMPLE), *to, KEY],
            env=machine.environment,
            cwd=tmp_path,
            stdout=write,
            stderr=subprocess.DEVNULL,
        )
        stored = until(lambda: ids(tmp_path), machine, "the release is stored")
        assert command.poll() is None, "it has not printed yet"
        command.kill()
        command.wait()
    told = machine.call("submit", str(EXAMPLE), *to, again)
    assert told.returncode == 0
    assert (stored[0] in told.stdout.splitlines()[0]) is (releases == 1)
    assert len(ids(tmp_path)) == releases


def test_a_service_killed_in_the_middle_of_submissions_keeps_each_once(machine: Machine, tmp_path: Path) -> None:
    publisher = Publisher(machine)
    for number in range(KILLS):
        publisher.submit_and_then(random.Random(number), machine.started[-1].kill)  # noqa: S311 (moments)
        machine.start("run")
        until(lambda: client(machine).text("/readyz"), machine, "the service is back")
    assert publisher.lost() == []
    assert len(ids(tmp_path)) == KILLS
    publisher.accepted["key-0"] = "rel_another"
    assert len(publisher.lost()) == 1, "the control: what is told by another id is seen"
