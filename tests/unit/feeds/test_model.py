import pytest

from feeds.model import CONTENT_TYPES, FORMATS, MEDIA_TYPES, Person, Tombstone
from tests.unit.feeds import samples


@pytest.mark.parametrize("field", ["id", "title", "url", "language", "content_html"])
def test_an_entry_names_what_it_lacks(field: str) -> None:
    with pytest.raises(ValueError, match=rf"needs: {field}$"):
        samples.entry(**{field: ""})


def test_an_entry_has_an_author() -> None:
    with pytest.raises(ValueError, match="needs: authors"):
        samples.entry(authors=())


@pytest.mark.parametrize("field", ["id", "title", "description", "home_url", "self_url", "language"])
def test_a_head_names_what_it_lacks(field: str) -> None:
    with pytest.raises(ValueError, match=rf"needs: {field}$"):
        samples.head("rss", **{field: ""})


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "a\x00b"},
        {"generator": "\x0b"},
        {"authors": (Person(name="\uffff"),)},
        {"tombstones": (Tombstone(ref="x", when=samples.NOON, comment="\x1f"),)},
        {"other_formats": {"rss": "\ud800"}},
    ],
)
def test_a_head_refuses_what_xml_cannot_carry(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="XML cannot carry"):
        samples.head("atom", **changes)


def test_every_format_has_its_media_type() -> None:
    assert set(MEDIA_TYPES) == set(CONTENT_TYPES) == set(FORMATS)
    assert all(CONTENT_TYPES[each] == f"{MEDIA_TYPES[each]}; charset=utf-8" for each in FORMATS)
