"""Words that are out of date get the present source beside them, before they become objects.

A question, a step or a caption keeps its translation and carries the source behind a marker,
which the rendering shows as a notice. Where a marker has no place (a title, a word in a drawing)
the source stands in for the translation: an old figure is never shown alone.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from app.courses.loader.documents import Document
from app.courses.loader.reading import RawCourse, RawLanguage, words_of
from app.courses.types import NEWER, NEWER_END, LanguageWords, Stale

_CARRIES_BOTH = re.compile(
    r"(?:checks|bank)/.+|sheets/[^/]+/(?:intro|steps/.+|critical_fails/.+|limits/.+)"
    r"|cards/[^/]+/(?:steps|dont)/.+|figures/[^/]+/caption"
)


def words_beside_source(
    course: RawCourse, language: str, stale: Mapping[str, Stale]
) -> LanguageWords | None:
    """The words of a language, with the present source beside those that are out of date."""
    raw = course.languages[language]
    places = {place: found for place, found in stale.items() if not place.startswith("lesson/")}
    if not places:
        return raw.words
    documents = {}
    for stem, document in raw.documents.items():
        data = copy.deepcopy(document.data)
        for place, found in places.items():
            kind, _, rest = place.partition("/")
            if kind == stem:
                _put(data, rest.split("/"), place, found)
        documents[stem] = Document.of_data(document.name, data, language)
    return words_of(RawLanguage(language, raw.folder, documents))


def _put(data: Any, keys: list[str], place: str, stale: Stale) -> None:
    for key in keys[:-1]:
        data = data.get(key, {})
    old = data.get(keys[-1])
    if isinstance(old, str):
        both = f"{old} {NEWER}{stale.now}{NEWER_END}"
        data[keys[-1]] = both if _CARRIES_BOTH.fullmatch(place) else stale.now
