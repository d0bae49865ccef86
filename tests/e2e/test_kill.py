"""Accepted means durable: `kill -9` right after the answer, at random moments, loses nothing.

With the sweep switched off the same run loses some: that proves that the test bites.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.contract.house.newsroom import Newsroom
from tests.e2e.conftest import EXAMPLE, Machine, client, ready, until

ROUNDS = 20
LONGEST_S = 0.06


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as desk:
        yield desk


def test_twenty_kills_right_after_the_answer_lose_nothing(
    make_machine: Callable[..., Machine], newsroom: Newsroom
) -> None:
    machine = make_machine()
    accepted, before_any_attempt = kill_after_each_answer(machine, newsroom, ROUNDS)
    assert before_any_attempt >= 5, "the kills came too late to prove anything"
    machine.start("run")
    until(lambda: accepted <= told(newsroom), machine, "every accepted release is delivered")


def test_without_the_sweep_the_same_kills_lose_some(make_machine: Callable[..., Machine], newsroom: Newsroom) -> None:
    machine = make_machine(SYNDICATOR_SWEEP="false")
    accepted, before_any_attempt = kill_after_each_answer(machine, newsroom, 6)
    assert before_any_attempt >= 1
    machine.start("run")
    until(lambda: ready(machine), machine, "the service is back")
    # A release submitted now goes all the way; what waits from before the kills does not come with it.
    client(machine).submit(EXAMPLE.read_bytes(), "last")
    until(lambda: "release.published" in {kind for kind, _ in newsroom.told}, machine, "a push")
    time.sleep(2)
    listed = client(machine).get("/api/v1/deliveries?limit=500")["deliveries"]
    assert accepted - {each["release_id"] for each in listed if each["state"] == "delivered"}


def kill_after_each_answer(machine: Machine, newsroom: Newsroom, rounds: int) -> tuple[set[str], int]:
    """The accepted releases, and how many kills came before the newsroom had heard of the release."""
    chance = random.Random(20270123)  # noqa: S311 (moments, no secrets)
    accepted: set[str] = set()
    early = 0
    for number in range(rounds):
        process = machine.start("run")
        until(lambda: ready(machine), machine, "the service is ready")
        if number == 0:
            client(machine).post("/api/v1/endpoints", {"url": newsroom.url})
        release_id = client(machine).submit(EXAMPLE.read_bytes(), f"key-{number}")["id"]
        # Half of the kills come at once, half at a random moment.
        if number % 2:
            threading.Event().wait(chance.uniform(0, LONGEST_S))
        process.kill()
        early += release_id not in told(newsroom)
        accepted.add(release_id)
    return accepted, early


def told(newsroom: Newsroom) -> set[str]:
    return {each["data"]["id"] for each in newsroom.envelopes if each["type"] == "release.published"}
