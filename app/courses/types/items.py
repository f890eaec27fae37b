"""The assessment's rules and its items with their answer keys."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.courses.types.base import Key, Number, Strict, Text


class ItemType(StrEnum):
    """How an item is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "truefalse"
    ORDERING = "ordering"
    MATCHING = "matching"
    NUMERIC = "numeric"


class NumericShape(StrEnum):
    """How many fields a numeric answer has and what stands between them."""

    VALUE = "value"
    RANGE = "range"
    RATIO = "ratio"


class NumericAnswer(Strict):
    """The right figures of a numeric item: one value, a range (from, to) or a ratio (a : b)."""

    value: Number | None = None
    range: tuple[Number, Number] | None = None
    ratio: tuple[Number, Number] | None = None

    @model_validator(mode="after")
    def _is_one_shape(self) -> Self:
        given = [shape for shape in NumericShape if getattr(self, shape) is not None]
        if len(given) != 1:
            raise PydanticCustomError("answer-shape", "give one of value, range, ratio")
        if self.range is not None and self.range[0] >= self.range[1]:
            raise PydanticCustomError("answer-shape", "a range goes from low to high")
        return self

    @property
    def shape(self) -> NumericShape:
        """Which of the three it is."""
        return next(shape for shape in NumericShape if getattr(self, shape) is not None)

    @property
    def figures(self) -> tuple[Number, ...]:
        """The right figures in the order of their fields (one or two)."""
        found = getattr(self, self.shape)
        return found if isinstance(found, tuple) else (found,)


class _Item(Strict):
    """What all items share. Checks inside lessons have neither group, must nor block."""

    key: Key
    lesson: Key
    block: Key | None = None
    group: Key | None = None
    must: Key | None = None
    figure: Key | None = None


def _name_options(answer: tuple[str, ...], options: tuple[str, ...]) -> None:
    """Raise unless each option is there once and the answer names options only."""
    if len(set(options)) != len(options):
        raise PydanticCustomError("duplicate", "an option stands twice")
    for chosen in answer:
        if chosen not in options:
            raise PydanticCustomError(
                "answer-key", "the answer “{option}” names no option", {"option": chosen}
            )
    if len(set(answer)) != len(answer):
        raise PydanticCustomError("answer-shape", "the answer names an option twice")


class SingleItem(_Item):
    """Choose one option; options are shuffled when shown."""

    type: Literal[ItemType.SINGLE]
    options: tuple[Key, ...] = Field(min_length=2)
    answer: tuple[Key, ...]

    @model_validator(mode="after")
    def _names_one_option(self) -> Self:
        _name_options(self.answer, self.options)
        if len(self.answer) != 1:
            raise PydanticCustomError("answer-shape", "a single choice has one right option")
        return self


class MultipleItem(_Item):
    """Choose all right options and only those."""

    type: Literal[ItemType.MULTIPLE]
    options: tuple[Key, ...] = Field(min_length=3)
    answer: tuple[Key, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_options(self) -> Self:
        _name_options(self.answer, self.options)
        return self


class TrueFalseItem(_Item):
    """Say whether a statement is true."""

    type: Literal[ItemType.TRUE_FALSE]
    answer: bool


class OrderingItem(_Item):
    """Put all options in the right order."""

    type: Literal[ItemType.ORDERING]
    options: tuple[Key, ...] = Field(min_length=3)
    answer: tuple[Key, ...]

    @model_validator(mode="after")
    def _orders_all_options(self) -> Self:
        _name_options(self.answer, self.options)
        if len(self.answer) != len(self.options):
            raise PydanticCustomError("answer-shape", "the answer must order all options")
        return self


class MatchingItem(_Item):
    """Give each line on the left its partner on the right; the right may have more lines."""

    type: Literal[ItemType.MATCHING]
    left: tuple[Key, ...] = Field(min_length=2)
    right: tuple[Key, ...] = Field(min_length=2)
    answer: Mapping[Key, Key]

    @model_validator(mode="after")
    def _matches_every_line(self) -> Self:
        _name_options(tuple(self.answer), self.left)
        _name_options(tuple(dict.fromkeys(self.answer.values())), self.right)
        if len(self.answer) != len(self.left):
            raise PydanticCustomError("answer-shape", "every line on the left needs a partner")
        return self


class NumericItem(_Item):
    """Enter a value, a range in two fields or a ratio in two fields; the unit is printed."""

    type: Literal[ItemType.NUMERIC]
    answer: NumericAnswer
    unit: Text | None = None


Item = Annotated[
    SingleItem | MultipleItem | TrueFalseItem | OrderingItem | MatchingItem | NumericItem,
    Field(discriminator="type"),
]


class BlueprintGroup(Strict):
    """How many items of a group an attempt has."""

    group: Key
    count: int = Field(gt=0)


class Assessment(Strict):
    """The assessment's rules. `musts` are facts of which each attempt carries one item."""

    length: int = Field(gt=0)
    pass_percent: int = Field(gt=0, le=100)
    free_attempts: int = Field(gt=0)
    wait_hours: int = Field(ge=0)
    blueprint: tuple[BlueprintGroup, ...] = Field(min_length=1)
    musts: tuple[Key, ...] = ()


class Bank(Strict):
    """The file bank.yaml."""

    assessment: Assessment
    items: tuple[Item, ...]
