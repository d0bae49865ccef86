"""Names that are being looked up while the thread which waits for them does something else."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from syndicator.delivery.guard import Pending

Sending = TypeVar("Sending")


@dataclass(frozen=True, slots=True, eq=False)
class Lookup(Generic[Sending]):
    """One name, since when it is looked up (monotonic seconds), and for what."""

    pending: Pending
    asked_at: float
    sending: Sending

    def spent_s(self, now: float) -> float:
        """How long it was looked up; to wait for a thread that does so is no part of an attempt, as no wait is."""
        began_at = self.pending.answer.began_at
        return 0.0 if began_at is None else now - max(began_at, self.asked_at)


class Lookups(Generic[Sending]):
    """The open lookups, oldest first. Each is waited for ``patience_s``. Not for several threads at once.

    ``answered`` is called with a lookup whose answer came, on the resolver's thread, or in ``add`` if it is there.
    """

    def __init__(self, patience_s: float, answered: Callable[[Lookup[Sending]], None]) -> None:
        self._patience_s = patience_s
        self._answered = answered
        self._open: OrderedDict[Lookup[Sending], None] = OrderedDict()

    def add(self, pending: Pending, sending: Sending, now: float) -> Lookup[Sending]:
        lookup = Lookup(pending, now, sending)
        self._open[lookup] = None
        pending.answer.add_done_callback(lambda _: self._answered(lookup))
        return lookup

    def end(self, lookup: Lookup[Sending]) -> bool:
        """Whether it was still waited for; it is not any more."""
        if lookup not in self._open:
            return False
        del self._open[lookup]
        return True

    def overdue(self, now: float) -> Iterator[Lookup[Sending]]:
        """Those whose time is up; they are not waited for any more."""
        while self._open:
            oldest = next(iter(self._open))
            if oldest.asked_at + self._patience_s > now:
                return
            del self._open[oldest]
            yield oldest

    def next_end(self) -> float | None:
        """When the oldest one's time is up (monotonic seconds)."""
        return next(iter(self._open)).asked_at + self._patience_s if self._open else None

    def clear(self) -> list[Sending]:
        """What all open ones were for, and nobody waits for them any more."""
        sendings = [lookup.sending for lookup in self._open]
        self._open.clear()
        return sendings
