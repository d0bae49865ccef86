"""A stored file, for everybody who may see it."""

from dataclasses import dataclass
from pathlib import Path

from syndicator.errors import NotFound
from syndicator.services.attach import path_of
from syndicator.services.setup import Setup
from syndicator.store import media


@dataclass(frozen=True, slots=True)
class Served:
    """Where the bytes lie, what they are, and whether all releases that showed them were withdrawn."""

    path: Path
    type: str
    sha256: str
    is_withdrawn: bool


def media_file(setup: Setup, token: str, *, inside: bool = False) -> Served:
    """The file under this token. NotFound, in the same words as for an unknown one, unless a public release shows it.

    ``inside`` is for the operator: held files too.
    """
    with setup.database.read() as connection:
        shown = media.by_token(connection, token, setup.database.now_us(connection))
    if shown is None or not (inside or shown.is_public or shown.is_withdrawn):
        message = "there is no such file"
        raise NotFound(message)
    file = shown.file
    is_withdrawn = shown.is_withdrawn and not (shown.is_public or inside)
    return Served(path_of(setup, file.sha256), file.type, file.sha256, is_withdrawn)
