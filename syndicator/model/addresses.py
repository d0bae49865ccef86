"""Every absolute address of the service, made of the operator's base URL and never of a Host header."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Addresses:
    """``base`` as https://host without a slash at its end; ``authority`` is the domain in every guid."""

    base: str
    authority: str

    def guid(self, release_id: str, made_at: datetime) -> str:
        """The release's one immutable name in every format (RFC 3085, urn:newsml)."""
        return f"urn:newsml:{self.authority}:{made_at:%Y%m%d}:{release_id}"

    def release(self, release_id: str) -> str:
        return f"{self.base}/releases/{release_id}"

    def feed(self, channel: str, form: str, page: int = 0) -> str:
        """The current document (page 0) or an archive document of a channel."""
        return f"{self.base}{feed_path(channel, form, page)}"

    def channel(self, channel: str) -> str:
        return f"{self.base}/channels/{channel}"

    def media(self, token: str) -> str:
        return f"{self.base}/media/{token}"


def feed_path(channel: str, form: str, page: int = 0) -> str:
    return f"/feeds/{channel}/{page}.{form}" if page else f"/feeds/{channel}.{form}"
