"""What a reading took from the lines: quotes, publisher, contacts, credits and the embargo, each on one line."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from syndicator.intake.fields.drafts import entries, texts_of
from syndicator.intake.fields.reading import Reading
from syndicator.model.body import Quote
from syndicator.model.timing import in_words, instant

_SHOWN: Final = 70
_TIME: Final = TypeAdapter(datetime)
_PUBLISHER: Final = ("name", "address", "street", "postal_code", "locality", "country", "phone", "fax", "email", "url")
_CONTACT: Final = ("name", "role", "phone", "fax", "email")


def fields_of(reading: Reading) -> list[tuple[str, str]]:
    """Label and text of each, as a publisher would confirm them."""
    draft = reading.draft
    publisher = draft.get("publisher")
    rows = [
        *(("quote", line) for line in _quotes(reading)),
        ("publisher", _joined(publisher, _PUBLISHER) if isinstance(publisher, Mapping) else ""),
        *(("contact", _joined(contact, _CONTACT)) for contact in entries(draft.get("contacts"))),
        *(("credit", _credit(picture)) for picture in entries(draft.get("media"))),
        ("embargo", _embargo(draft.get("embargo_until"), draft.get("embargo_zone"))),
    ]
    return [(label, text) for label, text in rows if text]


def _quotes(reading: Reading) -> Iterator[str]:
    blocks = entries(reading.draft.get("body"))
    for quote in reading.quotes:
        texts = texts_of([blocks[quote.paragraph]]) if quote.paragraph < len(blocks) else []
        who = f"{quote.speaker or 'somebody'}, {quote.role or 'role unknown'}"
        yield f"{who}: {_said(quote, texts[0])}" if texts else who


def _said(quote: Quote, paragraph: str) -> str:
    """The quote with its marks, cut short."""
    text = " ".join(paragraph[quote.start : quote.end].split())
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…"
    return f"{quote.marks[:1]}{shown}{quote.marks[1:]}"


def _credit(picture: Mapping[str, Any]) -> str:
    name = picture.get("label") or picture.get("file") or picture.get("href")
    return f"{name or 'a picture'}: {picture.get('credit') or 'nobody is named'}"


def _embargo(until: object, zone: object) -> str:
    """The instant that was understood; nothing for a time that is none, which is a fault elsewhere."""
    if not isinstance(until, str):
        return ""
    name = zone if isinstance(zone, str) else None
    try:
        return in_words(instant(_TIME.validate_json(json.dumps(until), strict=True), name), name)
    except (ValidationError, PydanticCustomError):
        return ""


def _joined(entry: Mapping[str, Any], names: tuple[str, ...]) -> str:
    values = (entry.get(name) for name in names)
    lines = (", ".join(map(str, value)) if isinstance(value, list | tuple) else value for value in values)
    return ", ".join(str(line) for line in lines if line)
