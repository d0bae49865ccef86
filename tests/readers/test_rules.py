"""No document breaks a rule of the W3C feed validator, and a broken rule is seen."""

from collections.abc import Sequence

import pytest
from lxml import etree

from feeds.documents import document
from feeds.model import Format
from tests.readers.house import HEADLINES, Document
from tests.readers.rules import complaints
from tests.unit.feeds import samples
from tests.unit.web.served import BASE

ADDRESS = "https://wire.example/feeds/all."


def test_every_document_of_every_channel_keeps_to_the_rules(published: Sequence[Document]) -> None:
    found = {each.address: complaints(each.body, each.address) for each in published if each.form != "json"}
    assert len(found) > 20
    assert {address: told for address, told in found.items() if told} == {}


def test_they_are_documents_of_every_kind(published: Sequence[Document]) -> None:
    by_address = {each.address: each.body.decode() for each in published}
    everything = "".join(by_address.values())
    assert all(word in everything for word in ("deleted-entry", "withheld", "canceled", "fh:archive", "Second wording"))
    assert all(f"{BASE}/feeds/language-{language.lower()}.rss" in by_address for language in HEADLINES)
    assert f"{BASE}/feeds/all/2.atom" in by_address


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_the_only_archive_document_of_a_channel_has_a_neighbour(published: Sequence[Document], form: str) -> None:
    # ArchiveIncomplete
    by_address = {each.address: each.body for each in published if each.form == form}
    only = {
        address
        for address in by_address
        if address.endswith(f"/1.{form}") and address.replace("/1.", "/2.") not in by_address
    }
    assert only
    for address in only:
        current = address.replace("/1.", ".")
        root = etree.fromstring(by_address[address])
        feed = root if form == "atom" else root[0]
        relations = {link.get("rel"): link.get("href") for link in feed.findall("{http://www.w3.org/2005/Atom}link")}
        assert (relations["next-archive"], relations["current"]) == (current, current)


@pytest.mark.parametrize(
    ("form", "old", "new", "rule"),
    [
        ("atom", 'rel="self"', 'rel="via"', "MissingSelf"),
        ("atom", "feeds/all.atom", "feeds/other.atom", "SelfDoesntMatchLocation"),
        ("atom", 'rel="related"', 'rel="canonical"', "UnregisteredAtomLinkRel"),
        ("atom", "2017-11-24T11:01:00", "2017-11-24T12:00:00", "DuplicateUpdated"),
        ("atom", ' hreflang="de"', "", "DuplicateAtomLink"),
        ("atom", "rel_001</id>", "rel_ä</id>", "InvalidFullLink"),
        ("atom", "urn:newsml", "URN:newsml", "NonCanonicalURI"),
        ("atom", "Meldung 1", "Meldung\u0085 1", "BadCharacters"),
        ("atom", "&lt;p&gt;Text 1", "&lt;p&gt;&lt;script&gt;Text 1", "NotHtml"),
        ("atom", "&lt;p&gt;Text 1", "&lt;p onclick='x'&gt;Text 1", "SecurityRiskAttr"),
        ("rss", "&lt;p&gt;Text 1", '&lt;a href="/x"&gt;T&lt;/a&gt;&lt;p&gt;', "ContainsRelRef"),
        ("rss", "<pubDate>Fri, 24", "<pubDate>Friday, 24", "InvalidDate"),
        ("rss", "&#x3C;b&gt;Ziel", "&lt;b&gt;Ziel", "CharacterData"),
        ("rss", 'fileSize="48211"', 'fileSize="0"', "InvalidPositiveInteger"),
        ("rss", 'role="photographer"', 'role="owner"', "InvalidCreditRole"),
        ("rss", '<enclosure url="https://wire.example/', '<enclosure url="https://localhost/', "InvalidURLAttribute"),
        ("rss", "<title>Meldung 1</title>", "<title>Meldung 1</title><title>2</title>", "DuplicateElement"),
        ("rss", "<language>de</language>", "", "MissingElement"),
        ("rss", "<title>Meldung 1</title>", "<dc:date>2017</dc:date>", "UndefinedElement"),
        ("rss", "</channel>", "<ttl>5</ttl></channel>", "MisplacedMetadata"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_seen(form: Format, old: str, new: str, rule: str) -> None:
    entry = samples.entry(title="Ziel: <b>Ziel")
    whole = document(samples.head(form), [entry, samples.plain_entry()], form)
    assert complaints(whole, f"{ADDRESS}{form}") == []
    text = whole.decode()
    assert old in text
    broken = text.replace(old, new).encode()
    assert rule in {complaint.partition(":")[0] for complaint in complaints(broken, f"{ADDRESS}{form}")}
