"""Single entries as bytes, to be stored and joined into any number of documents."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from feeds import atom, jsonfeed, rss
from feeds.heads import FOOT
from feeds.model import Entry, Format, Head

# Raise it whenever a change here or in a format's module changes the bytes of an entry:
# stored fragments of older numbers are rendered again.
TEMPLATE_VERSION: Final = 2

_ANY_HEAD: Final = Head(
    id="urn:x-syndicator:any",
    title="any",
    description="any",
    home_url="https://example.org/",
    self_url="https://example.org/feed",
    language="en",
    updated=datetime(2000, 1, 1, tzinfo=UTC),
)


def fragment(entry: Entry, format: Format) -> bytes:
    """The entry as it stands in every document of this format, byte for byte.

    ValueError if a text holds what the format cannot carry: one bad entry fails by
    itself, never a whole feed.
    """
    if format == "json":
        return jsonfeed.render_item(entry)
    # An element serialised by itself would repeat the namespaces that the root declares.
    render = rss.render if format == "rss" else atom.render
    return render(_ANY_HEAD, (entry,))[_start(format) : -len(FOOT[format])]


@lru_cache
def _start(format: Format) -> int:
    render = rss.render if format == "rss" else atom.render
    return len(render(_ANY_HEAD, ())) - len(FOOT[format])
