"""What the cells of a list mean: names in their forms, countries, languages, numbers."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from babel import Locale

from app.accounts import services as accounts
from app.accounts.types import Gender, Names
from app.core.languages import LANGUAGES
from app.core.spelling import plain

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_GAP = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_ALL_HAN = re.compile(rf"[{_HAN}·・•\s]+")
_LATIN_REST = re.compile(r"[^A-Za-z '’.\-]")
EXCEL_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?")
EXCEL_SHORTENED = re.compile(r"\d([.,]\d+)?E\+?\d+")
#: How people write that there is nothing.
_NOTHING = {
    "",
    "-",
    "–",
    "—",
    "/",
    "n/a",
    "na",
    "none",
    "nil",
    "无",
    "没有",
    "暂无",
    "không",
    "không có",
}

# What people write beside the names of CLDR.
_COUNTRY_WORDS = {
    "KH": """khm; cambodian; khmer; campuchia; kampuchea; cam-pu-chia; 高棉;
        ខ្មែរ; ខ្មែរកម្ពុជា; ກຳປູເຈຍ""",
    "LA": """lao; laos; laotian; lao pdr; lao p.d.r.; 老挝人民民主共和国; lào;
        chdcnd lào; ສປປ ລາວ; ລາວ; ឡាវ""",
    "VN": """vnm; vietnamese; viet nam; vietnam; 越南社会主义共和国; ຫວຽດນາມ;
        វៀតណាម""",
    "TH": "tha; thai; thái; ไทย; ໄທ; ថៃ",
    "CN": """chn; chinese; prc; p.r. china; 中华人民共和国; 中国籍; trung quốc;
        trung hoa; ຈີນ; ចិន""",
    "MM": "mmr; burmese; burma; myanmar; miến điện; ມຽນມາ; ភូមា",
    "ID": "idn; indonesian",
    "MY": "mys; malaysian",
    "PH": "phl; filipino; philippine; philippines",
    "SG": "sgp; singaporean",
    "BN": "brn; bruneian",
    "TL": "tls; timorese; east timor",
}
_LANGUAGE_WORDS = {
    "en": "english; eng",
    "zh": """chinese; mandarin; putonghua; 汉语; 中文; 普通话; 华语; tiếng hoa;
        zho; chi""",
    "vi": "vietnamese; vie",
    "lo": "lao; laotian; 寮语",
    "km": "khmer; cambodian; 高棉语; campuchia",
}

# Codes of ISO/IEC 5218 beside words; "not given" in words stands for an empty cell.
_GENDER_WORDS: dict[Gender | None, str] = {
    Gender.FEMALE: """f; fem; female; woman; girl; w; ms; mrs; miss; 2; 女; 女性; 女生; 女士; nữ;
        nu; cô; bà; chị; ຍິງ; ເພດຍິງ; ຜູ້ຍິງ; ນາງ; ຍ; ស្រី; ស; នារី; ភេទស្រី; កញ្ញា; លោកស្រី""",
    Gender.MALE: """m; masc; male; man; boy; mr; 1; 男; 男性; 男生; 先生; nam; ông; anh; ຊາຍ;
        ເພດຊາຍ; ຜູ້ຊາຍ; ທ້າວ; ຊ; ប្រុស; ប; បុរស; ភេទប្រុស; លោក""",
    Gender.OTHER: """other; o; diverse; non-binary; nonbinary; 其他; 其它; khác; giới tính khác; ອື່ນ;
        ອື່ນໆ; ເພດອື່ນ; ផ្សេង; ផ្សេងទៀត; ភេទផ្សេងទៀត""",
    None: """0; 9; x; not given; not stated; unknown; prefer not to say; i would rather not say;
        不详; 未知; 未说明; 不愿透露; 保密; không rõ; không nêu; không muốn nói; ບໍ່ລະບຸ; ບໍ່ຢາກບອກ;
        ບໍ່ຮູ້; មិនបញ្ជាក់; មិនចង់ប្រាប់; មិនដឹង""",
}


def squeezed(name: str) -> str:
    """A Chinese name without the space that lines up two characters with three."""
    return _HAN_GAP.sub("", name)


def filled(text: str) -> str:
    """The cell, or nothing when it says that there is nothing."""
    return "" if text.casefold() in _NOTHING else text


def is_han(name: str) -> bool:
    """Whether the name is written in Chinese characters alone."""
    return bool(name.strip()) and _ALL_HAN.fullmatch(name) is not None


def is_latin(name: str) -> bool:
    """Whether every letter of the name is Latin."""
    letters = [one for one in unicodedata.normalize("NFC", name) if one.isalpha()]
    return bool(letters) and all(unicodedata.name(one, "").startswith("LATIN") for one in letters)


def in_passport_letters(name: str) -> str:
    """A name in Latin letters as a passport's machine-readable line has it: no accents."""
    parts = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    bare = "".join(one for one in parts if not unicodedata.combining(one))
    return " ".join(_LATIN_REST.sub(" ", bare).upper().split())


def names_of(native: str, latin: str, chinese: str) -> tuple[Names, bool]:
    """The three forms from those that are given, and whether the Latin one is missing.

    A Vietnamese name gives its Latin form by dropping accents. A Lao, Khmer or Chinese one does
    not: then the native name stands in its place until the trainee writes it herself.
    """
    native, chinese = squeezed(native), squeezed(chinese)
    native = native or latin or chinese
    if not chinese and is_han(native):
        chinese = native
    if not latin and is_latin(native):
        latin = in_passport_letters(native)
    return Names(native, latin or native, chinese or None), not latin


def look(name: str | None) -> str:
    """Equal for names that look alike; Latin letters keep their accents."""
    text = name or ""
    if any("a" <= one <= "z" for one in text.casefold()):
        return "".join(unicodedata.normalize("NFC", text.casefold()).split())
    return plain(text)


def country_of(text: str) -> str | None:
    """The ISO 3166-1 code of a country written in any of the five languages, or None."""
    return _countries().get(plain(text))


@cache
def _countries() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, words in _COUNTRY_WORDS.items():
        found |= {plain(word): code for word in words.split(";")}
    for language in LANGUAGES:
        for code, name in accounts.territories(language):
            found.setdefault(plain(name), code)
            found.setdefault(plain(code), code)
    return found


def language_of(text: str) -> str | None:
    """The code of a language of ours written in any of the five, or None."""
    return _languages().get(plain(text))


@cache
def _languages() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, words in _LANGUAGE_WORDS.items():
        found |= {plain(word): code for word in (*words.split(";"), code, LANGUAGES[code].name)}
    for record in LANGUAGES.values():
        names = Locale.parse(record.babel).languages
        found |= {plain(names[code]): code for code in LANGUAGES if code in names}
    return found


def gender_of(text: str) -> tuple[Gender | None, bool]:
    """What a cell says in any of the five languages or as a code, and whether we know the word."""
    form = _gender_form(text)
    return _genders().get(form), form in _genders()


def _gender_form(text: str) -> str:
    # Marks matter here: without them Khmer and Lao letters that stand for a word would be others.
    return unicodedata.normalize("NFKC", text).casefold().strip(" .")


@cache
def _genders() -> dict[str, Gender | None]:
    return {
        _gender_form(" ".join(word.split())): gender
        for gender, words in _GENDER_WORDS.items()
        for word in words.split(";")
    }
