"""A list of thirty people as a university sends it, and the files in which it comes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime

from openpyxl import Workbook

HEADINGS = ("学号", "Họ và tên", "ຊື່ໃນໜັງສືຜ່ານແດນ", "ឈ្មោះចិន", "Nationality", "护照号码", "STT")
TITLE = "2026 年秋季急救培训班学员名单 · ລາຍຊື່ນັກສຶກສາ"

#: native, Latin, Chinese, nationality
NAMES = [
    ("ສົມສະໄໝ ແກ້ວມະນີ", "SOMSAMAI KEOMANY", "宋赛美", "ລາວ"),
    ("ສຸກ ວັນນະວົງ", "SOUK VANNAVONG", "", "Laos"),
    ("ນ້ຳຝົນ ພົມມະຈັນ", "NAMFON PHOMMACHANH", "", "老挝"),
    ("ບຸນມີ ສີສຸລາດ", "BOUNMY SISOULATH", "文米", "Lào"),
    ("ໄຊຍະວົງ ຄຳພູ", "XAYAVONG KHAMPHOU", "", "LA"),
    ("ດາລາວັນ ອິນທະວົງ", "DALAVANH INTHAVONG", "达拉婉", "Lao"),
    ("ຫຼ້າ ສຸວັນນີ", "LA SOUVANNY", "", "ឡាវ"),
    ("សុខ ចាន់ដារ៉ា", "SOK CHANDARA", "速占达拉", "កម្ពុជា"),
    ("គឹម ស្រីមុំ", "KIM SREYMOM", "", "Cambodia"),
    ("ហេង វិចិត្រា", "HENG VICHETRA", "兴维吉", "柬埔寨"),
    ("ជា សុភ័ក្រ្ត", "CHEA SOPHEAK", "", "Campuchia"),
    ("ស្ត្រី រតនៈ", "STREY RATANAK", "", "KH"),
    ("ឡុង បុប្ផា", "LONG BOPHA", "龙波帕", "Khmer"),
    ("ម៉ៅ សុវណ្ណារី", "MAO SOVANNARY", "", "ກຳປູເຈຍ"),
    ("Nguyễn Thị Ánh Tuyết", "NGUYEN THI ANH TUYET", "阮氏映雪", "Việt Nam"),
    ("Đặng Quốc Hưng", "DANG QUOC HUNG", "邓国兴", "越南"),
    ("Trần Đức Lương", "TRAN DUC LUONG", "陈德良", "VN"),
    ("Phạm Ngọc Ẩn", "PHAM NGOC AN", "范玉隐", "Vietnamese"),
    ("Lê Thị Mỹ Duyên", "LE THI MY DUYEN", "黎氏美缘", "ຫວຽດນາມ"),
    ("Vũ Hoàng Yến", "VU HOANG YEN", "", "វៀតណាម"),
    ("Bùi Xuân Phái", "BUI XUAN PHAI", "裴春派", "Vietnam"),
    ("Hồ Quý Ly", "HO QUY LY", "胡季犛", "VN"),
    ("王小玥", "WANG XIAOYUE", "王小玥", "中国"),
    ("李　雷", "LI LEI", "李　雷", "Trung Quốc"),
    ("欧阳文静", "OUYANG WENJING", "欧阳文静", "ຈີນ"),
    ("覃秋月", "QIN QIUYUE", "覃秋月", "China"),
    ("Somchai Rattanakul", "SOMCHAI RATTANAKUL", "宋猜", "Thailand"),
    ("Nur Aisyah binti Rahman", "NUR AISYAH BINTI RAHMAN", "", "Malaysia"),
    ("Putri Maharani", "PUTRI MAHARANI", "", "Indonesia"),
    ("Maria Clara de los Santos", "MARIA CLARA DE LOS SANTOS", "", "Philippines"),
]


def wide(text: str) -> str:
    """Digits and capitals as a Chinese keyboard types them."""
    return "".join(
        chr(ord(one) + 0xFEE0) if one.isascii() and one.isalnum() else one for one in text
    )


def rows() -> list[list[str]]:
    """The sheet: a title, an empty row, the headings, thirty people, an empty row."""
    people = [
        [
            wide(f"20260{place:03}") if place % 7 == 3 else f"20260{place:03}",
            native,
            latin,
            chinese,
            country,
            wide(f"P{1234500 + place}") if place % 5 == 1 else f"P{1234500 + place}",
            str(place + 1),
        ]
        for place, (native, latin, chinese, country) in enumerate(NAMES)
    ]
    return [[TITLE], [], list(HEADINGS), *people[:15], [], *people[15:]]


def xlsx(sheet: Sequence[Sequence[object]], *, numbers: bool = True) -> bytes:
    """A workbook; student numbers as Excel's numbers, as they come when nobody formats them."""
    book = Workbook()
    assert book.active is not None
    for row in sheet:
        cells = list(row)
        if numbers and cells and str(cells[0]).isascii() and str(cells[0]).isdigit():
            cells[0] = int(str(cells[0]))
        book.active.append(cells)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def delimited(sheet: Sequence[Sequence[object]], separator: str = ",") -> str:
    """The rows as text."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(sheet)
    return out.getvalue()


def every_file() -> dict[str, bytes]:
    """The same list in .xlsx and in each encoding of CSV."""
    text = delimited(rows())
    return {
        "xlsx": xlsx(rows()),
        "utf-8": text.encode(),
        "utf-8 with its mark": text.encode("utf-8-sig"),
        "utf-16": delimited(rows(), "\t").encode("utf-16"),
        "gb18030": delimited(rows(), ";").encode("gb18030"),
    }


def with_parts(parts: dict[str, bytes | str], base: bytes | None = None) -> bytes:
    """A workbook with some of its parts replaced or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(base or xlsx([["Name"], ["SOUK"]]))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


def sheet_of(body: str) -> bytes:
    """A workbook whose only sheet holds this XML."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>'
    return with_parts({"xl/worksheets/sheet1.xml": xml})


A_DAY = datetime(2001, 2, 3)  # noqa: DTZ001 (as a cell of Excel: no zone)
