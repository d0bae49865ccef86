"""Local times that clocks skip or show twice are no instants; only an offset says which one is meant."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from syndicator.model.timing import StatedTime, in_words, instant, known_zone

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


SKIPPED = [
    ("Europe/Berlin", "2027-03-28T02:00", "+01:00", "+02:00"),
    ("Europe/Berlin", "2027-03-28T02:30", "+01:00", "+02:00"),
    ("Europe/Berlin", "2027-03-28T02:59:59.999999", "+01:00", "+02:00"),
    ("America/New_York", "2027-03-14T02:30", "-05:00", "-04:00"),
    ("Australia/Lord_Howe", "2027-10-03T02:15", "+10:30", "+11:00"),
    ("Pacific/Apia", "2011-12-30T12:00", "-10:00", "+14:00"),
]
DOUBLED = [
    ("Europe/Berlin", "2027-10-31T02:00", "+02:00", "+01:00"),
    ("Europe/Berlin", "2027-10-31T02:30", "+02:00", "+01:00"),
    ("Europe/London", "2027-10-31T01:30", "+01:00", "+00:00"),
    ("America/New_York", "2027-11-07T01:30", "-04:00", "-05:00"),
    ("Australia/Lord_Howe", "2027-04-04T01:45", "+11:00", "+10:30"),
]
PLAIN = [
    ("Europe/Berlin", "2027-03-28T01:59:59.999999", "+01:00"),
    ("Europe/Berlin", "2027-03-28T03:00", "+02:00"),
    ("Europe/Berlin", "2027-10-31T01:59:59", "+02:00"),
    ("Europe/Berlin", "2027-10-31T03:00", "+01:00"),
    ("America/New_York", "2027-11-07T02:00", "-05:00"),
    ("Australia/Lord_Howe", "2027-10-03T02:30", "+11:00"),
    ("Australia/Lord_Howe", "2027-04-04T01:29", "+11:00"),
    ("Australia/Lord_Howe", "2027-04-04T02:00", "+10:30"),
    ("Asia/Kolkata", "2027-03-28T02:30", "+05:30"),
]


@pytest.mark.parametrize(("zone", "stated", "one", "other"), SKIPPED)
def test_a_time_that_the_clocks_skip_is_refused_with_both_offsets(zone: str, stated: str, one: str, other: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        instant(local(stated), zone)
    assert refused.value.type == "skipped_time"
    message = refused.value.message()
    assert f"the clocks in {zone} skip {stated[11:16]} on {stated[:10]}" in message
    assert message.endswith(f"{one} or {other}")


@pytest.mark.parametrize(("zone", "stated", "one", "other"), DOUBLED)
def test_a_time_that_the_clocks_show_twice_is_refused_with_both_offsets(
    zone: str, stated: str, one: str, other: str
) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        instant(local(stated), zone)
    assert refused.value.type == "doubled_time"
    assert f"show {stated[11:16]} twice on {stated[:10]}" in refused.value.message()
    assert refused.value.message().endswith(f"{one} or {other}")


@pytest.mark.parametrize(("zone", "stated", "one", "other"), [*SKIPPED, *DOUBLED])
def test_with_an_offset_it_is_the_instant_that_is_meant(zone: str, stated: str, one: str, other: str) -> None:
    for offset in (one, other):
        aware = local(f"{stated}{offset}")
        assert instant(aware, zone) == instant(aware, None) == aware
        assert instant(aware, zone).tzinfo is UTC
    assert instant(local(f"{stated}{one}"), zone) != instant(local(f"{stated}{other}"), zone)


@pytest.mark.parametrize(("zone", "stated", "offset"), PLAIN)
def test_every_other_time_is_one_instant(zone: str, stated: str, offset: str) -> None:
    assert instant(local(stated), zone) == local(f"{stated}{offset}")


@given(
    st.sampled_from(ZONES),
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1)),  # noqa: DTZ001 (local on purpose)
)
def test_what_is_taken_reads_the_same_on_the_clocks_there(zone: str, stated: datetime) -> None:
    shown = [stated + timedelta(minutes=minutes) for minutes in (0, 60, 61)]
    for each in shown:
        try:
            taken = instant(each, zone)
        except PydanticCustomError:
            continue
        there = taken.astimezone(ZoneInfo(zone))
        assert there.replace(tzinfo=None) == each
        assert there.replace(fold=1).utcoffset() == there.replace(fold=0).utcoffset()


def test_without_offset_or_zone_it_is_no_time() -> None:
    with pytest.raises(PydanticCustomError, match="this time has no offset"):
        instant(local("2027-03-28T12:00"), None)
    for name in ("Europe/Nowhere", "", "../etc/passwd", "/etc/localtime", "Europe"):
        with pytest.raises(PydanticCustomError, match="there is no time zone"):
            known_zone(name)


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Pacific/Kiritimati", None])
@pytest.mark.parametrize(
    "stated", ["9999-12-31T23:59:59", "9999-12-31T23:59:59-10:00", "0001-01-01T00:00", "0001-01-01T00:00+14:00"]
)
def test_a_time_at_the_end_of_the_calendar_is_refused(stated: str, zone: str | None) -> None:
    with pytest.raises(PydanticCustomError, match="is no time for an embargo"):
        instant(local(stated), zone)


def test_the_first_time_is_taken_and_the_last_one_can_be_shown_in_every_zone() -> None:
    assert instant(local("1970-01-01T00:00:00Z"), None).timestamp() == 0
    taken = instant(local("9998-12-31T23:59:59-12:00"), None)
    assert all(taken.astimezone(ZoneInfo(name)) == taken for name in ("Pacific/Kiritimati", "Pacific/Honolulu"))


@pytest.mark.parametrize(
    "stated", ["20270123", "202701231900", "1811000000", "2027-01-23", "2027-W04-6T10:00", "19:00", "", 1811000000, 1.5]
)
def test_only_a_date_with_a_time_of_day_is_a_time(stated: object) -> None:
    with pytest.raises(ValidationError, match="this is no date with a time of day"):
        TypeAdapter(StatedTime).validate_python(stated)
    with pytest.raises(ValidationError, match="this is no date with a time of day"):
        TypeAdapter(StatedTime).validate_json(json.dumps(stated), strict=True)


@pytest.mark.parametrize(
    "stated", ["2027-01-23T19:00:00+01:00", "2027-01-23t18:00z", "2027-01-23 19:00+0100", "2027-01-23T18:00:00.0000Z"]
)
def test_a_time_that_is_spelt_out_is_taken_in_every_form(stated: str) -> None:
    expected = datetime(2027, 1, 23, 18, tzinfo=UTC)
    assert TypeAdapter(StatedTime).validate_json(json.dumps(stated), strict=True) == expected


@pytest.mark.parametrize(
    ("moment", "zone_name", "words"),
    [
        ("2026-11-29T18:00:00Z", "Europe/Berlin", "Sunday, 29 November 2026, 19:00 Europe/Berlin (18:00 UTC)"),
        ("2026-11-29T18:00:00Z", None, "Sunday, 29 November 2026, 18:00 UTC"),
        ("2026-11-29T18:00:00Z", "UTC", "Sunday, 29 November 2026, 18:00 UTC"),
        (
            "2027-03-01T23:30:05Z",
            "Asia/Tokyo",
            "Tuesday, 2 March 2027, 08:30:05 Asia/Tokyo (1 March 2027, 23:30:05 UTC)",
        ),
        ("2027-03-01T08:00:00.250000Z", None, "Monday, 1 March 2027, 08:00:00.250000 UTC"),
        ("2027-10-31T01:30:00Z", "Europe/Berlin", "Sunday, 31 October 2027, 02:30 Europe/Berlin (01:30 UTC)"),
    ],
)
def test_an_instant_in_words_is_local_time_and_utc(moment: str, zone_name: str | None, words: str) -> None:
    assert in_words(datetime.fromisoformat(moment), zone_name) == words
