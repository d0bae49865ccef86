"""What stands beside a text and is no part of it: comments, and what is printed on every page."""

from typing import Final

from syndicator.intake.lines.embargoes import MENTION, is_embargo
from syndicator.intake.lines.sheet import Oddity

_SHOWN: Final = 80


def embargo_in(text: str) -> Oddity | None:
    """The finding for an embargo that is stated there: nobody may miss it."""
    return Oddity("E008", 0, text) if MENTION.search(text) or is_embargo(text) else None


def beside(kind: str, text: str) -> Oddity:
    """What is said of such words, which were not read."""
    return embargo_in(text) or Oddity("N204", 0, f"the {kind}, {text[:_SHOWN]!r}, was not read")
