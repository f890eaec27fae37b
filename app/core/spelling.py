"""Text cut into the units that search compares: equal-looking spellings give equal units.

Words of most scripts are one unit without case and accents. Scripts that write no spaces between
words (Chinese, Lao, Khmer and their neighbours) give one unit for each cluster: a sign with all
that hangs on it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_UNSEEN = "\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
_ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u3098\u309b-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_LAO_MARKS = "\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
_LAO = f"[\u0e81-\u0eb0\u0eb2\u0ebd-\u0ec6\u0edc-\u0edf][{_LAO_MARKS}{_UNSEEN}]*"
_LAO = f"{_LAO}(?:\u0eb3[{_LAO_MARKS}{_UNSEEN}]*)?|\u0eb3"
_KHMER_MARKS = "\u17b4-\u17d1\u17d3\u17dd"
_KHMER = (
    f"[\u1780-\u17b3\u17d7\u17dc](?:\u17d2[{_UNSEEN}]*[\u1780-\u17b3]?|[{_KHMER_MARKS}{_UNSEEN}])*"
)
_THAI = f"[\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e{_UNSEEN}]*"
_BURMESE = f"[\u1000-\u102a\u103f\u1050-\u1055](?:\u1039[\u1000-\u1021]|[\u102b-\u103e{_UNSEEN}])*"
_STRAY = f"[{_LAO_MARKS}{_KHMER_MARKS}\u17d2][{_LAO_MARKS}{_KHMER_MARKS}\u17d2{_UNSEEN}]*"
_UNSPACED = f"{_HAN}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_LETTER = rf"[^\W\d_{_UNSPACED}]"
_PIECE = re.compile(
    rf"(?P<word>{_LETTER}(?:{_LETTER}|[{_ACCENTS}{_UNSEEN}])*)|(?P<number>\d[\d{_UNSEEN}]*)"
    rf"|(?P<lao>{_LAO})|(?P<khmer>{_KHMER})"
    rf"|(?P<other>[{_HAN}][{_ACCENTS}{_UNSEEN}]*|{_THAI}|{_BURMESE}|{_STRAY})"
)
_HIDDEN = re.compile(f"[{_UNSEEN}]")
_ACCENT = re.compile(f"[{_ACCENTS}]")
_GAP = re.compile(rf"[^\S\r\n]*[{_UNSEEN}]*[^\S\r\n]*")
_LAO_UNDER_L = re.compile(f"ຫ([{_LAO_MARKS}]*)\u0ebc")
_LAO_PARTS = re.compile(f"([^{_LAO_MARKS}])([{_LAO_MARKS}]*)")
_KHMER_UNDER = re.compile("\u17d2.?", re.DOTALL)
# One look, two ways to type it.
_KHMER_LOOKS = (
    ("\u17c1\u17c1", "\u17c2"),
    ("\u17c1\u17b6", "\u17c4"),
    ("\u17c1\u17b8", "\u17be"),
    ("\u17a3", "\u17a2"),
)
_KHMER_UNWRITTEN = re.compile("[\u17b4\u17b5]")


class Unit(NamedTuple):
    """What is compared, and where it stands in the text.

    `is_cluster`: a sign of a script without spaces. `follows`: a cluster directly after another
    one, so that a word may go on over the two.
    """

    form: str
    start: int
    end: int
    is_cluster: bool
    is_word: bool
    follows: bool


def units(text: str) -> list[Unit]:
    """The units of a text in order; signs that are neither letters nor digits are left out."""
    found: list[Unit] = []
    last, was_cluster = 0, False
    for piece in _PIECE.finditer(text):
        kind = str(piece.lastgroup)
        start, end = piece.span()
        is_word, is_cluster = kind == "word", kind not in {"word", "number"}
        follows = is_cluster and was_cluster and (last == start or _is_gap(text, last, start))
        for form in _forms(kind, piece[0]):
            found.append(Unit(form, start, end, is_cluster, is_word, follows))
            last, was_cluster, follows = end, is_cluster, is_cluster
    return found


def _is_gap(text: str, start: int, end: int) -> bool:
    """Whether only spaces of one line lie between."""
    return _GAP.fullmatch(text, start, end) is not None


@lru_cache(maxsize=10_000)
def plain(text: str) -> str:
    """The text as its units in a row: equal for spellings that search takes as equal."""
    return "".join(unit.form for unit in units(text))


@lru_cache(maxsize=50_000)
def _forms(kind: str, piece: str) -> tuple[str, ...]:
    seen = _HIDDEN.sub("", piece)
    match kind:
        case "lao":
            return _lao(seen)
        case "khmer":
            return (_khmer(seen),)
        case "number":
            return ("".join(str(unicodedata.digit(sign)) for sign in seen),)
        case _:
            form = _latin(seen)
            return (form,) if form else ()


def _latin(word: str) -> str:
    wide = unicodedata.normalize("NFKC", word).casefold().replace("đ", "d")
    return _ACCENT.sub("", unicodedata.normalize("NFD", wide))


def _lao(cluster: str) -> tuple[str, ...]:
    """ຫຼ as ຫລ, ໜ as ຫນ, ຳ as ໍ and າ; the marks of a sign in one order."""
    text = unicodedata.normalize("NFKC", cluster)
    if "\u0eb3" in cluster:  # a mark behind ຳ belongs to the sign before it
        text = text.replace("\u0eb2", "") + "\u0eb2"
    text = _LAO_UNDER_L.sub(r"ຫລ\1", text)
    parts = _LAO_PARTS.findall(text)
    return tuple(sign + "".join(sorted(set(marks))) for sign, marks in parts) or (text,)


def _khmer(cluster: str) -> str:
    """Subscript signs in one order, subscript ta as da (they look alike), then the marks."""
    text = _KHMER_UNWRITTEN.sub("", cluster)
    for look, same in _KHMER_LOOKS:
        text = text.replace(look, same)
    under = sorted(sign.replace("ត", "ដ") for sign in _KHMER_UNDER.findall(text))
    rest = _KHMER_UNDER.sub("", text)
    return rest[:1] + "".join(under) + "".join(sorted(rest[1:]))
