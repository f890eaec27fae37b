"""Certificate templates: a folder with template.yaml, template.html, template.css, sample.yaml.

The words, signatories and bodies are data in five languages; the page is Jinja in a sandbox that
sees plain data only. Loading refuses a title or programme name with a word that Chinese rules for
training certificates bar, and a template without its files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from app.certificates.types import BrokenTemplate
from app.core.languages import LANGUAGES

FOLDER = Path(__file__).parent / "certificate_templates"
DEFAULT = "default"
BARRED = ("中华人民共和国", "中国", "国家", "职业资格", "执业资格")
WORDS = frozenset(
    {
        "certify",
        "completed",
        "online",
        "practice",
        "assessment",
        "questions",
        "checks",
        "hours",
        "minutes",
        "edition",
        "awarded",
        "valid_until",
        "serial",
        "verify",
        "preview",
    }
)
Texts = dict[str, str]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _in_every_language(texts: Texts) -> Texts:
    if set(texts) != set(LANGUAGES) or not all(text.strip() for text in texts.values()):
        raise ValueError(f"needs words in {', '.join(LANGUAGES)}, and in no other language")
    return texts


def refuse_barred(texts: Texts) -> Texts:
    """The texts; raises ValueError when one of them has a barred word."""
    for text in texts.values():
        for word in BARRED:
            if word in text:
                raise ValueError(f"the word {word} may not stand here")
    return texts


class Signatory(_Strict):
    """Who signs: the name as printed, and the title in each language."""

    name: str = Field(min_length=1)
    title: Texts

    _complete = field_validator("title")(_in_every_language)


class TemplateData(_Strict):
    """The file template.yaml."""

    files: list[str] = []
    background: str | None = None
    title: Texts
    programme: Texts
    disclaimer: Texts
    bodies: list[Texts] = Field(min_length=1, max_length=2)
    seal: bool
    signatories: list[Signatory] = Field(min_length=1, max_length=2)
    words: dict[str, Texts]

    _complete = field_validator("title", "programme", "disclaimer")(_in_every_language)
    _allowed = field_validator("title", "programme")(refuse_barred)

    @field_validator("bodies")
    @classmethod
    def _bodies(cls, bodies: list[Texts]) -> list[Texts]:
        return [_in_every_language(body) for body in bodies]

    @field_validator("words")
    @classmethod
    def _words(cls, words: dict[str, Texts]) -> dict[str, Texts]:
        if missing := WORDS ^ set(words):
            raise ValueError(f"these words are missing or unknown: {', '.join(sorted(missing))}")
        return {name: _in_every_language(texts) for name, texts in words.items()}


@dataclass(frozen=True, slots=True)
class Template:
    """A certificate template as loaded; `digest` is of all its files."""

    name: str
    data: TemplateData
    html: str
    css: str
    files: Mapping[str, bytes]
    sample: Mapping[str, Any]
    digest: str


def names() -> list[str]:
    """The templates there are."""
    return sorted(path.name for path in FOLDER.iterdir() if (path / "template.yaml").is_file())


@cache
def template(name: str = DEFAULT) -> Template:
    """A template by name; raises BrokenTemplate with the file and the fault."""
    if name not in names():
        raise BrokenTemplate(name=name, fault="there is no such folder")
    return read(FOLDER / name)


def read(folder: Path) -> Template:
    """Read a template from its folder; raises BrokenTemplate."""
    try:
        data = TemplateData.model_validate(_yaml(folder / "template.yaml"))
        files = {name: (folder / _plain_name(name)).read_bytes() for name in data.files}
        texts = [(folder / name).read_text("utf-8") for name in ("template.html", "template.css")]
        sample = _yaml(folder / "sample.yaml")
    except (OSError, ValueError, ValidationError, YAMLError) as error:
        raise BrokenTemplate(name=folder.name, fault=str(error)) from error
    if data.background is not None and data.background not in files:
        raise BrokenTemplate(name=folder.name, fault=f"{data.background} is not among the files")
    digest = _digest(folder)
    return Template(folder.name, data, texts[0], texts[1], files, sample, digest)


def _plain_name(name: str) -> str:
    if Path(name).name != name or name.startswith("."):
        raise ValueError(f"{name} is no name of a file in this folder")
    return name


def _yaml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = YAML(typ="safe").load(path.read_text("utf-8"))
    return content


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()
