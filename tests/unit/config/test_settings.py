"""Which of several places a setting is taken from, and how far its numbers reach."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config.settings import Settings


def test_a_flag_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNDICATOR_AUTHORITY", "environment.example")
    monkeypatch.setenv("SYNDICATOR_NETWORK", "environment")
    (tmp_path / "syndicator.toml").write_text('authority = "file.example"\nnetwork = "file"\nlog_level = "error"\n')
    settings = Settings(authority="flag.example")
    assert (settings.authority, settings.network, settings.log_level) == ("flag.example", "environment", "error")
    assert settings.transport == "curl"


@pytest.mark.parametrize(
    ("broker", "embedded"), [("memory://", True), ("memory://localhost/", True), ("redis://host", False)]
)
def test_every_way_to_write_the_memory_of_this_process_means_it(broker: str, *, embedded: bool) -> None:
    assert Settings(broker_url=broker).embedded is embedded


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("feed_window", 2, 1_000_000),
        ("feed_max_age_s", 0, 900),
        ("worker_threads", 2, 1_000),
        ("lease_s", 5, 86_400),
        ("max_body_bytes", 10_000, 1_000_000_000_000),
        ("port", 0, 65_535),
    ],
)
def test_numbers_reach_as_far_as_they_mean_something(name: str, least: int, most: int) -> None:
    """Such as a worker of one thread, whose long task would let all others wait."""
    for given in (least, most):
        assert getattr(_with(name, given), name) == given
    for given in (least - 1, most + 1):
        with pytest.raises(ValidationError):
            _with(name, given)


def _with(name: str, value: Any) -> Settings:
    return Settings(**{name: value})
