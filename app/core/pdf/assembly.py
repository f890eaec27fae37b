"""The finished file: the art under the page, the attachments in it, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pikepdf

#: How the names of what lies under a page begin among its drawings.
ART = "/KapokArt"


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A page that lies under others: mere decoration, or words of the page."""

    pdf: pikepdf.Pdf
    is_text: bool
    _forms: dict[int, pikepdf.Object] = field(default_factory=dict)

    def form(self, number: int = 0) -> pikepdf.Object:
        """A page of it (the last one for a higher number) as a form; the same each time."""
        place = min(number, len(self.pdf.pages) - 1)
        if place not in self._forms:  # each new one would stay in the file for good
            self._forms[place] = self.pdf.pages[place].as_form_xobject()
        return self._forms[place]


def assemble(page: bytes, background: Layer | None, attachments: Mapping[str, bytes]) -> bytes:
    """Lay the background's first page under every page and attach the files (JSON)."""
    with pikepdf.open(io.BytesIO(page)) as pdf:
        if background is not None:
            _lay_under(pdf, background)
        return finished(pdf, attachments)


def finished(pdf: pikepdf.Pdf, attachments: Mapping[str, bytes]) -> bytes:
    """Attach the files (JSON) and write the file."""
    for name, content in attachments.items():
        pdf.attachments[name] = pikepdf.AttachedFileSpec(
            pdf,
            content,
            filename=name,
            mime_type="application/json",
            relationship=pikepdf.Name.Data,
        )
    if attachments:
        files = [pdf.attachments[name].obj for name in attachments]
        pdf.Root.AF = pikepdf.Array(files)
    return packed(pdf)


def packed(pdf: pikepdf.Pdf) -> bytes:
    """The finished file as small as it can be, and the same bytes for the same content."""
    out = io.BytesIO()
    pdf.save(
        out,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=True,
    )
    return out.getvalue()


def attachment(content: bytes, name: str) -> bytes | None:
    """A file that is attached to one of ours; None when there is none of this name."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        found = pdf.attachments.get(name)
        return found.get_file().read_bytes() if found is not None else None


def joined(parts: Iterable[bytes]) -> bytes:
    """Several files as one, their pages in order."""
    with pikepdf.new() as whole:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as pdf:
                _drop_signatures(pdf)
                whole.pages.extend(pdf.pages)
        out = io.BytesIO()
        whole.save(out, deterministic_id=True)
        return out.getvalue()


def lay_under_each(page_file: bytes, layers: Sequence[Layer | None]) -> bytes:
    """Lay under each page the first page of its own layer; one layer is copied once."""
    with pikepdf.open(io.BytesIO(page_file)) as pdf:
        copied: dict[int, tuple[str, pikepdf.Object]] = {}
        for page, layer in zip(pdf.pages, layers, strict=True):
            if layer is not None:
                if id(layer) not in copied:  # all pages share their resources: a name for each
                    copied[id(layer)] = (f"{ART}{len(copied)}", pdf.copy_foreign(layer.form()))
                _lay_one(page, *copied[id(layer)], is_text=layer.is_text)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, compress_streams=True)
        return out.getvalue()


def _drop_signatures(pdf: pikepdf.Pdf) -> None:
    """A signature holds for its own file only; its invisible field does not go along."""
    if pikepdf.Name.AcroForm not in pdf.Root:
        return
    del pdf.Root.AcroForm
    for page in pdf.pages:
        if pikepdf.Name.Annots in page:
            rest = [one for one in page.Annots if one.get("/Subtype") != pikepdf.Name.Widget]
            page.Annots = pikepdf.Array(rest)


def _lay_under(pdf: pikepdf.Pdf, background: Layer) -> None:
    art = pdf.copy_foreign(background.form())
    for page in pdf.pages:
        _lay_one(page, ART, art)


def _lay_one(
    page: pikepdf.Page, called: str, art: pikepdf.Object, *, is_text: bool = False
) -> None:
    page.contents_coalesce()
    name = page.add_resource(art, pikepdf.Name.XObject, name=pikepdf.Name(called))
    drawn = f"{name} Do" if is_text else f"/Artifact BMC {name} Do EMC"
    page.contents_add(f"q {drawn} Q\nq".encode(), prepend=True)
    page.contents_add(b"Q")
