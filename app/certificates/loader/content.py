"""What a template is made of: the design's own data, and the content that may be changed in the
site. The rules of wording and of emblems are here, for files and for the site alike.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.certificates.types.templates import (
    BarredSign,
    BarredWord,
    LettersMissing,
    MarkLost,
    NobodySigns,
    TextTooLong,
    WordsMissing,
)
from app.core.languages import LANGUAGES
from app.core.pdf import missing_letters

#: Chinese rules for training certificates bar these words in the title and the programme's name.
BARRED = ("中华人民共和国", "中国", "国家", "职业资格", "执业资格")
#: Signs that stand for protected emblems (Geneva Conventions), or look like them.
EMBLEMS = "✙✚✛✜➕🞡🞢🞣🞤🞥⛑☪☽☾🌙🕀🏥🚑✡"
LONGEST = 300  # letters of one text
MOST_LOGOS = 2
MOST_PEOPLE = 2
Texts = dict[str, str]


class Kind(StrEnum):
    """What a template is for."""

    COURSE = "course"
    PROGRAMME = "programme"
    ATTENDANCE = "attendance"
    CARD = "card"


#: The template that serves a kind until an administrator chooses another one.
DEFAULTS = {
    Kind.COURSE: "default",
    Kind.PROGRAMME: "programme",
    Kind.ATTENDANCE: "attendance",
    Kind.CARD: "card",
}
_TRAINING = {"online", "practice", "assessment", "questions", "checks", "hours", "minutes"}
_CERTIFICATE = _TRAINING | {
    "awarded",
    "certify",
    "completed",
    "edition",
    "preview",
    "serial",
    "valid_until",
    "verify",
}
#: The words that each kind prints.
WORDS: dict[Kind, frozenset[str]] = {
    Kind.COURSE: frozenset(_CERTIFICATE),
    Kind.PROGRAMME: frozenset(_CERTIFICATE | {"courses"}),
    Kind.ATTENDANCE: frozenset(
        {
            "attended",
            "certify",
            "dates",
            "hours",
            "minutes",
            "places",
            "present",
            "preview",
            "written_on",
        }
    ),
    Kind.CARD: frozenset({"awarded", "edition", "preview", "serial", "valid_until", "verify"}),
}
#: What may be hidden on each kind, all shown at first unless the file says otherwise.
FIELDS: dict[Kind, frozenset[str]] = {
    Kind.COURSE: frozenset({"chinese_name", "edition", "seal", "training"}),
    Kind.PROGRAMME: frozenset({"chinese_name", "courses", "edition", "seal", "training"}),
    Kind.ATTENDANCE: frozenset({"chinese_name", "seal"}),
    Kind.CARD: frozenset({"chinese_name", "edition"}),
}


#: Words with a number in them, and where the number goes.
COUNTED = {"hours", "minutes", "questions"}
MARK = "%(number)s"


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _checked(texts: Texts) -> Texts:
    if set(texts) != set(LANGUAGES) or not all(text.strip() for text in texts.values()):
        raise WordsMissing
    for text in texts.values():
        refuse_unprintable(text)
    return texts


def refuse_unprintable(text: str) -> str:
    """The text; raises TextTooLong, BarredSign or LettersMissing."""
    if len(text) > LONGEST:
        raise TextTooLong(most=LONGEST, text=f"{text[:40]}…")
    if found := [sign for sign in EMBLEMS if sign in text]:
        raise BarredSign(sign=found[0])
    if letters := missing_letters(text):
        raise LettersMissing(letters=letters)
    return text


def refuse_barred(texts: Texts) -> Texts:
    """The texts; raises BarredWord when one of them has a barred word or the mark 120.

    120 is the emergency number's mark in China; it may stand in figures but not in a name.
    """
    for text in texts.values():
        for word in BARRED:
            if word in re.sub(r"\s", "", text):
                raise BarredWord(word=word)
        if re.search(r"(?<![0-9])120(?![0-9])", text):
            raise BarredWord(word="120")
    return texts


class Signatory(_Strict):
    """Who signs: the name as printed, the title in each language, the key of a picture or none."""

    name: str = Field(min_length=1, max_length=100)
    title: Texts
    picture: str | None = None

    _complete = field_validator("title")(_checked)
    _printable = field_validator("name")(refuse_unprintable)


class Content(_Strict):
    """What an administrator may change in the site. `logos` are keys of pictures."""

    title: Texts
    programme: Texts
    disclaimer: Texts
    bodies: list[Texts] = Field(min_length=1, max_length=2)
    signatories: list[Signatory] = Field(max_length=MOST_PEOPLE)
    fields: dict[str, bool] = {}
    logos: list[str] = Field(default=[], max_length=MOST_LOGOS)
    words: dict[str, Texts]

    _complete = field_validator("title", "programme", "disclaimer")(_checked)
    _allowed = field_validator("title", "programme")(refuse_barred)

    @field_validator("bodies")
    @classmethod
    def _bodies(cls, bodies: list[Texts]) -> list[Texts]:
        return [_checked(body) for body in bodies]

    @field_validator("words")
    @classmethod
    def _words(cls, words: dict[str, Texts]) -> dict[str, Texts]:
        for name in COUNTED & set(words):
            for text in words[name].values():
                if text.count(MARK) != 1 or text.count("%") != 1:
                    raise MarkLost(text=text)
        return {name: _checked(texts) for name, texts in words.items()}


class TemplateData(Content):
    """The file template.yaml: the content, and what belongs to the design.

    `page` is the size in millimetres, `slots` are the places of variable text (`data-slot` in
    template.html) with the path of the fact that each one prints.
    """

    kind: Kind = Field(strict=False)
    page: tuple[float, float] = Field(strict=False)
    pages: int = 1
    slots: dict[str, str]
    files: list[str] = []
    background: str | None = None


def complete(data: TemplateData) -> TemplateData:
    """The data; raises ValueError when words or fields are not the kind's, or NobodySigns."""
    for place, found, wanted in (
        ("words", set(data.words), set(WORDS[data.kind])),
        ("fields", set(data.fields), set(FIELDS[data.kind])),
    ):
        if wrong := found ^ wanted:
            raise ValueError(f"{place}: missing or unknown: {', '.join(sorted(wrong))}")
    if not data.signatories and data.kind is not Kind.CARD:
        raise NobodySigns
    return data


def as_kept(values: dict[str, Any]) -> TemplateData:
    """The data of a state that was kept: it was good on its day, later rules do not break it."""
    people = [Signatory.model_construct(**person) for person in values["signatories"]]
    kind, page = Kind(values["kind"]), tuple(values["page"])
    return TemplateData.model_construct(
        **{**values, "signatories": people, "kind": kind, "page": page}
    )


def content_of(data: TemplateData) -> Content:
    """The part that may be changed."""
    return Content.model_construct(**{name: getattr(data, name) for name in Content.model_fields})


def changed(data: TemplateData, content: Any) -> TemplateData:
    """The design with other content, which may come from an older state of it.

    Words and fields that the design has gained since are the design's own; those that it has
    lost are dropped. Raises TemplateRefused, or ValueError for what no form can send.
    """
    given = Content.model_validate(content).model_dump()
    whole = data.model_dump()
    for name in ("words", "fields"):
        given[name] = {key: given[name].get(key, own) for key, own in whole[name].items()}
    return complete(TemplateData.model_validate({**whole, **given}))
