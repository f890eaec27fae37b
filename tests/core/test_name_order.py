"""Names in the order of their scripts. The lists were sorted by ICU 78.2 (CLDR 48)."""

from __future__ import annotations

from random import Random

import pytest

from app.core.name_order import name_key

SORTED_BY_ICU = {
    "lo": [
        "ກອງແກ້ວ ພິມມະສອນ",
        "ຄຳຫຼ້າ ອິນທະວົງ",
        "ສຸກ ວັນນະວົງ",
        "ສົມສະໄໝ ແກ້ວມະນີ",
        "ແສງດາວ ໄຊຍະວົງ",
        "ໄຊຍະ ພົມມະຈັນ",
        "ດາວອນ ແສງມະນີ",
        "ນ້ຳຝົນ ແກ້ວມະນີ",
        "ບຸນມີ ສີວິໄລ",
        "ເພັດ ຈັນທະລາ",
        "ໂພໄຊ ສຸລິຍະ",
        "ຫຼ້າ ບຸນທະວີ",
    ],
    "km": [
        "កែវ ពិសី",
        "គឹម ស្រីមុំ",
        "ងួន ធារិទ្ធ",
        "ចាន់ស្រ៊ុន ពិសិដ្ឋ",
        "ឈឹម បូរ៉ា",
        "ញ៉ែម វិចិត្រ",
        "ទេព រតនា",
        "មាស សុខហេង",
        "មាស សុខា",
        "លី សុភាព",
        "សុខ ចាន់ដារ៉ា",
        "ស្ត្រី ស្រីមុំ",
        "ហេង សុវណ្ណារី",
        "ឡុង ដារ៉ា",
        "អ៊ុំ សុផល",
    ],
    "vi": [
        "An Thị Bích",
        "Âu Dương Phong",
        "Bùi Dung",
        "Bùi Đức",
        "Dương Văn An",
        "Đặng Quốc Hưng",
        "Đinh Văn Bình",
        "Đỗ Thị Hoa",
        "Ngô Bảo Châu",
        "Nguyễn Thị An",
        "Nguyễn Thị Ánh Tuyết",
        "Nguyễn Thị Ân",
        "Ông Thị Ngọc",
        "Phạm Thị Ý",
        "Trần Văn Ơn",
        "Trương Mỹ Lan",
    ],
    "zh": [
        "陈静",
        "邓国兴",
        "黄丽",
        "李敏",
        "李明",
        "李娜",
        "林小红",
        "林晓红",
        "刘洋",
        "欧阳堃",
        "阮氏映雪",
        "宋赛美",
        "速占达拉",
        "王小玥",
        "张伟",
        "赵敏",
        "周杰",
    ],
    "en": [
        "Çelik Ali",
        "Ceylan Çetin",
        "de la Cruz Maria",
        "Dela Cruz Ana",
        "García José",
        "Grace O’Connor",
        "Öztürk Ayşe",
        "Zhang Wei",
    ],
}


@pytest.mark.parametrize("language", SORTED_BY_ICU)
def test_names_of_one_script_stand_as_icu_sorts_them(language: str) -> None:
    names = SORTED_BY_ICU[language]
    assert sorted(Random(4).sample(names, len(names)), key=name_key) == names


def test_a_surname_stands_where_it_is_spoken() -> None:
    # Qín, Rén, Shàn, Zēng: alone the characters read tán, rèn, dān, céng.
    assert sorted(["曾国强", "单雪", "覃海燕", "任静", "王小玥"], key=name_key) == [
        "覃海燕",
        "任静",
        "单雪",
        "王小玥",
        "曾国强",
    ]


def test_scripts_follow_each_other_and_a_rare_character_stands_last() -> None:
    names = ["Zhang Wei", "ສຸກ ວັນນະວົງ", "សុខ ចាន់ដារ៉ា", "王小玥", "𠮷田"]
    assert sorted(Random(1).sample(names, len(names)), key=name_key) == names
