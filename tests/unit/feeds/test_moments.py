from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given

from feeds.moments import rfc822, rfc3339
from tests.unit.feeds import samples


@given(samples.moments)
def test_both_notations_read_back(when: datetime) -> None:
    milliseconds = when.microsecond // 1000
    assert datetime.fromisoformat(rfc3339(when)) == when.replace(microsecond=milliseconds * 1000)
    assert parsedate_to_datetime(rfc822(when)) == when.replace(microsecond=0)


def test_how_they_look() -> None:
    when = datetime(2017, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert rfc822(when) == "Sat, 04 Mar 2017 05:06:07 +0000"
    assert rfc3339(when) == "2017-03-04T05:06:07+00:00"
    assert rfc3339(when.replace(microsecond=999)) == "2017-03-04T05:06:07+00:00"
    assert rfc3339(when.replace(microsecond=1000)) == "2017-03-04T05:06:07.001+00:00"
    assert rfc3339(when.replace(microsecond=50_300)) == "2017-03-04T05:06:07.050+00:00"
    assert rfc822(when.replace(year=987)) == "Sun, 04 Mar 0987 05:06:07 +0000"


@pytest.mark.parametrize("write", [rfc822, rfc3339])
def test_a_naive_time_is_refused(write: object) -> None:
    assert callable(write)
    with pytest.raises(ValueError, match="has no offset"):
        write(datetime(2017, 3, 4))  # noqa: DTZ001
