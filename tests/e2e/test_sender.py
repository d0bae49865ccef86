"""The process that sends comes and goes with the one that it sends for."""

from collections.abc import Callable

import psutil

from tests.contract.house.newsroom import Newsroom
from tests.e2e.conftest import EXAMPLE, Machine, client, ready, until
from tests.e2e.test_kill import told


def test_it_is_there_before_the_first_push_and_gone_after_the_last(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine()
    for end in ("kill", "stop"):
        running = machine.start("run")
        until(lambda: ready(machine), machine, "the service listens")
        (sender,) = until(psutil.Process(running.popen.pid).children, machine, "what sends is there")
        getattr(running, end)()
        sender.wait(10)
        assert not sender.is_running()


def test_where_it_is_killed_a_push_arrives_all_the_same(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine()
    running = machine.start("run")
    until(lambda: ready(machine), machine, "the service listens")
    with Newsroom() as newsroom:
        client(machine).post("/api/v1/endpoints", {"url": newsroom.url})
        until(psutil.Process(running.popen.pid).children, machine, "what sends is there")[0].kill()
        release_id = str(client(machine).submit(EXAMPLE.read_bytes(), "key")["id"])
        until(lambda: release_id in told(newsroom), machine, "the newsroom has the release")
