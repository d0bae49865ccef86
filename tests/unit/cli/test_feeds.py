"""``syndicator feeds``: what its commands say, and how long they wait."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from syndicator.client import Client
from syndicator.errors import Unreachable
from tests.unit.cli.answering import Answer, Answering
from tests.unit.cli.conftest import Call

WANTED = '{"language": "de"}'
CHANNEL = {"name": "a", "title": "A", "url": "http://a", "feeds": {}}
IMPATIENT, PATIENT = (5.0, 0.02), (5.0, 0.3)


@pytest.mark.parametrize(("count", "said"), [(0, "0 releases"), (1, "1 release"), (2, "2 releases")])
def test_what_a_filter_takes_is_counted_in_words(call: Call, count: int, said: str) -> None:
    with Answering(Answer(200, {"count": count, "days": 30, "newest": []})) as service:
        tried = call("feeds", "try", WANTED, "--to", service.url)
    assert tried.out.splitlines()[0] == f"{said} in 30 days"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("try", WANTED), {"count": 1, "days": 30, "newest": []}),
        (("create", "a", "--title", "A", "--filter", WANTED), CHANNEL),
    ],
)
def test_who_has_many_releases_searched_through_waits_longer_than_for_other_answers(
    call: Call, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], answer: object
) -> None:
    """Of a channel that is made behind our back the next try would only hear that its name is taken."""
    monkeypatch.setattr(Client.__init__, "__kwdefaults__", {"timeouts_s": IMPATIENT})
    with Answering(Answer(200, answer), hold=True) as service, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(call, "feeds", *words, "--to", service.url)
        assert service.arrived.wait(30)
        with Client(service.url, None, timeouts_s=PATIENT) as other, pytest.raises(Unreachable):
            other.get("/")
        service.release.set()
        assert waiting.result().code == 0


@pytest.mark.parametrize("name", ["my feed", "Bavaria", "a/b", "-a", "a-"])
def test_what_a_channel_may_be_called_is_told_as_it_is(cli: Call, name: str) -> None:
    refused = cli("feeds", "create", "--title", "A", "--filter", WANTED, "--", name)
    assert refused.code == 3
    assert f"{name!r} does not fit — write lower-case letters and digits, with hyphens between" in refused.err
