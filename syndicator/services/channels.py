"""Saved filters as channels: try one, make it a channel, take it away."""

from dataclasses import dataclass

from syndicator.clock import SECOND_US
from syndicator.errors import Conflict, Fault, Rejected
from syndicator.model.channel import AutomaticChannel, ChannelKind, NewChannel
from syndicator.model.filter import Facts, Filter
from syndicator.services.setup import Setup
from syndicator.store import audit, channels, filters, numbers, releases, renditions
from syndicator.store.database import Connection

LOOK_BACK_DAYS = 30
_LOOK_BACK_US = LOOK_BACK_DAYS * 86_400 * SECOND_US
_COMMIT_WITHIN_US = 60 * SECOND_US
"""From a release's time of publication to its commit it takes less."""
_AT_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Trial:
    """The published releases that a filter matches, newest first, of the last 30 days (20,000 at most)."""

    releases: tuple[str, ...]
    until_us: int


def try_filter(setup: Setup, wanted: Filter, since_us: int | None = None) -> Trial:
    """What the filter lets through of what was published since then (in the last 30 days), as it reads now."""
    with setup.database.read() as connection:
        now = setup.database.now_us(connection)
        since = now - _LOOK_BACK_US if since_us is None else since_us
        found = releases.published_since(connection, since, now=now, limit=_AT_MOST)
        return Trial(tuple(release_id for release_id, _, record in found if wanted.matches(Facts(record))), now)


def add_channel(setup: Setup, new: NewChannel, *, owner: str) -> int:
    """The number of the new channel, filled with what its filter matches of the last 30 days, oldest first.

    Releases are matched before the transaction, because that takes time, and entered within it. A second pass takes
    in what was committed meanwhile: a fan-out before the commit did not know the channel yet.
    Rejected for a name that belongs to channels that make themselves, Conflict for one that is taken.
    """
    if new.is_reserved:
        fix = "choose one that does not start with all, publisher, subject, region, industry or language"
        raise Rejected([Fault("name", "channels of this name make themselves", fix)])
    trial = try_filter(setup, new.filter)
    with setup.database.write() as connection:
        # First of all: who fans out holds it, and waits for the channel that is set aside here.
        numbers.hold(connection, numbers.FANOUT, setup.database.for_update)
        now = setup.database.now_us(connection)
        number = _inserted(connection, new, owner, now)
        _fill(setup, connection, number, trial)
        audit.write(connection, actor=owner, action="add channel", subject=new.name, now=now, filter=new.filter.tree())
        numbers.move(connection, numbers.FILTERS, now)
    missed = try_filter(setup, new.filter, trial.until_us - _COMMIT_WITHIN_US)
    if missed.releases:
        with setup.database.write() as connection:
            numbers.hold(connection, numbers.FANOUT, setup.database.for_update)
            _fill(setup, connection, number, missed)
    return number


def _fill(setup: Setup, connection: Connection, number: int, trial: Trial) -> None:
    """Needs FANOUT held: fan-out gives the next places in a channel as well."""
    channels.fill(setup.database, connection, number, trial.releases[::-1])


def delete_channel(setup: Setup, name: str, *, actor: str) -> None:
    """Takes a saved filter's channel away, its feeds with it. The same name may be made again, as another channel.

    Conflict for a channel that makes itself: the next release would bring it back.
    """
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        row = channels.by_name(connection, name)
        if row["kind"] != ChannelKind.FILTER:
            message = f"channel {name} makes itself from the releases; only channels of saved filters can be deleted"
            raise Conflict(message)
        channels.delete(connection, row["no"], now)
        audit.write(connection, actor=actor, action="delete channel", subject=name, now=now)
        renditions.touch(connection, row["no"], numbers.move(connection, numbers.CHANGE, now))


def ensure_first_channel(setup: Setup) -> None:
    """Makes the channel of all releases, so that its feeds can be read before there is a release."""
    first = AutomaticChannel(ChannelKind.ALL, "", "All press releases")
    with setup.database.write() as connection:
        channels.insert_automatic(setup.database, connection, [first.as_row()], setup.database.now_us(connection))


def _inserted(connection: Connection, new: NewChannel, owner: str, now: int) -> int:
    values = {
        "name": new.name,
        "kind": ChannelKind.FILTER,
        "value": "",
        "title": new.title,
        "owner": owner,
        "filter_sha256": filters.insert(connection, new.filter),
        "now": now,
    }
    channels.set_aside(connection, new.name)
    if not channels.insert(connection, values):
        message = f"there is a channel {new.name} already; choose another name, or delete that one first"
        raise Conflict(message)
    return int(channels.by_name(connection, new.name)["no"])
