"""WeasyPrint, wrapped: the only module that knows it (with `actualtext`). Runs in the child."""

from __future__ import annotations

import hashlib
import io
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import pikepdf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from app.core.pdf import actualtext, fonts
from app.core.pdf.assembly import Layer, assemble, lay_under_each
from app.core.pdf.document import Document, FileRefused, MissingGlyph
from app.core.pdf.fitting import has_own_places, refuse_overflow, shrink_to_fit
from app.core.pdf.layers import alike, split

# Never asked on any network: `.invalid` names no host (RFC 2606), and the fetcher is closed.
FILE_BASE = "https://files.invalid/"
FONT_BASE = "https://fonts.invalid/"
_PAGE = "@page {{ size: {size}; margin: 0 }} html, body {{ margin: 0 }} img {{ display: block; "
_PAGE += "width: 100vw; height: 100vh }}"
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "css": "text/css"}
_MISSING = ".notdef glyph rendered"


class ClosedFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
    """Serves the document's named files and our fonts; everything else ends the rendering."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Serve these files."""
        super().__init__(allowed_protocols=())
        self.files = files

    def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002 (WeasyPrint's form)
        """The file of a name; raises FatalURLFetchingError for any other address."""
        base, slash, name = url.rpartition("/")
        if base + slash == FILE_BASE and (content := self.files.get(unquote(name))) is not None:
            kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
            return URLFetcherResponse(url, content, {"Content-Type": kind})
        if base + slash == FONT_BASE and name in (known := fonts.files()):
            return URLFetcherResponse(url, known[name].read_bytes(), {"Content-Type": "font/ttf"})
        raise FatalURLFetchingError(url)


class _Ear(logging.Handler):
    """Notes the letters for which WeasyPrint would print a box."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.letters: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.msg, str) and record.msg.startswith(_MISSING) and record.args:
            self.letters.append(str(record.args[0] if isinstance(record.args, tuple) else ""))


class Renderer:
    """Renders documents one after the other; fonts, styles and backgrounds stay warm."""

    def __init__(self) -> None:
        """Load the fonts."""
        actualtext.install()
        self.font_config = FontConfiguration()
        self._fonts = self._style(fonts.font_faces(FONT_BASE), {})
        self._styles: dict[str, Any] = {}
        self._backgrounds: dict[str, pikepdf.Pdf] = {}
        self._lowers: dict[str, Layer] = {}
        self._ear = _Ear()
        logger = logging.getLogger("weasyprint")
        logger.addHandler(self._ear)
        logger.propagate = False

    def render(self, document: Document) -> bytes:
        """The PDF's bytes; raises MissingGlyph, DoesNotFit or FileRefused."""
        self._ear.letters.clear()
        try:
            page = self._page(document)
            art = self._background(document)
        except FatalURLFetchingError as error:
            raise FileRefused(address=str(error)[:200]) from error
        self._refuse_missing()
        return assemble(page, art, document.attachments)

    def render_together(self, documents: Sequence[Document]) -> bytes:
        """The pages of several documents in one file, with fonts in common, without attachments.

        What their pages have in common is laid out once. Raises what `render` raises; of which
        document is not known.
        """
        self._ear.letters.clear()
        drawn: list[tuple[Any, Layer | None]] = [(None, None)] * len(documents)
        try:
            for places in alike(documents):
                pages = self._drawn([documents[place] for place in places])
                for place, page in zip(places, pages, strict=True):
                    drawn[place] = page
        except FatalURLFetchingError as error:
            raise FileRefused(address=str(error)[:200]) from error
        pages = [page for laid_out, _under in drawn for page in laid_out.pages]
        under = [under for laid_out, under in drawn for _page in laid_out.pages]
        content: bytes = drawn[0][0].copy(pages).write_pdf()
        self._refuse_missing()
        return lay_under_each(content, under)

    def _drawn(self, documents: Sequence[Document]) -> list[tuple[Any, Layer | None]]:
        """The laid-out pages of documents that are alike, and what lies under each."""
        layers = split(documents)
        if layers is not None:
            upper = [self._fitted(document) for document in layers.upper]
            lower = self._lower(layers.lower)
            if lower is not None and all(map(has_own_places, upper)):
                return [(laid_out, lower) for laid_out in upper]
        whole = [(self._fitted(document), self._background(document)) for document in documents]
        return [(laid_out, Layer(art, is_text=False) if art else None) for laid_out, art in whole]

    def _lower(self, document: Document) -> Layer | None:
        """The lower layer with its art, drawn once a process; None when it has no own places."""
        key = _digest(document.html.encode(), document.css.encode())
        if key not in self._lowers:
            if len(self._lowers) > 50:
                self._lowers.clear()
            laid_out = self._fitted(document)
            if not has_own_places(laid_out):
                return None
            content = assemble(laid_out.write_pdf(), self._background(document), {})
            self._lowers[key] = Layer(pikepdf.open(io.BytesIO(content)), is_text=True)
        return self._lowers[key]

    def _refuse_missing(self) -> None:
        if self._ear.letters:
            raise MissingGlyph(letters=" ".join(dict.fromkeys(self._ear.letters)))

    def _page(self, document: Document) -> bytes:
        content: bytes = self._fitted(document).write_pdf(pdf_variant=document.variant)
        return content

    def _fitted(self, document: Document) -> Any:
        html = self._html(document.html, document.files)
        style = self._known_style(document)
        laid_out = self._laid_out(html, style)
        if sum(map(shrink_to_fit, laid_out.pages)):
            laid_out = self._laid_out(html, style)
        for page in laid_out.pages:
            refuse_overflow(page)
        return laid_out

    def _laid_out(self, html: Any, style: Any) -> Any:
        return html.render(font_config=self.font_config, stylesheets=[self._fonts, style])

    def _known_style(self, document: Document) -> Any:
        # Only files that the style names belong to it: a page's own QR code does not.
        named = (file for name, file in document.files.items() if name in document.css)
        key = _digest(document.css.encode(), *named)
        if key not in self._styles:
            if len(self._styles) > 50:
                self._styles.clear()
            self._styles[key] = self._style(document.css, document.files)
        return self._styles[key]

    def _background(self, document: Document) -> pikepdf.Pdf | None:
        if document.background is None:
            return None
        size = _page_size(document.css)
        drawing = document.files[document.background]
        key = _digest(drawing, size.encode())
        if key not in self._backgrounds:
            html = self._html(
                f'<img src="{FILE_BASE}{document.background}" alt="">', document.files
            )
            style = self._style(_PAGE.format(size=size), {})
            content = html.write_pdf(font_config=self.font_config, stylesheets=[style])
            self._backgrounds[key] = pikepdf.open(io.BytesIO(content))
        return self._backgrounds[key]

    def _html(self, text: str, files: Mapping[str, bytes]) -> Any:
        return HTML(string=text, base_url=FILE_BASE, url_fetcher=ClosedFetcher(files))

    def _style(self, text: str, files: Mapping[str, bytes]) -> Any:
        return CSS(
            string=text,
            base_url=FILE_BASE,
            url_fetcher=ClosedFetcher(files),
            font_config=self.font_config,
        )


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _page_size(css: str) -> str:
    found = re.search(r"@page\s*\{[^}]*?size:\s*([^;}]+)", css)
    return found[1].strip() if found else "A4"
