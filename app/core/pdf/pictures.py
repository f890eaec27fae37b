"""Pages of a PDF as a picture, for pages of the site."""

from __future__ import annotations

import io

import pypdfium2
from PIL import Image

GAP = 12  # pixels between two pages


def png(content: bytes, width: int) -> bytes:
    """All pages of a PDF, one under the other, as a PNG of that many pixels across."""
    with pypdfium2.PdfDocument(content) as document:
        drawn = [
            page.render(scale=width / page.get_width()).to_pil().convert("RGB") for page in document
        ]
    height = sum(page.height for page in drawn) + GAP * (len(drawn) - 1)
    whole = Image.new("RGB", (width, height), "white")
    top = 0
    for page in drawn:
        whole.paste(page, (0, top))
        top += page.height + GAP
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()
