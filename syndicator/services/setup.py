"""What the use cases need from outside: the database and the operator's choices, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from feeds.archive import Limits as FeedLimits
from syndicator.errors import Fault, Rejected
from syndicator.model.addresses import Addresses
from syndicator.model.network import Network
from syndicator.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """``per_endpoint``: deliveries of one endpoint that may be claimable at once.

    ``media_dir`` holds the files of releases; processes on several machines share it.
    """

    database: Database
    networks: Mapping[str, Network]
    default_network: str
    addresses: Addresses
    media_dir: Path
    hub_url: str = ""
    per_endpoint: int = 16
    feed_limits: FeedLimits = field(default_factory=FeedLimits)
    pause_after_us: int = 3 * 86_400_000_000
    attempt_retention_us: int = 30 * 86_400_000_000
    media_grace_us: int = 7 * 86_400_000_000

    def network(self, name: str | None) -> Network:
        """The network a record names, or the default one. Rejected for an unknown name."""
        wanted = name or self.default_network
        if wanted not in self.networks:
            known = ", ".join(sorted(self.networks))
            raise Rejected([Fault("network", f"there is no network {wanted!r}", f"use one of {known}")])
        return self.networks[wanted]
