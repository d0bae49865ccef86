"""The feeds that real releases make, held against the W3C validator's rules and RFC 4287's schema."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from lxml import etree

from syndicator.intake.read import read
from tests.readers.house import Document, documents
from tests.readers.rules import complaints
from tests.unit.web.served import Served, record, serving

# Publisher and contacts are the touchstone's: in service they come from the publisher's profile.
_OF_THE_TEXT: Final = ("headline", "subheadline", "teaser", "language", "dateline", "body", "boilerplates", "media")


def measure(folder: Path, schema: Path | None) -> int:
    """Prints what is wrong; 1 if anything is, or if no release made a feed."""
    relaxng = etree.RelaxNG(etree.parse(schema)) if schema else None
    with TemporaryDirectory() as data, serving(Path(data), authority="wire.example") as served:
        accepted = [_is_accepted(served, path) for path in sorted(_releases(folder))]
        served.render()
        made = list(documents(served))
    faults = [f"{each.address}: {fault}" for each in made for fault in _faults(each, relaxng)]
    print("\n".join(faults), end="\n" if faults else "")
    print(f"Feeds of {sum(accepted)} of {len(accepted)} releases: {len(made)} documents, {len(faults)} faults")
    return int(bool(faults) or not any(accepted))


def _releases(folder: Path) -> Iterator[Path]:
    within = folder / "releases"
    return (path for path in (within if within.is_dir() else folder).iterdir() if path.suffix in {".md", ".txt"})


def _is_accepted(served: Served, path: Path) -> bool:
    """Whether it could be submitted as it was read; what is refused is told by the reading's own check."""
    served.clock.forward(1)
    draft = read(path.read_bytes(), path.name).draft
    fields: dict[str, Any] = {**dict.fromkeys(_OF_THE_TEXT), "boilerplates": [], "media": []}
    fields |= {name: draft[name] for name in _OF_THE_TEXT if name in draft} | {"quotes": None}
    fields["language"] = fields["language"] or "en"
    answer = served.operator("POST", "/api/v1/releases", record(**fields), {"Idempotency-Key": path.name[:60]})
    return answer.status == 201


def _faults(each: Document, relaxng: etree.RelaxNG | None) -> Iterator[str]:
    if each.form == "json":
        return
    yield from complaints(each.body, each.address)
    if each.form == "atom" and relaxng is not None and not relaxng.validate(etree.fromstring(each.body)):
        yield f"schema: {relaxng.error_log.last_error}"
