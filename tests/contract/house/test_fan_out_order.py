"""On PostgreSQL fan-out and rendering take channels in the same order: neither ever waits for the other in a circle."""

import threading
import time

from sqlalchemy import text

from syndicator.store import numbers
from tests.contract.house.conftest import ON_POSTGRES, House

PATIENCE_S = 20.0
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
AS_THEY_LIE = text("SELECT no FROM channels ORDER BY ctid")
WRITE_ANEW = text("UPDATE channels SET title = title || '' WHERE no = :no")
ALL_BUT = text("SELECT no FROM channels WHERE no > :no FOR NO KEY UPDATE NOWAIT")

pytestmark = ON_POSTGRES


def test_a_fan_out_that_waits_for_the_first_channel_holds_none_of_the_later_ones(house: House) -> None:
    house.submit("first")
    dirty = house.service.fan_out("test").channels
    assert len(dirty) > 1
    house.submit("second")
    with house.service.database.write() as connection:
        # A scan that knows no order comes to the first channel last: where its row's newest state lies.
        while connection.execute(AS_THEY_LIE).scalars().all()[-1] != dirty[0]:
            connection.execute(WRITE_ANEW, {"no": dirty[0]})
    fanning_out = threading.Thread(target=house.service.fan_out, args=("another process",))
    with house.service.database.write() as rendering:
        rendering.execute(WRITE_ANEW, {"no": dirty[0]})
        fanning_out.start()
        wait_until_it_waits(house)
        # An error here: it holds one of them, and would wait for us while we wait for it.
        assert rendering.execute(ALL_BUT, {"no": dirty[0]}).scalars().all() == list(dirty[1:])
    fanning_out.join(PATIENCE_S)
    assert not fanning_out.is_alive()
    assert house.service.fan_out("test").events == 0


def test_while_one_process_fans_out_no_other_begins_to(house: House) -> None:
    """Else the newer of two versions could be told before the older one."""
    house.submit()
    with house.service.database.write() as another:
        assert numbers.hold(another, numbers.FANOUT, house.service.database.for_update)
        assert house.service.fan_out("test").events == 0
    assert house.service.fan_out("test").events == 1


def wait_until_it_waits(house: House) -> None:
    ends = time.monotonic() + PATIENCE_S
    while True:
        with house.service.database.read() as connection:
            if connection.execute(WAITING).scalar_one():
                return
        assert time.monotonic() < ends, "it waits for no lock"
        time.sleep(0.01)
