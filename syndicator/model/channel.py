"""Channels: named selections of public releases, each a feed in three formats."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from syndicator.model.filter import Filter
from syndicator.model.names import own_name
from syndicator.model.release import Record, Subject
from syndicator.model.text import Line


class ChannelKind(StrEnum):
    """All but ``filter`` make themselves as the first release asks for them."""

    ALL = "all"
    PUBLISHER = "publisher"
    SUBJECT = "subject"
    REGION = "region"
    INDUSTRY = "industry"
    LANGUAGE = "language"
    FILTER = "filter"


_RESERVED = "|".join(kind for kind in ChannelKind if kind is not ChannelKind.FILTER)
FilterChannelName = Annotated[str, StringConstraints(pattern=r"^(?:[a-z0-9]|[a-z0-9][a-z0-9-]{0,62}[a-z0-9])$")]


class NewChannel(BaseModel):
    """A saved filter as its maker states it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: FilterChannelName
    title: Line
    filter: Filter

    @property
    def is_reserved(self) -> bool:
        """Whether the name could be that of a channel that makes itself."""
        return re.match(rf"^({_RESERVED})(-|$)", self.name) is not None


@dataclass(frozen=True, slots=True)
class AutomaticChannel:
    """A channel that a release's own facts ask for."""

    kind: ChannelKind
    value: str
    title: str

    @property
    def name(self) -> str:
        if self.kind is ChannelKind.ALL:
            return "all"
        return f"{self.kind}-{own_name(self.value)}"

    def as_row(self) -> dict[str, str]:
        return {"name": self.name, "kind": self.kind, "value": self.value, "title": self.title}


def automatic_channels(record: Record) -> list[AutomaticChannel]:
    """``all`` and one channel for the publisher, the language, and every subject, region and industry."""
    found = [
        AutomaticChannel(ChannelKind.ALL, "", "All press releases"),
        AutomaticChannel(ChannelKind.PUBLISHER, record.publisher_key, record.publisher.name),
    ]
    found += [AutomaticChannel(ChannelKind.LANGUAGE, tag, f"Language: {tag}") for tag in record.languages]
    found += [
        AutomaticChannel(ChannelKind.SUBJECT, _subject(s), s.label or f"Subject: {s.code}") for s in record.subjects
    ]
    found += [AutomaticChannel(ChannelKind.REGION, code, f"Region: {code}") for code in record.regions]
    found += [AutomaticChannel(ChannelKind.INDUSTRY, code, f"Industry: {code}") for code in record.industries]
    return list({channel.name: channel for channel in found}.values())


def _subject(subject: Subject) -> str:
    """The code; with its list's name in front where that is not the IPTC's."""
    return subject.code if subject.scheme == "medtop" else f"{subject.scheme}:{subject.code}"
