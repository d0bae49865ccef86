"""Each fault of feedgen 1.0.0 that is mended here, and each habit of readers that is minded."""

import json
import locale
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from feeds import rss
from feeds.documents import document
from feeds.fragments import fragment
from feeds.model import FORMATS, Category, Enclosure, Entry, Format, Head, Link, Person, Source, Tombstone
from tests.unit.feeds import samples

XML_FORMATS: Sequence[Format] = ("rss", "atom")
ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"


def tree(format: Format, head: Head | None = None, entry: Entry | None = None) -> etree._Element:
    return etree.fromstring(document(head or samples.head(format), [entry or samples.entry()], format))


def test_atom_entry_links_keep_rel_type_and_length() -> None:
    links = tree("atom").findall(f"{ATOM}entry/{ATOM}link")
    assert [link.get("rel") for link in links] == ["alternate", "enclosure", "enclosure", "related", "alternate"]
    assert links[1].get("type") == "image/jpeg"
    assert links[1].get("length") == "48211"


def test_atom_content_is_escaped_html_without_cdata() -> None:
    body = document(samples.head("atom"), [samples.entry()], "atom")
    assert b'<content type="html">&lt;p&gt;Erster Absatz &amp;amp; mehr' in body
    assert b"CDATA" not in body


@pytest.mark.parametrize("format", FORMATS)
def test_no_time_but_the_given_ones_stands_in_a_feed(format: Format) -> None:
    body = document(samples.head(format), [samples.entry()], format).decode()
    written = set(re.findall(r"\d\d:\d\d:\d\d", body))
    assert written == {"11:00:00", "12:00:00"}


@pytest.mark.parametrize("format", FORMATS)
def test_naive_times_are_refused(format: Format) -> None:
    naive = datetime(2017, 11, 24)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        samples.entry(published=naive)
    with pytest.raises(ValueError, match="aware"):
        samples.head(format, updated=naive)
    with pytest.raises(ValueError, match="aware"):
        Tombstone(ref="urn:x-gone", when=naive)
    with pytest.raises(ValueError, match="aware"):
        Source(id="urn:x-feed", title="Feed", url="https://wire.example/feed", updated=naive)


def test_times_of_other_zones_name_the_same_instant() -> None:
    west = samples.NOON.astimezone(tz=datetime.strptime("-0500", "%z").tzinfo)
    assert fragment(samples.entry(published=west), "rss") == fragment(samples.entry(), "rss")


def test_rss_link_is_the_page_whatever_other_links_there_are() -> None:
    channel = tree("rss")[0]
    assert channel.findtext("link") == samples.head("rss").home_url
    assert channel.findtext("item/link") == samples.entry().url


def test_the_page_of_a_feed_is_its_last_atom_link_and_the_only_alternate() -> None:
    relations = [link.get("rel") for link in tree("atom").findall(f"{ATOM}link")]
    assert relations[-1] == "alternate"
    assert relations.count("alternate") == 1


@pytest.mark.parametrize("lacking", [{}, {"links": ()}, {"enclosures": ()}], ids=["nothing", "links", "enclosures"])
def test_the_page_of_an_entry_is_its_first_and_its_last_atom_link_and_one_if_alone(lacking: dict[str, object]) -> None:
    among_others = tree("atom", entry=samples.entry(**lacking)).findall(f"{ATOM}entry/{ATOM}link")
    pages = [each for each in among_others if each.get("rel") == "alternate"]
    assert pages == [among_others[0], among_others[-1]]
    assert {each.get("href") for each in pages} == {samples.entry().url}
    # Two alternates of one type must differ in language (RFC 4287, section 4.1.2; DuplicateAtomLink).
    assert [each.get("hreflang") for each in pages] == [None, "de"]
    alone = tree("atom", entry=samples.plain_entry()).findall(f"{ATOM}entry/{ATOM}link")
    assert [(each.get("rel"), each.get("href")) for each in alone] == [("alternate", samples.plain_entry().url)]


