"""Whom an erasure means, where it is found, and what a profile reads like without."""

import json

import pytest
from pydantic import ValidationError

from syndicator.model.erasure import Erasure, Traces, profile_without
from syndicator.model.publisher import Contact, Profile, Publisher

NAMED = Contact(name='Eva "Evi" Maier', phone="112", fax="0 89", email="Evi@x.example")


@pytest.mark.parametrize(
    "scopes", [{}, {"release": "r", "owner": "o"}, {"publisher": "p", "owner": "o"}, {"release": "r", "publisher": "p"}]
)
def test_an_erasure_has_one_scope(scopes: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="name one of release, publisher and owner"):
        Erasure.model_validate({"contact": "x", **scopes})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("112", True),
        ("Am 112. Tag", False),
        ("Rufen Sie 0 89 an", True),
        ("gefragt: EVI@X.EXAMPLE!", True),
        ('sagt Eva "Evi" Maier dazu', True),
        ("Eva Maier", False),
    ],
)
def test_what_is_very_short_is_only_found_alone(text: str, *, found: bool) -> None:
    traces = Traces.of([NAMED], "Evi@x.example")
    assert traces.stand_in(text) is found
    assert traces.stand_in_json(json.dumps([text], ensure_ascii=False)) or not found, "a quick look overlooks nothing"


def test_a_profiles_block_is_cleaned_on_demand() -> None:
    block = Publisher(name="Maier AG", phone="112", fax="0 89", email="evi@x.example", responsible='EVA "EVI" MAIER')
    profile = Profile(publisher=block, contacts=(NAMED,))
    wanted = {"contact": NAMED.name, "publisher": "maier"}
    traces = Traces.of([NAMED], NAMED.name)
    left = profile_without(profile, Erasure.model_validate(wanted), traces)
    assert (left.publisher, left.contacts) == (block, ())
    left = profile_without(profile, Erasure.model_validate({**wanted, "publisher_block": True}), traces)
    assert left == Profile(publisher=Publisher(name="Maier AG"))
