"""What newsrooms' systems rely on in every document of every channel."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest
from lxml import etree

from feeds.model import FORMATS
from tests.readers.house import Document

ATOM = "{http://www.w3.org/2005/Atom}"
ENTRY = {"rss": re.compile(rb"<item.*?</item>", re.DOTALL), "atom": re.compile(rb"<entry.*?</entry>", re.DOTALL)}


def test_each_document_names_its_own_address_once(published: Sequence[Document]) -> None:
    for each in published:
        if each.form == "json":
            found = [json.loads(each.body)["feed_url"]]
        else:
            root = etree.fromstring(each.body)
            feed = root if each.form == "atom" else root[0]
            found = [link.get("href") for link in feed.findall(f"{ATOM}link[@rel='self']")]
        assert found == [each.address]


def test_no_entry_of_a_channel_is_older_than_the_one_after_it(published: Sequence[Document]) -> None:
    """n8n takes what is younger than the youngest it had; an embargo's or a date line's time would be lost."""
    times = defaultdict[str, list[datetime]](list)
    for each in published:
        if each.form == "rss":
            channel = each.address.partition("/feeds/")[2].partition("/")[0].removesuffix(".rss")
            times[channel] += [
                parsedate_to_datetime(str(date.text)) for date in etree.fromstring(each.body).iter("pubDate")
            ]
    assert len(times["all"]) > 10
    for found in times.values():
        assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("form", ENTRY)
def test_an_entry_has_the_same_bytes_wherever_it_stands(published: Sequence[Document], form: str) -> None:
    """FeedWordPress takes an item whose bytes differ for a changed one."""
    found = defaultdict[bytes, set[bytes]](set)
    count = 0
    for each in published:
        for entry in ENTRY[form].findall(each.body) if each.form == form else ():
            found[re.findall(rb"urn:newsml[^<]+", entry)[0]].add(entry)
            count += 1
    assert count > 2 * len(found)
    assert {identity for identity, bodies in found.items() if len(bodies) > 1} == set()


def test_the_formats_of_a_document_hold_the_same_entries_in_the_same_order(published: Sequence[Document]) -> None:
    ids = defaultdict[str, list[list[str]]](list)
    for each in published:
        stem = each.address.rpartition(".")[0]
        if each.form == "json":
            ids[stem].append([item["id"] for item in json.loads(each.body)["items"]])
        else:
            path = f"{ATOM}entry/{ATOM}id" if each.form == "atom" else "channel/item/guid"
            ids[stem].append([str(found.text) for found in etree.fromstring(each.body).iterfind(path)])
    for found in ids.values():
        assert len(found) == len(FORMATS)
        assert found == [found[0]] * len(FORMATS)
