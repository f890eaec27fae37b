"""Pages of a PDF as a picture, for pages of the site. Runs in the child, like all drawing."""

from __future__ import annotations

import io

import pypdfium2
from PIL import Image

from app.core.pdf.document import Picture

GAP = 12  # pixels between two pages
#: Pixels across and colours of a light picture, the best first: at 1,240 the small print of an A4
#: page can be read and its QR code scanned.
SIZES = ((1240, 64), (1240, 32), (1000, 32), (800, 16))


def drawn(picture: Picture) -> bytes:
    """The PNG that is asked for."""
    if picture.most_bytes:
        return light_png(picture.content, picture.most_bytes)
    return png(picture.content, picture.width)


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


def light_png(content: bytes, most_bytes: int) -> bytes:
    """The first page of a PDF as a PNG of few colours, for chats and phones.

    The first size in SIZES that fits into `most_bytes` is taken, else the last one.
    """
    with pypdfium2.PdfDocument(content) as document:
        page = document[0]
        found = b""
        for width, colours in SIZES:
            drawn = page.render(scale=width / page.get_width()).to_pil().convert("RGB")
            found = _with_palette(drawn, colours)
            if len(found) <= most_bytes:
                break
    return found


def _with_palette(drawn: Image.Image, colours: int) -> bytes:
    few = drawn.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()
