import time

import pytest

from syndicator.web import conditions


@pytest.mark.parametrize(
    ("asked", "gzip"),
    [
        (b"gzip", True),
        (b"gzip, deflate, br", True),
        (b"GZIP;q=0.5", True),
        (b"x-gzip", True),
        (b"br, *", True),
        (b"*;q=0", False),
        (b"gzip;q=0, *", False),
        (b"gzip; q=0.000", False),
        (b"gzip;q=nonsense", False),
        (b"gzip;q=0.2, identity", False),
        (b"*;q=0.5, identity;q=0.8", False),
        (b"gzip, identity", True),
        (b"gzip;q=0.5, identity;q=0.5", True),
        (b"identity;q=0.5, gzip;q=1.0", True),
        (b"identity", False),
        (b"br", False),
        (b"", False),
        (b", ,;", False),
    ],
)
def test_gzip_is_taken_where_it_is_named_with_a_weight(asked: bytes, gzip: bool) -> None:
    assert conditions.takes_gzip(asked) is gzip


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        (b'"7-ab"', True),
        (b'W/"7-ab"', True),
        (b'"x", W/"7-ab" ,"y"', True),
        (b"*", True),
        (b" * ", True),
        (b'"7-abc"', False),
        (b"7-ab", False),
        (b'"7-ab', False),
        (b"", False),
    ],
)
def test_a_tag_is_compared_weakly_in_a_list(sent: bytes, named: bool) -> None:
    assert conditions.names(sent, b'"7-ab"') is named


@pytest.mark.parametrize(
    ("since", "unmodified"),
    [
        (b"Fri, 15 Jan 2027 08:00:00 GMT", True),
        (b"Fri, 15 Jan 2027 08:00:01 GMT", False),
        (b"Friday, 15-Jan-27 08:00:00 GMT", True),
        (b"Fri, 15 Jan 2027 09:00:00 +0100", True),
        (b"Fri Jan 15 08:00:00 2027", True),
        (b"Fri, 15 Jan 2027 07:59:59 GMT", False),
        (b"yesterday", False),
        (b"\xff", False),
        (b"Fri, 99 Jan 2027 07:59:59 GMT", False),
        (b"Fri, 15 Jan 2027 99999999999999999999:59:59 GMT", False),
    ],
)
def test_a_time_counts_only_if_it_is_one(since: bytes, unmodified: bool) -> None:
    assert conditions.unmodified(since, 1_800_000_000) is unmodified


def test_a_time_without_a_zone_is_that_of_greenwich_wherever_the_server_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "XXX-11")
        time.tzset()
        try:
            told = [
                conditions.unmodified(since, 1_800_000_000)
                for since in (b"Fri Jan 15 08:00:00 2027", b"Fri Jan 15 07:59:59 2027")
            ]
        finally:
            patch.undo()
            time.tzset()
    assert told == [True, False]


def test_a_list_over_several_lines_is_one_and_of_times_the_last_one_counts() -> None:
    lines = [
        (b"accept-encoding", b"br"),
        (b"if-none-match", b'"1-a"'),
        (b"a-im", b"vcdiff"),
        (b"if-modified-since", b"once"),
        (b"host", b"x"),
        (b"accept-encoding", b"gzip"),
        (b"if-none-match", b'"2-b"'),
        (b"a-im", b"feed"),
        (b"if-modified-since", b"later"),
    ]
    assert conditions.wishes(lines) == (b"br,gzip", b'"1-a","2-b"', b"later", b"vcdiff,feed")
    assert conditions.wishes([]) == (b"", b"", b"", b"")


def test_a_list_of_any_length_is_read_in_one_pass() -> None:
    began = time.process_time()
    assert len(conditions.tags(b'"x", ' * 300_000 + b'"open')) == 300_000
    assert time.process_time() - began < 2  # one pass takes a fiftieth of that, a pass for each tag ten times


@pytest.mark.parametrize(
    ("sent", "base"),
    [
        (b'"3-ab"', 3),
        (b'W/"a-ab-gzip"', 10),
        (b'"3-ab", "5-cd-gzip"', 5),
        (b'"14-ab"', None),
        (b'"15-ab"', None),
        (b'"zz-ab", "-1-ab", "+1-ab", ""', None),
        (b"*", None),
    ],
)
def test_the_base_of_a_delta_is_the_newest_state_that_came_before(sent: bytes, base: int | None) -> None:
    assert conditions.newest_base(sent, current=0x14) == base


@pytest.mark.parametrize(
    ("a_im", "wanted"),
    [(b"feed", True), (b"vcdiff, Feed;q=0.5", True), (b"feed;q=0", False), (b"gzip", False), (b"", False)],
)
def test_only_new_entries_are_sent_to_those_who_ask_for_them(a_im: bytes, wanted: bool) -> None:
    assert conditions.wants_new_entries(a_im) is wanted


@pytest.mark.parametrize(
    ("sent", "counts"),
    [
        (b"bytes=0-9", b"bytes=0-9"),
        (b"Bytes= 0-9 , 20-29", b"bytes=0-9,20-29"),
        (b"bytes=-5", b"bytes=-5"),
        (b"bytes=90-", b"bytes=90-"),
        (b"bytes=,0-9,", b"bytes=0-9"),
        (b"bytes=0-5, 100-", b"bytes=0-5"),
        (b"bytes=5-5, -0", b"bytes=5-5"),
        (b"bytes=100-", b"bytes=100-"),
        (b"bytes=-0", b"bytes=-0"),
        (b"bytes=abc", b""),
        (b"bytes=", b""),
        (b"bytes=,", b""),
        (b"bytes=-", b""),
        (b"bytes=5", b""),
        (b"bytes=5-1", b""),
        (b"bytes=0-5,9-1", b""),
        (b"bytes=1-2-3", b""),
        (b"bytes 0-5", b""),
        (b"lines=1-2", b""),
        (b"bytes=" + b"9" * 5000 + b"-", b""),
        (b"", b""),
    ],
)
def test_only_ranges_of_bytes_count_and_of_them_those_that_are_there(sent: bytes, counts: bytes) -> None:
    assert conditions.ranges(sent, 100) == counts
