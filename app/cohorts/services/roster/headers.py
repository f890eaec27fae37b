"""Which row holds the headings, and which column holds what: guessed in five languages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from app.cohorts.types import NAME_FIELDS, RosterField
from app.core.spelling import plain

#: A heading stands among the first rows, below a title and some empty ones.
LOOKED_AT = 25

# Headings as universities write them. The first fields win where one heading names several.
_WORDS: dict[RosterField, str] = {
    RosterField.PASSPORT: """passport number; passport no; passport;
        passport #; passport num; 护照号; 护照号码; 护照; 护照编号;
        证件号码; số hộ chiếu; hộ chiếu; số passport; mã hộ chiếu;
        ເລກໜັງສືຜ່ານແດນ; ເລກທີໜັງສືຜ່ານແດນ; ໜັງສືຜ່ານແດນ; ເລກພາສປອດ; ເລກທີ່ພາສປອດ;
        ພາສປອດ; លេខលិខិតឆ្លងដែន; លិខិតឆ្លងដែន; លេខប៉ាស្ព័រ; ប៉ាស្ព័រ""",
    RosterField.STUDENT_NUMBER: """student number; student no; student id;
        student id number; student code; matriculation number; matric no;
        roll number; roll no; id number; id no; 学号; 学生号; 学生编号;
        学籍号; 学生证号; mã sinh viên; mã số sinh viên; mssv; mã sv; msv;
        số thẻ sinh viên; mã học viên; ລະຫັດນັກສຶກສາ; ເລກນັກສຶກສາ;
        ເລກປະຈຳຕົວນັກສຶກສາ; ເລກປະຈໍາຕົວ; ລະຫັດ; ເລກລະຫັດ; លេខសម្គាល់និស្សិត; អត្តលេខនិស្សិត;
        អត្តលេខ; លេខកូដនិស្សិត; លេខនិស្សិត; អត្តសញ្ញាណប័ណ្ណនិស្សិត; លេខសម្គាល់""",
    RosterField.CHINESE_NAME: """chinese name; name in chinese; in chinese;
        chinese; 中文名; 中文姓名; 中文名字; 汉语名; 汉语姓名; 汉字姓名;
        中文; tên tiếng trung; tên tiếng hoa; tên trung quốc;
        họ tên tiếng trung; tiếng trung; ຊື່ພາສາຈີນ; ຊື່ຈີນ; ຊື່ເປັນພາສາຈີນ; ພາສາຈີນ;
        ឈ្មោះចិន; ឈ្មោះជាភាសាចិន; ឈ្មោះភាសាចិន; ភាសាចិន""",
    RosterField.LATIN_NAME: """name in passport; họ tên trong hộ chiếu;
        họ và tên trong hộ chiếu; tên trong hộ chiếu;
        name as in passport;
        as in passport; passport name; name passport; latin name;
        name in latin letters; in latin letters; latin; english name;
        name in english; in english; english; romanized name;
        romanised name; surname; last name; family name; given name;
        given names; first name; forename; middle name; 护照姓名;
        护照英文姓名; 护照英文名; 英文名; 英文姓名; 英文; 拼音; 姓名拼音;
        拼音姓名; 外文姓名; 外文名; 拉丁姓名; 拉丁字母; 拉丁字母姓名;
        tên tiếng anh; tên không dấu; họ tên không dấu; họ và tên không dấu;
        không dấu; tên trên hộ chiếu; họ tên trên hộ chiếu;
        họ và tên trên hộ chiếu; tên theo hộ chiếu; họ tên theo hộ chiếu;
        chữ latinh; tên bằng chữ latinh; ຊື່ພາສາອັງກິດ; ພາສາອັງກິດ; ຊື່ໃນໜັງສືຜ່ານແດນ;
        ຊື່ຕາມໜັງສືຜ່ານແດນ; ຊື່ລາຕິນ; ຊື່ຕົວອັກສອນລາຕິນ; ຕົວອັກສອນລາຕິນ; ຊື່ເປັນພາສາອັງກິດ;
        ឈ្មោះឡាតាំង; ឈ្មោះជាអក្សរឡាតាំង; អក្សរឡាតាំង; ឈ្មោះជាភាសាអង់គ្លេស; ឈ្មោះអង់គ្លេស;
        ភាសាអង់គ្លេស; ឈ្មោះក្នុងលិខិតឆ្លងដែន; ឈ្មោះតាមលិខិតឆ្លងដែន""",
    RosterField.NATIONALITY: """nationality; citizenship; country;
        country of origin; 国籍; 国家; 国别; quốc tịch; quốc gia; nước;
        ສັນຊາດ; ປະເທດ; ជនជាតិ; សញ្ជាតិ; ប្រទេស""",
    RosterField.LANGUAGE: """language; preferred language; mother tongue;
        语言; 母语; 语种; 使用语言; ngôn ngữ; tiếng mẹ đẻ; ພາສາ; ພາສາແມ່;
        ភាសា; ភាសាកំណើត""",
    RosterField.GENDER: """gender; sex; m/f; f/m; male/female; 性别; 男/女; 性別; giới tính; phái;
        nam/nữ; ເພດ; ຍິງ/ຊາຍ; ຊາຍ/ຍິງ; ភេទ; ស្រី/ប្រុស; ប្រុស/ស្រី""",
    RosterField.NATIVE_NAME: """name; 母语文字姓名; họ tên bằng tiếng mẹ đẻ;
        ຊື່ເປັນຕົວອັກສອນຂອງພາສາຕົນ; ឈ្មោះជាអក្សរនៃភាសាខ្លួន;
        full name; names; student name;
        name of student; native name; name in native script;
        name in the own script; họ tên viết bằng tiếng mẹ đẻ;
        ຊື່ເປັນຕົວອັກສອນຂອງຕົນເອງ; ឈ្មោះជាអក្សរដើម;
        name in own script; own script; trainee; 姓名; 名字; 学生姓名;
        学员姓名; 本国姓名; 母语姓名; 本民族姓名; 原文姓名; 姓; 名;
        họ và tên; họ tên; họ & tên; tên; họ; họ đệm; họ và tên đệm;
        họ và đệm; tên sinh viên; họ tên sinh viên; họ và tên sinh viên;
        tên học viên; ຊື່; ນາມສະກຸນ; ຊື່ ແລະ ນາມສະກຸນ; ຊື່ເຕັມ; ຊື່ນັກສຶກສາ; ຊື່ພາສາລາວ;
        ຊື່ລາວ; ຊື່ເປັນພາສາລາວ; ឈ្មោះ; នាមត្រកូល; គោត្តនាម; នាម; គោត្តនាម និងនាម;
        នាមត្រកូលនិងនាមខ្លួន; នាមខ្លួន; នាមនិងគោត្តនាម; ឈ្មោះពេញ; ឈ្មោះនិស្សិត;
        ឈ្មោះជាភាសាខ្មែរ; ឈ្មោះខ្មែរ; ឈ្មោះសិស្ស""",
}
# Half a name each: two such columns of one field are joined.
_HALVES = """surname; last name; family name; given name; given names;
    first name; forename; middle name; 姓; 名; họ; tên; họ đệm;
    họ và tên đệm; họ và đệm; ຊື່; ນາມສະກຸນ; នាមត្រកូល; គោត្តនាម; នាម; នាមខ្លួន"""
_SPLIT = re.compile(r"[/|;:：()（）\[\]【】,，、*\n]+")


@cache
def _fields() -> dict[str, RosterField]:
    found: dict[str, RosterField] = {}
    for field, words in _WORDS.items():
        for word in words.split(";"):
            found.setdefault(plain(" ".join(word.split())), field)
    return found


@cache
def _halves() -> frozenset[str]:
    return frozenset(plain(" ".join(word.split())) for word in _HALVES.split(";"))


def field_of(heading: str) -> tuple[RosterField | None, int]:
    """What a heading names, and how sure that is: 2 for its own words, 1 for words inside it."""
    known, whole = _fields(), plain(heading)
    if whole in known:
        return known[whole], 2
    parts = [known[form] for part in _SPLIT.split(heading) if (form := plain(part)) in known]
    if parts:
        return min(parts, key=list(_WORDS).index), 2
    inside = [word for word in known if len(word) > 3 and word in whole and len(whole) < 60]
    inside += [
        word for word in known if 1 < len(word) <= 3 and not word.isascii() and word in whole
    ]
    return (known[max(inside, key=len)], 1) if inside else (None, 0)


def guess_header(rows: Sequence[tuple[int, Sequence[str]]]) -> int:
    """The number of the row with the most known headings; 0 when no row has one."""
    best, most = 0, 0
    for number, cells in rows[:LOOKED_AT]:
        found = [field_of(cell) for cell in cells if cell]
        score = sum(sure for _field, sure in found) + len({field for field, sure in found if sure})
        if score > most:
            best, most = number, score
    return best


def guess_columns(
    rows: Sequence[tuple[int, Sequence[str]]], header: int
) -> Mapping[int, RosterField]:
    """Which column holds which field, by the headings in the row `header`."""
    headings = next((cells for number, cells in rows if number == header), ())
    found: dict[int, RosterField] = {}
    for sure in (2, 1):  # the clear headings choose first
        for index, heading in enumerate(headings):
            field, certainty = field_of(heading)
            if field and certainty == sure and _is_free(field, heading, found, headings):
                found.setdefault(index, field)
    below = [cells for number, cells in rows if number > header][:LOOKED_AT]
    return dict(sorted({**found, **_second_halves(found, headings, below)}.items()))


def _is_free(
    field: RosterField, heading: str, found: Mapping[int, RosterField], headings: Sequence[str]
) -> bool:
    same = [headings[index] for index, taken in found.items() if taken is field]
    if not same:
        return True
    return field in NAME_FIELDS and all(_is_half(one) for one in (*same, heading))


def _is_half(heading: str) -> bool:
    pieces = (heading, *_SPLIT.split(heading))
    return any(plain(piece) in _halves() for piece in pieces)


def _second_halves(
    found: Mapping[int, RosterField], headings: Sequence[str], below: Sequence[Sequence[str]]
) -> dict[int, RosterField]:
    """A heading merged over two columns leaves the second one without: given names stand there."""
    halves: dict[int, RosterField] = {}
    for index, field in found.items():
        right = index + 1
        has_heading = right < len(headings) and headings[right]
        filled = sum(len(cells) > right and any(map(str.isalpha, cells[right])) for cells in below)
        if field in NAME_FIELDS and not has_heading and filled * 2 > len(below):
            halves[right] = field
    return halves
