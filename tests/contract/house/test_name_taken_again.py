"""A name of a deleted channel, taken again, is another channel: nothing of the old one is read under it."""

import gzip
import json
from typing import Any

from syndicator.clock import SECOND_US
from syndicator.model.channel import NewChannel
from syndicator.model.filter import EVERYTHING, Filter
from syndicator.store import channels, renditions
from tests.contract.house.conftest import House


def feed(house: House, page: int = renditions.CURRENT) -> dict[str, Any] | None:
    with house.service.database.read() as connection:
        row = renditions.get(connection, "mine", page, "json")
    return None if row is None else json.loads(gzip.decompress(row["gzip"]))


def test_a_name_that_is_taken_again_shows_what_the_new_filter_wants(house: House) -> None:
    for number, region in enumerate(("DE-BY", "DE-BE", "DE-BY")):
        house.clock.us += SECOND_US
        house.submit(key=str(number), headline=f"{number} {region}", regions=[region])
    house.service.add_channel(NewChannel(name="mine", title="First", filter=EVERYTHING), owner="a")
    house.service.drain()
    house.service.delete_channel("mine", actor="a")
    bavaria = Filter.model_validate({"region": "DE-BY"})
    house.service.add_channel(NewChannel(name="mine", title="Second", filter=bavaria), owner="c")
    assert feed(house) is None, "nothing is shown before it is rendered"
    house.service.drain()
    shown = feed(house)
    assert shown is not None
    assert shown["title"] == "Press releases: Second"
    assert [item["title"] for item in shown["items"]] == ["2 DE-BY", "0 DE-BY"]
    with house.service.database.read() as connection:
        assert channels.by_name(connection, "mine")["owner"] == "c"
    house.service.delete_channel("mine", actor="c")
    house.service.add_channel(NewChannel(name="mine", title="Third", filter=EVERYTHING), owner="d")
    house.service.drain()
    again = feed(house)
    assert again is not None
    assert (again["title"], len(again["items"])) == ("Press releases: Third", 3)
