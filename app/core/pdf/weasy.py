"""WeasyPrint, wrapped: the only module that knows it (with `actualtext`). Runs in the child."""

from __future__ import annotations

import hashlib
import io
import logging
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote

import pikepdf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from app.core.pdf import actualtext, fonts
from app.core.pdf.assembly import Layer, assemble, finished, lay_under_each
from app.core.pdf.document import Document, FileRefused, MissingGlyph, Together
from app.core.pdf.fast import FastPath
from app.core.pdf.fitting import has_own_places, refuse_overflow, resize, shrink_to_fit
from app.core.pdf.layers import alike, split
from app.core.pdf.skeleton import skeleton
from app.core.pdf.writing import Drawn, Writer

# Never asked on any network: `.invalid` names no host (RFC 2606), and the fetcher is closed.
FILE_BASE = "https://files.invalid/"
FONT_BASE = "https://fonts.invalid/"
_PAGE = "@page {{ size: {size}; margin: 0 }} html, body {{ margin: 0 }} img {{ display: block; "
_PAGE += "width: 100vw; height: 100vh }}"
_NOTHING = "<body></body></html>"
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "css": "text/css"}
#: The content of a file by its name; None for one that may not be asked for.
_Files = Callable[[str], bytes | None]
#: A document's pages: written here, or laid out by WeasyPrint with what lies under them.
_Pages = list[Drawn] | tuple[Any, Layer | None]
_MISSING = ".notdef glyph rendered"


class ClosedFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint carries no types
    """Serves the document's named files and our fonts; everything else ends the rendering."""

    def __init__(self, file: _Files) -> None:
        """Serve the files that this knows by their names."""
        super().__init__(allowed_protocols=())
        self.file = file

    def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002 (WeasyPrint's form)
        """The file of a name; raises FatalURLFetchingError for any other address."""
        base, slash, name = url.rpartition("/")
        if base + slash == FILE_BASE and (content := self.file(unquote(name))) is not None:
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
        self._fonts = self._style(fonts.font_faces(FONT_BASE), _no_file)
        self._styles: dict[str, Any] = {}
        self._backgrounds: dict[str, Layer] = {}
        self._lowers: dict[str, Layer] = {}
        self._fast = FastPath(self._lay_out, self._lay_out_at)
        self._ear = _Ear()
        logger = logging.getLogger("weasyprint")
        logger.addHandler(self._ear)
        logger.propagate = False

    def render(self, document: Document) -> bytes:
        """The PDF's bytes; raises MissingGlyph, DoesNotFit or FileRefused."""
        self._ear.letters.clear()
        try:
            art = self._background(document)
            if document.has_many_alike:
                (pages,) = self._fast.drawn([document], art)
                if pages is not None:
                    return self._set(document, pages)
            page = self._page(document)
        except FatalURLFetchingError as error:
            raise FileRefused(address=str(error)[:200]) from error
        self._refuse_missing()
        return assemble(page, art, document.attachments)

    def _set(self, document: Document, pages: Sequence[Drawn]) -> bytes:
        """Pages that are written here, in a file with the metadata that WeasyPrint writes."""
        empty = self._html(skeleton(document.html).head + _NOTHING, _no_file)
        content: bytes = empty.write_pdf(font_config=self.font_config, pdf_variant=document.variant)
        with pikepdf.open(io.BytesIO(content)) as pdf:
            del pdf.pages[:]
            writer = Writer(pdf)
            for page in pages:
                writer.add(page)
            writer.embed_fonts()
            return finished(pdf, document.attachments)

    def render_together(self, what: Together) -> bytes:
        """The pages of several documents in one file, with fonts in common, without attachments.

        What their pages have in common is laid out once. Raises what `render` raises; of which
        document is not known.
        """
        self._ear.letters.clear()
        documents = what.documents
        drawn: list[_Pages] = [[]] * len(documents)
        try:
            for places in alike(documents):
                pages = self._drawn([documents[place] for place in places])
                for place, page in zip(places, pages, strict=True):
                    drawn[place] = page
        except FatalURLFetchingError as error:
            raise FileRefused(address=str(error)[:200]) from error
        slow = self._written([one for one in drawn if not isinstance(one, list)])
        if not any(isinstance(one, list) for one in drawn):
            return slow
        return _mixed(drawn, slow, is_part=what.is_part)

    def _written(self, drawn: Sequence[tuple[Any, Layer | None]]) -> bytes:
        """Laid-out pages as a file, written by WeasyPrint."""
        self._refuse_missing()
        if not drawn:
            return b""
        pages = [page for laid_out, _under in drawn for page in laid_out.pages]
        under = [under for laid_out, under in drawn for _page in laid_out.pages]
        content: bytes = drawn[0][0].copy(pages).write_pdf()
        self._refuse_missing()
        return lay_under_each(content, under)

    def _drawn(self, documents: Sequence[Document]) -> list[_Pages]:
        """The pages of documents that are alike, each in the fastest way that is right for it."""
        art = self._background(documents[0])
        fast = self._fast.drawn(documents, art)
        slow = [document for document, pages in zip(documents, fast, strict=True) if pages is None]
        rest = iter(self._layered(slow) if slow else ())
        return [next(rest) if pages is None else pages for pages in fast]

    def _layered(self, documents: Sequence[Document]) -> list[_Pages]:
        """What the pages have in common is laid out once, the rest set or laid out over it."""
        layers = split(documents)
        lower = None if layers is None else self._lower(layers.lower)
        if layers is not None and lower is not None:
            fast = self._fast.drawn(layers.upper, lower, is_upper=True)
            found: list[_Pages] = [
                (self._fitted(upper), lower) if pages is None else pages
                for upper, pages in zip(layers.upper, fast, strict=True)
            ]
            if all(isinstance(one, list) or has_own_places(one[0]) for one in found):
                return found
        return [self._whole(document) for document in documents]

    def _whole(self, document: Document) -> _Pages:
        return self._fitted(document), self._background(document)

    def _lower(self, document: Document) -> Layer | None:
        """The lower layer with its art, drawn once a process; None when it has no own places."""
        words = skeleton(document.html).drawn.encode()
        key = _digest(words, document.css.encode(), *document.art, *document.shown)
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
        return self._lay_out(document)[1]

    def _lay_out(self, document: Document) -> tuple[Any, Any]:
        """The document as it is written, and with lines that were too long made smaller."""
        html = self._html(document.html, document.file)
        style = self._known_style(document)
        natural = laid_out = self._laid_out(html, style)
        if sum(map(shrink_to_fit, laid_out.pages)):
            laid_out = self._laid_out(html, style)
        for page in laid_out.pages:
            refuse_overflow(page)
        return natural, laid_out

    def _lay_out_at(self, document: Document, number: int, size: float) -> Any:
        """The document with one element with `data-fit`, counted from 0, at a size (CSS pixels)."""
        html = self._html(document.html, document.file)
        resize(html.etree_element, number, size)
        return self._laid_out(html, self._known_style(document))

    def _laid_out(self, html: Any, style: Any) -> Any:
        return html.render(font_config=self.font_config, stylesheets=[self._fonts, style])

    def _known_style(self, document: Document) -> Any:
        # Only files that the style names belong to it: a page's own QR code does not.
        key = _digest(document.css.encode(), *document.art)
        if key not in self._styles:
            if len(self._styles) > 50:
                self._styles.clear()
            self._styles[key] = self._style(document.css, document.file)
        return self._styles[key]

    def _background(self, document: Document) -> Layer | None:
        if document.background is None:
            return None
        size = _page_size(document.css)
        drawing = document.files[document.background]
        key = _digest(drawing, size.encode())
        if key not in self._backgrounds:
            html = self._html(f'<img src="{FILE_BASE}{document.background}" alt="">', document.file)
            style = self._style(_PAGE.format(size=size), _no_file)
            content = html.write_pdf(font_config=self.font_config, stylesheets=[style])
            self._backgrounds[key] = Layer(pikepdf.open(io.BytesIO(content)), is_text=False)
        return self._backgrounds[key]

    def _html(self, text: str, file: _Files) -> Any:
        return HTML(string=text, base_url=FILE_BASE, url_fetcher=ClosedFetcher(file))

    def _style(self, text: str, file: _Files) -> Any:
        return CSS(
            string=text,
            base_url=FILE_BASE,
            url_fetcher=ClosedFetcher(file),
            font_config=self.font_config,
        )


def _no_file(_name: str) -> None:
    return None


def _mixed(drawn: Sequence[_Pages], slow: bytes, *, is_part: bool) -> bytes:
    """Pages written here, and between them those of WeasyPrint's file."""
    writer = Writer(pikepdf.new())
    with pikepdf.open(io.BytesIO(slow)) if slow else pikepdf.new() as others:
        begin = 0
        for one in drawn:
            if isinstance(one, list):
                for page in one:
                    writer.add(page)
            else:
                end = begin + len(one[0].pages)
                writer.append(list(others.pages[begin:end]))
                begin = end
        return writer.content(is_part=is_part)


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _page_size(css: str) -> str:
    found = re.search(r"@page\s*\{[^}]*?size:\s*([^;}]+)", css)
    return found[1].strip() if found else "A4"
