"""What stands in every feed for a release, and in the lists of those who read no further than its first words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicator.article.compose import Audience, about, compose, summary
from syndicator.article.entry import entry
from syndicator.bootstrap import read_networks
from syndicator.model.addresses import Addresses
from syndicator.model.lifecycle import ReleaseState
from syndicator.model.release import Record, Release
from tests.unit.web.served import record

AT = datetime(2027, 5, 1, tzinfo=UTC)
ATTACHED = next(iter(read_networks(None))).attach("de", AT.date())
ADDRESSES = Addresses(base="https://wire.example", authority="wire.example")
OTHER, OLDER = (f"rel_{sign * 26}" for sign in "0z")
NAMED: dict[str, Any] = {
    "subjects": [{"code": "medtop:20000256", "label": "Biotech"}, {"scheme": "own", "code": "x"}],
    "keywords": ["Cluster"],
    "regions": ["DE-BY"],
    "industries": ["C21"],
    "links": [{"href": "https://acme.example/", "rel": "license", "title": "Terms", "language": "en"}],
    "translation_of": OTHER,
    "replaces": OLDER,
    "media": [
        {
            "href": "https://acme.example/ü.jpg",
            "type": "image/jpeg",
            "bytes": 0,
            "label": "A",
            "caption": "B",
            "alt": "C",
            "credit": "D",
            "rights": "E",
            "width": 6,
            "height": 3,
        },
        {"href": "https://acme.example/of-no-size.jpg", "type": "image/jpeg"},
        {"href": "https://acme.example/of-no-type", "bytes": 9},
        {"caption": "Nowhere"},
    ],
}


def release(state: ReleaseState = ReleaseState.PUBLISHED, note: str | None = None, **changes: object) -> Release:
    return Release(
        id="rel_0",
        guid="urn:newsml:wire.example:20270501:rel_0",
        version=1,
        state=state,
        record=Record.model_validate(record(**changes)),
        published_at=AT,
        updated_at=AT + timedelta(days=1),
        note=note,
        texts=ATTACHED.id,
    )


def test_an_entry_names_what_the_release_is_about_and_what_it_belongs_to() -> None:
    one = release(**NAMED)
    made = entry(one, compose(one, ATTACHED, Audience.PUBLIC, {}), ATTACHED, ADDRESSES)
    assert [(each.term, each.scheme, each.label) for each in made.categories] == [
        ("medtop:20000256", "http://cv.iptc.org/newscodes/mediatopic/", "Biotech"),
        ("x", "urn:x-syndicator:own", None),
        ("Cluster", None, None),
        ("DE-BY", "urn:x-syndicator:region", None),
        ("C21", "urn:x-syndicator:industry", None),
    ]
    assert [(each.href, each.rel, each.title, each.hreflang) for each in made.links] == [
        ("https://acme.example/", "license", "Terms", "en"),
        (f"https://wire.example/releases/{OTHER}", "related", "translation of", None),
        (f"https://wire.example/releases/{OLDER}", "predecessor-version", None, None),
    ]
    [enclosure] = made.enclosures
    assert (enclosure.url, enclosure.length) == ("https://acme.example/%C3%BC.jpg", 0)
    assert (enclosure.title, enclosure.description, enclosure.alt) == ("A", "B", "C")
    assert (enclosure.credit, enclosure.copyright, enclosure.width, enclosure.height) == ("D", "E", 6, 3)
    assert (made.published, made.updated, made.version, made.status) == (AT, one.updated_at, 1, "usable")
    [author] = made.authors
    publisher = one.record.publisher
    assert (author.name, author.email, author.uri) == (publisher.name, publisher.email, publisher.url)
    assert made.rights
    assert publisher.name in made.rights
    assert {"language", "publisher", "contacts", "disclaimer"} <= made.about.keys()
    assert made.about.keys().isdisjoint({"version", "pub_status", "note", "links", "subjects"})


@pytest.mark.parametrize(
    ("state", "title"),
    [
        (ReleaseState.WITHHELD, ATTACHED.template.labels.withheld_title),
        (ReleaseState.WITHDRAWN, ATTACHED.template.labels.withdrawn_title),
    ],
)
def test_an_entry_of_what_was_taken_back_keeps_its_name_and_nothing_that_it_was_about(
    state: ReleaseState, title: str
) -> None:
    note = "Wrong <script>alert(1)</script> & out."
    one = release(state, note, **NAMED)
    made = entry(one, compose(one, ATTACHED, Audience.PUBLIC, {}), ATTACHED, ADDRESSES)
    assert (made.id, made.note, made.rights) == (one.guid, note, None)
    assert made.content_html.endswith("<p>Wrong &lt;script&gt;alert(1)&lt;/script&gt; &amp; out.</p>")
    assert made.title == f"{title}: {one.record.publisher.name}, 2027-05-01"
    assert (made.categories, made.links, made.enclosures) == ((), (), ())


STATED: dict[str, Any] = {
    "subheadline": "Under it",
    "teaser": "Short.",
    "dateline": {"place": "Hull"},
    "symbols": ["DE0007164600"],
    "regulatory": {
        "issuer": "Acme SE",
        "notifier": "Jane Doe",
        "notifier_position": "CFO",
        "subject": "Forecast",
        "inside_information": True,
    },
}


def test_machines_are_told_each_part_by_its_name() -> None:
    """In a push, and in JSON Feed, which have no text of it else."""
    one = release(note="A name.", **NAMED, **STATED)
    article = compose(one, ATTACHED, Audience.PUBLIC, {})
    told = about(one, article, ATTACHED)
    whole = one.record.model_dump(mode="json", exclude_none=True)
    same = {*NAMED, *STATED, "language", "dateline", "quotes", "boilerplates", "publisher", "contacts"}
    assert {name: told[name] for name in same} == {name: whole[name] for name in same}
    assert (told["version"], told["pub_status"], told["note"]) == (1, "usable", "A name.")
    assert told["texts"] == {"id": ATTACHED.id, "sha256": ATTACHED.sha256}
    assert told["network"] == {"name": ATTACHED.network, "title": ATTACHED.title, "url": ATTACHED.url}
    assert (told["disclaimer"], told["terms"]) == (article.disclaimer, article.terms)


def test_of_what_was_taken_back_machines_are_told_why_and_nothing_else() -> None:
    one = release(ReleaseState.WITHDRAWN, "Wrong.", **NAMED, **STATED)
    article = compose(one, ATTACHED, Audience.NEWSROOMS, {})
    assert about(one, article, ATTACHED) == {"version": 1, "pub_status": "canceled", "note": "Wrong."}
    assert article.summary == ATTACHED.template.labels.withdrawn


LEAD = "Acme hat in Mühldorf eine Bäckerei eröffnet, die für die ganze Stadt bäckt."


def test_what_is_not_public_has_no_entry() -> None:
    one = release().model_copy(update={"published_at": None})
    with pytest.raises(ValueError, match="rel_0 is not public"):
        entry(one, compose(one, ATTACHED, Audience.PUBLIC, {}), ATTACHED, ADDRESSES)


def test_a_correction_says_so_before_all_else() -> None:
    note = f"{ATTACHED.template.labels.correction} 9 < 10."
    corrected = compose(release(note="9 < 10."), ATTACHED, Audience.PUBLIC, {})
    assert corrected.text.startswith(f"{note}\n\n{corrected.title}")
    assert corrected.html.startswith(f"<p><strong>{note.replace('<', '&lt;')}</strong></p><p>")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"teaser": "Short.", "subheadline": "Under it"}, "Short."),
        ({"teaser": None, "subheadline": "Under it"}, "Under it"),
        ({"body": [{"type": "list", "points": ["a"]}, {"type": "paragraph", "text": "b\nc"}]}, "b c"),
        ({"body": [{"type": "list", "points": ["a"]}], "headline": "Above"}, "Above"),
        ({"body": [{"type": "paragraph", "text": t} for t in ("Mühldorf (ots)", LEAD, "c")]}, f"Mühldorf (ots) {LEAD}"),
        ({"body": [{"type": "paragraph", "text": t} for t in (LEAD, "c")]}, LEAD),
        ({"body": [{"type": "paragraph", "text": t} for t in ("a" * 59, "b", "c")]}, "a" * 59 + " b"),
        ({"body": [{"type": "paragraph", "text": t} for t in ("a" * 60, "b")]}, "a" * 60),
        ({"teaser": "a" * 300}, "a" * 300),
        ({"teaser": "a" * 301}, "a" * 300 + " …"),
        ({"teaser": "a " + "b" * 298 + " c"}, "a " + "b" * 298 + " …"),
        ({"teaser": "a" * 297 + ", bcd"}, "a" * 297 + " …"),
    ],
)
def test_a_summary_is_the_teaser_or_what_comes_first_cut_at_a_word(fields: dict[str, object], words: str) -> None:
    none = {"teaser": None, "subheadline": None, "quotes": None}
    assert summary(Record.model_validate(record(**{**none, **fields}))) == words


def test_a_contact_for_newsrooms_alone_is_in_nothing_that_the_public_reads() -> None:
    hidden = {"name": "Night Desk", "phone": "+49 89 4711", "email": "night@acme.example", "visibility": "editorial"}
    one = release(contacts=[*record()["contacts"], hidden])
    public, told = (compose(one, ATTACHED, audience, {}) for audience in (Audience.PUBLIC, Audience.NEWSROOMS))
    read_by_all = repr((public, entry(one, public, ATTACHED, ADDRESSES)))
    for each in (hidden["name"], hidden["phone"], hidden["email"]):
        assert each in told.html
        assert each in told.text
        assert each not in read_by_all


@pytest.mark.parametrize(
    ("note", "words"),
    [("Two\nlines.", "Two lines. T."), ("word " * 9_000, " ".join(["word"] * 60) + " \u2026 T.")],
)
def test_a_summary_begins_with_a_line_of_what_was_corrected(note: str, words: str) -> None:
    """A note may be as long as a text, and each list and each feed has it."""
    corrected = release(note=note, teaser="T.")
    told = compose(corrected, ATTACHED, Audience.PUBLIC, {}).summary
    assert told == f"{ATTACHED.template.labels.correction} {words}"
