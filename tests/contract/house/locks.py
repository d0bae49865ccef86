"""Two transactions in each other's way: to go on once the second one stands and waits."""

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
