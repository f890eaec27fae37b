"""Pictures that are nothing but black rectangles one unit high: QR codes."""

from __future__ import annotations

import re
from functools import lru_cache

_PICTURE = re.compile(
    r'<svg xmlns="http://www\.w3\.org/2000/svg" viewBox="0 0 (\d+) \1"[^>]*>'
    r'<path d="((?:M\d+ \d+h\d+v1h-\d+z)+)" fill="#000"/></svg>'
)
_RECTANGLE = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


@lru_cache(maxsize=200)
def squares(picture: bytes) -> tuple[int, tuple[tuple[int, int, int], ...]] | None:
    """The picture's side in units and its runs (left, top, length); None for any other picture."""
    found = _PICTURE.fullmatch(picture.decode("utf-8", "replace"))
    if found is None:
        return None
    runs = _RECTANGLE.findall(found[2])
    if any(there != back for _left, _top, there, back in runs):
        return None
    return int(found[1]), tuple((int(x), int(y), int(length)) for x, y, length, _back in runs)
