"""Sizes of media, as a publisher states them and readers take them for numbers."""

import json

import pytest

from syndicator.errors import Rejected
from syndicator.intake.records.strict import read_json
from tests.unit.records import record


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


@pytest.mark.parametrize("handed_in", [{"file": "a.jpg"}, {"sha256": "0" * 64}], ids=["file", "sha256"])
def test_a_file_is_handed_in_or_lies_elsewhere(handed_in: dict[str, str]) -> None:
    """Of two addresses for one picture a reader would be shown one, and nobody could tell which."""
    assert read_json(json.dumps(record(media=[handed_in])).encode()).media[0].href is None
    with pytest.raises(Rejected, match="either handed in or at an address") as refused:
        read_json(json.dumps(record(media=[{**handed_in, "href": "https://a.example/a.jpg"}])).encode())
    assert [fault.place for fault in refused.value.faults] == ["media[0]"]


@pytest.mark.parametrize("digest", ["0" * 63, "0" * 65, "A" * 64])
def test_a_digest_is_64_small_digits(digest: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_json(json.dumps(record(media=[{"sha256": digest}])).encode())
    assert [fault.place for fault in refused.value.faults] == ["media[0].sha256"]
