"""Certificate templates: a folder with template.yaml, template.html, template.css, sample.yaml.

`template.yaml` holds the design's own data (kind, page, slots) and, in five languages, the words
that an administrator may change in the site. The page is Jinja in a sandbox that sees plain data
only. Loading refuses words that Chinese rules for training certificates bar, marks of others,
slots that the page does not have, and a template without its files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from app.certificates.loader.content import (
    BARRED,
    DEFAULTS,
    Content,
    Kind,
    TemplateData,
    complete,
    content_of,
)
from app.certificates.types.templates import BrokenTemplate, TemplateRefused

__all__ = ["BARRED", "DEFAULT", "FOLDER", "Template", "names", "names_of", "read", "template"]

FOLDER = Path(__file__).parent.parent / "certificate_templates"
DEFAULT = DEFAULTS[Kind.COURSE]
_SLOT = re.compile(r'data-slot="([^"{]*)"')


@dataclass(frozen=True, slots=True)
class Template:
    """A certificate template as loaded; `digest` is of all its files.

    `version` is 0 for the folder itself and counts from 1 for the states kept in the database.
    """

    name: str
    data: TemplateData
    html: str
    css: str
    files: Mapping[str, bytes]
    sample: Mapping[str, Any]
    digest: str
    version: int = 0

    @property
    def content(self) -> Content:
        """What an administrator may change."""
        return content_of(self.data)


def names() -> list[str]:
    """The templates there are."""
    return sorted(path.name for path in FOLDER.iterdir() if (path / "template.yaml").is_file())


def names_of(kind: Kind) -> list[str]:
    """The templates of one kind, its default first."""
    found = [name for name in names() if template(name).data.kind is kind]
    return sorted(found, key=lambda name: (name != DEFAULTS[kind], name))


@cache
def template(name: str = DEFAULT) -> Template:
    """A template by name; raises BrokenTemplate with the file and the fault."""
    if name not in names():
        raise BrokenTemplate(name=name, fault="there is no such folder")
    return read(FOLDER / name)


def read(folder: Path) -> Template:
    """Read a template from its folder; raises BrokenTemplate."""
    try:
        data = complete(TemplateData.model_validate(_yaml(folder / "template.yaml")))
        files = {name: (folder / _plain_name(name)).read_bytes() for name in data.files}
        texts = [(folder / name).read_text("utf-8") for name in ("template.html", "template.css")]
        sample = _yaml(folder / "sample.yaml")
    except TemplateRefused as error:
        fault = error.message % error.values
        raise BrokenTemplate(name=folder.name, fault=fault) from error
    except (OSError, ValueError, YAMLError) as error:
        raise BrokenTemplate(name=folder.name, fault=str(error)) from error
    if data.background is not None and data.background not in files:
        raise BrokenTemplate(name=folder.name, fault=f"{data.background} is not among the files")
    if wrong := set(_SLOT.findall(texts[0])) ^ set(data.slots):
        fault = f"slots and data-slot differ: {', '.join(sorted(wrong))}"
        raise BrokenTemplate(name=folder.name, fault=fault)
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
