"""A publisher at work while things break: it keeps every key it ever sent, and what it was told of it."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image

from syndicator.client import Client
from syndicator.clock import from_us, isoformat, system_now_us
from syndicator.errors import SyndicatorError
from syndicator.services.folder import notes
from tests.e2e.conftest import EXAMPLE, Machine, Process, client
from tests.faults.sequence import one_of

RECORD = json.loads(EXAMPLE.read_text(encoding="utf-8"))


@dataclass
class Publisher:
    """Its calls never fail: a call that came to nothing while a fault was on may be sent again with its key."""

    machine: Machine
    keys: dict[str, bytes] = field(default_factory=dict)
    accepted: dict[str, str] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    refused: int = 0

    def submit(self, chance: Random) -> str | None:
        return self._submit({"headline": f"Release {chance.random()}"})

    def embargo(self, chance: Random) -> str | None:
        """Lifts within three seconds: as likely as not in the middle of the next fault."""
        until = from_us(system_now_us() + int(chance.uniform(0.1, 3) * 1_000_000))
        return self._submit({"headline": f"Embargo {chance.random()}", "embargo_until": isoformat(until)})

    def update(self, chance: Random) -> None:
        self._revise(chance, "update", {"record": {**RECORD, "headline": f"Update {chance.random()}"}})

    def withdraw(self, chance: Random) -> None:
        self.withdrawn |= set(self._revise(chance, "withdraw", {"note": "Falsch."}))

    def attach(self, chance: Random) -> str | None:
        """Hands a picture in and a release that shows it."""
        target = BytesIO()
        Image.frombytes("RGB", (64, 64), chance.randbytes(64 * 64 * 3)).save(target, "PNG")
        kept = self._try(lambda api: api.upload(target.getvalue(), "noise.png"))
        if not kept:
            return None
        self.files.add(kept["sha256"])
        photo = {"caption": "Rauschen", "alt": "Rauschen", "credit": "Rauschen", "sha256": kept["sha256"]}
        return self._submit({"headline": f"Picture {chance.random()}", "media": [photo]})

    def submit_and_then(self, chance: Random, fault: Callable[[], None]) -> None:
        """The fault comes while the submission is under way, or a moment before or after."""
        handing_in = threading.Thread(target=self.submit, args=(chance,))
        moment = chance.uniform(0, 0.03)
        handing_in.start()
        threading.Event().wait(moment)
        fault()
        handing_in.join()

    def start_a_command(self, chance: Random) -> Process:
        """`syndicator submit` as a process of its own; its key is known, whatever becomes of it."""
        key, content = self._new({"headline": f"Command {chance.random()}"})
        path = self.machine.folder / f"{key}.json"
        path.write_bytes(content)
        address = self.machine.environment["SYNDICATOR_PUBLIC_BASE_URL"]
        return self.machine.start("submit", str(path), "--to", address, "--idempotency-key", key)

    def lost(self) -> list[str]:
        """Sends everything once more: what was accepted and is not there, or comes back as another release."""
        found = []
        for key, content in self.keys.items():
            release_id = client(self.machine).submit(content, key)["id"]
            if self.accepted.setdefault(key, release_id) != release_id:
                found.append(f"{key}: {self.accepted[key]} is now {release_id}")
        return found

    def damaged(self) -> list[str]:
        """Files that were accepted and are not whole, and what half a file left behind that no note tells of."""
        folder = self.machine.folder / "data" / "media"
        noted = {note.part for note in notes(folder, 2**63)}
        there = {path.name: path for path in folder.glob("??/??/*") if path not in noted}
        bad = [name for name, path in there.items() if sha256(path.read_bytes()).hexdigest() != name]
        return bad + sorted(self.files - there.keys())

    def _submit(self, changes: dict[str, Any]) -> str | None:
        key, content = self._new(changes)
        answer = self._try(lambda api: api.submit(content, key))
        if answer:
            self.accepted[key] = answer["id"]
        return "accepted" if answer else "refused"

    def _new(self, changes: dict[str, Any]) -> tuple[str, bytes]:
        key = f"key-{len(self.keys)}"
        self.keys[key] = json.dumps({**RECORD, **changes}).encode()
        return key, self.keys[key]

    def _revise(self, chance: Random, action: str, body: dict[str, Any]) -> list[str]:
        """The release that was to be revised, whether the call came through or not."""
        if not self.accepted:
            return []
        release_id = one_of(chance, list(self.accepted.values()))
        self._try(lambda api: api.post(f"/api/v1/releases/{release_id}/{action}", body))
        return [release_id]

    def _try(self, call: Callable[[Client], Any]) -> Any:
        """The answer, or nothing while a fault is on."""
        with client(self.machine) as api:
            try:
                return call(api)
            except SyndicatorError:
                self.refused += 1
                return None
