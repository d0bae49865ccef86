"""Settings → Syndicator: the wired facade that the edges call."""

import math
import os
import secrets as chance
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from pydantic import SecretStr, ValidationError

from config.disclaimers import network_folders, read_network
from config.settings import Settings
from feeds.archive import Limits as FeedLimits
from syndicator import metrics
from syndicator.clock import SECOND_US
from syndicator.delivery.guard import Guard
from syndicator.delivery.key_files import kept
from syndicator.delivery.sealing import KEY_BYTES, Sealer
from syndicator.delivery.signing import ED25519_BYTES, PRIVATE_PREFIX, Ed25519Signer
from syndicator.delivery.transport.protocol import Limits, Transport
from syndicator.dispatch import Dispatcher, NullDispatcher, Task
from syndicator.errors import ConfigError, StoreError
from syndicator.model.addresses import Addresses
from syndicator.model.channel import NewChannel
from syndicator.model.endpoint import NewEndpoint, NewSubscription
from syndicator.model.erasure import Erasure
from syndicator.model.network import Network
from syndicator.model.release import Record, Release
from syndicator.services import channels, replay, subscribe
from syndicator.services.attach import Kept, attach
from syndicator.services.courier import Courier, Means
from syndicator.services.erase import Report, erase
from syndicator.services.fanout import BATCH, FannedOut, FiltersInUse, fan_out
from syndicator.services.fragments import Fragments
from syndicator.services.regenerate import PER_TRANSACTION, await_company, catch_up, dirty_channels, regenerate
from syndicator.services.revise import Revision, revise
from syndicator.services.rounds import Rounds
from syndicator.services.setup import Setup
from syndicator.services.submit import Submitted, submit
from syndicator.services.sweep import Swept, sweep
from syndicator.services.trials import Trials
from syndicator.services.verify import Verifications, verify_endpoint
from syndicator.store.database import Database
from syndicator.store.erasure import REWRITTEN
from syndicator.store.schema_version import current, lacking, newest

_DAY_US = 86_400 * SECOND_US
_ALL_PORTS = range(1, 65_536)
_TRIED_AT_ONCE = 2  # they share the interpreter with whatever else this process answers
_VERIFIED_AT_ONCE = 4  # a tenth of the threads that answer calls to the API


