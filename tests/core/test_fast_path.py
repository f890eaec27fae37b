"""What the fast path of print runs may set, and what it must leave to WeasyPrint."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest

from app.core import pdf
from app.core.pdf import Document, MissingGlyph
from app.core.pdf.faces import PREFIX
from app.core.pdf.fonts import STACK
from app.core.pdf.shaping import shaped
from app.core.pdf.skeleton import skeleton

PAGE = f"@page {{ size: 100mm 60mm; margin: 0 }} body {{ margin: 0; font: 12pt/20pt {STACK} }} "
PAGE += "p { position: absolute; top: 20mm; left: 5mm; width: 60mm; margin: 0 }"
NAMES = ["ນ້ຳຝົນ ແກ້ວມະນີ", "ສຸກສະຫວັນ", "ສຸກ"]
#: Each is a style that the fast path cannot set, or that makes words move other things.
SLOW = {
    "turned": "p { transform: rotate(-8deg) }",
    "seen through": "p { opacity: .5 }",
    "underlined": "p { text-decoration: underline }",
    "as wide as its words": "p { width: auto; border: 1mm solid #900 }",
    "pushed by words": "p { display: flex } b { border-right: 1mm solid #900 }",
    "in a frame on the line": "b { background: #fd9 }",
    "another font": "p { font-family: serif }",
}


def page(name: str, css: str = "", more: str = "") -> Document:
    html = f'<html lang="lo"><head><title>{name}</title></head><body><p><b>{name}</b></p>{more}'
    return Document(f"{html}</body></html>", PAGE + css)


def picture(content: bytes, number: int = 0) -> bytes:
    with pypdfium2.PdfDocument(content) as found:
        return bytes(found[number].render(scale=2).buffer)


def is_fast(content: bytes) -> list[bool]:
    with pikepdf.open(io.BytesIO(content)) as file:
        return [
            any(name.startswith(PREFIX) for name in one.resources.get("/Font", {}))
            for one in file.pages
        ]


def test_plain_lines_are_set_fast() -> None:
    assert is_fast(pdf.render_together([page(name) for name in NAMES])) == [True] * 3


@pytest.mark.parametrize("css", SLOW.values(), ids=SLOW)
def test_what_cannot_be_set_is_drawn_by_weasyprint(css: str) -> None:
    documents = [page(name, css) for name in NAMES]
    together = pdf.render_together(documents)
    assert is_fast(together)[1:] == [False, False]
    for number in (1, 2):
        assert picture(together, number) == picture(pdf.render(documents[number]))


def lines(content: bytes, number: int) -> list[list[str]]:
    with pypdfium2.PdfDocument(content) as found:
        text = found[number].get_textpage().get_text_bounded()
    return [line.split() for line in text.splitlines()]


def test_words_that_take_another_number_of_lines_get_a_layout_of_their_own() -> None:
    texts = ["ສຸກ", "one two three " * 4, "four five six " * 4, "ສະຫວັນ"]
    documents = [page(text) for text in texts]
    together = pdf.render_together(documents)
    assert is_fast(together) == [True] * 4
    for number, document in enumerate(documents):
        assert lines(together, number) == lines(pdf.render(document), 0)


def test_pages_with_other_elements_do_not_share_a_layout() -> None:
    assert skeleton(page("A").html).key == skeleton(page("B").html).key
    assert skeleton(page("A").html).key != skeleton(page("A", more="<i>x</i>").html).key
    assert skeleton("<p>A &amp; B </p>").words == ("A & B",)
    assert skeleton("<p>A </p>").html(["<B>"]) == "<p>&lt;B&gt; </p>"


def test_a_letter_without_a_font_is_an_error_and_no_box() -> None:
    with pytest.raises(MissingGlyph) as refused:
        shaped("ສຸກ ᎠᎡ ᎠA", 400, "lo")
    assert refused.value.values == {"letters": "Ꭰ Ꭱ"}
    with pytest.raises(MissingGlyph):
        pdf.render_together([page("ສຸກ"), page("Ꭰ")])
