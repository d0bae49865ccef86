"""Which service, whose token, which settings: the first that is given wins."""

from pathlib import Path

import pytest

from syndicator.cli.options import read_settings
from syndicator.errors import ConfigError
from tests.unit.cli.answering import Answering
from tests.unit.cli.conftest import EXAMPLE, Call
from tests.unit.web.served import Served


def bearer(service: Answering) -> str | None:
    return service.asked[-1].headers.get("authorization")


def test_the_token_comes_from_option_environment_settings_and_file_in_this_order(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Answering() as service:
        asked = ("feeds", "list", "--to", service.url, "--json")
        assert call(*asked).code == 0
        assert bearer(service) is None
        (tmp_path / "syndicator-data").mkdir()
        (tmp_path / "syndicator-data" / "operator.token").write_text("of-the-file\n")
        call(*asked)
        assert bearer(service) == "Bearer of-the-file"
        monkeypatch.setenv("SYNDICATOR_OPERATOR_TOKEN", "of-the-settings")
        call(*asked)
        assert bearer(service) == "Bearer of-the-settings"
        monkeypatch.setenv("SYNDICATOR_TOKEN", "of-the-environment")
        call(*asked)
        assert bearer(service) == "Bearer of-the-environment"
        call(*asked, "--token", "of-the-option")
        assert bearer(service) == "Bearer of-the-option"


def test_the_service_comes_from_option_environment_and_settings_in_this_order(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Answering() as first, Answering() as second, Answering() as third:
        monkeypatch.setenv("SYNDICATOR_PUBLIC_BASE_URL", first.url)
        call("feeds", "list", "--json")
        monkeypatch.setenv("SYNDICATOR_URL", second.url)
        call("feeds", "list", "--json")
        call("feeds", "list", "--json", "--to", third.url)
        assert [len(each.asked) for each in (first, second, third)] == [1, 1, 1]


def test_a_token_file_that_cannot_be_read_says_what_to_do(call: Call, tmp_path: Path) -> None:
    (tmp_path / "syndicator-data" / "operator.token").mkdir(parents=True)
    done = call("feeds", "list")
    assert done.code == 9
    assert "SYNDICATOR_TOKEN" in done.err


@pytest.mark.parametrize("command", ["submit", "check"])
@pytest.mark.parametrize(("token", "told"), [(None, "was given no token"), ("wrong", "does not take this token")])
def test_who_brings_no_good_token_is_told_where_the_command_takes_it_from(
    call: Call, served: Served, token: str | None, told: str, command: str
) -> None:
    given = ("--token", token) if token else ()
    done = call(command, EXAMPLE, "--to", served.server.url, *given)
    assert done.code == 7
    assert told in done.err
    assert all(each in done.err for each in ("--token", "SYNDICATOR_TOKEN", "SYNDICATOR_DATA_DIR", "operator.token"))
    assert "Authorization" not in done.err


def test_a_wrong_address_is_told_by_what_it_was_given_by(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who never typed ``--to`` would not find it."""
    monkeypatch.setenv("SYNDICATOR_URL", "wrong")
    assert "SYNDICATOR_URL: 'wrong' is no service's address" in call("feeds", "list").err
    assert "--to: 'odd' is no service's address" in call("feeds", "list", "--to", "odd").err


def test_an_id_is_one_part_of_the_path_whatever_it_holds(call: Call) -> None:
    with Answering() as service:
        call("feeds", "show", "a/../b?c#d", "--to", service.url, "--json")
        assert service.asked[0].path == "/api/v1/channels/a%2F..%2Fb%3Fc%23d"


def test_a_named_file_of_settings_that_is_not_there_is_no_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNDICATOR_CONFIG", str(tmp_path / "mistyped.toml"))
    with pytest.raises(ConfigError, match=r"mistyped\.toml"):
        read_settings()


def test_a_file_of_settings_may_be_named_from_home_where_no_shell_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As systemd units and Compose files name it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SYNDICATOR_CONFIG", "~/own.toml")
    with pytest.raises(ConfigError, match=r"~/own\.toml, which is no file"):
        read_settings()
    (tmp_path / "own.toml").write_text("port = 8099\n")
    assert read_settings().port == 8099
