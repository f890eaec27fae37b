"""The languages of Kapok. Adding one is one line here, its catalogue and its course folders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its code in addresses and folders, its own name, its tags elsewhere."""

    code: str
    name: str
    html: str  # the BCP 47 tag of `lang` attributes
    babel: str  # the CLDR locale of dates and catalogues
    chars_to_break: str = ""  # the script written without spaces between words, if any


LANGUAGES: dict[str, Language] = {
    "en": Language("en", "English", "en", "en_GB"),
    "zh": Language("zh", "中文", "zh-Hans", "zh_Hans_CN"),
    "vi": Language("vi", "Tiếng Việt", "vi", "vi_VN"),
    "lo": Language("lo", "ລາວ", "lo", "lo_LA", "\u0e80-\u0eff"),
    "km": Language("km", "ខ្មែរ", "km", "km_KH", "\u1780-\u17ff\u19e0-\u19ff"),
}
SOURCE_LANGUAGE = "en"


def best_language(accepted: list[str], default: str = SOURCE_LANGUAGE) -> str:
    """The first accepted tag that we speak (zh-CN, zh-Hans and zh all mean zh)."""
    for tag in accepted:
        code = tag.replace("_", "-").split("-")[0].lower()
        if code in LANGUAGES:
            return code
    return default
