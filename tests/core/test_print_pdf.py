"""Pages of a print run: two layers, one file with bookmarks, a printer's offset, card sheets."""

from __future__ import annotations

import io
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from app.core import pdf
from app.core.pdf import Binding, Document, DoesNotFit, RenderingFailed, Shift, Turning
from app.core.pdf.imposition import CARD_MM, MM
from app.core.pdf.layers import alike, split

STYLE = """
@page { size: 100mm 60mm; margin: 0 }
p { position: absolute; left: 5mm; margin: 0; width: 90mm }
.a { top: 5mm } .b { top: 15mm } p + .c { top: 30mm; color: #900 }
img { position: absolute; left: 70mm; top: 30mm }
"""
SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><path d="M0 0h{0}v9H0z"/></svg>'
)


def page(name: str, language: str = "lo", seal: int = 9) -> Document:
    html = (
        f'<html lang="{language}"><head><title>{name}</title></head><body class="x">'
        f'<p class="a">ໃບຢັ້ງຢືນ</p> <p class="b" data-fit="50"><b>{name}</b></p>'
        '<p class="c">证书</p><img src="q.svg" alt=""></body></html>'
    )
    return Document(html, STYLE, {"q.svg": SQUARE.format(seal).encode()})


def picture(content: bytes, number: int = 0) -> bytes:
    found = pypdfium2.PdfDocument(content)
    drawn = bytes(found[number].render(scale=2).buffer)
    found.close()
    return drawn


def words(content: bytes, number: int = 0) -> str:
    found = pypdfium2.PdfDocument(content)
    text = found[number].get_textpage().get_text_bounded()
    found.close()
    return str(text)


# --- layers ----------------------------------------------------------------------------------


def test_what_pages_have_in_common_is_one_layer() -> None:
    layers = split([page("ສຸກ"), page("សុខ", seal=12)])
    assert layers is not None
    assert "ໃບຢັ້ງຢືນ" in layers.lower.html
    assert "ສຸກ</b>" not in layers.lower.html
    first = layers.upper[0].html
    assert ("ໃບຢັ້ງຢືນ" in first, "ສຸກ</b>" in first, 'src="q.svg"' in first) == (False, True, True)


def test_pages_of_two_languages_are_not_alike() -> None:
    assert list(alike([page("A"), page("B", "km"), page("C")])) == [(0, 2), (1,)]


def test_pages_on_other_art_of_the_same_name_are_not_alike() -> None:
    first = replace(page("A"), background="art.svg", files={"art.svg": b"<svg>1</svg>"})
    second = replace(first, files={"art.svg": b"<svg>2</svg>"})
    assert list(alike([first, second, first])) == [(0, 2), (1,)]


def test_pages_drawn_together_look_like_single_ones_and_keep_their_words() -> None:
    names = ["ສົມສະໄໝ ແກ້ວມະນີ", "សុខ ចាន់ដារ៉ា", "Nguyễn Thị Ánh Tuyết"]
    documents = [page(name, seal=9 + at) for at, name in enumerate(names)]
    together = pdf.render_together(documents)
    for at, document in enumerate(documents):
        assert picture(together, at) == picture(pdf.render(document))
        assert names[at] in words(together, at)
        assert "ໃບຢັ້ງຢືນ" in words(together, at)


def test_a_page_whose_parts_push_each_other_is_drawn_whole() -> None:
    flowing = STYLE.replace("position: absolute; left: 5mm;", "")
    documents = [replace(page(name), css=flowing) for name in ("ສຸກ", "ສຸກສະຫວັນ")]
    together = pdf.render_together(documents)
    assert picture(together, 1) == picture(pdf.render(documents[1]))


def test_a_name_that_does_not_fit_stops_the_part() -> None:
    with pytest.raises(DoesNotFit):
        pdf.render_together([page("A"), page("ຍາວ" * 60)])


# --- one file --------------------------------------------------------------------------------


def test_parts_become_one_file_with_a_bookmark_for_each_page() -> None:
    parts = [pdf.render_together([page("A"), page("B")]), pdf.render_together([page("C")])]
    whole = pdf.bound(parts, Binding("ວຽງຈັນ", ["A · 1", "B · 2", "C · 3"]))
    with pikepdf.open(io.BytesIO(whole)) as found:
        assert str(found.docinfo.Title) == "ວຽງຈັນ"
        with found.open_outline() as outline:
            assert [item.title for item in outline.root] == ["A · 1", "B · 2", "C · 3"]
    assert all(name in words(whole, at).split() for at, name in enumerate("ABC"))
    with pytest.raises(RenderingFailed):
        pdf.bound(parts, Binding("", ["A"]))


