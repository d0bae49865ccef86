"""Pictures, sound and documents that go with a release."""

import re
from enum import StrEnum
from posixpath import normpath
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from syndicator.model.links import WebAddress
from syndicator.model.text import Line, Text

# More than any file has, and what every reader's number holds: JavaScript's end at 2**53.
MAX_BYTES: Final = 10**15
MAX_SIDE: Final = 1_000_000
# From the root of a machine, a drive or somebody's home; at an address; and what is no name.
_ELSEWHERE: Final = re.compile(r"[/\\]|~[^/\\]*[/\\]|[A-Za-z]:|[^\x00-\x1f]*?://|[^\x00-\x1f]*[\x00-\x1f]")


def leaves_folder(name: str) -> bool:
    """Whether a ``file`` names what lies elsewhere than in the record's folder or below it, links aside."""
    return _ELSEWHERE.match(name) is not None or normpath(name.replace("\\", "/")).split("/")[0] == ".."


class MediaRole(StrEnum):
    PHOTO = "photo"
    LOGO = "logo"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"


class Media(BaseModel):
    """One picture, sound or document. A caption without a file is legal: archives hold many.

    ``file`` names a file that was handed in with the release: a path beside the record, which the CLI
    replaces by the file's SHA-256 once it is stored. ``href`` names one that stays where it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Line | None = None
    caption: Text | None = None
    alt: Text | None = None
    credit: Line | None = None
    rights: Line | None = None
    role: MediaRole = MediaRole.PHOTO
    file: Line | None = None
    href: WebAddress | None = None
    type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9][a-z0-9.+-]*$")] | None = None
    bytes: Annotated[int, Field(ge=0, le=MAX_BYTES)] | None = None
    width: Annotated[int, Field(ge=1, le=MAX_SIDE)] | None = None
    height: Annotated[int, Field(ge=1, le=MAX_SIDE)] | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Media":
        if not (self.caption or self.file or self.href or self.sha256):
            raise PydanticCustomError("empty_media", "give a caption, a file or an address", {})
        if self.href and (self.file or self.sha256):
            raise PydanticCustomError("two_places", "a file is either handed in or at an address, not both", {})
        return self
