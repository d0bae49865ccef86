from collections.abc import Sequence
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import atom, jsonfeed, rss
from feeds.documents import Joined, document, excerpt, spans
from feeds.fragments import fragment
from feeds.heads import render_head
from feeds.model import FORMATS, Entry, Format, Head
from tests.unit.feeds import samples

RENDERERS: dict[Format, ModuleType] = {"rss": rss, "atom": atom, "json": jsonfeed}
formats = st.sampled_from(FORMATS)


def joined(entries: list[Entry], format: Format) -> Joined:
    """The document, and where its entries are said to stand."""
    head = samples.head(format)
    offset = len(render_head(head, format))
    return Joined(document(head, entries, format), spans(offset, [fragment(each, format) for each in entries], format))


@given(samples.heads, st.lists(samples.entries, max_size=3), formats)
def test_joined_fragments_are_what_feedgen_renders_for_the_whole_feed(
    head: Head, entries: list[Entry], format: Format
) -> None:
    assert document(head, entries, format) == RENDERERS[format].render(head, entries)


@pytest.mark.parametrize("format", FORMATS)
def test_two_renders_of_one_state_are_byte_identical(format: Format) -> None:
    renders = {document(samples.head(format), [samples.entry()], format) for _ in range(2)}
    assert len(renders) == 1


@given(st.lists(samples.entries, max_size=3), formats)
def test_spans_find_each_fragment_in_the_body(entries: list[Entry], format: Format) -> None:
    fragments = [fragment(entry, format) for entry in entries]
    whole = joined(entries, format)
    assert [whole.body[at : at + length] for at, length in whole.spans] == fragments


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("keep", [(0,), (0, 1), (2,), (0, 2), (0, 1, 2), ()])
def test_an_excerpt_is_the_document_of_the_kept_entries_alone(format: Format, keep: Sequence[int]) -> None:
    entries = [samples.entry(), samples.plain_entry(1), samples.plain_entry(2)]
    whole = joined(entries, format)
    expected = document(samples.head(format), [entries[position] for position in keep], format)
    assert excerpt(whole, keep, format) == expected


@pytest.mark.parametrize("format", FORMATS)
def test_an_excerpt_of_an_empty_document_is_that_document(format: Format) -> None:
    empty = joined([], format)
    assert excerpt(empty, (), format) == empty.body


@pytest.mark.parametrize("format", ["rss", "atom"])
def test_a_fragment_declares_no_namespace_of_its_own(format: Format) -> None:
    rendered = fragment(samples.entry(), format)
    assert b"xmlns" not in rendered
    assert b"ns0:" not in rendered


@pytest.mark.parametrize("format", ["rss", "atom"])
@pytest.mark.parametrize("unfit", ["\x0b", "\x00", "\uffff", "\ud800"])
def test_an_entry_that_xml_cannot_carry_fails_by_itself(format: Format, unfit: str) -> None:
    with pytest.raises(ValueError, match=r"XML|surrogates"):
        fragment(samples.entry(title=f"a{unfit}b"), format)
