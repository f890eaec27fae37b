"""Names for demo people, real-looking in each script. Nobody living is meant."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from random import Random

from app.accounts.types import Names


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a demo trainee comes from: the language she reads and the parts of her name.

    Given names and family names are (own script, Latin, Chinese) in the order of the own script.
    """

    nationality: str
    language: str
    firsts: tuple[tuple[str, str, str], ...]
    seconds: tuple[tuple[str, str, str], ...]
    join: str = " "
    latin_family_first: bool = False

    def names(self, number: int) -> Names:
        """The names of the demo trainee with this number; different numbers differ."""
        pairs = list(product(self.firsts, self.seconds))
        first, second = pairs[(number * 7) % len(pairs)]
        again = number // len(pairs)
        native = first[0] + self.join + second[0] + (f" {_LATER[again]}" if again else "")
        latin = f"{first[1]} {second[1]}".upper() + (f" {_LATER[again]}" if again else "")
        return Names(native, latin, (first[2] + second[2]) or None)


_LATER = ("", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")

LAO = Origin(
    "LA",
    "lo",
    (
        ("ສົມພອນ", "Somphone", ""),
        ("ບຸນມີ", "Bounmy", ""),
        ("ນ້ຳຝົນ", "Namfon", ""),
        ("ດາວເຮືອງ", "Daoheuang", ""),
        ("ວິໄລ", "Vilay", ""),
        ("ຄຳພູ", "Khamphou", ""),
        ("ສຸກສະຫວັນ", "Souksavanh", ""),
    ),
    (
        ("ແກ້ວມະນີ", "Keomany", ""),
        ("ພົມມະຈັນ", "Phommachanh", ""),
        ("ສີສະຫວັດ", "Sisavath", ""),
        ("ອິນທະວົງ", "Inthavong", ""),
        ("ຫຼວງລາດ", "Luanglath", ""),
        ("ຈັນທະລາ", "Chanthala", ""),
    ),
)
KHMER = Origin(
    "KH",
    "km",
    (
        ("សុខ", "Sok", ""),
        ("ចាន់", "Chan", ""),
        ("ហេង", "Heng", ""),
        ("ស្រ៊ុន", "Srun", ""),
        ("ឈួន", "Chhuon", ""),
        ("កែវ", "Keo", ""),
    ),
    (
        ("វិសាល", "Visal", ""),
        ("ស្រីមុំ", "Sreymom", ""),
        ("រតនា", "Ratana", ""),
        ("បញ្ញា", "Panha", ""),
        ("ពិសិដ្ឋ", "Piseth", ""),
        ("សុភាព", "Sopheap", ""),
        ("ស្ត្រីរត្ន", "Streyroth", ""),
    ),
)
VIETNAMESE = Origin(
    "VN",
    "vi",
    (
        ("Nguyễn Thị", "Nguyen Thi", "阮氏"),
        ("Trần Văn", "Tran Van", "陈文"),
        ("Lê Ngọc", "Le Ngoc", "黎玉"),
        ("Phạm Minh", "Pham Minh", "范明"),
        ("Đặng Thuỳ", "Dang Thuy", "邓垂"),
    ),
    (
        ("Hương", "Huong", "香"),
        ("Dũng", "Dung", "勇"),
        ("Phượng", "Phuong", "凤"),
        ("Quỳnh", "Quynh", "琼"),
        ("Tuấn", "Tuan", "俊"),
        ("Ánh", "Anh", "映"),
    ),
)
CHINESE = Origin(
    "CN",
    "zh",
    (
        ("王", "Wang", "王"),
        ("韦", "Wei", "韦"),
        ("农", "Nong", "农"),
        ("黄", "Huang", "黄"),
        ("覃", "Qin", "覃"),
    ),
    (
        ("小明", "Xiaoming", "小明"),
        ("丽华", "Lihua", "丽华"),
        ("志强", "Zhiqiang", "志强"),
        ("子涵", "Zihan", "子涵"),
        ("秋燕", "Qiuyan", "秋燕"),
        ("建国", "Jianguo", "建国"),
    ),
    join="",
)
LATIN = Origin(
    "PH",
    "en",
    (
        ("Maria", "Maria", ""),
        ("Siti", "Siti", ""),
        ("José", "Jose", ""),
        ("Nurul", "Nurul", ""),
        ("Budi", "Budi", ""),
    ),
    (
        ("Santos", "Santos", ""),
        ("Rahmawati", "Rahmawati", ""),
        ("Dela Cruz", "Dela Cruz", ""),
        ("Pratama", "Pratama", ""),
        ("O’Hara", "O'Hara", ""),
        ("Binti Ahmad", "Binti Ahmad", ""),
    ),
)
ORIGINS = (LAO, KHMER, VIETNAMESE, CHINESE, LATIN)


def shuffled_origins(count: int, chance: Random) -> list[Origin]:
    """One origin for each of `count` trainees, evenly spread, in a mixed order."""
    origins = [ORIGINS[number % len(ORIGINS)] for number in range(count)]
    chance.shuffle(origins)
    return origins
