"""Waiting in tests: for something to become true, or for a second transaction to stand in the way of the first."""

from collections.abc import Callable
from time import monotonic, sleep

from sqlalchemy import text

from tests.contract.house.conftest import House

_WAITING_FOR_A_LOCK = text("""
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
""")


def wait_until(house: House, waiting: int, ended: Callable[[], bool] = lambda: False) -> None:
    """Until so many transactions wait for a lock, or it ``ended`` without. SQLite's writers wait unseen, one by one."""
    end = monotonic() + 10
    while house.service.database.dialect == "postgresql" and not ended():
        with house.service.database.read() as connection:
            if connection.execute(_WAITING_FOR_A_LOCK).scalar_one() >= waiting:
                return
        assert monotonic() < end, "nobody waits"
        sleep(0.01)


def until(is_so: Callable[[], bool]) -> None:
    """Returns once it is so; fails after a time that only a fault takes."""
    end = monotonic() + 20
    while not is_so():
        assert monotonic() < end
        sleep(0.01)
