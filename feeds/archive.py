"""When entries leave the current document for an archive document (RFC 5005, section 4).

Every entry stands in exactly one document: the current one, which may change, or an
archive document, whose membership never does. A document's `prev-archive` names the
archive page that was the newest when the document was written. Hence whoever reads the
current document and walks back gets each entry once, whatever closes in between: the
pages behind the one document already read do not change.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """At most `window` entries and `max_bytes` in the current document, `page` in an archive's."""

    window: int = 50
    page: int = 25
    max_bytes: int = 512_000

    def __post_init__(self) -> None:
        if not 0 < self.page <= self.window or self.max_bytes <= 0:
            raise ValueError(f"{self}: needs 0 < page <= window and max_bytes > 0")


def closing(sizes: Sequence[int], limits: Limits) -> int:
    """How many of the oldest entries now close into the next archive page; 0 = none.

    `sizes` are the bytes of the entries in the current document, oldest first. Ask again
    with what remains until the answer is 0. About half a window stays, so that a page
    closes once per half window and not with every entry; the newest entry always stays,
    and one that is larger than `max_bytes` gets a page of its own.
    """
    count, waiting = len(sizes), sum(sizes)
    if count <= limits.window and waiting <= limits.max_bytes:
        return 0
    enough = limits.window - limits.page + 1
    closed = page_bytes = 0
    for size in sizes[: min(limits.page, count - 1)]:
        stays, stay_bytes = count - closed, waiting - page_bytes
        if stays <= enough and stay_bytes <= limits.max_bytes // 2:
            break
        if closed and page_bytes + size > limits.max_bytes:
            break
        closed += 1
        page_bytes += size
    return closed
