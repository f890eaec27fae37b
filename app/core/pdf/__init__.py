"""PDF from HTML: fonts of our own, a closed fetcher, a limited process, text that can be found.

`render(Document(...))` returns the bytes. The work is done in a child process that stays warm
between documents and has limits of memory, processor and wall time (see `engine`).
"""

from app.core.pdf.assembly import attachment, joined
from app.core.pdf.binding import Binding, bound
from app.core.pdf.document import (
    Document,
    DoesNotFit,
    FileRefused,
    MissingGlyph,
    Picture,
    RenderingFailed,
    RenderingLimit,
    Upload,
    UploadTooLarge,
    UploadUnreadable,
)
from app.core.pdf.engine import (
    Engine,
    close,
    draw,
    draw_anew_briefly,
    draw_briefly,
    render,
    render_briefly,
    render_together,
)
from app.core.pdf.fonts import missing_letters, width_of
from app.core.pdf.imposition import Shift, Turning, card_sheets

__all__ = [
    "Binding",
    "Document",
    "DoesNotFit",
    "Engine",
    "FileRefused",
    "MissingGlyph",
    "Picture",
    "RenderingFailed",
    "RenderingLimit",
    "Shift",
    "Turning",
    "Upload",
    "UploadTooLarge",
    "UploadUnreadable",
    "attachment",
    "bound",
    "card_sheets",
    "close",
    "draw",
    "draw_anew_briefly",
    "draw_briefly",
    "joined",
    "missing_letters",
    "render",
    "render_briefly",
    "render_together",
    "width_of",
]
