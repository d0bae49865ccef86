"""The words by which releases are laid out, per language. They are data: ``layouts/*.toml``."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

LANGUAGES: Final = ("de", "en", "es", "fr", "it")

_SPACES: Final = re.compile(r"[\s\u00a0]+")
# Soft hyphens, signs of no width and marks of direction: nobody sees them, and they change no word.
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Layouts:
    """All languages at once: a German release may well carry an English boilerplate."""

    sections: Mapping[str, str]
    """Heading, folded, to the section that it opens."""
    about: tuple[str, ...]
    """Openings of a boilerplate's heading, folded, the longest first."""
    about_ends: tuple[str, ...]
    """Endings of one, in languages that say "X about": "Acme hakkında"."""
    asks_for_contact: tuple[str, ...]
    labels: Mapping[str, str]
    """Label of a line in a contact or publisher block, folded, to the field that it names."""
    credit: tuple[str, ...]
    media: frozenset[str]
    houses: frozenset[str]
    """Words of companies, agencies and desks, by which they are told from persons."""
    legal_forms: frozenset[str]
    link_texts: tuple[str, ...]
    """Words that stand for a link in a contact block and name nobody."""
    lands: frozenset[str]
    """Countries, as the last line of an address."""
    handed_on: tuple[str, ...]
    register_starts: frozenset[str]
    degrees: frozenset[str]
    legal_starts: tuple[str, ...]
    network_starts: tuple[str, ...]
    inside: tuple[str, ...]
    """What a law calls news that moves a price: "inside information", "Insiderinformation"."""
    denials: frozenset[str]
    """Words that say that there is none: "no", "keine"."""
    internal: tuple[str, ...]
    """What says that a text is not for publication, the longest first."""
    internal_starts: tuple[str, ...]
    """The same where a line begins with it: "internal note"."""
    kickers: tuple[str, ...]
    """Words for a release, folded, the longest first."""
    revisions: tuple[str, ...]
    """Those that say that a release takes the place of another: "Correction", "Korrektur"."""
    kicker_tails: tuple[str, ...]
    """What follows in an announcement that a law asks for: "gemäß Art. 53 KR"."""
    service_starts: tuple[str, ...]
    """What the first line of a disclosure service begins with, folded."""
    service_words: tuple[str, ...]
    legal_headings: tuple[str, ...]
    end_signs: frozenset[str]
    wires: tuple[str, ...]
    """Newswires and agencies, as written."""
    prose: frozenset[str]
    """Words that begin a sentence, not a date line."""
    date_leads: frozenset[str]
    """Words between place and date: "Paris, le"."""
    place_particles: frozenset[str]
    clock: frozenset[str]
    verbs: frozenset[str]
    adverbs: frozenset[str]
    joiners: frozenset[str]
    articles: frozenset[str]
    particles: frozenset[str]
    links: frozenset[str]
    """What ties a role to its house: "of", "für"."""
    pronouns: frozenset[str]
    titles: frozenset[str]
    roles: frozenset[str]
    role_endings: tuple[str, ...]
    common: Mapping[str, frozenset[str]]
    """Commonest words by language."""
    months: frozenset[str]
    weekdays: frozenset[str]
    placeholders: frozenset[str]
    placeholder_openings: tuple[str, ...]
    placeholder_phrases: tuple[str, ...]
    trackers: tuple[str, ...]
    tracking_parameters: frozenset[str]
    countries: Mapping[str, str]
    mail_headers: Mapping[str, str]
    """Name of a field in a mail's header, folded, to what it is: sender, recipient, date, subject."""
    greetings: tuple[str, ...]
    farewells: tuple[str, ...]
    in_browser: tuple[str, ...]
    """What a newsletter offers above its text: "view in browser"."""
    forwarded: frozenset[str]
    """What a mail program writes above a mail that is forwarded, folded."""


def folded(text: str) -> str:
    """Text for comparing: lower case, single spaces, nothing unseen, no colon behind it."""
    text = text if text.isascii() else _UNSEEN.sub("", text)
    bare = _SPACES.sub(" ", text).strip().rstrip(":\uff1a").rstrip().casefold()
    # The capital of Turkish keeps its dot as a sign of its own.
    return bare.replace("\u2019", "'").replace("i\u0307", "i")