@pytest.mark.parametrize("format", XML_FORMATS)
def test_a_relation_that_readers_do_not_know_is_written_as_related(format: Format) -> None:
    # UnregisteredAtomLinkRel: validators know an old list.
    links = tuple(
        Link(href=f"https://wire.example/{relation}", rel=relation)
        for relation in ("license", "canonical", "predecessor-version")
    )
    changed = samples.entry(links=links)
    found = {link.get("href"): link.get("rel") for link in tree(format, entry=changed).iter(f"{ATOM}link")}
    assert [found[link.href] for link in links] == ["license", "related", "related"]
    item = json.loads(document(samples.head("json"), [changed], "json"))["items"][0]
    assert [link["rel"] for link in item["_syndicator"]["links"]] == ["license", "canonical", "predecessor-version"]


def test_rss_says_when_an_entry_changed_without_touching_when_it_appeared() -> None:
    item = tree("rss")[0].find("item")
    assert item is not None
    assert item.findtext("pubDate") == "Fri, 24 Nov 2017 11:00:00 +0000"
    assert item.findtext(f"{ATOM}updated") == "2017-11-24T12:00:00+00:00"


@pytest.mark.parametrize("format", XML_FORMATS)
def test_plain_text_that_looks_like_markup_is_written_by_numeric_references(format: Format) -> None:
    # CharacterData; ampersands stay &amp;, which every reader decodes.
    body = document(samples.head(format), [samples.entry(title="A <b & C"), samples.plain_entry(title="A & C")], format)
    assert b">A &#x3C;/b&gt; C</title>" in document(samples.head(format), [samples.entry(title="A </b> C")], format)
    assert b">A &#x3C;b &amp; C</title>" in body
    assert b">A &amp; C</title>" in body
    assert b"&lt;p&gt;Erster Absatz &amp;amp; mehr" in body


@pytest.mark.parametrize("format", XML_FORMATS)
def test_no_plain_text_of_an_entry_looks_like_markup(format: Format) -> None:
    seeming = "A <b> C"
    photo = replace(samples.PHOTO, title=seeming, description=seeming, credit=seeming, copyright=seeming)
    written = samples.entry(
        title=seeming,
        summary=seeming,
        content_html="None",
        rights=seeming,
        authors=(Person(name=seeming),),
        categories=(Category(term="1", label=seeming), Category(term=seeming)),
        source=Source(id="urn:x", title=seeming, url="https://wire.example/", updated=samples.NOON),
        enclosures=(photo,),
        links=(Link(href="https://wire.example/x", rel="related", title=seeming),),
    )
    body = document(samples.head(format), [written], format)
    assert body.count(b"&#x3C;b&gt;") >= 9
    assert b"&lt;b" not in body


@pytest.mark.parametrize("relation", ["alternate", "enclosure", "self"])
def test_a_second_page_or_loose_enclosure_cannot_be_linked(relation: str) -> None:
    with pytest.raises(ValueError, match="written by the entry itself"):
        Link(href="https://wire.example/", rel=relation)


@pytest.mark.parametrize("format", XML_FORMATS)
def test_there_is_one_self_link(format: Format) -> None:
    found = [link.get("href") for link in tree(format).iter(f"{ATOM}link") if link.get("rel") == "self"]
    sources = 1 if format == "atom" else 0  # the one of atom:source belongs to another feed
    assert len(found) == 1 + sources
    assert found[0] == samples.head(format).self_url


def test_rss_authors_without_an_address_do_not_vanish() -> None:
    people = (Person(name="Acme", email="desk@acme.versicherung"), Person(name="Beta"))
    body = fragment(samples.entry(authors=people), "rss")
    assert b"<dc:creator>Acme</dc:creator><dc:creator>Beta</dc:creator>" in body
    assert b"<author>" not in body


@pytest.mark.parametrize("format", XML_FORMATS)
def test_every_picture_stands_for_itself_with_caption_credit_and_copyright(format: Format) -> None:
    root = tree(format)
    assert not list(root.iter(f"{MEDIA}group"))
    picture, paper = root.iter(f"{MEDIA}content")
    assert picture.findtext(f"{MEDIA}description") == samples.PHOTO.description
    assert picture.findtext(f"{MEDIA}copyright") == samples.PHOTO.copyright
    credit = picture.find(f"{MEDIA}credit")
    assert credit is not None
    assert (credit.text, credit.get("role")) == (samples.PHOTO.credit, "photographer")
    assert (picture.get("medium"), paper.get("medium")) == ("image", "document")


