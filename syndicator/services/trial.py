"""Everything that will be made of a release, made once for trial: what cannot be must not be accepted."""

from datetime import datetime

from feeds.fragments import fragment
from feeds.model import FORMATS
from syndicator.article.compose import Audience, compose
from syndicator.article.entry import entry
from syndicator.delivery.payload import Occasion, release_payload
from syndicator.errors import Fault, Rejected
from syndicator.model.addresses import Addresses
from syndicator.model.lifecycle import EventType, ReleaseState
from syndicator.model.network import Attached
from syndicator.model.release import Record, Release

ID = "rel_00000000000000000000000000"


def as_public(record: Record, attached: Attached, now: datetime, addresses: Addresses) -> Release:
    """The record as a public release of a made-up id."""
    return Release(
        id=ID,
        guid=addresses.guid(ID, now),
        version=1,
        state=ReleaseState.PUBLISHED,
        record=record,
        published_at=now,
        updated_at=now,
        texts=attached.id,
    )


def occasion(now: datetime) -> Occasion:
    return Occasion(id=ID.replace("rel_", "evt_"), type=EventType.PUBLISHED, at=now)


def try_out(record: Record, attached: Attached, now: datetime, addresses: Addresses) -> None:
    """Composes the article, the entry in every format, and the push. Rejected when one of them cannot be made.

    Takes milliseconds: call it outside of a transaction.
    """
    release = as_public(record, attached, now, addresses)
    urls = {each.sha256: addresses.media(each.sha256) for each in record.media if each.sha256}
    try:
        article = compose(release, attached, Audience.PUBLIC, urls)
        shown = entry(release, article, attached, addresses)
        for form in FORMATS:
            fragment(shown, form)
        pushed = compose(release, attached, Audience.NEWSROOMS, urls)
        release_payload(occasion(now), release, pushed, attached, addresses)
    except ValueError as error:
        fault = Fault("record", f"no feed or push can be made of it: {error}", "change what the message names")
        raise Rejected([fault]) from error
