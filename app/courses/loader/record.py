"""From which source text each translation was made: the file translated.json of a course.

The file has one line a text: its place and, for each state of the source that some language was
made from, the languages. A place looks like `lesson/aed/intro` or `bank/depth-enter/question`.
Where the recorded source is no longer the present one, that translation is out of date.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from app.courses.loader.saving import save_text

FILE = "translated.json"
Place = str


@dataclass
class Record:
    """The source texts that translations were made from: place -> language -> source text."""

    sources: dict[Place, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The record of a course's folder; an empty one where there is none. Raises ValueError."""
        path = folder / FILE
        if not path.is_file():
            return cls()
        data = json.loads(path.read_text(encoding="utf-8"))
        sources: dict[Place, dict[str, str]] = {}
        for place, texts in data.items():
            made = {code: text for text, codes in texts.items() for code in codes.split()}
            sources[place] = made
        return cls(sources)

    def write(self, folder: Path, order: Iterable[Place]) -> None:
        """Write the record, one line a text, in the order of the course's texts."""
        lines = []
        for place in order:
            by_text: dict[str, list[str]] = {}
            for code, text in sorted(self.sources.get(place, {}).items()):
                by_text.setdefault(text, []).append(code)
            if by_text:
                texts = {text: " ".join(codes) for text, codes in by_text.items()}
                key = json.dumps(place, ensure_ascii=False)
                lines.append(f"{key}: {json.dumps(texts, ensure_ascii=False)}")
        text = "{\n" + ",\n".join(lines) + "\n}\n"
        save_text(folder / FILE, text)

    def of(self, place: Place, language: str) -> str | None:
        """The source text that the translation was made from; None when nobody has said."""
        return self.sources.get(place, {}).get(language)

    def say(self, place: Place, language: str, source: str) -> None:
        """Note that the translation says what this source text says."""
        self.sources.setdefault(place, {})[language] = source

    def move(self, place: Place, old: str, new: str) -> list[str]:
        """Count the languages made from the old source as made from the new; returns them."""
        made = self.sources.get(place, {})
        moved = [code for code, text in made.items() if text == old]
        for code in moved:
            made[code] = new
        return moved
