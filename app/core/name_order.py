"""The order of people's names: each script by its own rules, whatever the reader's language."""

from __future__ import annotations

import re

from app.core.sorting import SortKey, sort_key

NameKey = tuple[int, SortKey]
#: One after the other in a list of mixed scripts; names in other scripts come last.
_SCRIPTS = (
    (re.compile("[A-Za-z\u00c0-\u024f\u1ea0-\u1eff]"), "vi"),
    (re.compile("[\u0e80-\u0eff]"), "lo"),
    (re.compile("[\u1780-\u17ff]"), "km"),
    (re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]"), "zh"),
)
# GB 2312-80 has its 3,755 most used characters (rows 16 to 55) in the order of pinyin.
_FIRST_ROW, _LAST_ROW, _ROW = 0xB0, 0xD7, 94
#: Family names outside these rows, each with a character that is read like it.
_RARE = "覃岑仝佟闫邸缪荀莘蔺谌隗亓逄郗郜麴璩鄢阚昝逯禤侬甯"
_LIKE = "秦层童童严底妙旬申吝陈委齐庞西告曲渠烟看攒路宣农宁"
_READ_LIKE = dict(zip(_RARE, _LIKE, strict=True))


def name_key(name: str) -> NameKey:
    """The key by which a name sorts: its script, then the script's own order.

    Latin letters follow the Vietnamese alphabet, whose accents others lack. Chinese characters
    follow pinyin as far as GB 2312 goes, family name first; rarer ones come after.
    """
    text = name.strip()
    for place, (script, language) in enumerate(_SCRIPTS):
        if text and script.match(text[0]):
            if language == "zh":
                return place, (tuple(_chinese(sign) for sign in text), (), text)
            return place, sort_key(text, language)
    return len(_SCRIPTS), (tuple(map(ord, text)), (), text)


def _chinese(sign: str) -> int:
    encoded: bytes = _READ_LIKE.get(sign, sign).encode("gb2312", "ignore")
    if len(encoded) == 2 and _FIRST_ROW <= encoded[0] <= _LAST_ROW:
        return (encoded[0] - _FIRST_ROW) * _ROW + encoded[1]
    return 0x10000 + ord(sign)
