"""A service with releases of every kind, and all its feed documents as a reader gets them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lxml import etree

from feeds.model import FORMATS
from syndicator.clock import SECOND_US
from tests.unit.web.served import BASE, Served, record

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
MEDIA: Final[list[dict[str, object]]] = [
    {
        "label": "Foto 1",
        "caption": "Foto: Max <max@bilder.example> & Söhne\nzweite Zeile",
        "alt": "Zwei Menschen",
        "credit": "Bilder & Co.",
        "rights": "frei zur Berichterstattung",
        "href": "https://bilder.example/foto%201_größe.jpg",
        "type": "image/jpeg",
        "bytes": 48_211,
        "width": 1200,
        "height": 800,
    },
    {"label": "MoU", "role": "document", "href": f"{BASE}/x/mou.pdf?a=1&b=2", "type": "application/pdf", "bytes": 90},
    {"label": "O-Ton", "role": "audio", "href": f"{BASE}/x/ton.mp3", "type": "audio/mpeg", "bytes": 0},
    {"label": "Film", "role": "video", "href": f"{BASE}/x/film.mp4", "type": "video/mp4", "bytes": 7, "credit": "K"},
]
LINKS: Final = [
    {"href": "https://wire.example/en?a=1&b=2", "rel": relation, "title": "Q&A: <in> English", "language": "en"}
    for relation in ("related", "via", "canonical", "license", "describedby")
]
HEADLINES: Final[Mapping[str, str]] = {
    "de": 'Zahlen & Fakten: 5 < 6, "Zitat" und „Zitat“ über Größe',
    "ar": "شركة الأمل تعلن عن «نتائج» الربع الأول",
    "en-GB": "Rocket 🚀 – B&B, AT&T and a <b without an end",
    "ja": "川崎市とミュンヘン、提携を発表",
}


def fill(served: Served) -> None:
    """Everything that may happen to releases, each at a time of its own but for what lifts together."""
    for language, headline in HEADLINES.items():
        _submit(served, headline=headline, language=language, media=MEDIA, links=LINKS)
    first = _submit(served, headline="First wording")
    _submit(served, headline="Translated", language="en", translation_of=first["id"], replaces=first["id"])
    _submit(served, subjects=[{"scheme": "own", "code": "own:1", "label": "R&D"}], keywords=["R&D", "x < y"])
    others = [_submit(served, headline=f"To be {fate}") for fate in ("withheld", "withdrawn")]
    until = datetime.fromtimestamp(served.clock.us / SECOND_US, UTC) + timedelta(minutes=1)
    for number in range(3):
        _submit(served, headline=f"Held {number}", embargo_until=until.isoformat(), embargo_zone="Europe/Berlin")
    served.render()
    second = record(headline="Second wording")
    _revise(served, first["id"], "correct", note="Zahl & Name <berichtigt>", record=second)
    _revise(served, others[0]["id"], "withhold", note="Under review.")
    _revise(served, others[1]["id"], "withdraw", note="Sent in error.")
    served.clock.forward(61)
    served.render()
    served.render()


def _submit(served: Served, **changes: object) -> dict[str, Any]:
    served.clock.forward(1.25)
    return served.submit(**changes)


def _revise(served: Served, release_id: str, action: str, **body: object) -> None:
    served.clock.forward(1.25)
    answer = served.revise(release_id, action, **body)
    assert answer.status == 200, answer.text


@dataclass(frozen=True, slots=True)
class Document:
    address: str
    form: str
    body: bytes


def documents(served: Served) -> Iterator[Document]:
    """Every document of every channel: the current one, then the archives, as ``prev-archive`` leads to them."""
    channels = served.operator.get("/api/v1/channels").json
    for channel in channels:
        for form in FORMATS:
            address: str | None = f"{BASE}/feeds/{channel['name']}.{form}"
            while address:
                answer = served.public.get(address.removeprefix(BASE))
                assert answer.status == 200, address
                yield Document(address, form, answer.body)
                address = _before(form, answer.body)


def _before(form: str, body: bytes) -> str | None:
    if form == "json":
        following: str | None = json.loads(body).get("next_url")
        return following
    found = etree.fromstring(body).find(f".//{_ATOM}link[@rel='prev-archive']")
    return None if found is None else found.get("href")
