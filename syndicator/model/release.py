"""The release: what a publisher hands in (record), and what the service carries (release)."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from syndicator.model.body import Block, Boilerplate, Paragraph, Quote
from syndicator.model.lifecycle import ReleaseState
from syndicator.model.links import Link
from syndicator.model.media import Media
from syndicator.model.names import own_name
from syndicator.model.publisher import Contact, Publisher
from syndicator.model.text import Code, LanguageTag, Line, Name, Text
from syndicator.model.timing import StatedTime, instant, known_zone

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class Subject(BaseModel):
    """What the release is about, from a controlled list (IPTC media topics: scheme ``medtop``)."""

    model_config = _FROZEN
    scheme: Code = "medtop"
    code: Code
    label: Line | None = None


class Dateline(BaseModel):
    """Place and date as printed in front of the text (``MÜNCHEN, 10. Nov. 2017 –``)."""

    model_config = _FROZEN
    place: Line | None = None
    date: Line | None = None


class Regulatory(BaseModel):
    """What the law asks of an ad-hoc release (Art. 17 MAR, § 3a WpAV)."""

    model_config = _FROZEN
    issuer: Line
    notifier: Line
    notifier_position: Line
    subject: Line
    inside_information: bool


class Record(BaseModel):
    """One press release as its publisher hands it in. Text is verbatim: nothing is repaired.

    ``embargo_until`` may be a local time when ``embargo_zone`` names its zone; it is kept as UTC.
    """

    model_config = _FROZEN

    language: LanguageTag
    network: Name | None = None
    headline: Line
    subheadline: Line | None = None
    teaser: Text | None = None
    dateline: Dateline | None = None
    body: Annotated[tuple[Block, ...], Field(min_length=1, max_length=2000)]
    quotes: Annotated[tuple[Quote, ...], Field(max_length=200)] = ()
    boilerplates: Annotated[tuple[Boilerplate, ...], Field(max_length=20)] = ()
    keywords: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    subjects: Annotated[tuple[Subject, ...], Field(max_length=50)] = ()
    regions: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    industries: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    symbols: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    media: Annotated[tuple[Media, ...], Field(max_length=100)] = ()
    publisher: Publisher
    contacts: Annotated[tuple[Contact, ...], Field(min_length=1, max_length=20)]
    embargo_zone: Annotated[str, AfterValidator(known_zone)] | None = None
    embargo_until: StatedTime | None = None
    translation_of: Annotated[str, StringConstraints(pattern=r"^rel_[0-9a-z]{26}$")] | None = None
    replaces: Annotated[str, StringConstraints(pattern=r"^rel_[0-9a-z]{26}$")] | None = None
    links: Annotated[tuple[Link, ...], Field(max_length=50)] = ()
    regulatory: Regulatory | None = None

    @field_validator("embargo_until")
    @classmethod
    def _embargo_as_instant(cls, stated: datetime | None, fields: ValidationInfo) -> datetime | None:
        if stated is None or "embargo_zone" not in fields.data:
            return stated
        return instant(stated, fields.data["embargo_zone"])

    @model_validator(mode="after")
    def _quotes_fit(self) -> Self:
        for place, quote in enumerate(self.quotes):
            block = self.body[quote.paragraph] if quote.paragraph < len(self.body) else None
            if not isinstance(block, Paragraph) or not quote.start < quote.end <= len(block.text):
                raise PydanticCustomError(
                    "stray_quote",
                    "quote {place} lies outside of its paragraph; leave quotes out to have them found",
                    {"place": place},
                )
        return self

    @property
    def related(self) -> frozenset[str]:
        """Ids of the releases that this one names."""
        return frozenset(each for each in (self.translation_of, self.replaces) if each)

    @property
    def languages(self) -> tuple[str, ...]:
        """The language, and its main part where that is another: ``de-AT`` is ``de``."""
        return tuple(dict.fromkeys((self.language, self.language.partition("-")[0])))

    @property
    def publisher_key(self) -> str:
        """The name of the publisher's channel."""
        return self.publisher.key or own_name(self.publisher.name)


class Release(BaseModel):
    """A version of a release as the service carries it: the record, its identity, its place in life."""

    model_config = _FROZEN

    id: str
    guid: str
    version: Annotated[int, Field(ge=1)]
    state: ReleaseState
    record: Record
    published_at: datetime | None = Field(default=None, description="When it first appeared in public.")
    updated_at: datetime = Field(description="When this version was made.")
    note: Text | None = Field(default=None, description="Why it was corrected, withheld or withdrawn.")
    texts: str = Field(description="Id of the network's texts that were in force when the version was made.")
