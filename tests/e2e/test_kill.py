"""Accepted means durable: `kill -9` right after the answer, at random moments, loses nothing.

With the sweep switched off the same run loses some: that proves that the test bites.
"""

import random
import threading
from collections.abc import Callable

import pytest

from tests.contract.house.newsroom import Newsroom
from tests.e2e.conftest import EXAMPLE, Machine, client, ready, until

ROUNDS = 20
LONGEST_S = 0.06


def test_twenty_kills_right_after_the_answer_lose_nothing(
    make_machine: Callable[..., Machine], newsroom: Newsroom
) -> None:
    machine = make_machine()
    accepted, before_any_attempt = kill_after_each_answer(machine, newsroom, ROUNDS)
    assert before_any_attempt >= 5, "the kills came too late to prove anything"
    machine.start("run")
    until(lambda: accepted <= told(newsroom), machine, "every accepted release is delivered")


def test_without_the_sweep_the_same_kill_loses_and_with_it_nothing(
    make_machine: Callable[..., Machine], newsroom: Newsroom
) -> None:
    machine = make_machine(SYNDICATOR_SWEEP="false")
    release_id = killed_before_it_was_told(machine, newsroom)
    sweepless = machine.start("run")
    until(lambda: ready(machine), machine, "the service is back")
    threading.Event().wait(2)
    assert release_id not in told(newsroom), "nobody wakes the workers, and nobody looks"
    sweepless.kill()
    machine.start("run", SYNDICATOR_SWEEP="true")
    until(lambda: release_id in told(newsroom), machine, "the sweep finds it")


def killed_before_it_was_told(machine: Machine, newsroom: Newsroom) -> str:
    """An accepted release whose process died before the newsroom had heard of it."""
    for number in range(10):
        release_id = submit_and_kill(machine, newsroom, number, 0)
        if release_id not in told(newsroom):
            return release_id
    pytest.fail("the kills came too late to prove anything")


def kill_after_each_answer(machine: Machine, newsroom: Newsroom, rounds: int) -> tuple[set[str], int]:
    """The accepted releases, and how many kills came before the newsroom had heard of the release."""
    chance = random.Random(20270123)  # noqa: S311 (moments, no secrets)
    accepted: set[str] = set()
    early = 0
    for number in range(rounds):
        # Half of the kills come at once, half at a random moment.
        release_id = submit_and_kill(machine, newsroom, number, chance.uniform(0, LONGEST_S) if number % 2 else 0)
        early += release_id not in told(newsroom)
        accepted.add(release_id)
    return accepted, early


def submit_and_kill(machine: Machine, newsroom: Newsroom, number: int, after_s: float) -> str:
    process = machine.start("run")
    until(lambda: ready(machine), machine, "the service is ready")
    if number == 0:
        client(machine).post("/api/v1/endpoints", {"url": newsroom.url})
    release_id = str(client(machine).submit(EXAMPLE.read_bytes(), f"key-{number}")["id"])
    threading.Event().wait(after_s)
    process.kill()
    return release_id


def told(newsroom: Newsroom) -> set[str]:
    return {each["data"]["id"] for each in newsroom.envelopes if each["type"] == "release.published"}
