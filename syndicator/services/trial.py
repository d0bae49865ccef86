"""Everything that will be made of a release, made once for trial: what cannot be must not be accepted."""

from collections.abc import Sequence
from datetime import datetime

from feeds.fragments import fragment
from feeds.model import FORMATS
from syndicator.article.compose import Audience, compose
from syndicator.article.entry import entry
from syndicator.clock import from_us, system_now_us
from syndicator.delivery.payload import Occasion, release_payload
from syndicator.errors import Fault, Rejected
from syndicator.intake.lines.embargoes import unheeded
from syndicator.model.addresses import Addresses
from syndicator.model.lifecycle import EventType, ReleaseState
from syndicator.model.network import Attached
from syndicator.model.release import Record, Release
from syndicator.services.attach import complete
from syndicator.services.setup import Setup

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


def tried(setup: Setup, record: Record, *, owner: str) -> Record:
    """The record with its files complete, after everything was made of it once, for trial.

    Rejected, with every fault of network and files and every embargo that only the text states, or when something
    cannot be made of it.
    """
    stated = list(unheeded(record))
    try:
        network = setup.network(record.network)
    except Rejected as unknown:
        raise Rejected([*unknown.faults, *stated, *_of_files(setup, record, owner)]) from None
    if stated:
        raise Rejected([*stated, *_of_files(setup, record, owner)])
    completed, today = complete(setup, record, owner=owner), from_us(system_now_us())
    try_out(completed, network.attach(record.language, today.date()), today, setup.addresses)
    return completed


def _of_files(setup: Setup, record: Record, owner: str) -> Sequence[Fault]:
    try:
        complete(setup, record, owner=owner)
    except Rejected as refused:
        return refused.faults
    return ()


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
