"""A token that protects nothing, or that nobody can send, opens no service."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Settings
from syndicator.bootstrap import Syndicator
from syndicator.errors import ConfigError
from syndicator.web.app import make_app, make_signs
from tests.servers.migrated import migrated_file
from tests.unit.web.served import serving


@pytest.mark.parametrize("made", [make_app, make_signs])
@pytest.mark.parametrize("stated", [True, False], ids=["set", "in the file"])
@pytest.mark.parametrize(
    ("token", "told"), [("", "is empty"), ("  \n", "is empty"), ("schlüssel", "no header"), ("two words", "no header")]
)
def test_no_service_starts_with_a_token_that_is_none(
    tmp_path: Path, made: Callable[[Syndicator], object], token: str, told: str, *, stated: bool
) -> None:
    migrated_file(tmp_path / "syndicator.db")
    if not stated:
        (tmp_path / "operator.token").write_text(token)
    settings = Settings(data_dir=tmp_path, operator_token=SecretStr(token) if stated else None)
    service = Syndicator(settings)
    try:
        with pytest.raises(ConfigError, match=told) as refused:
            made(service)
        assert "set it to a text such as" in str(refused.value)
        assert "schlüssel" not in str(refused.value)
    finally:
        service.close()


def test_what_stands_around_a_token_is_no_part_of_it(tmp_path: Path) -> None:
    with serving(tmp_path, operator_token=SecretStr(" kept\n")) as served:
        assert served.public.get("/api/v1/endpoints", Authorization="Bearer kept").status == 200
        for nothing in ("Bearer", "Bearer ", "Bearer  "):
            assert served.public.get("/api/v1/endpoints", Authorization=nothing).status == 401


def test_a_token_counts_under_its_own_scheme_alone(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        token = served.service.operator_token
        for scheme, status in (("Bearer", 200), ("bearer", 200), ("Basic", 401), ("Token", 401)):
            assert served.public.get("/api/v1/endpoints", Authorization=f"{scheme} {token}").status == status, scheme
