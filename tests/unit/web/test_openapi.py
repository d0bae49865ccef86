"""What the OpenAPI description promises holds for requests that nobody here thought of."""

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

from tests.unit.web.served import Served, serving

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("described")) as served:
        served.submit()
        served.render()
        yield served


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
