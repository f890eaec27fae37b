"""Templates of all rooms share one set of filters: a name that two rooms give means one of them."""

from __future__ import annotations

import re
from collections import Counter

from app.config import ROOT

NAMED = re.compile(r'template_filter\("(\w+)"\)')


def test_no_two_rooms_give_their_filters_the_same_name() -> None:
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py"))
    names = Counter(name for text in texts for name in NAMED.findall(text))
    assert names
    assert [name for name, count in names.items() if count > 1] == []
