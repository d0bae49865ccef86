"""Channels, saved filters and networks over the API."""

import pytest

from syndicator.model.channel import NewChannel
from syndicator.model.release import Record
from tests.unit.web.served import BASE, Served, record

GERMAN = {"name": "german", "title": "In German", "filter": {"all": [{"language": "de"}, {"not": {"headline": "ad"}}]}}


def _titles(served: Served, channel: str) -> list[str]:
    answer = served.public.until(f"/feeds/{channel}.json", lambda answer: answer.status == 200)
    return [item["title"] for item in answer.json["items"]]


def test_a_new_channel_starts_with_the_last_30_days_oldest_first(served: Served) -> None:
    served.submit(headline="Too old")
    served.render()
    served.clock.forward(31 * 86_400)
    for headline in ("First", "An ad", "Second"):
        served.submit(headline=headline)
        served.clock.forward(1)
    served.render()
    made = served.operator("POST", "/api/v1/channels", GERMAN)
    assert made.status == 201
    assert made.json["filter"] == GERMAN["filter"]
    assert made.json["feeds"]["atom"] == f"{BASE}/feeds/german.atom"
    served.render()
    assert _titles(served, "german") == ["Second", "First"]
    served.submit(headline="Third")
    served.render()
    served.public.until("/feeds/german.json", lambda answer: "Third" in answer.text)
    assert _titles(served, "german") == ["Third", "Second", "First"]


def test_what_is_not_fanned_out_yet_enters_a_new_channel_once(served: Served) -> None:
    served.submit(headline="On its way")
    assert served.operator("POST", "/api/v1/channels", GERMAN).status == 201
    served.render()
    assert _titles(served, "german") == ["On its way"]


def test_what_is_fanned_out_while_a_channel_is_made_is_not_missed(served: Served) -> None:
    def publish() -> None:
        served.clock.forward(1)
        served.service.submit(Record.model_validate(record(headline="Meanwhile")), owner="operator", key="meanwhile")
        assert served.service.fan_out("test").events == 1

    served.clock.meanwhile = publish
    served.service.add_channel(NewChannel.model_validate(GERMAN), owner="operator")
    served.render()
    assert _titles(served, "german") == ["Meanwhile"]


def test_few_filters_are_tried_out_at_once(served: Served) -> None:
    """Each reads thousands of releases, and holds one of the threads that answer everybody else."""
    tried, made = ("/api/v1/filters/try", {"filter": GERMAN["filter"]}), ("/api/v1/channels", GERMAN)
    with served.service.trials.place(), served.service.trials.place():
        for path, body in (tried, made):
            refused = served.operator("POST", path, body)
            assert (refused.status, refused.headers["retry-after"]) == (503, "10")
            assert "2 filters are being tried out" in refused.json["detail"]
    assert [served.operator("POST", *each).status for each in (tried, made)] == [200, 201]


def test_a_filter_is_tried_before_it_is_saved(served: Served) -> None:
    ids = []
    for headline in ("Merger", "Profit", "Merger again"):
        ids.append(served.submit(headline=headline)["id"])
        served.clock.forward(1)
    tried = served.operator("POST", "/api/v1/filters/try", {"filter": {"headline": "merger"}}).json
    assert (tried["days"], tried["count"]) == (30, 2)
    assert [match["id"] for match in tried["newest"]] == [ids[2], ids[0]]
    wrong = served.operator("POST", "/api/v1/filters/try", {"filter": {}})
    assert wrong.json["faults"][0]["place"] == "filter"


@pytest.mark.parametrize(
    ("tree", "place"),
    [
        ({"not": {"langage": "de"}}, "filter.not.langage"),
        ({"not": {"not": {"langage": "de"}}}, "filter.not.not.langage"),
        ({"all": [{"not": {"any": [{"langage": "de"}]}}]}, "filter.all[0].not.any[0].langage"),
    ],
)
def test_a_misspelt_test_is_told_however_deep_it_stands(served: Served, tree: object, place: str) -> None:
    refused = served.operator("POST", "/api/v1/filters/try", {"filter": tree})
    assert refused.status == 422
    assert (place, 'did you mean "language"?') in [(fault["place"], fault["fix"]) for fault in refused.json["faults"]]


def test_names_of_channels_that_make_themselves_are_refused(served: Served) -> None:
    for name in ("all", "language-de", "publisher-x", "Upper", "-x", "a" * 65):
        answer = served.operator("POST", "/api/v1/channels", {**GERMAN, "name": name})
        assert (answer.status, answer.json["faults"][0]["place"]) == (422, "name"), name


def test_a_name_is_given_once_and_only_saved_filters_are_deleted(served: Served) -> None:
    assert served.operator("POST", "/api/v1/channels", GERMAN).status == 201
    assert served.operator("POST", "/api/v1/channels", GERMAN).status == 409
    assert [each["name"] for each in served.public.get("/api/v1/channels").json] == ["all", "german"]
    assert served.operator("DELETE", "/api/v1/channels/all").status == 409
    assert served.operator("DELETE", "/api/v1/channels/german").status == 204
    assert served.operator("DELETE", "/api/v1/channels/german").status == 404
    assert served.public.get("/api/v1/channels/german").status == 404


def test_networks_are_listed_with_their_wordings(shown: Served) -> None:
    networks = {each["name"]: each for each in shown.public.get("/api/v1/networks").json}
    assert {"default", "unn"} <= set(networks)
    assert networks["default"]["is_default"]
    assert {"language": "de", "version": "2017"}.items() <= networks["unn"]["texts"][0].items()
