"""The plain text of a release, byte for byte as the network's archive keeps it."""

import re
from collections.abc import Callable, Iterable

from syndicator.model.body import Block, ListBlock, Paragraph, Table
from syndicator.model.media import Media
from syndicator.model.network import Attached
from syndicator.model.publisher import Contact, Publisher
from syndicator.model.release import Record


def legal_text(attached: Attached, record: Record, year: int) -> tuple[str, str]:
    """Disclaimer and terms of use with the network's variables filled in."""
    values = {
        "operator": attached.operator,
        "publisher": record.publisher.name,
        "url": attached.url,
        "year": str(year),
    }
    return attached.texts.disclaimer.format(**values), attached.texts.terms.format(**values)


def plain_text(record: Record, attached: Attached, contacts: Iterable[Contact], year: int) -> str:
    """The whole release as text: sections in the template's order, no newline at the end."""
    sections: dict[str, Callable[[], str]] = {
        "headline": lambda: record.headline,
        "subheadline": lambda: record.subheadline or "",
        "teaser": lambda: record.teaser or "",
        "body": lambda: _body(record),
        "regulatory": lambda: "\n".join(regulatory_lines(record, attached)),
        "boilerplates": lambda: "\n\n".join("\n".join((b.heading, *b.paragraphs)) for b in record.boilerplates),
        "captions": lambda: captions_text(record, attached),
        "publisher": lambda: publisher_text(record.publisher, attached),
        "contacts": lambda: contacts_text(contacts, attached),
        "legal": lambda: " ".join(legal_text(attached, record, year)),
    }
    text = ""
    for section in attached.template.sections:
        part = sections[section.removeprefix("+")]()
        if part:
            text += (("\n" if section.startswith("+") else "\n\n") if text else "") + part
    return text


def _body(record: Record) -> str:
    blocks = [block_text(block) for block in record.body]
    dateline = dateline_text(record)
    if dateline and isinstance(record.body[0], Paragraph):
        blocks[0] = f"{dateline} – {blocks[0]}"
    elif dateline:
        blocks.insert(0, dateline)
    return "\n\n".join(blocks)


def dateline_text(record: Record) -> str:
    """Place and date as printed, or nothing."""
    line = record.dateline
    return ", ".join(part for part in (line.place, line.date) if part) if line else ""


def block_text(block: Block) -> str:
    if isinstance(block, ListBlock):
        signs = (
            (f"{place}." for place in range(block.start, block.start + len(block.points)))
            if block.ordered
            else iter("-" * len(block.points))
        )
        return "\n".join(f"{sign} {point}" for sign, point in zip(signs, block.points, strict=True))
    if isinstance(block, Table):
        rows = (*([block.header] if block.header else []), *block.rows)
        return "\n".join("\t".join(row) for row in rows)
    return block.text


def regulatory_lines(record: Record, attached: Attached) -> tuple[str, ...]:
    """What the law asks of an ad-hoc release below its heading; none for others and for templates without words."""
    stated, labels = record.regulatory, attached.template.labels.regulatory
    if stated is None or labels is None:
        return ()
    return (
        labels.heading,
        labels.inside_information if stated.inside_information else labels.no_inside_information,
        f"{labels.issuer} {stated.issuer}",
        f"{labels.notifier} {stated.notifier}, {stated.notifier_position}",
        f"{labels.subject} {stated.subject}",
    )


def captions_text(record: Record, attached: Attached) -> str:
    """The captions under their heading; media without a caption have none."""
    captions = [caption_text(media, place, attached) for place, media in enumerate(record.media, 1) if media.caption]
    return "\n\n".join((attached.template.labels.captions, *captions)) if captions else ""


def caption_text(media: Media, place: int, attached: Attached) -> str:
    """A caption under its label, with whom to name and the terms of use."""
    return f"{media.label or f'{attached.template.labels.media} {place}'}: {media.caption}{attribution_text(media)}"


def attribution_text(media: Media) -> str:
    """Credit and rights in brackets behind the caption, as far as that does not name them itself; or nothing."""
    stated = dict.fromkeys(filter(None, (media.credit, media.rights)))
    said = [each for each in stated if not _names(media.caption or "", each)]
    return f" ({'; '.join(said)})" if said else ""


def _names(caption: str, maker: str) -> bool:
    """Whether it says so with a sign of credits, such as ``© Jane Doe``. To be in the picture is another thing."""
    before = r"(?<!\w)" if re.search(r"[©:]", maker) else r"[(\[©:]\s*"
    return re.search(rf"{before}{re.escape(maker)}(?!\w)", caption) is not None


def publisher_text(publisher: Publisher, attached: Attached) -> str:
    labels = attached.template.labels
    lines = (
        publisher.name,
        *publisher.address_lines,
        _labelled(labels.phone, publisher.phone),
        _labelled(labels.publisher_fax, publisher.fax),
        _labelled(labels.email, publisher.email),
        publisher.url,
        _labelled(labels.responsible, publisher.responsible),
    )
    return f"{labels.publisher}\n\n" + "\n".join(line for line in lines if line)


def contacts_text(contacts: Iterable[Contact], attached: Attached) -> str:
    labels = attached.template.labels
    blocks = [
        "\n".join(
            line
            for line in (
                contact.name,
                contact.role,
                _labelled(labels.phone, contact.phone),
                _labelled(labels.contact_fax, contact.fax),
                _labelled(labels.email, contact.email),
            )
            if line
        )
        for contact in contacts
    ]
    return f"{labels.contacts}\n" + "\n\n".join(blocks) if blocks else ""


def _labelled(label: str, value: str | None) -> str:
    return f"{label} {value}" if value else ""
