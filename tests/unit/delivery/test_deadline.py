"""The times of an attempt of the requests transport, whatever the machine's load."""

import time

import pytest

from syndicator.delivery.transport.deadline import Attempt
from syndicator.delivery.transport.protocol import Limits


@pytest.mark.parametrize(("spent_s", "left_s", "left_to_another_s"), [(4, 1, 5), (6, 0, 5), (12, 0, 3), (20, 0, 0)])
def test_each_address_has_the_whole_time_to_connect_and_all_of_them_that_of_the_attempt(
    spent_s: float, left_s: float, left_to_another_s: float
) -> None:
    attempt = Attempt("/", time.monotonic() - spent_s, Limits(connect_timeout_s=5, total_timeout_s=15))
    assert attempt.left_to_connect_s() == pytest.approx(left_s, abs=0.4)
    attempt.connects_anew()
    assert attempt.left_to_connect_s() == pytest.approx(left_to_another_s, abs=0.4)
    assert attempt.left_to_connect_s() > 0, "which would be no bound to a socket"
