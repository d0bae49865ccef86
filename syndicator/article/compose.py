"""Release + network texts → Article."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Any

from syndicator.article import html
from syndicator.article.plaintext import block_text, legal_text, plain_text
from syndicator.model.body import Paragraph
from syndicator.model.lifecycle import ReleaseState
from syndicator.model.media import Media
from syndicator.model.network import Attached
from syndicator.model.publisher import Contact, Visibility
from syndicator.model.release import Record, Release

_SUMMARY_CHARACTERS = 300
_SHORTEST_SUMMARY = 60
"""A paragraph of fewer characters says where and when, or greets, and not what."""


class Audience(StrEnum):
    """Who reads: everybody (feeds, pages), or newsrooms that are sent the release."""

    PUBLIC = "public"
    NEWSROOMS = "newsrooms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A release composed for reading, or the stub that stands for a withheld or withdrawn one."""

    title: str
    summary: str
    text: str
    html: str
    body_html: str
    disclaimer: str
    terms: str
    contacts: tuple[Contact, ...]
    media: tuple[Media, ...]
    """Each with its public address as ``href``, where it has one."""
    is_stub: bool


def compose(release: Release, attached: Attached, audience: Audience, media_urls: Mapping[str, str]) -> Article:
    """The article of this version for that audience. Editorial contacts reach newsrooms only.

    ``media_urls``: the public address of each stored file by SHA-256; a file without one shows as its caption.

    A withheld or withdrawn release composes to a stub: who, when, why, and none of its text.
    """
    if release.state in {ReleaseState.WITHHELD, ReleaseState.WITHDRAWN}:
        return _stub(release, attached)
    record = release.record
    media = tuple(_located(each, media_urls) for each in record.media)
    contacts = tuple(c for c in record.contacts if audience is Audience.NEWSROOMS or c.visibility is Visibility.PUBLIC)
    year = (release.published_at or release.updated_at).year
    disclaimer, terms = legal_text(attached, record, year)
    text = plain_text(record, attached, contacts, year)
    body = html.body_html(record)
    labels = attached.template.labels
    note = f"{labels.correction} {release.note}" if release.note else ""
    return Article(
        title=record.headline,
        summary=f"{labels.correction} {_opening(release.note)} {summary(record)}" if release.note else summary(record),
        text=f"{note}\n\n{text}" if note else text,
        html="".join(
            (
                f"<p><strong>{escape(note, quote=False)}</strong></p>" if note else "",
                body,
                html.regulatory_html(record, attached),
                html.boilerplates_html(record),
                html.media_html(media, attached, record.language),
                html.publisher_html(record.publisher, attached, record.language),
                html.contacts_html(contacts, attached, record.language),
                html.legal_html(f"{disclaimer} {terms}", attached, record.language),
            )
        ),
        body_html=body,
        disclaimer=disclaimer,
        terms=terms,
        contacts=contacts,
        media=media,
        is_stub=False,
    )


def _located(media: Media, urls: Mapping[str, str]) -> Media:
    url = urls.get(media.sha256) if media.sha256 else None
    return media.model_copy(update={"href": url}) if url else media


def summary(record: Record) -> str:
    """Teaser, subheadline or how the body begins, cut at a word."""
    return _opening(record.teaser or record.subheadline or _beginning(record))


def _opening(text: str) -> str:
    """On one line, and cut at a word."""
    text = " ".join(text.split())
    if len(text) <= _SUMMARY_CHARACTERS:
        return text
    return text[: _SUMMARY_CHARACTERS + 1].rsplit(" ", 1)[0][:_SUMMARY_CHARACTERS].rstrip(",;:–- ") + " …"


def _beginning(record: Record) -> str:
    """The first paragraph, and the next ones where it is as short as a date line that stays text: ``Berlin (ots)``."""
    said = ""
    for block in record.body:
        if len(said) >= _SHORTEST_SUMMARY:
            break
        if isinstance(block, Paragraph):
            said = f"{said} {block_text(block)}".lstrip()
    return said or record.headline


def _stub(release: Release, attached: Attached) -> Article:
    labels = attached.template.labels
    withheld = release.state is ReleaseState.WITHHELD
    title = labels.withheld_title if withheld else labels.withdrawn_title
    sentences = (labels.withheld if withheld else labels.withdrawn, release.note)
    marks = (html.spoken(attached.template.language, release.record.language), "")
    day = (release.published_at or release.updated_at).date().isoformat()
    return Article(
        title=f"{title}: {release.record.publisher.name}, {day}",
        summary=sentences[0],
        text="\n\n".join(sentence for sentence in sentences if sentence),
        html="".join(
            f"<p{mark}>{escape(sentence, quote=False)}</p>"
            for mark, sentence in zip(marks, sentences, strict=True)
            if sentence
        ),
        body_html="",
        disclaimer="",
        terms="",
        contacts=(),
        media=(),
        is_stub=True,
    )


def about(release: Release, article: Article, attached: Attached) -> dict[str, Any]:
    """The parts of a release by name, for machines: JSON Feed's extension object and the push's ``data``."""
    record = release.record
    if article.is_stub:
        return {"version": release.version, "pub_status": release.state.pub_status, "note": release.note}
    return {
        "version": release.version,
        "pub_status": release.state.pub_status,
        "note": release.note,
        **record.model_dump(
            mode="json",
            exclude_none=True,
            include={
                "language",
                "subheadline",
                "teaser",
                "dateline",
                "quotes",
                "boilerplates",
                "keywords",
                "subjects",
                "regions",
                "industries",
                "symbols",
                "publisher",
                "translation_of",
                "replaces",
                "links",
                "regulatory",
            },
        ),
        "media": [each.model_dump(mode="json", exclude_none=True) for each in article.media],
        "contacts": [contact.model_dump(mode="json", exclude_none=True) for contact in article.contacts],
        "network": {"name": attached.network, "title": attached.title, "url": attached.url},
        "disclaimer": article.disclaimer,
        "terms": article.terms,
        "texts": {"id": attached.id, "sha256": attached.sha256},
    }
