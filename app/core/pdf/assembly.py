"""The finished file: the art under the page, the attachments in it, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

import pikepdf


def assemble(
    page: bytes, background: pikepdf.Pdf | None, attachments: Mapping[str, bytes]
) -> bytes:
    """Lay the background's first page under every page and attach the files (JSON)."""
    with pikepdf.open(io.BytesIO(page)) as pdf:
        if background is not None:
            _lay_under(pdf, background)
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
        out = io.BytesIO()
        pdf.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
        )
        return out.getvalue()


def joined(parts: Iterable[bytes]) -> bytes:
    """Several files as one, their pages in order."""
    with pikepdf.new() as whole:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as pdf:
                whole.pages.extend(pdf.pages)
        out = io.BytesIO()
        whole.save(out, deterministic_id=True)
        return out.getvalue()


def _lay_under(pdf: pikepdf.Pdf, background: pikepdf.Pdf) -> None:
    art = pdf.copy_foreign(background.pages[0].as_form_xobject())
    for page in pdf.pages:
        page.contents_coalesce()
        name = page.add_resource(art, pikepdf.Name.XObject, name=pikepdf.Name("/KapokArt"))
        page.contents_add(f"q /Artifact BMC {name} Do EMC Q\nq".encode(), prepend=True)
        page.contents_add(b"Q")
