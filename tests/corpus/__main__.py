"""What ``make corpus DIR=…`` runs: the reading of real releases, and the feeds that they make.

Without a folder it takes ``../shared/data`` beside this clone; a clone that has none is told that this is
skipped (exit 0). Exit 2 for a folder that is named and not there, 1 if anything falls short.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.corpus import atom_schema, feeds_of_releases, read_releases


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="holds releases, or a folder releases/, and atom.rng")
    options, further = parser.parse_known_args(arguments)
    folder: Path = options.folder or read_releases.DEFAULT
    if not folder.is_dir():
        if options.folder:
            print(f"There is no folder {folder}.", file=sys.stderr)
            return 2
        print("Skipped: no real releases here. To read some: make corpus DIR=/some/folder")
        return 0
    schema = next((path for path in (folder / "atom.rng", folder.parent / "atom.rng") if path.is_file()), None)
    read = read_releases.main([str(folder), *further])
    made = feeds_of_releases.measure(folder, schema)
    if schema is None:
        print("Atom schema: there is no atom.rng in this folder, so no feed was held against it")
        return max(read, made)
    return max(read, made, atom_schema.main(["--schema", str(schema)]))


if __name__ == "__main__":
    sys.exit(main())
