"""Everything the public, a newsroom, a log or the broker could learn of a release, in one table, and a walk over it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import requests
from prometheus_client import generate_latest

from syndicator.dispatch import Task
from syndicator.web.app import make_app
from syndicator.web.serve import Server
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom

OPERATOR = {"Authorization": "Bearer token"}
SINCE = {"A-IM": "feed", "If-None-Match": "{base}"}
# What differs between two answers to the same question.
PASSING_HEADERS = {"date"}


@dataclass(frozen=True)
class Surface:
    """What is asked for. ``shows``: whether the answer changes once the held releases are public."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: str | None = None
    shows: bool = True


SURFACES = {
    "rss": Surface("/feeds/all.rss"),
    "atom": Surface("/feeds/all.atom"),
    "json": Surface("/feeds/all.json"),
    "feed compressed": Surface("/feeds/all.atom", {"Accept-Encoding": "gzip"}),
    "feed's head": Surface("/feeds/all.rss", method="HEAD"),
    "feed since": Surface("/feeds/all.json", SINCE),
    "feed unchanged": Surface("/feeds/all.json", {"If-None-Match": "{base}"}),
    "publisher's feed": Surface("/feeds/publisher-heldpublisher.atom"),
    "region's feed": Surface("/feeds/region-de-by.json"),
    "industry's feed": Surface("/feeds/industry-heldindustry.rss"),
    "subject's feed": Surface("/feeds/subject-20000049.rss"),
    "language's feed": Surface("/feeds/language-en.rss"),
    "saved filter's feed": Surface("/feeds/saved.atom"),
    "closed archive rss": Surface("/feeds/all/1.rss", shows=False),
    "closed archive atom": Surface("/feeds/all/1.atom", shows=False),
    "closed archive json": Surface("/feeds/all/1.json", shows=False),
    "newest archive": Surface("/feeds/all/2.atom"),
    "next archive": Surface("/feeds/all/3.json"),
    "opml": Surface("/opml"),
    "feeds.opml": Surface("/feeds.opml"),
    "start": Surface("/"),
    "directory": Surface("/channels"),
    "channel": Surface("/channels/all"),
    "publisher's channel": Surface("/channels/publisher-heldpublisher"),
    "page": Surface("/releases/{held}"),
    "page's head": Surface("/releases/{held}", method="HEAD"),
    "page of the translation": Surface("/releases/{translation}"),
    "page of the revised": Surface("/releases/{revised}"),
    "page of the postponed": Surface("/releases/{postponed}"),
    "page of the withdrawn": Surface("/releases/{withdrawn}", shows=False),
    "page of the original": Surface("/releases/{public}"),
    "page that names the held": Surface("/releases/{naming}"),
    "file": Surface("/media/{file}"),
    "file known by its hash": Surface("/media/{file}", {"If-None-Match": '"{sha256}"'}),
    "api release": Surface("/api/v1/releases/{held}"),
    "api revised": Surface("/api/v1/releases/{revised}"),
    "api withdrawn": Surface("/api/v1/releases/{withdrawn}", shows=False),
    "api original": Surface("/api/v1/releases/{public}", shows=False),
    "api that names the held": Surface("/api/v1/releases/{naming}"),
    "api history": Surface("/api/v1/releases/{held}/history", shows=False),
    "api channels": Surface("/api/v1/channels"),
    "api channel": Surface("/api/v1/channels/publisher-heldpublisher"),
    "api publishers": Surface("/api/v1/publishers", shows=False),
    "api publisher": Surface("/api/v1/publishers/heldpublisher", shows=False),
    "api networks": Surface("/api/v1/networks", shows=False),
    "count of a filter": Surface(
        "/api/v1/filters/try",
        {**OPERATOR, "Content-Type": "application/json"},
        method="POST",
        body='{"filter": {"all": []}}',
    ),
    "api deliveries": Surface("/api/v1/deliveries", shows=False),
    "api endpoints": Surface("/api/v1/endpoints", shows=False),
    "description": Surface("/openapi.json", shows=False),
    "terms": Surface("/terms", shows=False),
    "metrics": Surface("/metrics", shows=False),
    "health": Surface("/healthz", shows=False),
    "readiness": Surface("/readyz", shows=False),
    "rights": Surface("/.well-known/tdmrep.json", shows=False),
    "keys": Surface("/.well-known/syndicator-keys.json", shows=False),
    "sitemap": Surface("/sitemap.xml", shows=False),
    "robots": Surface("/robots.txt", shows=False),
    "search": Surface("/search?q=Zwetschgendatschi", shows=False),
}
# Not asked for over HTTP: what comes by itself, and what stays inside but is read by others.
PUSHES, LOG, BROKER, METRICS = "webhooks", "log", "broker", "metric labels"
SHOWN_BY_A_LIFT = {name for name, surface in SURFACES.items() if surface.shows} | {PUSHES}


class Overheard:
    """A dispatcher that keeps what it was asked to say; the test drains by itself."""

    def __init__(self) -> None:
        self.said: list[tuple[Task, tuple[int, ...]]] = []

    def wake(self, task: Task, numbers: Sequence[int] = ()) -> None:
        self.said.append((task, tuple(numbers)))


@dataclass(frozen=True)
class Walk:
    """What all surfaces showed at one moment. ``answers``: status, headers and bytes, or what was pushed."""

    answers: Mapping[str, tuple[object, ...]]
    said: frozenset[tuple[Task, tuple[int, ...]]]

    def status(self, name: str) -> object:
        return self.answers[name][0]

    def leaks(self, twin: "Walk", word: str, lines: Iterable[object]) -> set[str]:
        """Surfaces that differ from those of a service without the held releases, or hold the word."""
        found = {
            name
            for name, answer in self.answers.items()
            if answer != twin.answers[name] or (word in repr(answer) and "q=" not in SURFACES[name].path)
        }
        found |= {LOG} if word in repr(list(lines)) else set()
        found |= {BROKER} if self.said - twin.said else set()
        return found | ({METRICS} if word in generate_latest().decode() else set())


def walk(house: House, newsroom: Newsroom, overheard: Overheard, names: Mapping[str, str]) -> Walk:
    """Every surface once, from a server that has kept nothing. ``names`` fills the places in paths and headers."""
    with Server(make_app(house.service), "127.0.0.1", 0) as server, requests.Session() as session:
        session.trust_env = False
        answers: dict[str, tuple[object, ...]] = {
            name: seen(session, server.url, surface, names) for name, surface in SURFACES.items()
        }
    pushes = tuple((headers["webhook-id"], headers["webhook-timestamp"], body) for headers, body in newsroom.requests)
    return Walk({**answers, PUSHES: pushes}, frozenset(overheard.said))


def seen(
    session: requests.Session, url: str, surface: Surface, names: Mapping[str, str]
) -> tuple[int, dict[str, str], bytes]:
    asked = {name: value.format(**names) for name, value in surface.headers.items()}
    answer = session.request(
        surface.method,
        url + surface.path.format(**names),
        headers={"Accept-Encoding": "identity", **asked},
        data=surface.body,
        timeout=10,
        stream=True,
    )
    headers = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in PASSING_HEADERS}
    return answer.status_code, headers, answer.raw.read()