@pytest.mark.parametrize("format", XML_FORMATS)
def test_the_role_photographer_is_for_pictures_only(format: Format) -> None:
    film = Enclosure(url="https://wire.example/a.mp4", type="video/mp4", length=0, credit="Studio")
    body = fragment(samples.entry(enclosures=(film, replace(film, type="audio/mp4"))), format)
    assert body.count(b"<media:credit>Studio</media:credit>") == 2
    assert b"fileSize" not in body
    assert [each in body for each in (b'medium="video"', b'medium="audio"')] == [True, True]


def test_rss_has_one_enclosure() -> None:
    assert [each.get("url") for each in tree("rss").iter("enclosure")] == [samples.PHOTO.url]


@pytest.mark.parametrize("format", XML_FORMATS)
def test_no_dublin_core_date_or_title(format: Format) -> None:
    body = document(samples.head(format), [samples.entry()], format)
    assert b"dc:date" not in body
    assert b"dc:title" not in body


def test_rss_guid_is_no_address_and_equals_the_atom_id() -> None:
    guid = tree("rss").find("channel/item/guid")
    assert guid is not None
    assert guid.get("isPermaLink") == "false"
    assert guid.text == tree("atom").findtext(f"{ATOM}entry/{ATOM}id") == samples.entry().id


def test_tombstones_bring_their_namespace_and_only_they() -> None:
    assert b"tombstones" in document(samples.head("atom"), [], "atom")
    assert b"tombstones" not in document(samples.head("atom", tombstones=()), [], "atom")


def test_a_tombstone_without_a_word_has_no_empty_comment() -> None:
    silent = samples.head("atom", tombstones=(Tombstone(ref="urn:x:1", when=samples.NOON),))
    (stone,) = tree("atom", head=silent).iter("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert (stone.get("ref"), len(stone)) == ("urn:x:1", 0)


@pytest.mark.parametrize("format", XML_FORMATS)
def test_an_archive_document_is_marked_and_linked(format: Format) -> None:
    marked = samples.head(
        format, is_archive=True, current_url="https://wire.example/c", next_archive_url="https://wire.example/n"
    )
    root = tree(format, head=marked)
    links = {link.get("rel"): link.get("href") for link in root.iter(f"{ATOM}link")}
    assert len(list(root.iter("{http://purl.org/syndication/history/1.0}archive"))) == 1
    assert links["current"] == "https://wire.example/c"
    assert links["prev-archive"] == samples.head(format).prev_archive_url
    assert links["next-archive"] == "https://wire.example/n"
    assert b"history" not in document(samples.head(format), [], format)


@pytest.mark.parametrize("format", XML_FORMATS)
def test_the_stylesheet_stands_before_the_root(format: Format) -> None:
    instruction = tree(format).getprevious()
    assert instruction is not None
    assert instruction.text == 'type="text/css" href="https://wire.example/feed.css?v=1&amp;w=2"'


def test_rss_summary_is_escaped_for_readers_that_take_it_for_html() -> None:
    assert b"<description>Umsatz &amp;lt; 5 Mio. &amp;amp; Gewinn" in fragment(samples.entry(), "rss")


def test_entries_keep_their_order() -> None:
    entries = [samples.plain_entry(number) for number in (3, 1, 2)]
    root = etree.fromstring(rss.render(samples.head("rss"), entries))
    assert [title.text for title in root.iterfind("channel/item/title")] == ["Meldung 3", "Meldung 1", "Meldung 2"]


def test_rendering_never_touches_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise AssertionError("setlocale changes the whole process")

    monkeypatch.setattr(locale, "setlocale", refuse)
    for format in FORMATS:
        later = samples.head(format, ttl_minutes=61)  # a shape of head not rendered before
        document(later, [samples.entry(updated=samples.NOON + timedelta(days=1))], format)


@pytest.mark.parametrize("module", ["atom", "rss", "fragments", "opml"])
def test_each_module_can_be_the_first_import_of_a_process(module: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", f"import feeds.{module}"], check=True)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("status", ["withheld", "canceled"])
def test_a_stub_says_what_became_of_the_entry(format: Format, status: str) -> None:
    stub = samples.plain_entry(status=status, version=3, updated=datetime(2018, 1, 1, tzinfo=UTC))
    assert status.encode() in fragment(stub, format)
    assert samples.plain_entry().id.encode() in fragment(stub, format)
