"""What the OpenAPI description promises holds for requests that nobody here thought of."""

import re
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.unit.web.served import Client, Served, record, serving

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("described")) as served:
        served.submit()
        served.render()
        yield served


@pytest.fixture
def public(described: Served) -> Iterator[Client]:
    """A connection of its own: one that rested during a long test before may be closed."""
    client = Client(described.server)
    yield client
    client.close()


@pytest.fixture
def operator(described: Served) -> Iterator[Client]:
    client = Client(described.server, described.service.operator_token)
    yield client
    client.close()


def test_the_api_answers_as_it_is_described(described: Served) -> None:
    token = {"Authorization": f"Bearer {described.service.operator_token}"}
    schema = schemathesis.openapi.from_url(f"{described.server.url}/openapi.json")
    asked = 0
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()

        @hypothesis.given(case=operation.as_strategy())
        @hypothesis.settings(max_examples=10, suppress_health_check=list(hypothesis.HealthCheck))
        def answers_as_described(case: schemathesis.Case[Any]) -> None:
            nonlocal asked
            case.call_and_validate(headers=token, checks=CHECKS)
            asked += 1

        answers_as_described()
    assert asked > 100


def test_a_token_is_needed_where_the_description_says_so(public: Client) -> None:
    asked = 0
    for path, operations in public.get("/openapi.json").json["paths"].items():
        for method, operation in operations.items():
            needs = operation.get("security", [{}])
            answer = public(method.upper(), address(path, operation))
            assert (answer.status == 401) is ({} not in needs), f"{method} {path}: {answer.status}, {needs}"
            asked += {} not in needs
    assert asked > 20


def address(path: str, operation: dict[str, Any]) -> str:
    """The path with the first value that each parameter may have."""
    parts = [each for each in operation.get("parameters", ()) if each["in"] == "path"]
    return path.format(**{each["name"]: each["schema"].get("enum", ["x"])[0] for each in parts})


def test_what_a_submission_has_to_bring_and_may_answer_is_described(public: Client, operator: Client) -> None:
    operation = public.get("/openapi.json").json["paths"]["/api/v1/releases"]["post"]
    assert [(each["name"], each["in"], each["required"]) for each in operation["parameters"]] == [
        ("Idempotency-Key", "header", True)
    ]
    asked = [operator("POST", "/api/v1/releases", record(), {"Idempotency-Key": "described"}) for _ in "12"]
    assert [str(answer.status) for answer in asked] == ["201", "200"]
    assert {str(answer.status) for answer in asked} <= set(operation["responses"])
    none = operator("POST", "/api/v1/releases", record())
    assert none.status == 400


def test_the_keys_that_are_taken_are_described(public: Client, operator: Client) -> None:
    """A client made of the description would send keys that are refused."""
    [described] = public.get("/openapi.json").json["paths"]["/api/v1/releases"]["post"]["parameters"]
    pattern, most = described["schema"]["pattern"], described["schema"]["maxLength"]
    keys = [f"a{character}b" for character in " !~\t\x7f\x80\x9f\xa0¡¬\xad®ÿ"]
    for key in [*keys, " ", "a", "a" * most, "a" * (most + 1)]:
        answer = operator("POST", "/api/v1/releases", {}, {"Idempotency-Key": key})
        fits = re.search(pattern, key) is not None and len(key) <= most
        assert answer.status == (422 if fits else 400), repr(key)


def test_what_a_block_and_a_filter_need_is_described(public: Client, operator: Client) -> None:
    schemas = public.get("/openapi.json").json["components"]["schemas"]
    untyped = operator("POST", "/api/v1/releases/check", record(body=[{"text": "Words."}]))
    assert [fault["problem"] for fault in untyped.json["faults"]] == ["this block has no type"]
    named = schemas["Record"]["properties"]["body"]["items"]["discriminator"]["mapping"].values()
    blocks = [schemas[each.rpartition("/")[2]] for each in named]
    assert [block["required"][0] for block in blocks] == ["type"] * 4
    for tests, status in (({}, 422), ({"language": "de"}, 200), ({"language": "de", "all": None}, 422)):
        answer = operator("POST", "/api/v1/filters/try", {"filter": tests})
        fits = schemas["Filter"]["minProperties"] <= len(tests) <= schemas["Filter"]["maxProperties"]
        assert (answer.status, fits) == (status, status == 200)


def test_what_is_described_as_the_default_may_be_sent(public: Client, operator: Client) -> None:
    schemas = public.get("/openapi.json").json["components"]["schemas"]
    wanted = schemas["NewEndpoint"]["properties"]["subscriptions"]["default"]
    events, wants = (schemas["NewSubscription"]["properties"][name]["default"] for name in ("events", "filter"))
    added = operator("POST", "/api/v1/endpoints", {"url": "https://news.example/in", "subscriptions": wanted})
    assert added.status == 201, added.json
    path = f"/api/v1/endpoints/{added.json['id']}/subscriptions"
    further = operator("POST", path, {"events": events, "filter": wants})
    assert further.status == 201, further.json
