"""What is rendered, and what can go wrong. Plain data: both processes know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.errors import N_, DomainError
from app.core.squares import Squares


@dataclass(frozen=True, slots=True)
class Document:
    """One PDF: a page in HTML with its style, and the only files it may ask for.

    In the HTML, `data-fit="60"` keeps an element on one line and shrinks it to fit, down to 60 %
    of its size; `data-box` says that nothing inside may leave the element. Title, author and
    language come from <title>, <meta name="author"> and <html lang>.
    """

    html: str
    css: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    #: Further pictures that it may ask for, which a print run draws without WeasyPrint.
    codes: Mapping[str, Squares] = field(default_factory=dict)
    #: The name of an SVG among `files` that lies under the page; drawn once a process.
    background: str | None = None
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    #: A kind of PDF that WeasyPrint knows, such as "pdf/a-3u".
    variant: str | None = None
    #: Many come that differ in their words: learning their layout is worth the time.
    has_many_alike: bool = False

    def file(self, name: str) -> bytes | None:
        """One of its files or codes; None for any other name."""
        code = self.codes.get(name)
        return self.files.get(name) if code is None else code.svg(ground=False).encode()

    @property
    def art(self) -> tuple[bytes, ...]:
        """The files that its style and its background are drawn from."""
        return self._named_in(f"{self.css}\n{self.background}")

    @property
    def shown(self) -> tuple[bytes, ...]:
        """The files that the page itself names."""
        return self._named_in(self.html)

    def _named_in(self, text: str) -> tuple[bytes, ...]:
        known = {**self.files, **{name: code.dark for name, code in self.codes.items()}}
        return tuple(known[name] for name in sorted(known) if name in text)


@dataclass(frozen=True, slots=True)
class Together:
    """Documents whose pages become one file."""

    documents: tuple[Document, ...]
    #: The file is only to be bound with others: what is set fast comes without its fonts.
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished PDF that is wanted as a PNG: see `pictures`, which draws it."""

    content: bytes
    #: All pages, one under the other, so many pixels across.
    width: int = 0
    #: Or, when this is given, the first page light enough for so many bytes.
    most_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture that somebody sent, wanted as a plain PNG without metadata; see `uploads`.

    Nobody knows what the file does to whoever decodes it, so no other process opens it.
    """

    content: bytes
    #: Of those that Pillow knows, such as "PNG"; any other is refused.
    formats: tuple[str, ...]
    #: A picture that says it has more is refused before it is decoded.
    most_pixels: int
    #: A larger picture is made smaller, to so many pixels.
    longest_side: int


class RenderingFailed(DomainError):
    """The PDF could not be made."""

    status = 500
    message = N_("The PDF could not be made: %(reason)s")

    def __str__(self) -> str:
        """The sentence with its values, for logs and for the job's record."""
        return self.message % self.values if self.values else self.message


class RenderingLimit(RenderingFailed):
    """The renderer used too much time or memory and was stopped."""

    message = N_("The PDF took too long or too much memory. Check the template.")


class MissingGlyph(RenderingFailed):
    """No font has a letter of the text; a box is never printed in its place."""

    message = N_("No font of the certificate has these letters: %(letters)s")


class DoesNotFit(RenderingFailed):
    """A line is too long for its place, even at its smallest size."""

    message = N_("This text does not fit on the page: %(text)s")


class FileRefused(RenderingFailed):
    """The page asked for a file that the template does not name."""

    message = N_("The page asks for a file that does not belong to it: %(address)s")


class UploadUnreadable(RenderingFailed):
    """The file is damaged, or no picture of the formats that are taken."""

    message = N_("This is no picture that can be used. Send a PNG, JPEG or WebP file.")


class UploadTooLarge(RenderingFailed):
    """The picture says that it has more pixels than are taken."""

    message = N_(
        "The picture has more than %(most)s million pixels. Make it smaller and send it again."
    )
