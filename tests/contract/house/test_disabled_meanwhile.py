"""An endpoint that is disabled or paused by one worker while another comes back with a retry for it."""

from threading import Event, Thread

import pytest

from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import EndpointState
from syndicator.store import deliveries, endpoints
from tests.contract.house.conftest import House
from tests.contract.house.locks import wait_until
from tests.contract.house.newsroom import Newsroom


@pytest.mark.parametrize(
    ("target", "left"), [(EndpointState.DISABLED, "dead"), (EndpointState.PAUSED, "parked")], ids=["410", "pause"]
)
def test_a_retry_is_not_left_waiting_for_an_endpoint_that_another_worker_closes(
    house: House, newsroom: Newsroom, target: EndpointState, left: str
) -> None:
    endpoint_id = house.endpoint(newsroom)
    arrived, answer = Event(), Event()

    def hold(_event: object) -> bytes:
        arrived.set()
        assert answer.wait(10)
        return b""

    newsroom.answer, newsroom.body = 500, hold
    house.submit()
    sending = Thread(target=house.service.drain)
    sending.start()
    assert arrived.wait(10)
    with house.service.database.write() as connection:
        number = endpoints.get(connection, endpoint_id)["no"]
        assert endpoints.set_state(connection, number, target, "another worker says so")
        if target is EndpointState.PAUSED:
            deliveries.park(connection, number)
        else:
            deliveries.drop(connection, number, house.clock.us)
        answer.set()
        wait_until(house, 1)
    sending.join(10)
    assert not sending.is_alive()
    assert house.states() == [("release.published", left)]

    house.clock.us += 3600 * SECOND_US
    house.service.drain()
    assert len(newsroom.requests) == 1, "nothing more is sent there"
