"""The publisher block: the address it is printed with, and the country it names."""

import pytest
from pydantic import ValidationError

from syndicator.model.publisher import Publisher


def test_an_address_as_it_is_printed_goes_before_its_parts() -> None:
    parts = {"street": "Am Markt 1", "postal_code": "82152", "locality": "Planegg"}
    assert Publisher.model_validate({"name": "A", **parts}).address_lines == ("Am Markt 1", "82152 Planegg")
    assert Publisher(name="A", locality="Planegg").address_lines == ("Planegg",)
    printed = Publisher.model_validate({"name": "A", "address": ["Postfach 1"], "country": "DE", **parts})
    assert printed.address_lines == ("Postfach 1",)


@pytest.mark.parametrize("country", ["DEU", "de", "D"])
def test_a_country_is_two_letters(country: str) -> None:
    with pytest.raises(ValidationError):
        Publisher(name="A", country=country)
