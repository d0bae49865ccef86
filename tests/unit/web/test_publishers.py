"""Publishers' profiles over the API, and what a release is told when it says something else."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.web.served import Answer, Served, record, serving

BLOCK = {**record()["publisher"], "address": []}
OTHER = {**BLOCK, "phone": "+49 89 0000", "key": "bio-m-gmbh"}
DESK = {"name": "Pressestelle", "email": "presse@bio-m.example"}


@pytest.fixture
def served(tmp_path: Path) -> Any:
    with serving(tmp_path) as one:
        yield one


def put(served: Served, key: str, body: object) -> Answer:
    return served.operator("PUT", f"/api/v1/publishers/{key}", body)


def submit(served: Served, key: str, **changes: object) -> Answer:
    return served.operator("POST", "/api/v1/releases", record(**changes), {"Idempotency-Key": key})


def test_the_first_release_makes_the_profile_and_no_later_one_changes_it(served: Served) -> None:
    first = served.submit()
    assert first["warnings"] == []
    key = served.operator.get("/api/v1/publishers").json[0]["key"]
    profile = served.operator.get(f"/api/v1/publishers/{key}").json
    assert (profile["publisher"], profile["contacts"]) == (BLOCK, [])
    answer = submit(served, "other", headline="Anders", publisher={**OTHER, "key": key})
    (warning,) = answer.json["warnings"]
    assert (warning["code"], warning["field"]) == ("W113", "publisher.phone")
    assert (warning["given"], warning["stored"]) == ("+49 89 0000", BLOCK["phone"])
    assert submit(served, "other", headline="Anders", publisher={**OTHER, "key": key}).json["warnings"] == [warning]
    assert served.operator.get(f"/api/v1/publishers/{key}").json["publisher"] == BLOCK
    assert served.operator.get(f"/api/v1/releases/{answer.json['id']}").json["record"]["publisher"]["phone"] == (
        "+49 89 0000"
    ), "verbatim: a warning changes nothing"


def test_a_set_profile_counts_from_then_on_and_changes_no_issued_release(served: Served) -> None:
    first = served.submit()
    key = served.operator.get("/api/v1/publishers").json[0]["key"]
    answer = put(served, key, {"publisher": OTHER, "contacts": [DESK], "language": "de", "network": "unn"})
    assert answer.status == 200, answer.text
    assert served.operator.get(f"/api/v1/publishers/{key}").json["contacts"][0]["name"] == "Pressestelle"
    assert served.operator.get(f"/api/v1/releases/{first['id']}").json["record"]["publisher"] == BLOCK
    revised = served.revise(first["id"], "update", record=record(headline="Neu"))
    assert [each["field"] for each in revised.json["warnings"]] == ["publisher.phone"]
    assert served.revise(first["id"], "withhold", note="Zahl").json["warnings"] == []


def test_check_warns_and_refuses_as_a_submission_would_and_stores_nothing(served: Served) -> None:
    first = served.submit()
    asked = served.operator("POST", "/api/v1/releases/check", record())
    assert asked.status == 200
    (warning,) = asked.json["warnings"]
    assert warning["code"] == "W112"
    assert first["id"] in warning["message"]
    assert submit(served, "again").json["warnings"] == [warning]
    assert served.operator("POST", "/api/v1/releases/check", record(network="nowhere")).status == 422
    assert served.operator("POST", "/api/v1/releases/check", {"headline": 1}).status == 422
    assert served.public("POST", "/api/v1/releases/check", record()).status == 401
    assert len(served.operator.get("/api/v1/publishers").json) == 1


def test_profiles_are_the_operators_and_faults_are_told(served: Served) -> None:
    served.submit()
    for path in ("/api/v1/publishers", "/api/v1/publishers/bio-m-gmbh", "/api/v1/publishers/none"):
        assert served.public.get(path).status == 401
    assert served.operator.get("/api/v1/publishers/none").status == 404
    answer = put(served, "none", {"publisher": {"name": ""}, "contact": []})
    assert answer.status == 422
    assert [each["place"] for each in answer.json["faults"]] == ["publisher.name", "contact"]
    assert served.operator.get("/api/v1/publishers/none").status == 404
    with served.service.database.write() as connection:
        connection.exec_driver_sql("UPDATE publishers SET owner = 'another'")
    with served.service.database.read() as connection:
        key = str(connection.exec_driver_sql("SELECT key FROM publishers").scalar())
    assert put(served, key, {"publisher": OTHER}).status == 409
    answer = submit(served, "b", headline="Anders", publisher={**OTHER, "key": key})
    assert answer.json["warnings"] == [], "nobody learns of another's"


def test_publishers_are_paged_by_key(served: Served) -> None:
    keys = [f"p{number}" for number in range(5)]
    for key in reversed(keys):
        assert put(served, key, {"publisher": {**BLOCK, "key": key}}).status == 200
    seen, after = [], ""
    while page := served.operator.get(f"/api/v1/publishers?limit=2&after={after}").json:
        seen.append([each["key"] for each in page])
        after = seen[-1][-1]
        put(served, f"{after}-new", {"publisher": BLOCK})
        put(served, "a-new", {"publisher": BLOCK})
    of_before = [key for page in seen for key in page if not key.endswith("new")]
    assert of_before == keys, "what comes meanwhile takes nobody's place"
    assert served.operator.get("/api/v1/publishers?after=%00").status == 422
