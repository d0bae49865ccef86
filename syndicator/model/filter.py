"""What a channel or a subscription wants: a boolean tree over the facts of a release.

As JSON: ``{"all": [{"language": "de"}, {"any": [{"publisher": "bio-m"}, {"subject": "medtop:20000049"}]},
{"not": {"headline": "Sponsoring"}}]}``. ``{"all": []}`` takes every release.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from syndicator.model.body import ListBlock, Table
from syndicator.model.release import Record
from syndicator.model.text import Line

_MAX_DEPTH = 8
_MAX_TESTS = 200
_WORD = re.compile(r"\w+")
# Chinese and Japanese put no space between words: each of their characters counts as one.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Facts:
    """What filters ask about a release, each folded for comparison, and made when it is first asked for."""

    def __init__(self, record: Record) -> None:
        self._record = record

    @cached_property
    def publisher(self) -> frozenset[str]:
        return _fold([self._record.publisher_key])

    @cached_property
    def subject(self) -> frozenset[str]:
        return _fold(_subject_names(self._record))

    @cached_property
    def region(self) -> frozenset[str]:
        return _fold(self._record.regions)

    @cached_property
    def industry(self) -> frozenset[str]:
        return _fold(self._record.industries)

    @cached_property
    def language(self) -> frozenset[str]:
        return _fold(self._record.languages)

    @cached_property
    def keyword(self) -> frozenset[str]:
        return _fold(self._record.keywords)

    @cached_property
    def symbol(self) -> frozenset[str]:
        return _fold(self._record.symbols)

    @cached_property
    def headline(self) -> str:
        return _folded_words(self._record.headline)

    @cached_property
    def body(self) -> str:
        record = self._record
        texts = (record.headline, record.subheadline or "", record.teaser or "", *_block_texts(record))
        return _folded_words(" ".join(texts))


class Filter(BaseModel):
    """One node: exactly one of its fields is set."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"minProperties": 1, "maxProperties": 1})

    all: Annotated[tuple["Filter", ...], Field(max_length=50)] | None = None
    any: Annotated[tuple["Filter", ...], Field(min_length=1, max_length=50)] | None = None
    not_: "Filter | None" = Field(default=None, alias="not")
    publisher: Line | None = None
    subject: Line | None = None
    region: Line | None = None
    industry: Line | None = None
    language: Line | None = None
    keyword: Line | None = None
    symbol: Line | None = None
    headline: Line | None = Field(default=None, description="Words that stand next to each other in the headline.")
    body: Line | None = Field(default=None, description="Words that stand next to each other in headline or text.")

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if len(self.model_fields_set) != 1 or all(getattr(self, name) is None for name in self.model_fields_set):
            raise PydanticCustomError("one_test", "a filter's node holds exactly one test, such as language or all", {})
        if any(text is not None and not _WORD.search(text) for text in (self.headline, self.body)):
            raise PydanticCustomError("no_word", "there is no word in it, so that no release could be taken", {})
        if self.depth > _MAX_DEPTH or self.tests > _MAX_TESTS:
            raise PydanticCustomError("large_filter", "a filter may be 8 levels deep and hold 200 tests", {})
        return self

    def matches(self, facts: Facts) -> bool:
        """Whether a release with these facts is wanted."""
        if self.all is not None:
            return all(part.matches(facts) for part in self.all)
        if self.any is not None:
            return any(part.matches(facts) for part in self.any)
        if self.not_ is not None:
            return not self.not_.matches(facts)
        name = next(iter(self.model_fields_set))
        return _holds(getattr(facts, name), str(getattr(self, name)))

    def tree(self) -> str:
        """The canonical JSON: equal filters have equal text."""
        return self.model_dump_json(by_alias=True, exclude_none=True)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.tree().encode()).hexdigest()

    def _parts(self) -> tuple["Filter", ...]:
        return (*(self.all or ()), *(self.any or ()), *((self.not_,) if self.not_ else ()))

    @property
    def depth(self) -> int:
        return 1 + max((part.depth for part in self._parts()), default=0)

    @property
    def tests(self) -> int:
        """How many nodes it has, itself included."""
        return 1 + sum(part.tests for part in self._parts())


EVERYTHING = Filter(all=())


def _holds(fact: frozenset[str] | str, wanted: str) -> bool:
    if isinstance(fact, frozenset):
        return wanted.casefold() in fact
    return _folded_words(wanted) in fact


def _subject_names(record: Record) -> Iterable[str]:
    for subject in record.subjects:
        yield subject.code
        yield f"{subject.scheme}:{subject.code}"


def _block_texts(record: Record) -> Iterable[str]:
    for block in record.body:
        if isinstance(block, ListBlock):
            yield from block.points
        elif isinstance(block, Table):
            yield from (cell for row in (block.header, *block.rows) for cell in row)
        else:
            yield block.text


def _fold(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.casefold() for value in values)


def _folded_words(text: str) -> str:
    spaced = _UNSPACED.sub(r" \g<0> ", text.casefold())
    return f" {' '.join(_WORD.findall(spaced))} "
