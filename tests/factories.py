"""One factory function per model: a valid row with real-looking data, changed by keywords.

Each takes the session `db` first, adds its row and flushes it. Names are real ones, in each script.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

#: A Monday morning in the programme's place; tests that need another time say so.
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PASSWORD = "seven cups of rice"

#: native, Latin, Chinese, nationality, language
PEOPLE = [
    ("ສົມສະໄໝ ແກ້ວມະນີ", "SOMSAMAI KEOMANY", "宋赛美", "LA", "lo"),
    ("ສຸກ ວັນນະວົງ", "SOUK VANNAVONG", None, "LA", "lo"),
    ("សុខ ចាន់ដារ៉ា", "SOK CHANDARA", "速占达拉", "KH", "km"),
    ("គឹម ស្រីមុំ", "KIM SREYMOM", None, "KH", "km"),
    ("Nguyễn Thị Ánh Tuyết", "NGUYEN THI ANH TUYET", "阮氏映雪", "VN", "vi"),
    ("Đặng Quốc Hưng", "DANG QUOC HUNG", "邓国兴", "VN", "vi"),
    ("王小玥", "WANG XIAOYUE", "王小玥", "CN", "zh"),
    ("欧阳𠮷堃", "OUYANG JIKUN", "欧阳𠮷堃", "CN", "zh"),
    ("Grace O’Connor-Njoroge", "GRACE OCONNOR NJOROGE", None, "KE", "en"),
]
_numbers = count(1)


def next_number() -> int:
    """A number that no other row of this run has."""
    return next(_numbers)
