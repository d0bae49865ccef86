"""What the disk has for good."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Syncs a folder: only then is a name in it safe from power loss. Errors: OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