@lru_cache(maxsize=1)
def layouts() -> Layouts:
    """The layouts of every language shipped."""
    tables = {language: _table(language) for language in LANGUAGES}
    every = _table("any")
    return Layouts(
        sections={**_sections_of_further(every), **_sections(tables.values())},
        about=_longest_first([*map(folded, every["about"]), *_words(tables, "headings", "about")]),
        about_ends=tuple(word.casefold() for word in every["about_ends"]),
        asks_for_contact=_longest_first(_words(tables, "headings", "asks_for_contact")),
        labels=_labels([every, *tables.values()]),
        credit=_longest_first(_words(tables, "labels", "credit")),
        media=_words(tables, "labels", "media"),
        houses=_words(tables, "labels", "houses") | frozenset(map(folded, every["legal_forms"])),
        legal_forms=frozenset(map(folded, every["legal_forms"])) - {"pr", "group", "international"},
        link_texts=_longest_first(_words(tables, "labels", "link_texts")),
        lands=_words(tables, "labels", "lands"),
        handed_on=_longest_first(_words(tables, "labels", "handed_on")),
        register_starts=_words(tables, "labels", "register_starts"),
        degrees=frozenset(map(folded, every["degrees"])),
        legal_starts=tuple(_words(tables, "legal", "starts") | _words(tables, "legal", "network")),
        network_starts=tuple(_words(tables, "legal", "network")),
        inside=_longest_first(_words(tables, "legal", "inside")),
        denials=_words(tables, "legal", "denials"),
        internal=_longest_first(_words(tables, "legal", "internal")),
        internal_starts=_longest_first(_words(tables, "legal", "internal_starts")),
        kickers=_longest_first(
            [
                *map(folded, every["kicker"]),
                *_words(tables, "sections", "kicker"),
                *_words(tables, "sections", "revision"),
            ]
        ),
        revisions=_longest_first(_words(tables, "sections", "revision")),
        kicker_tails=tuple(f"{word} " for word in _words(tables, "headings", "kicker_tails")),
        service_starts=tuple(map(folded, every["service_starts"])),
        service_words=tuple(_words(tables, "headings", "key_words")),
        legal_headings=tuple(_words(tables, "legal", "headings")),
        end_signs=frozenset(every["end_signs"]),
        wires=tuple(sorted(every["wires"], key=len, reverse=True)),
        prose=_words(tables, "dateline", "prose"),
        date_leads=_words(tables, "dateline", "leads"),
        place_particles=_words(tables, "dateline", "particles"),
        clock=_words(tables, "dateline", "clock") | frozenset(every["clock"]),
        verbs=_words(tables, "quotes", "verbs"),
        adverbs=_words(tables, "quotes", "adverbs"),
        joiners=_words(tables, "quotes", "joiners"),
        articles=_words(tables, "quotes", "articles"),
        particles=_words(tables, "quotes", "particles"),
        links=_words(tables, "quotes", "links"),
        pronouns=_words(tables, "quotes", "pronouns"),
        titles=_words(tables, "quotes", "titles"),
        roles=_words(tables, "quotes", "roles"),
        role_endings=tuple(_words(tables, "quotes", "role_endings")),
        common={language: frozenset(table["language"]["common"]) for language, table in tables.items()},
        months=frozenset(
            word.rstrip(".") for word in (*_words(tables, "language", "months"), *map(folded, every["months"]))
        ),
        weekdays=_words(tables, "language", "weekdays"),
        placeholders=frozenset(every["placeholders"]),
        placeholder_openings=tuple(every["placeholder_openings"]),
        placeholder_phrases=tuple(every["placeholder_phrases"]),
        trackers=tuple(every["trackers"]),
        tracking_parameters=frozenset(every["tracking_parameters"]),
        countries=every["countries"],
        mail_headers={folded(name): field for field, names in every["mail_headers"].items() for name in names},
        greetings=tuple(word.casefold() for word in every["greetings"]),
        farewells=tuple(map(folded, every["farewells"])),
        in_browser=tuple(map(folded, every["in_browser"])),
        forwarded=frozenset(map(folded, every["forwarded"])),
    )


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "layouts" / f"{name}.toml").read_text("utf-8"))


def _words(tables: Mapping[str, Any], group: str, name: str) -> frozenset[str]:
    return frozenset(folded(word) for table in tables.values() for word in table[group][name])


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def _sections_of_further(every: Mapping[str, Any]) -> dict[str, str]:
    kinds = {"kicker": "kicker", "contact": "contact", "about_whole": "about"}
    return {folded(heading): section for name, section in kinds.items() for heading in every[name]}


def _sections(tables: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in tables:
        for section, headings in table["sections"].items():
            opened = "kicker" if section == "revision" else section
            found.update({folded(heading): opened for heading in headings})
        found.update({folded(heading): "about" for heading in table["headings"]["about_whole"]})
    return found


def _labels(tables: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    fields = ("credit", "media", "houses", "link_texts", "handed_on", "register_starts", "lands")
    return {
        folded(label): field
        for table in tables
        for field, labels in table["labels"].items()
        if field not in fields
        for label in labels
    }
