"""Break opportunities for Lao and Khmer, which write no spaces between words.

U+200B is added when text is shown and never stored: browsers and Pango break these scripts only
where their own dictionary does, and some have none.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial

from icu4py.breakers import LineBreaker, WordBreaker

ZERO_WIDTH_SPACE = "\u200b"
_RUNS = {
    "lo": re.compile(r"[\u0e80-\u0eff]{2,}"),
    "km": re.compile(r"[\u1780-\u17ff\u19e0-\u19ff]{2,}"),
}
# Names that the dictionary splits although they are one word to a reader.
UNBREAKABLE = ("ແມ່ນ້ຳຂອງ", "ງິ້ວ", "ກາແດງ", "កាកបាទក្រហម", "គ្រូឧទ្ទេស", "សិក្ខាកាម")
_NO_LINE_START = re.compile("\u200b(?=[\u0eaf-\u0ebc\u0ec6\u0ec8-\u0ecd\u17b6-\u17d8\u17da\u17dd])")


def breakable(text: str) -> str:
    """The text with U+200B between Lao and Khmer words; unchanged for other scripts."""
    for language, run in _RUNS.items():
        text = run.sub(partial(_broken, language), text)
    return text


def _broken(language: str, run: re.Match[str]) -> str:
    return _break_run(run[0], language)


@lru_cache(maxsize=20_000)
def _break_run(run: str, language: str) -> str:
    joined = ZERO_WIDTH_SPACE.join(_words(run, language))
    for word in UNBREAKABLE:
        if word in run:
            pattern = f"{ZERO_WIDTH_SPACE}?".join(map(re.escape, word))
            joined = re.sub(pattern, word, joined)
    return _NO_LINE_START.sub("", joined).replace("\u17d2\u200b", "\u17d2")


def _words(run: str, language: str) -> list[str]:
    return [str(word) for word in WordBreaker(run, language)]


def break_places(text: str) -> list[int]:
    """Where a line of the text may end: between words, also in Lao and Khmer; 0 and its end."""
    places = {0, len(text)}
    at = 0
    for segment in LineBreaker(text, "en"):
        at += len(str(segment))
        places.add(at)
    for language, run in _RUNS.items():
        for found in run.finditer(text):
            places -= set(range(found.start() + 1, found.end()))
            at = found.start()
            for word in _break_run(found[0], language).split(ZERO_WIDTH_SPACE):
                places.add(at)
                at += len(word)
    return sorted(places)


def unbroken(text: str) -> str:
    """The text as it was before `breakable`."""
    return text.replace(ZERO_WIDTH_SPACE, "")
