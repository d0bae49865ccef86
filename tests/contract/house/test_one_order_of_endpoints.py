"""On PostgreSQL whoever records outcomes and whoever sweeps take endpoints in one order, or pass over them."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text

from syndicator.clock import SECOND_US
from syndicator.delivery.transport.protocol import Answer
from syndicator.model.endpoint import NewEndpoint
from syndicator.services.outcomes import Sent, record
from syndicator.store import deliveries, endpoints
from syndicator.store.database import Connection
from tests.contract.house.conftest import ON_POSTGRES, House
from tests.contract.house.locks import wait_until
from tests.contract.house.test_one_order import PATIENCE_S, Thread

FAILED = text("UPDATE endpoints SET failures = 3, failing_since = :us, backoff_until = :us WHERE no = :no")
HOLD = text("SELECT no FROM endpoints WHERE no = :no FOR NO KEY UPDATE")
OTHERS = text("SELECT no FROM endpoints WHERE no <> :no FOR NO KEY UPDATE NOWAIT")

pytestmark = ON_POSTGRES


@pytest.fixture
def numbers(house: House) -> Sequence[int]:
    """Three endpoints that failed and have rested, each with a release that waits; they lie in the opposite order."""
    for _ in range(3):
        house.service.add_endpoint(NewEndpoint(url="http://127.0.0.1:9/push"), owner="newsroom")
    house.submit()
    house.service.fan_out("t")
    with house.service.database.write() as connection:
        found = sorted(row["no"] for row in endpoints.listed(connection))
        for no in reversed(found):
            connection.execute(FAILED, {"no": no, "us": house.clock.us})
    return found


def recorder(house: House, status: int) -> Callable[[], None]:
    """Records that each of the three was answered so."""
    database, now = house.service.database, house.clock.us
    with database.write() as connection:
        rows = deliveries.claim(database, connection, token="t", lease_until=now + 60 * SECOND_US, limit=3, now=now)
    assert len(rows) == 3
    answer = Answer(status, None, b"", "127.0.0.1", 0.1, 100)
    return lambda: record(house.service.setup, [Sent(row, "t", now, "worker", answer) for row in rows])


@pytest.mark.parametrize("status", [204, 500])
def test_a_record_that_waits_for_the_first_endpoint_holds_none_of_the_others(
    house: House, numbers: Sequence[int], status: int
) -> None:
    records = Thread(recorder(house, status))
    with house.service.database.write() as connection:
        connection.execute(HOLD, {"no": numbers[0]})
        records.start()
        wait_until(house, 1)
        # An error here: it holds one of them, and would wait for us while we wait for it.
        assert sorted(connection.execute(OTHERS, {"no": numbers[0]}).scalars()) == numbers[1:]
    joined(records)


def test_a_sweep_waits_for_no_endpoint_that_somebody_records_for(house: House, numbers: Sequence[int]) -> None:
    def resting(connection: Connection) -> int:
        return sum(row["backoff_until"] > 0 for row in endpoints.listed(connection))

    house.clock.us += SECOND_US
    sweeps = Thread(house.service.sweep)
    with house.service.database.write() as connection:
        connection.execute(HOLD, {"no": numbers[1]})
        sweeps.start()
        joined(sweeps)
        assert resting(connection) == 1
    house.service.sweep()
    with house.service.database.read() as connection:
        assert resting(connection) == 0


def joined(thread: Thread) -> None:
    thread.join(PATIENCE_S)
    assert thread.ended()
    assert thread.error == ""
