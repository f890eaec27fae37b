"""A picture that somebody sent, drawn anew. Runs in the child, like all drawing."""

from __future__ import annotations

import io

from PIL import Image, ImageFile, ImageOps

from app.core.pdf.document import Upload, UploadTooLarge, UploadUnreadable

_SMOOTH = ("L", "LA", "RGB", "RGBA")  # modes that can be made smaller without steps


def drawn_anew(upload: Upload) -> bytes:
    """The picture as a PNG. Raises UploadTooLarge or UploadUnreadable."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        picture = _small(upload)
    except Image.DecompressionBombError as error:
        raise _too_large(upload) from error
    except (MemoryError, UploadTooLarge):
        raise
    except Exception as error:  # a file that is made for it may raise anything
        raise UploadUnreadable from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before  # WeasyPrint takes what is cut off
    clean = Image.new("RGBA", picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()


def _small(upload: Upload) -> Image.Image:
    size = (upload.longest_side, upload.longest_side)
    with Image.open(io.BytesIO(upload.content), formats=upload.formats) as opened:
        if opened.width * opened.height > upload.most_pixels:
            raise _too_large(upload)
        # Small before it is turned and given four channels: 40 million pixels take 160 MB.
        opened.draft("RGB", size)
        smooth = opened if opened.mode in _SMOOTH else opened.convert("RGBA")
        smooth.thumbnail(size, Image.Resampling.LANCZOS)
        return ImageOps.exif_transpose(smooth).convert("RGBA")


def _too_large(upload: Upload) -> UploadTooLarge:
    return UploadTooLarge(most=upload.most_pixels // 1_000_000)
