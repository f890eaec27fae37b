"""Break opportunities for Lao and Khmer, which write no spaces between words.

U+200B is added when text is shown and never stored: browsers and Pango break these scripts only
where their own dictionary does, and some have none. Where a dictionary is wrong, U+2060 keeps the
letters together: without it a browser would break there by its own dictionary.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from itertools import pairwise

from icu4py.breakers import LineBreaker, WordBreaker

ZERO_WIDTH_SPACE = "\u200b"
WORD_JOINER = "\u2060"
#: What `breakable` adds and `unbroken` takes away.
ADDED = ZERO_WIDTH_SPACE + WORD_JOINER
_TAKEN_AWAY = dict.fromkeys(map(ord, ADDED))
_RUNS = {
    "lo": re.compile(r"[\u0e80-\u0eff]{2,}"),
    "km": re.compile(r"[\u1780-\u17ff\u19e0-\u19ff]{2,}"),
}
# Names that the dictionary splits although they are one word to a reader.
UNBREAKABLE = ("ແມ່ນ້ຳຂອງ", "ງິ້ວ", "ກາແດງ", "កាកបាទក្រហម", "គ្រូឧទ្ទេស", "សិក្ខាកាម")
_ONE_CONSONANT = re.compile(r"[\u0e81-\u0eae\u1780-\u17a2]")
# Signs that stand on a letter: nothing may come between the two.
_ON_A_LETTER = r"[\u0eaf-\u0ebc\u0ec8-\u0ecd\u17b6-\u17d3\u17dd]"
_WRONG_BREAK = re.compile(f"\u200b(?={_ON_A_LETTER})|(?<=\u17d2)\u200b")
# The signs of repetition and the ends of a sentence never begin a line.
_NO_LINE_START = re.compile("\u200b?(?=[\u0ec6\u17d4-\u17da])")
_IN_A_WORD = re.compile(f"(?<=[^\u17d2\u0ec0-\u0ec4])(?!{_ON_A_LETTER}|$)")


def breakable(text: str) -> str:
    """The text with U+200B between Lao and Khmer words; unchanged for other scripts."""
    for language, run in _RUNS.items():
        text = run.sub(partial(_broken, language), text)
    return text


def _broken(language: str, run: re.Match[str]) -> str:
    return _break_run(run[0], language)


@lru_cache(maxsize=20_000)
def _break_run(run: str, language: str) -> str:
    joined = _WRONG_BREAK.sub("", _joined(_words(run, language)))
    for word in UNBREAKABLE:
        if word in run:
            pattern = f"[{ADDED}]?".join(map(re.escape, word))
            joined = re.sub(pattern, _IN_A_WORD.sub(WORD_JOINER, word), joined)
    return _NO_LINE_START.sub(WORD_JOINER, joined)


def _joined(words: list[str]) -> str:
    """The words with a break between each two, but none beside a lone consonant.

    A dictionary that does not know a word cuts its first or last letter off; nobody can say
    which of the two words it belongs to.
    """
    text = words[0]
    for before, word in pairwise(words):
        is_cut = _ONE_CONSONANT.fullmatch(before) or _ONE_CONSONANT.fullmatch(word)
        text += (WORD_JOINER if is_cut else ZERO_WIDTH_SPACE) + word
    return text


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
            broken = _break_run(found[0], language).replace(WORD_JOINER, "")
            for word in broken.split(ZERO_WIDTH_SPACE):
                places.add(at)
                at += len(word)
    return sorted(places)


def unbroken(text: str) -> str:
    """The text as it was before `breakable`."""
    return text.translate(_TAKEN_AWAY)
