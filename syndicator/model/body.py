"""The text of a release: ordered blocks, the quotes inside them, and the boilerplates."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from syndicator.model.text import Cell, Line, Text

MAX_NUMBER: Final = 999_999_999
"""Nine digits, as many as CommonMark takes for a number."""

MAX_POINTS: Final = 500
MAX_ROWS: Final = 2_000

_FROZEN = ConfigDict(frozen=True, extra="forbid")


def _typed(schema: dict[str, Any]) -> None:
    """The type has a default for whoever makes a block here; a block that is read is known by it alone."""
    schema["required"] = ["type", *schema["required"]]


_BLOCK: Final = ConfigDict(**_FROZEN, json_schema_extra=_typed)


class Paragraph(BaseModel):
    model_config = _BLOCK
    type: Literal["paragraph"] = "paragraph"
    text: Text


class Subheading(BaseModel):
    model_config = _BLOCK
    type: Literal["subheading"] = "subheading"
    text: Line


def _is_one(number: int) -> bool:
    return number == 1


class ListBlock(BaseModel):
    """Points under each other; ``ordered`` ones are numbered from ``start``."""

    model_config = _BLOCK
    type: Literal["list"] = "list"
    ordered: bool = False
    # Left out where it is 1: records of before there was a start keep their bytes.
    start: Annotated[int, Field(ge=0, le=MAX_NUMBER, exclude_if=_is_one)] = 1
    points: Annotated[tuple[Text, ...], Field(min_length=1, max_length=MAX_POINTS)]


class Table(BaseModel):
    """Rows of cells under an optional heading row; every row has as many cells as the first."""

    model_config = _BLOCK
    type: Literal["table"] = "table"
    header: tuple[Cell, ...] = ()
    rows: Annotated[tuple[tuple[Cell, ...], ...], Field(min_length=1, max_length=MAX_ROWS)]

    @model_validator(mode="after")
    def _rectangular(self) -> "Table":
        widths = {len(row) for row in (*self.rows, *([self.header] if self.header else []))}
        if len(widths) != 1 or widths == {0}:
            raise PydanticCustomError(
                "ragged_table", "the rows have different numbers of cells; fill up the short ones", {}
            )
        return self


Block = Annotated[Paragraph | Subheading | ListBlock | Table, Field(discriminator="type")]


class Quote(BaseModel):
    """A span of a paragraph that somebody said; characters counted from 0, ``end`` after the last."""

    model_config = _FROZEN
    paragraph: Annotated[int, Field(ge=0)]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]
    marks: Annotated[str, Field(min_length=1, max_length=4)]
    speaker: Line | None = None
    role: Line | None = None


class Boilerplate(BaseModel):
    """The standing text about an organisation ("About X")."""

    model_config = _FROZEN
    heading: Line
    paragraphs: Annotated[tuple[Text, ...], Field(min_length=1, max_length=50)]
