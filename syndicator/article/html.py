"""The HTML of a release. Everything a publisher wrote is escaped here; addresses are http(s) by the model."""

from collections.abc import Iterable
from html import escape

from feeds.uri import mailto_of
from syndicator.article.plaintext import attribution_text, caption_text, dateline_text, regulatory_lines
from syndicator.model.body import Block, ListBlock, Subheading, Table
from syndicator.model.direction import direction
from syndicator.model.media import Media
from syndicator.model.network import Attached
from syndicator.model.publisher import Contact, Publisher
from syndicator.model.release import Record


def body_html(record: Record) -> str:
    """Subheadline, teaser, date line and blocks."""
    head = [f"<p><strong>{_text(line)}</strong></p>" for line in (record.subheadline, record.teaser) if line]
    blocks = [block_html(block) for block in record.body]
    dateline = dateline_text(record)
    if dateline:
        blocks.insert(0, f"<p><em>{_text(dateline)}</em></p>")
    return "".join((*head, *blocks))


def block_html(block: Block) -> str:
    if isinstance(block, Subheading):
        return f"<h2>{_text(block.text)}</h2>"
    if isinstance(block, ListBlock):
        return _list_html(block)
    if isinstance(block, Table):
        return _table_html(block)
    return f"<p>{_text(block.text)}</p>"


def _list_html(block: ListBlock) -> str:
    points = "".join(f"<li>{_text(point)}</li>" for point in block.points)
    if not block.ordered:
        return f"<ul>{points}</ul>"
    start = f' start="{block.start}"' if block.start != 1 else ""
    return f"<ol{start}>{points}</ol>"


def _table_html(table: Table) -> str:
    head = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in table.header)
    rows = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{rows}</tbody></table>"


def regulatory_html(record: Record, attached: Attached) -> str:
    """What the law asks of an ad-hoc release, line by line; nothing for others."""
    heading, *lines = regulatory_lines(record, attached) or ("",)
    if not lines:
        return ""
    return f"{_heading(heading, attached, record.language)}<p>{_lines(map(_text, lines), record.language)}</p>"


def boilerplates_html(record: Record) -> str:
    return "".join(
        f"<h2>{_text(standing.heading)}</h2>" + "".join(f"<p>{_text(text)}</p>" for text in standing.paragraphs)
        for standing in record.boilerplates
    )


def spoken(language: str, around: str) -> str:
    """``lang`` and ``dir`` of a part whose language is not that of the text around it: screen readers need them."""
    if language.partition("-")[0] == around.partition("-")[0]:
        return ""
    return f' lang="{language}" dir="{direction(language)}"'


def _heading(label: str, attached: Attached, language: str) -> str:
    """The network's words above a part of a release in that language."""
    return f"<h2{spoken(attached.template.language, language)}>{_text(label.rstrip(':'))}</h2>"


def media_html(shown: Iterable[Media], attached: Attached, language: str) -> str:
    """A figure for everything with an address, and the captions of all."""
    figures = "".join(
        _figure_html(media, place, attached) for place, media in enumerate(shown, 1) if media.caption or media.href
    )
    return _heading(attached.template.labels.captions, attached, language) + figures if figures else ""


def _figure_html(media: Media, place: int, attached: Attached) -> str:
    address = media.href
    named = caption_text(media, place, attached) if media.caption else (media.label or "") + attribution_text(media)
    caption = _text(named)
    if not address:
        return f"<p>{caption}</p>"
    size = f' width="{media.width}" height="{media.height}"' if media.width and media.height else ""
    shown = (
        f'<img src="{escape(address)}" alt="{escape(media.alt or "")}"{size}>'
        if (media.type or "").startswith("image/")
        else f'<a href="{escape(address)}">{_text(media.label or media.type or address)}</a>'
    )
    return f"<figure>{shown}<figcaption>{caption}</figcaption></figure>"


def publisher_html(publisher: Publisher, attached: Attached, language: str) -> str:
    labels = attached.template.labels
    lines = [
        f"<strong>{_text(publisher.name)}</strong>",
        *map(_text, publisher.address_lines),
        *_reach(labels.phone, publisher.phone, labels.publisher_fax, publisher.fax, labels.email, publisher.email),
    ]
    if publisher.url:
        lines.append(f'<a href="{escape(publisher.url)}">{_text(publisher.url)}</a>')
    if publisher.responsible:
        lines.append(f"{_text(labels.responsible)} {_text(publisher.responsible)}")
    return f"{_heading(labels.publisher, attached, language)}<p>{_lines(lines, language)}</p>"


def contacts_html(contacts: Iterable[Contact], attached: Attached, language: str) -> str:
    labels = attached.template.labels
    blocks = [
        "<p>"
        + _lines(
            (
                *(_text(line) for line in (contact.name, contact.role) if line),
                *_reach(labels.phone, contact.phone, labels.contact_fax, contact.fax, labels.email, contact.email),
            ),
            language,
        )
        + "</p>"
        for contact in contacts
    ]
    return _heading(labels.contacts, attached, language) + "".join(blocks) if blocks else ""


def _lines(lines: Iterable[str], language: str) -> str:
    """Lines that each keep their direction within right-to-left text: ``82152 Martinsried`` came out reversed."""
    if direction(language) == "rtl":
        lines = (f"<bdi>{line}</bdi>" for line in lines)
    return "<br>".join(lines)


def legal_html(wording: str, attached: Attached, language: str) -> str:
    """The network's disclaimer and terms, below a release in that language."""
    return f"<p{spoken(attached.texts.language, language)}><small>{escape(wording, quote=False)}</small></p>"


def _reach(
    phone_label: str, phone: str | None, fax_label: str, fax: str | None, email_label: str, email: str | None
) -> list[str]:
    lines = [f"{_text(label)} {_text(number)}" for label, number in ((phone_label, phone), (fax_label, fax)) if number]
    if email:
        lines.append(f'{_text(email_label)} <a href="{escape(mailto_of(email))}">{_text(email)}</a>')
    return lines


def _text(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")
