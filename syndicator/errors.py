"""Every error the core raises on purpose, and how the edges show it.

    SyndicatorError          exit 1, HTTP 500
    ├── Rejected             exit 3, HTTP 422   bad input: all faults at once, nothing stored
    ├── NotFound             exit 4, HTTP 404   unknown, or not (yet) public
    ├── Conflict             exit 5, HTTP 409   the state or version is not what the caller expected
    ├── Unreachable          exit 6             the service could not be reached, or says "later"
    ├── Busy                 exit 6, HTTP 503   too many such calls are under way
    ├── Unauthorised         exit 7, HTTP 401   no token, or one that is not known
    ├── StoreError           exit 8, HTTP 503   the database cannot be used
    ├── ConfigError          exit 9             a setting is missing or wrong
    ├── MediaError           exit 10, HTTP 503  the media folder cannot be used
    ├── NoRoom               exit 10, HTTP 507  the media folder is full
    └── NotSettled           exit 11            accepted, but not everybody had it when the wait ended

Exit 2 is click's own for wrong usage. Every message says what to do about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input: where, what, and what would be right.

    Line and column count from 1 and are known where the input was a text with lines.
    """

    place: str
    problem: str
    fix: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        at = f"{self.line}:{self.column}" if self.column else f"line {self.line}"
        where = f"{self.place} ({at})" if self.line else self.place
        return f"{where}: {self.problem}" + (f" — {self.fix}" if self.fix else "")


class SyndicatorError(Exception):
    """The root: catch it to catch every error that the core raises on purpose."""

    exit_code = 1
    status = 500
    title = "Internal error"


class Rejected(SyndicatorError):
    """Bad input. ``faults`` holds every fault found, never only the first; nothing was stored."""

    exit_code = 3
    status = 422
    title = "The input was refused"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class NotFound(SyndicatorError):
    """Unknown, or not public yet: both read the same, so that nothing leaks."""

    exit_code = 4
    status = 404
    title = "Not found"


class Conflict(SyndicatorError):
    """The state or the version is not what the caller expected."""

    exit_code = 5
    status = 409
    title = "Conflict"


class Unreachable(SyndicatorError):
    """The service could not be reached, or cannot serve now; the same call may be sent again with the same key."""

    exit_code = 6
    status = 503
    title = "The service is not reachable"


class Busy(SyndicatorError):
    """Too many such calls are under way; the same call may be sent again after ``Retry-After``."""

    exit_code = 6
    status = 503
    title = "Too many such calls are under way"

    def __init__(self, message: str, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"{message}; try again in {retry_after_s} s")


class Unauthorised(SyndicatorError):
    """The call had no token, or one that the service does not know."""

    exit_code = 7
    status = 401
    title = "A valid token is needed"


class StoreError(SyndicatorError):
    """The database cannot be used as it is."""

    exit_code = 8
    status = 503
    title = "The database cannot be used"

    def __init__(self, problem: str, *, fix: str = "") -> None:
        """``fix``: what mends this fault, where that is known."""
        self.problem = problem
        self.fix = fix
        super().__init__(f"{problem}; {fix}" if fix else problem)


class ConfigError(SyndicatorError):
    """A setting is missing or wrong; the message names it and the fix."""

    exit_code = 9
    title = "A setting is missing or wrong"


class MediaError(SyndicatorError):
    """The media folder cannot be read or written, or a file in it was lost."""

    exit_code = 10
    status = 503
    title = "The media folder cannot be used"


class NoRoom(SyndicatorError):
    """The media folder has no room for the file; nothing of it was kept."""

    exit_code = 10
    status = 507
    title = "There is no room for the file"


class NotSettled(SyndicatorError):
    """Accepted and stored for good, but not every feed and newsroom had it when `submit --wait` ended."""

    exit_code = 11
    title = "Accepted, but not everybody has it"