class Syndicator:
    """One wired service over one database. What it starts late (transport, courier) ``close`` ends."""

    def __init__(
        self, settings: Settings, dispatcher: Dispatcher | None = None, clock: Callable[[], int] | None = None
    ) -> None:
        self.settings = settings
        self.dispatcher: Dispatcher = dispatcher or NullDispatcher()
        if not settings.database_url:
            _make_folder(settings.data_dir)
        self.database = Database(settings.resolved_database_url, clock=clock)
        self.networks = known_networks(settings)
        self.setup = Setup(
            database=self.database,
            networks=self.networks,
            default_network=settings.network,
            addresses=Addresses(settings.public_base_url, settings.authority),
            media_dir=settings.data_dir / "media",
            hub_url=settings.hub_url,
            per_endpoint=settings.per_endpoint,
            feed_limits=FeedLimits(
                window=settings.feed_window, page=settings.feed_window // 2, max_bytes=settings.feed_max_bytes
            ),
            pause_after_us=int(settings.pause_after_days * _DAY_US),
            attempt_retention_us=settings.attempt_retention_days * _DAY_US,
            media_grace_us=int(settings.media_grace_days * _DAY_US),
        )
        self.fragments = Fragments(self.setup)
        self._fan_outs = Rounds(1)
        self._filters = FiltersInUse()
        self._renderings = Rounds(PER_TRANSACTION)
        self._verifications = Verifications(_VERIFIED_AT_ONCE, math.ceil(settings.attempt_timeout_s))
        self.trials = Trials(_TRIED_AT_ONCE)
        self._courier: Courier | None = None
        self._sends = False
        self._swept: Swept | None = None
        self._starting = threading.Lock()

    # --- publishers

    def submit(self, record: Record, *, owner: str, key: str) -> Submitted:
        """Accepts a release (see ``services.submit``) and, after the commit, wakes the workers."""
        submitted = submit(self.setup, record, owner=owner, key=key)
        metrics.submissions.labels("accepted" if submitted.created else "known").inc()
        self.dispatcher.wake(Task.FAN_OUT)
        return submitted

    def revise(self, release_id: str, revision: Revision) -> Release:
        """Changes a release (see ``services.revise``) and, after the commit, wakes the workers."""
        release = revise(self.setup, release_id, revision)
        self.dispatcher.wake(Task.FAN_OUT)
        return release

    def erase_contact(self, wanted: Erasure, *, actor: str) -> Report:
        """Erases a contact (see ``services.erase``), renders what showed it, and frees what that leaves behind.

        The rendering is not left to a thread that is at it already: it may have read the old text.
        """
        report, dirty = erase(self.setup, wanted, actor=actor)
        metrics.documents_rendered.inc(catch_up(self.setup, self.fragments, dirty, "erasure"))
        return report.model_copy(update={"purged": self.database.purge(REWRITTEN)})

    def attach(self, content: bytes, *, owner: str, name: str | None = None) -> Kept:
        """Keeps a file for the owner's releases (see ``services.attach``)."""
        return attach(self.setup, content, owner=owner, max_bytes=self.settings.max_media_bytes, name=name)

    def add_channel(self, new: NewChannel, *, owner: str) -> None:
        """Makes a saved filter a channel (see ``services.channels``) and wakes whoever renders it; Busy as a trial."""
        with self.trials.place():
            number = channels.add_channel(self.setup, new, owner=owner)
        self.dispatcher.wake(Task.FAN_OUT)
        self.dispatcher.wake(Task.REGENERATE, [number])

    def delete_channel(self, name: str, *, actor: str) -> None:
        channels.delete_channel(self.setup, name, actor=actor)

    # --- newsrooms

    def add_endpoint(self, new: NewEndpoint, *, owner: str) -> subscribe.AddedEndpoint:
        return subscribe.add_endpoint(
            self.setup,
            new,
            owner=owner,
            sealer=self.sealer,
            guard=self.guard,
            must_verify=self.settings.verify_endpoints,
        )

    def accept_url(self, url: str) -> None:
        """Returns for a URL that an endpoint may have; Rejected, with every fault, for any other."""
        self.guard.accept(url)

    def verify_endpoint(self, endpoint_id: str, *, actor: str) -> None:
        """Sends the challenge now and waits for the answer (see ``services.verify``); Busy when too many do."""
        from syndicator.delivery.transport.requests import RequestsTransport

        limits, ca_file = _limits(self.settings), self.settings.ca_file
        with (
            self._verifications.place(endpoint_id),
            RequestsTransport(self.guard, limits, in_flight=1, ca_file=ca_file) as transport,
        ):
            verify_endpoint(self.setup, endpoint_id, actor=actor, means=self._means(transport))

    def add_subscription(self, endpoint_id: str, subscription: NewSubscription, *, actor: str) -> str:
        return subscribe.add_subscription(self.setup, endpoint_id, subscription, actor=actor)

    def remove_subscription(self, endpoint_id: str, subscription_id: str, *, actor: str) -> None:
        subscribe.remove_subscription(self.setup, endpoint_id, subscription_id, actor=actor)

    def change_endpoint(self, endpoint_id: str, move: str, *, actor: str, notice: str | None = None) -> None:
        subscribe.change_endpoint(self.setup, endpoint_id, move, actor=actor, notice=notice)
        self.dispatcher.wake(Task.DELIVER)

    def rotate_secret(self, endpoint_id: str, *, actor: str, overlap_s: int = subscribe.OVERLAP_S) -> str:
        return subscribe.rotate_secret(self.setup, endpoint_id, actor=actor, sealer=self.sealer, overlap_s=overlap_s)

    def test_endpoint(self, endpoint_id: str, *, actor: str) -> int:
        delivery_id = subscribe.test_endpoint(self.setup, endpoint_id, actor=actor)
        self.dispatcher.wake(Task.DELIVER)
        return delivery_id

    def replay_delivery(self, delivery_id: int, *, actor: str, reason: str) -> None:
        replay.replay_delivery(self.setup, delivery_id, actor=actor, reason=reason)
        self.dispatcher.wake(Task.DELIVER)

    def recover_since(self, endpoint_id: str, since_us: int, *, actor: str, reason: str) -> int:
        count = replay.recover_since(self.setup, endpoint_id, since_us, actor=actor, reason=reason)
        self.dispatcher.wake(Task.DELIVER)
        return count

    # --- workers

    def fan_out(self, by: str) -> FannedOut:
        """Fans out open events and wakes whoever renders and delivers.

        One thread at a time: if another one is at work this returns at once, and the other looks once more.
        """
        return FannedOut.whole(self._fan_outs.run((1,), lambda _: self._fan_out(by)))

    def _fan_out(self, by: str) -> FannedOut:
        done = fan_out(self.setup, self._filters, by)
        if done.events == BATCH:  # there may be more
            self.dispatcher.wake(Task.FAN_OUT)
        # Pushes first: a process that sends takes some at once, before rendering shares its interpreter with them.
        if done.deliveries and (not self._sends or self.courier.pump_first(by)):
            self.dispatcher.wake(Task.DELIVER)
        if done.channels:
            self.dispatcher.wake(Task.REGENERATE, done.channels)
        return done

    def regenerate(self, numbers: Sequence[int], by: str) -> int:
        """Brings these channels' documents up to date; the number of documents whose bytes changed.

        One thread at a time: if another one is at work this returns at once, and the other renders these, too.
        """

        def work(some: Sequence[int]) -> int:
            await_company(self.setup)
            return regenerate(self.setup, self.fragments, some, by)

        changed = sum(self._renderings.run(numbers, work))
        metrics.documents_rendered.inc(changed)
        return changed

    def deliver(self, by: str) -> int:
        """Hands over what is due to this process's courier; how many deliveries."""
        return self.courier.pump(by)

    def get_ready(self) -> None:
        """Starts what sends; from here on fanning out sends, too, and does not leave the first pushes to a task."""
        self.courier.start()
        self._sends = True

    @property
    def cannot_push(self) -> str:
        """Why this process, which sends, can sign no push at all, and what to do; otherwise nothing."""
        return self._courier.lacking if self._courier is not None else ""

    def wind_down(self) -> None:
        """Claims no more deliveries: what is under way ends, and ``close`` follows."""
        if self._courier is not None:
            self._courier.wind_down()

    def sweep(self) -> Swept:
        self._swept = sweep(self.setup, self.dispatcher, self._swept)
        return self._swept

    def drain(self, by: str = "drain") -> None:
        """Does all that is due, in this thread, until nothing is: for one-shot commands and tests."""
        while True:
            swept = self.sweep()
            done = self.fan_out(by)
            changed = self.regenerate(dirty_channels(self.setup), by)
            claimed = self.deliver(by)
            self.courier.settle()
            if not (swept.has_more or swept.lifted or done.events or changed or claimed):
                return

    # --- parts

    @cached_property
    def sealer(self) -> Sealer:
        return Sealer.from_text(
            self._secret("sealing_keys", "sealing.keys", lambda: f"k1:{b64encode(os.urandom(KEY_BYTES)).decode()}")
        )

    @cached_property
    def signer(self) -> Ed25519Signer:
        return Ed25519Signer.from_text(
            self._secret(
                "signing_key", "signing.key", lambda: PRIVATE_PREFIX + b64encode(os.urandom(ED25519_BYTES)).decode()
            )
        )

    @cached_property
    def operator_token(self) -> str:
        """The token for every write: from the settings, or made on first use beside the SQLite file."""
        return usable_token(self._secret("operator_token", "operator.token", lambda: chance.token_urlsafe(32)))

    @cached_property
    def guard(self) -> Guard:
        return Guard(self.settings.allow_cidrs, allowed_ports=self.ports)

    @property
    def ports(self) -> frozenset[int] | range:
        return _ALL_PORTS if 0 in self.settings.allowed_ports else frozenset(self.settings.allowed_ports)

    @property
    def courier(self) -> Courier:
        with self._starting:
            if self._courier is None:
                self._courier = Courier(self.setup, self._means(_transport(self.settings, self.guard)))
        return self._courier

    def _means(self, transport: Transport) -> Means:
        return Means(
            sealer=self.sealer,
            signer=self.signer,
            user_agent=f"Syndicator/{version('syndicator')} (+{self.settings.public_base_url})",
            in_flight=self.settings.in_flight,
            lease_us=int(self.settings.lease_s * SECOND_US),
            transport=transport,
        )

    def migrate(self) -> None:
        """Brings the database to the newest schema; does nothing when it is there."""
        with self.database.read() as connection:
            found = current(connection)
        if found is not None and found > newest():
            raise StoreError(lacking(found))
        if found != newest():
            from syndicator.store.migrate import migrate  # late: Alembic is 5 MB that no process has to hold

            migrate(self.database)
        channels.ensure_first_channel(self.setup)

    def close(self) -> None:
        """Waits for attempts under way, at most an attempt's time, and lets go of everything."""
        if self._courier is not None:
            self._courier.close(self.settings.attempt_timeout_s + 5)
        self.database.dispose()

    def _secret(self, setting: str, file_name: str, make: Callable[[], str]) -> str:
        value: SecretStr | None = getattr(self.settings, setting)
        if value is not None:
            return value.get_secret_value()
        if self.settings.database_url:
            message = (
                f"SYNDICATOR_{setting.upper()} is not set: with a database_url every process needs the same one, "
                f"for example {make()}"
            )
            raise ConfigError(message)
        return kept(self.settings.data_dir / file_name, make)


