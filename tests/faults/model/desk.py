"""A newsroom's receiver: what it answers is drawn by the seed, and all that it was sent is kept."""

import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

from tests.contract.house.conftest import Clock
from tests.contract.house.newsroom import Newsroom

MOODS: Final = {"good": 5, "mixed": 4, "bad": 3, "gone": 1}
UNRECORDED: Final = "x-unrecorded"
"""Header of a push whose worker dies, or records nothing until its lease is over."""
_GOOD: Final = (204, None)
_FAILS: Final = ((500, None), (500, None), (500, None), (429, None), (429, "600"), (503, "3600"), (302, None))


class Push(NamedTuple):
    """One request as it came in. Time by the service's clock, in microseconds."""

    event_id: str
    release_id: str | None
    at_us: int
    body: bytes
    status: int
    is_recorded: bool


class Desk(Newsroom):
    """``mood`` decides on its answers: good, mixed, bad (all fail) or gone (410).

    An answer depends on the seed, the desk's number, and on how often it was sent this version: not on threads.
    """

    def __init__(self, seed: int, number: int, clock: Clock, nth_release: Callable[[str | None], int]) -> None:
        super().__init__()
        self.number, self.id, self.mood = number, "", "good"
        self.pushes: list[Push] = []
        self.unsigned: list[str] = []
        self.old_secrets: list[tuple[str, int]] = []
        self._seed, self._clock, self._nth_release = seed, clock, nth_release
        self._asked = Counter[str]()
        self._latest_us = 0

    def take(self, headers: dict[str, str], body: bytes) -> int:
        envelope = json.loads(body)
        release_id = envelope["data"]["id"] if envelope["type"] != "endpoint.ping" else None
        is_recorded = UNRECORDED not in headers
        status, retry_after = self._answer(f"{envelope['type']}/{self._nth_release(release_id)}", is_recorded)
        self.headers = {"retry-after": retry_after} if retry_after else {}
        event_id = headers["webhook-id"]
        self.pushes.append(Push(event_id, release_id, self._clock.us, body, status, is_recorded))
        if is_recorded and not self._is_signed(headers, body):
            self.unsigned.append(event_id)
        return status

    def rotated(self, secret: str, overlap_us: int) -> None:
        ends = self._clock.us + overlap_us
        self._latest_us = max(self._latest_us, self._clock.us)
        self.old_secrets = [(old, min(until, ends)) for old, until in self.old_secrets] + [(self.secret, ends)]
        self.secret = secret

    def _answer(self, asked: str, is_recorded: bool) -> tuple[int, str | None]:
        if not is_recorded:
            return _GOOD
        self._asked[asked] += 1
        chance = Random(f"{self._seed}/{self.number}/{asked}/{self._asked[asked]}")  # noqa: S311 (repeatable)
        match self.mood:
            case "good":
                return _GOOD
            case "gone":
                return 410, None
            case "bad":
                return chance.choice(_FAILS)
            case _:
                return chance.choice((*_FAILS, *[_GOOD] * len(_FAILS)))

    def _is_signed(self, headers: dict[str, str], body: bytes) -> bool:
        """By each secret that holds now, and by no other. One that had ended does not begin again if the clock does."""
        self._latest_us = max(self._latest_us, self._clock.us)
        held = [self.secret, *(old for old, until in self.old_secrets if until > self._clock.us)]
        still = [self.secret, *(old for old, until in self.old_secrets if until > self._latest_us)]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        made = {each for each in headers["webhook-signature"].split() if each.startswith("v1,")}
        return {_signature(each, signed) for each in still} <= made <= {_signature(each, signed) for each in held}


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"
