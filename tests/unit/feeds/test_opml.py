from lxml import etree

from feeds.opml import Outline, render
from tests.unit.feeds import samples


def outline(name: str, category: str | None = None) -> Outline:
    return Outline(
        title=name,
        home_url=f"https://wire.example/channels/{name}",
        feed_url=f"https://wire.example/feeds/{name}.atom",
        category=category,
        language="de",
    )


def read(outlines: list[Outline]) -> etree._Element:
    return etree.fromstring(render("Alle & alles", outlines, samples.NOON))


def test_head_names_the_list_and_its_time() -> None:
    opml = read([])
    assert opml.get("version") == "2.0"
    assert opml.findtext("head/title") == "Alle & alles"
    assert opml.findtext("head/dateModified") == "Fri, 24 Nov 2017 11:00:00 +0000"
    assert opml.find("body") is not None


def test_each_channel_is_listed_once_in_its_folder() -> None:
    opml = read([outline("all"), outline("biotech", "Themen"), outline("bio & co", "Themen"), outline("x", "Orte")])
    body = opml[1]
    assert [element.get("text") for element in body] == ["all", "Themen", "Orte"]
    assert [element.get("title") for element in body[1]] == ["biotech", "bio & co"]
    assert [element.get("xmlUrl") for element in opml.iter("outline") if element.get("type") == "rss"] == [
        f"https://wire.example/feeds/{name}.atom" for name in ("all", "biotech", "bio & co", "x")
    ]


def test_a_channel_has_the_addresses_of_its_feed_and_its_page() -> None:
    ((only,),) = read([outline("all", "Themen")])[1]
    assert only.get("xmlUrl") == "https://wire.example/feeds/all.atom"
    assert only.get("htmlUrl") == "https://wire.example/channels/all"
    assert only.get("language") == "de"
    assert only.get("category") == "Themen"
