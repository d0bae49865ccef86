"""Atom feeds of every kind against the RELAX NG schema of RFC 4287, appendix B.

The schema is not part of this repository: `python -m tests.corpus.atom_schema --schema PATH`.
Exit 0 if all are valid, 1 if one is not, 2 if there is no schema at that path.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import etree

from feeds.documents import document
from feeds.model import Entry, Head
from tests.unit.feeds import samples


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schema", type=Path, required=True, help="atom.rng")
    path: Path = parser.parse_args(arguments).schema
    if not path.is_file():
        print(f"There is no schema at {path}.", file=sys.stderr)
        return 2
    faults = {name: found for name, body in feeds() if (found := violations(path, body))}
    for name, found in faults.items():
        print(f"{name}: {'; '.join(found)}")
    print(f"Atom schema: {sum(1 for _ in feeds())} feeds, {len(faults)} invalid")
    return 1 if faults else 0


def violations(schema: Path, body: bytes) -> list[str]:
    """What the schema objects to in this feed, with line numbers."""
    relaxng = etree.RelaxNG(etree.parse(schema))
    if relaxng.validate(etree.fromstring(body)):
        return []
    return [f"line {error.line}: {error.message}" for error in relaxng.error_log]


def feeds() -> Iterator[tuple[str, bytes]]:
    heads: dict[str, Head] = {
        "full": samples.head("atom"),
        "plain": samples.plain_head("atom"),
        "archive": samples.head("atom", is_archive=True, tombstones=()),
    }
    entries: dict[str, list[Entry]] = {
        "no entry": [],
        "plain entry": [samples.plain_entry()],
        "full and stub": [samples.entry(), samples.plain_entry(status="canceled")],
    }
    for head_name, head in heads.items():
        for name, listed in entries.items():
            yield f"{head_name} head, {name}", document(head, listed, "atom")


if __name__ == "__main__":
    sys.exit(main())