def dark_corner(content: bytes, number: int = 0) -> tuple[int, int]:
    """Column and row of the first dark point, in tenths of a millimetre."""
    found = pypdfium2.PdfDocument(content)
    image = found[number].render(scale=254 / 72).to_pil().convert("L")
    found.close()
    box = image.point(lambda value: 255 * (value < 128)).getbbox()
    assert box is not None
    return box[0], box[1]


def test_a_printers_offset_moves_every_page_and_its_size_leaves_the_cross() -> None:
    square = "@page { size: 100mm 60mm; margin: 0 } div { position: absolute; left: 20mm; "
    square += "top: 20mm; width: 20mm; height: 20mm; background: #000 }"
    part = pdf.render(Document("<html><body><div></div></body></html>", square))
    plain = dark_corner(pdf.bound([part], Binding("", [""])))
    moved = dark_corner(pdf.bound([part], Binding("", [""], Shift(3, -2, 100))))
    sized = dark_corner(pdf.bound([part], Binding("", [""], Shift(0, 0, 98))))
    assert (plain, moved, sized) == ((200, 200), (230, 180), (200, 200))


# --- cards -----------------------------------------------------------------------------------


def cards(count: int, sides: int = 2) -> pikepdf.Pdf:
    """Simple pages of a card's size: a mark in the upper left corner, its number in the middle."""
    found = pikepdf.new()
    for number in range(count * sides):
        card = found.add_blank_page(page_size=(CARD_MM[0] * MM, CARD_MM[1] * MM))
        mark = f"0 0 0 rg 0 {(CARD_MM[1] - 5) * MM:.3f} {5 * MM:.3f} {5 * MM:.3f} re f % {number}"
        card.contents_add(mark.encode())
    return found


def is_dark(sheets: pikepdf.Pdf, number: int, x: float, y: float) -> bool:
    """Whether a point of a sheet, in mm from its upper left corner, is dark."""
    out = io.BytesIO()
    sheets.save(out)
    found = pypdfium2.PdfDocument(out.getvalue())
    image = found[number].render(scale=254 / 72).to_pil().convert("L")
    found.close()
    return int(image.getpixel((round(x * 10), round(y * 10)))) < 128


LEFT, TOP = (210 - 2 * CARD_MM[0]) / 2, (297 - 5 * CARD_MM[1]) / 2


def test_ten_cards_fill_a_sheet_and_each_back_lies_behind_its_front() -> None:
    sheets = pdf.card_sheets(cards(11), turning=Turning.LONG_EDGE)
    assert len(sheets.pages) == 4
    assert [len(page.resources.XObject) for page in sheets.pages] == [10, 10, 1, 1]
    right = LEFT + CARD_MM[0]
    corners = [
        (is_dark(sheets, at, LEFT + 2, TOP + 2), is_dark(sheets, at, right + 2, TOP + 2))
        for at in (2, 3)
    ]
    # The eleventh card is in the left column; turned over, its back is in the right one.
    assert corners == [(True, False), (False, True)]


def test_turned_along_the_short_edge_the_back_stands_on_its_head() -> None:
    sheets = pdf.card_sheets(cards(1), turning=Turning.SHORT_EDGE)
    # The back of a long-edge sheet, turned by half: its upper left corner is down at the right.
    x, y = 210 - (LEFT + CARD_MM[0] + 2), 297 - (TOP + 2)
    assert is_dark(sheets, 1, x, y)
    assert not is_dark(sheets, 1, LEFT + CARD_MM[0] + 2, TOP + 2)


def test_pages_that_are_no_cards_are_refused() -> None:
    with pytest.raises(RenderingFailed):
        pdf.card_sheets(cards(1, sides=3), turning=Turning.LONG_EDGE)
    page = pikepdf.new()
    page.add_blank_page(page_size=(595, 842))
    with pytest.raises(RenderingFailed):
        pdf.card_sheets(page, sides=1, turning=Turning.LONG_EDGE)


def test_a_file_of_cards_has_a_bookmark_for_each_person_on_her_sheet() -> None:
    out = io.BytesIO()
    cards(12).save(out)
    names = [f"{number}" for number in range(12)]
    whole = pdf.bound([out.getvalue()], Binding("", names, Shift(), Turning.LONG_EDGE))
    with pikepdf.open(io.BytesIO(whole)) as found:
        assert len(found.pages) == 4
        with found.open_outline() as outline:
            places = [found.pages.index(pikepdf.Page(item.destination[0])) for item in outline.root]
    assert places == [0] * 10 + [2] * 2
