"""Sizes of media, as a publisher states them and readers take them for numbers."""

import json

import pytest

from syndicator.errors import Rejected
from syndicator.intake.records import read_json
from tests.unit.intake.test_records import record


@pytest.mark.parametrize(
    ("field", "most"),
    [("bytes", 10**15), ("width", 1_000_000), ("height", 1_000_000)],
    ids=["bytes", "width", "height"],
)
def test_a_size_is_one_that_a_file_can_have(field: str, most: int) -> None:
    def stated(size: int) -> bytes:
        return json.dumps(record(media=[{"href": "https://a.example/a.jpg", field: size}])).encode()

    assert getattr(read_json(stated(most)).media[0], field) == most
    for absurd in (most + 1, 10**300):
        with pytest.raises(Rejected) as refused:
            read_json(stated(absurd))
        [fault] = refused.value.faults
        assert fault.place == f"media[0].{field}"
        assert f"give {most} or less" in f"{fault.problem} {fault.fix}"
