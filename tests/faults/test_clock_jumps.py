"""Whatever the database's clock does, nothing is early, lost, stale or held for ever; other clocks do not count."""

import functools
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from pydantic import SecretStr

from config.settings import Settings
from syndicator.bootstrap import Syndicator
from syndicator.clock import from_us, isoformat, system_now_us
from syndicator.model.lifecycle import Lane
from syndicator.store import deliveries
from tests.contract.house.conftest import KEY, SIGNING, House, record
from tests.faults.clock_jumps import HOUR_US, SETTINGS, ClockJumps
from tests.faults.newsrooms import Newsroom
from tests.faults.sequence import Faults

# A seed whose first steps have every kind of step among them.
SEED = 1
COUNT = 60


def test_jumps_break_nothing(make_house: Callable[..., House], newsroom: Newsroom) -> None:
    jumps = ClockJumps(make_house(**SETTINGS), newsroom)
    faults = Faults(SEED, jumps.steps, longest_pause_s=0)
    faults.run(count=COUNT)
    assert jumps.settle() == {}
    assert set(faults.did) == {getattr(step, "__name__", "") for step, _ in jumps.steps}
    assert len(jumps.embargoes) >= 5


@pytest.mark.parametrize("checked", [True, False])
def test_a_claim_that_did_not_ask_the_embargo_would_be_seen(
    make_house: Callable[..., House], newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, *, checked: bool
) -> None:
    """The control: a release goes public by a clock that is ahead, which is then set right."""
    if not checked:
        nets = ("d.due_at <= :now", "r.published_at <= :now", "COALESCE(r.embargo_until, :now) <= :now")
        known_bad = functools.reduce(lambda sql, net: sql.replace(net, "TRUE"), nets, deliveries._DUE)
        assert known_bad.count("TRUE") == len(nets)
        monkeypatch.setattr(deliveries, "_DUE", known_bad)
        monkeypatch.setattr(deliveries, "_first_due", lambda _: {lane.order: 0 for lane in Lane})
    jumps = ClockJumps(make_house(**SETTINGS), newsroom)
    release = jumps.house.submit(embargo_until=isoformat(from_us(jumps.house.clock.us + HOUR_US)))
    jumps.embargoes[release] = jumps.house.clock.us + HOUR_US
    jumps.house.clock.us += HOUR_US
    jumps.house.service.sweep()
    jumps.house.service.fan_out("x")
    jumps.house.clock.us -= HOUR_US
    jumps.work(Random(0))  # noqa: S311 (it draws nothing)
    assert jumps.early == ([] if checked else [release])


def test_what_calls_a_release_back_is_not_early(make_house: Callable[..., House], newsroom: Newsroom) -> None:
    """Its newsroom has the release, by a clock that was ahead."""
    jumps = ClockJumps(make_house(**SETTINGS), newsroom)
    chance = Random(0)  # noqa: S311 (it draws nothing that matters)
    jumps.embargo(chance)
    jumps.house.clock.us += 48 * HOUR_US
    jumps.work(chance)
    jumps.house.clock.us -= 48 * HOUR_US
    jumps.withdraw(chance)
    jumps.work(chance)
    assert [each["type"] for each in newsroom.envelopes] == ["release.published", "release.withdrawn"]
    assert jumps.settle() == {}


def test_what_the_sweep_logs_of_a_lost_worker_is_not_early(
    make_house: Callable[..., House], newsroom: Newsroom
) -> None:
    """It logs when it saw the loss, by a clock that is right again; what was lost had been claimed before."""
    jumps = ClockJumps(make_house(**SETTINGS), newsroom)
    chance = Random(0)  # noqa: S311 (it draws nothing that matters)
    jumps.embargo(chance)
    jumps.house.clock.us += 48 * HOUR_US
    assert jumps.lose_a_worker(chance) == "1 claimed"
    jumps.house.clock.us -= 48 * HOUR_US
    jumps.work(chance)
    jumps.house.clock.us += HOUR_US
    jumps.work(chance)
    assert newsroom.envelopes == []
    assert jumps.settle() == {}


@pytest.mark.parametrize(("kind", "lifted"), [("sqlite", True), ("postgres", False)])
def test_this_machines_clock_lifts_embargoes_on_sqlite_alone(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, *, lifted: bool
) -> None:
    """On PostgreSQL the server's clock alone counts; SQLite is the control, for it has no other."""
    url = (
        request.getfixturevalue("migrated_postgres_url") if kind == "postgres" else f"sqlite:///{tmp_path / 'house.db'}"
    )
    service = Syndicator(
        Settings(data_dir=tmp_path, database_url=url, sealing_keys=SecretStr(KEY), signing_key=SecretStr(SIGNING))
    )
    try:
        service.migrate()
        held = record(embargo_until=isoformat(from_us(system_now_us() + HOUR_US)))
        service.submit(held, owner="operator", key="key")
        monkeypatch.setattr("syndicator.store.database.system_now_us", lambda: system_now_us() + 24 * HOUR_US)
        assert service.sweep().lifted == int(lifted)
    finally:
        service.close()
