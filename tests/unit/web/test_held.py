"""Before its embargo lifts, a release is nowhere: every route answers as if it did not exist."""

from datetime import timedelta

import pytest

from syndicator.clock import from_us, isoformat
from tests.unit.web.served import START_US, Answer, Served

UNKNOWN = "rel_00000000000000000000000000"
SECRET = "Secret Merger of the Century"
LIFTS = from_us(START_US) + timedelta(seconds=60)
OF_ONE = ["/releases/{id}", "/api/v1/releases/{id}"]
OF_ALL = [
    "/",
    "/channels",
    "/channels/all",
    "/opml",
    "/feeds.opml",
    "/feeds/all.rss",
    "/feeds/all.atom",
    "/feeds/all.json",
    "/api/v1/channels",
    "/api/v1/channels/all",
]


def _held(served: Served) -> str:
    accepted = served.submit(
        headline=SECRET, publisher={"name": "Secret AG", "key": "secret"}, keywords=[], embargo_until=isoformat(LIFTS)
    )
    assert accepted["state"] == "scheduled"
    served.render()
    return str(accepted["id"])


def _comparable(answer: Answer, release_id: str) -> tuple[int, dict[str, str], bytes]:
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status, headers, answer.body.replace(release_id.encode(), b"ID")


@pytest.mark.parametrize("path", OF_ONE)
def test_a_held_release_reads_like_an_unknown_one(served: Served, path: str) -> None:
    release_id = _held(served)
    served.clock.us = START_US + 60_000_000 - 1
    served.render()
    held, unknown = (served.public.get(path.format(id=each)) for each in (release_id, UNKNOWN))
    assert held.status == 404
    assert _comparable(held, release_id) == _comparable(unknown, UNKNOWN)
    served.clock.us += 1
    served.render()
    assert SECRET in served.public.get(path.format(id=release_id)).text


@pytest.mark.parametrize("path", OF_ALL)
def test_a_held_release_changes_no_public_answer(served: Served, path: str) -> None:
    before = _comparable(served.public.until(path, lambda answer: answer.status == 200), UNKNOWN)
    release_id = _held(served)
    served.clock.us = START_US + 60_000_000 - 1
    served.render()
    assert _comparable(served.public.get(path), release_id) == before
    served.clock.us += 1
    served.render()
    shows_releases = path in {"/", "/channels/all"} or path.startswith("/feeds/")
    if shows_releases:
        served.public.until(path, lambda answer: release_id in answer.text)


def test_its_channels_appear_with_it(served: Served) -> None:
    _held(served)
    paths = ["/channels/publisher-secret", "/api/v1/channels/publisher-secret", "/feeds/publisher-secret.atom"]
    assert [served.public.get(path).status for path in paths] == [404] * 3
    served.clock.forward(60)
    served.render()
    assert [served.public.get(path).status for path in paths] == [200] * 3


def test_counts_and_trials_do_not_know_it(served: Served) -> None:
    _held(served)
    trial = served.operator("POST", "/api/v1/filters/try", {"filter": {"headline": "merger"}})
    assert trial.json == {"days": 30, "count": 0, "newest": []}
    assert served.public.get("/metrics").status == 401


def test_the_operator_sees_it_and_its_embargo(served: Served) -> None:
    release_id = _held(served)
    seen = served.operator.get(f"/api/v1/releases/{release_id}").json
    assert (seen["state"], seen["record"]["headline"]) == ("scheduled", SECRET)
    assert seen["inside"]["embargo_until"] == isoformat(LIFTS)
    assert seen["channels"] == []
    assert seen["inside"]["events"] == []


def test_a_wrong_token_says_nothing_about_it(served: Served) -> None:
    release_id = _held(served)
    answers = [
        served.public.get(f"/api/v1/releases/{each}", Authorization="Bearer wrong") for each in (release_id, UNKNOWN)
    ]
    assert [answer.status for answer in answers] == [401, 401]
    assert answers[0].body == answers[1].body


def test_a_release_withdrawn_before_its_time_never_existed(served: Served) -> None:
    release_id = _held(served)
    assert served.revise(release_id, "withdraw", note="Deal is off.").status == 200
    served.clock.forward(3600)
    served.render()
    for path in OF_ONE:
        assert served.public.get(path.format(id=release_id)).status == 404
    assert "Deal is off" not in served.public.get("/feeds/all.atom").text


def test_an_embargo_moves_and_the_note_of_the_move_stays_inside(served: Served) -> None:
    release_id = _held(served)
    moved = served.revise(
        release_id, "reschedule", embargo_until=isoformat(LIFTS + timedelta(hours=1)), note="Board meets later."
    )
    assert moved.status == 200
    served.clock.forward(60)
    served.render()
    assert served.public.get(f"/releases/{release_id}").status == 404
    served.clock.forward(3600)
    served.render()
    shown = served.public.get(f"/api/v1/releases/{release_id}")
    assert shown.status == 200
    assert "Board meets" not in shown.text
