"""Where a line may end in Lao and Khmer, which write no spaces between words, and where not.

U+200B is added between words and U+2060 inside those that a dictionary would cut: browsers break
by dictionaries of their own, Pango by none. Both are added when text is shown and never stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from itertools import pairwise

from icu4py.breakers import LineBreaker, WordBreaker

ZERO_WIDTH_SPACE = "\u200b"
WORD_JOINER = "\u2060"
COENG = "\u17d2"  # the next Khmer sign stands under the one before
_RUNS = {
    "lo": re.compile(r"[\u0e80-\u0eff]{2,}"),
    "km": re.compile(r"[\u1780-\u17ff\u19e0-\u19ff]{2,}"),
}
# Names and words that a dictionary (ICU's, or Chromium's own) cuts, or cuts from their neighbours
# at a wrong sign, although they are one word to a reader.
UNBREAKABLE = (
    "ແມ່ນ້ຳຂອງ",
    "ງິ້ວ",
    "ກາແດງ",
    "ສ່າຍ",
    "ເອື້ອມ",
    "ທັກສະ",
    "ກວດສອບ",
    "កាកបាទក្រហម",
    "គ្រូឧទ្ទេស",
    "សិក្ខាកាម",
    "ហ្គាស",
    "ស្រែក",
    "កុមារ",
    "ទាញ",
    "នរណា",
    "មានក្លិន",
    "របស់",
    "ណាននីង",
    "ស៊ីម",
    "លីញ",
    "សុពលភាព",
    "អនឡាញ",
)
_REPEATED = "\u0ec6\u17d7"  # ໆ and ៗ say the word before them again
_NO_START = re.compile("[\u0eaf-\u0ebd\u0ec6\u0ec8-\u0ece\u17b4-\u17d8\u17da\u17dd]")
_NO_END = re.compile("[\u0ec0-\u0ec4\u17d2]\\Z")  # a vowel written before its sign; a coeng
# Marks and stops that no browser puts at a line's start (UAX #14, classes CM, BA and NS).
_STAYS = re.compile("[\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u17b4-\u17d6\u17d8\u17da\u17dd]")
_CONSONANT = "[\u0e81-\u0eae\u0edc-\u0edf\u1780-\u17a2]"
_BARE = re.compile(f"{_CONSONANT}(?P<signs>[\u0eaf\u0ec6\u17d4-\u17da]*)")
_LETTER = re.compile("[\u0e81-\u0eae\u0edc-\u0edf\u1780-\u17b3]")
_KHMER_CLUSTER = re.compile("[\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d1\u17d3\u17dd])*")
_STACK = re.compile(f"{_KHMER_CLUSTER.pattern}{COENG}\\Z")
_LAO_CLOSED = re.compile("[\u0ea7\u0ead\u0eb0-\u0ebd\u0ec8-\u0ecd][ກງຍດນມບ]\\Z")
_LAO_FINALS = "ກງຍດນມບວຣລສ"
_LAO_SECOND = "ລວຣຼ"
_RANGE = re.compile("(?<=[0-9])–(?=[0-9])")
_REPEATS = re.compile(f"(?<!{WORD_JOINER})(?=[{_REPEATED}])")
_UNIT = re.compile(
    "(?<=[0-9]) (?=(?:cm|mm|m|km|min|s|h|kg|g|L|%|°C)(?![A-Za-z\u00c0-\u024f\u1e00-\u1eff]))"
)


def breakable(text: str) -> str:
    """The text as it is shown: Lao and Khmer lines end between words only, a range not at all."""
    for language, run in _RUNS.items():
        text = run.sub(partial(_broken, language), text)
    return _REPEATS.sub(WORD_JOINER, _RANGE.sub(f"–{WORD_JOINER}", text))


def unbroken(text: str) -> str:
    """The text as it was before `breakable`."""
    return text.replace(ZERO_WIDTH_SPACE, "").replace(WORD_JOINER, "")


def with_units(text: str) -> str:
    """The text with U+00A0 between a figure and its unit; as long as before."""
    return _UNIT.sub("\u00a0", text)


def break_places(text: str) -> list[int]:
    """Where a line of the text may end: between words, also in Lao and Khmer; 0 and its end."""
    places = {0, len(text)}
    at = 0
    for segment in LineBreaker(text, "en"):
        at += len(str(segment))
        places.add(at)
    places -= {found.end() for found in _RANGE.finditer(text)}
    for language, run in _RUNS.items():
        for found in run.finditer(text):
            places -= set(range(found.start() + 1, found.end()))
            at = found.start()
            for word in _pieces(found[0], language):
                places.add(at)
                at += len(word)
    return sorted(places)


def _broken(language: str, run: re.Match[str]) -> str:
    return _shown(run[0], language)


@lru_cache(maxsize=20_000)
def _shown(run: str, language: str) -> str:
    return ZERO_WIDTH_SPACE.join(_held(piece) for piece in _pieces(run, language))


@lru_cache(maxsize=20_000)
def _pieces(run: str, language: str) -> tuple[str, ...]:
    """The run cut where a line may end."""
    words = _words(run, language)
    keep_together = list(_unbreakable(run))
    at, cuts = 0, [0]
    for word, following in pairwise([*words, ""]):
        at += len(word)
        is_inside = any(start < at < end for start, end in keep_together)
        if not (is_inside or _NO_START.match(following) or _NO_END.search(word)):
            cuts.append(at)
    pieces = [run[start:end] for start, end in pairwise([*cuts, len(run)]) if start < end]
    return tuple(_without_lone_consonants(pieces, language))


def _unbreakable(text: str) -> Iterator[tuple[int, int]]:
    for word in UNBREAKABLE:
        at = text.find(word)
        while at >= 0:
            yield at, at + len(word)
            at = text.find(word, at + len(word))


def _words(run: str, language: str) -> list[str]:
    return [str(word) for word in WordBreaker(run, language)]


def _without_lone_consonants(pieces: list[str], language: str) -> list[str]:
    """The pieces with each bare consonant beside the word that it belongs to.

    The dictionary leaves one over where it does not know the word, as the last sign of a foreign
    name. From the end to the start, so that the piece behind it is whole already.
    """
    joins = _joins_lao if language == "lo" else _joins_khmer
    whole = list(pieces)
    for place in range(len(whole) - 1, -1, -1):
        lone = whole[place]
        bare = _BARE.fullmatch(lone)
        if bare is None:
            continue
        before = whole[place - 1] if place else ""
        behind = "" if bare["signs"] else "".join(whole[place + 1 : place + 2])
        to_before, to_behind = joins(_with_letters(before), lone[0], _with_letters(behind))
        start, stop = place - to_before, place + 1 + to_behind
        whole[start:stop] = ["".join(whole[start:stop])]
    return whole


def _with_letters(piece: str) -> str:
    """The piece, or nothing when it is only signs, such as the stop of a sentence."""
    return piece if _LETTER.search(piece) else ""


def _joins_lao(before: str, lone: str, behind: str) -> tuple[bool, bool]:
    """Whether the consonant ends the word before it, and whether it begins the one behind it."""
    begins = behind[:1] != "" and behind[0] in _LAO_SECOND
    ends = lone in _LAO_FINALS and not _LAO_CLOSED.search(before)
    to_behind = bool(behind) and (not before or (begins and not ends))
    return bool(before) and not to_behind, to_behind


def _joins_khmer(before: str, lone: str, behind: str) -> tuple[bool, bool]:
    """As for Lao; both where the word began in the piece before it (ពីរ|ថ|យន្ត is ពី រថយន្ត)."""
    if not before or not behind:
        return bool(before), bool(behind)
    starts = [found.start() for found in _KHMER_CLUSTER.finditer(before)]
    if any(_is_word(before[start:] + lone + behind) for start in starts if start):
        return True, True
    begins = _is_word(lone + behind)
    return not begins, begins


def _is_word(text: str) -> bool:
    """Whether the Khmer dictionary knows the word: twice in a row it is found twice."""
    return _words(text * 2, "km") == [text, text]


@lru_cache(maxsize=20_000)
def _held(piece: str) -> str:
    """The piece with U+2060 wherever a dictionary would still end a line inside it."""
    language = "km" if piece[0] >= "\u1780" else "lo"
    places = _inner_ends(_words(piece, language)) | _inner_ends(LineBreaker(piece, language))
    places |= {at for at in range(1, len(piece)) if piece[at] in _REPEATED}
    places |= {at for start, end in _unbreakable(piece) for at in range(start + 1, end)}
    held = _joined_at(piece, places)
    while (better := _joined_at(held, _inner_ends(LineBreaker(held, language)))) != held:
        held = better
    return held


def _inner_ends(segments: Iterable[object]) -> set[int]:
    ends, at = set(), 0
    for segment in segments:
        at += len(str(segment))
        ends.add(at)
    return ends - {at}


def _joined_at(text: str, places: set[int]) -> str:
    wanted = (at for at in {_outside_stack(text, at) for at in places} if _may_be_joined(text, at))
    edges = [0, *sorted(wanted), len(text)]
    return WORD_JOINER.join(text[start:end] for start, end in pairwise(edges))


def _outside_stack(text: str, at: int) -> int:
    """The place, or the start of the letter under which the next sign stands.

    A joiner inside would tear the stack; before it, it holds as well. After a stop a coeng stands
    under nothing.
    """
    stack = _STACK.search(text, 0, at) if text[at - 1] == COENG else None
    return stack.start() if stack else at


def _may_be_joined(text: str, at: int) -> bool:
    return at > 0 and text[at - 1] != WORD_JOINER and not _STAYS.match(text, at)
