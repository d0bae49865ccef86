"""What a filter takes: each test by itself, their combinations, and what is no filter."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from syndicator.intake.records.strict import read_model
from syndicator.model.filter import Facts, Filter
from syndicator.model.release import Record

TOUCHSTONE = Path(__file__).parents[3] / "examples" / "biom-kawasaki.json"
CHANGES = {
    "language": "de-AT",
    "headline": "Größe zählt: 东京举行会议, C++ inside",
    "keywords": ["KI", "Life Science"],
    "symbols": ["DE000BASF111"],
    "regions": ["DE-BY"],
    "industries": ["pharma"],
    "subjects": [{"code": "20000049"}],
}
YES: dict[str, Any] = {"keyword": "ki"}
NO: dict[str, Any] = {"keyword": "no"}


def _takes(tree: dict[str, Any]) -> bool:
    record = read_model(Record, json.dumps({**json.loads(TOUCHSTONE.read_bytes()), **CHANGES}).encode())
    return Filter.model_validate(tree).matches(Facts(record))


@pytest.mark.parametrize(
    ("tree", "taken"),
    [
        ({"publisher": "BioM-biotech-cluster-development-gmbh"}, True),
        ({"publisher": "biom"}, False),
        ({"subject": "20000049"}, True),
        ({"subject": "medtop:20000049"}, True),
        ({"subject": "house:20000049"}, False),
        ({"region": "de-by"}, True),
        ({"region": "DE"}, False),
        ({"industry": "PHARMA"}, True),
        ({"language": "de-AT"}, True),
        ({"language": "de"}, True),
        ({"language": "de-CH"}, False),
        ({"keyword": "life science"}, True),
        ({"keyword": "life"}, False),
        ({"symbol": "de000basf111"}, True),
        ({"headline": "GRÖSSE zählt"}, True),
        ({"headline": "zählt größe"}, False),
        ({"headline": "öße"}, False),
        ({"headline": "会议"}, True),
        ({"headline": "京举"}, True),
        ({"headline": "京会"}, False),
        ({"headline": "memorandum of understanding"}, False),
        ({"body": "Memorandum of Understanding"}, True),
        ({"body": "größe"}, True),
        ({"all": []}, True),
        ({"all": [YES, NO]}, False),
        ({"any": [NO, YES]}, True),
        ({"any": [NO, NO]}, False),
        ({"not": NO}, True),
        ({"not": {"any": [YES]}}, False),
    ],
)
def test_a_filter_takes_what_it_says(tree: dict[str, Any], taken: bool) -> None:
    assert _takes(tree) is taken


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"any": []},
        {"headline": "a", "body": "b"},
        {"headline": None},
        {"headline": "!!!"},
        {"not": {"body": "–"}},
        {"titel": "a"},
    ],
)
def test_what_could_never_be_meant_is_refused(tree: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Filter.model_validate(tree)


@pytest.mark.parametrize("word", ["head", "cell", "point", "under", "teased"])
def test_words_of_every_part_of_the_text_are_found(word: str) -> None:
    table = {"type": "table", "header": ["head"], "rows": [["cell"]]}
    body = [{"type": "list", "points": ["point"]}, table]
    fields = {"quotes": [], "subheadline": "under", "teaser": "teased", "body": body}
    record = read_model(Record, json.dumps({**json.loads(TOUCHSTONE.read_bytes()), **fields}).encode())
    assert Filter.model_validate({"body": word}).matches(Facts(record))
    assert not Filter.model_validate({"headline": word}).matches(Facts(record))


def nested(kind: str, levels: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"language": "de"}
    for _ in range(levels - 1):
        tree = {kind: tree if kind == "not" else [tree]}
    return tree


@pytest.mark.parametrize("kind", ["all", "any", "not"])
def test_a_filter_is_8_levels_deep_at_most(kind: str) -> None:
    assert Filter.model_validate(nested(kind, 8)).depth == 8
    with pytest.raises(ValidationError, match="8 levels deep"):
        Filter.model_validate(nested(kind, 9))


def test_a_filter_holds_200_tests_at_most() -> None:
    tree = {"all": [{"any": [{"language": "de"}] * count} for count in (49, 49, 49, 48)]}
    assert Filter.model_validate(tree).tests == 200
    tree["all"][3]["any"].append({"language": "de"})
    with pytest.raises(ValidationError, match="200 tests"):
        Filter.model_validate(tree)