def usable_token(text: str) -> str:
    """The token without white space around it. ConfigError for an empty one, which everybody would hold."""
    token = text.strip()
    if not (token and token.isascii() and token.isprintable() and " " not in token):
        problem = "has letters or spaces that no header can carry" if token else "the token is empty"
        message = f"operator_token: {problem}; set it to a text such as {chance.token_urlsafe(32)}"
        raise ConfigError(message)
    return token


def _make_folder(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        message = (
            f"data_dir cannot be made: {error.strerror}: {data_dir}; "
            "set SYNDICATOR_DATA_DIR to a folder that is yours, or to one below it"
        )
        raise ConfigError(message) from error


def known_networks(settings: Settings) -> dict[str, Network]:
    """The networks by their names. ConfigError when the default network is not among them."""
    networks = {network.name: network for network in read_networks(settings.networks_dir)}
    if settings.network not in networks:
        names = ", ".join(sorted(networks))
        message = f"there is no network {settings.network!r}: set SYNDICATOR_NETWORK to one of {names}"
        raise ConfigError(message)
    return networks


def read_networks(further: Path | None) -> Iterable[Network]:
    """The shipped networks and those of the operator's folder. ConfigError for one that cannot be used."""
    for folder in network_folders(further):
        try:
            yield Network.model_validate(read_network(folder))
        except (ValidationError, ValueError) as error:
            message = f"the network in {folder.name} cannot be used: {error}"
            raise ConfigError(message) from error


def _limits(settings: Settings) -> Limits:
    return Limits(connect_timeout_s=settings.connect_timeout_s, total_timeout_s=settings.attempt_timeout_s)


def _transport(settings: Settings, guard: Guard) -> Transport:
    limits = _limits(settings)
    if settings.transport == "requests":
        from syndicator.delivery.transport.requests import RequestsTransport

        return RequestsTransport(guard, limits, per_host=settings.per_host, ca_file=settings.ca_file)
    if find_spec("pycurl") is None:  # only looked for: another process does the sending
        message = "libcurl is missing: install pycurl, or set SYNDICATOR_TRANSPORT=requests"
        raise ConfigError(message)
    from syndicator.delivery.transport.curl import CurlTransport

    return CurlTransport(
        guard, limits, in_flight=settings.in_flight, per_host=settings.per_host, ca_file=settings.ca_file
    )
