"""The PDF engine: what it prints can be found again, and what it must not do it does not."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from app.core import pdf, qr
from app.core.breaking import WORD_JOINER, breakable
from app.core.pdf import Document, Engine
from app.core.pdf.fonts import STACK, missing_letters

CSS = f"@page {{ size: 297mm 210mm; margin: 15mm }} body {{ font: 20pt {STACK} }}"
CSS += " p { margin: 0 0 2mm } [data-fit] { white-space: nowrap }"
# One of each trap: two marks on a letter, coeng and reordered vowels, stacked accents, ligatures.
NAMES = [
    "ນ້ຳຝົນ ແກ້ວມະນີ",
    "ໃບຢັ້ງຢືນ ເຄື່ອງ",
    "ស្ត្រី ស្រីមុំ",
    "ចាន់ស្រ៊ុន ពិសិដ្ឋ",
    "Nguyễn Thị Hương",
    "王小明",
    "Certificate of Completion Thị officially",
]


def page(*lines: str, head: str = "<title>Test</title>") -> str:
    body = "".join(f"<p>{line}</p>" for line in lines)
    return f'<!DOCTYPE html><html lang="lo"><head>{head}</head><body>{body}</body></html>'


def picture(content: bytes, scale: float = 1.0):
    with pypdfium2.PdfDocument(content) as document:
        return document[0].render(scale=scale).to_pil().convert("L")


def words_of(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return document[0].get_textpage().get_text_bounded()


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(wall_seconds=20)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def names() -> bytes:
    return pdf.render(Document(page(*NAMES), CSS))


@pytest.mark.parametrize("name", NAMES)
def test_every_line_is_found_in_pdfium(names: bytes, name: str) -> None:
    assert name in words_of(names)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not on this machine")
@pytest.mark.parametrize("name", NAMES)
def test_every_line_is_found_in_poppler(names: bytes, name: str, tmp_path: Path) -> None:
    path = tmp_path / "names.pdf"
    path.write_bytes(names)
    told = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", path, "-"], capture_output=True, check=True
    )
    assert name in told.stdout.decode()


def test_every_line_carries_its_own_text(names: bytes) -> None:
    with pikepdf.open(io.BytesIO(names)) as file:
        content = file.pages[0].Contents.read_bytes()
    for name in NAMES:
        if not name.isascii():
            assert b"<FEFF" + name.encode("utf-16-be").hex().upper().encode() in content


def test_marks_stand_on_their_own_letters_in_pdfium() -> None:
    # With empty strings between kernings pdfium forgets one, and the line becomes shorter.
    dark = [
        picture(pdf.render(Document(page(text), CSS))).point(lambda v: 255 * (v < 128)).getbbox()
        for text in ("ຢັ້ງຢືນ", "ຢງຢືນ")
    ]
    assert dark[0] is not None
    assert dark[1] is not None
    assert abs(dark[0][2] - dark[1][2]) <= 1


def test_the_signs_that_hold_lines_print_nothing_and_are_not_in_the_text() -> None:
    plain = ("ເຮືອກ ດັງໆ 5–6 cm", "ទីហ្វុង ភ្លាមៗ")
    shown = [breakable(line) for line in plain]
    assert all(WORD_JOINER in line for line in shown)
    made = pdf.render(Document(page(*shown), CSS))
    assert picture(made).tobytes() == picture(pdf.render(Document(page(*plain), CSS))).tobytes()
    assert words_of(made).split() == " ".join(plain).split()


def test_the_same_document_gives_the_same_bytes(names: bytes, engine: Engine) -> None:
    assert engine.render(Document(page(*NAMES), CSS)) == names


def test_an_engine_of_a_web_process_rests_and_wakes_up_again() -> None:
    engine = Engine(idle_seconds=0.01)
    for _document in range(2):
        assert engine.render(Document(page("x"), CSS)).startswith(b"%PDF")
        assert engine._rest is not None
        engine._rest.join()
        assert engine._child is None


def test_a_picture_is_drawn_by_the_limited_process_which_survives_a_broken_file(
    names: bytes, engine: Engine
) -> None:
    with pytest.raises(pdf.RenderingFailed):
        engine.draw(pdf.Picture(b"%PDF-1.7 and no more", width=400))
    drawn = Image.open(io.BytesIO(engine.draw(pdf.Picture(names, width=400))))
    assert (drawn.format, drawn.width) == ("PNG", 400)
    light = engine.draw(pdf.Picture(names, most_bytes=250_000))
    assert Image.open(io.BytesIO(light)).mode == "P"


def test_title_author_and_language_are_in_the_file() -> None:
    head = '<title>ໃບຢັ້ງຢືນ</title><meta name="author" content="Programme Office">'
    with pikepdf.open(io.BytesIO(pdf.render(Document(page("x", head=head), CSS)))) as file:
        assert str(file.docinfo["/Title"]) == "ໃບຢັ້ງຢືນ"
        assert str(file.docinfo["/Author"]) == "Programme Office"
        assert str(file.Root.Lang) == "lo"


def test_an_attachment_can_be_read_back() -> None:
    document = Document(page("x"), CSS, attachments={"certificate.json": '{"a": "ກ"}'.encode()})
    with pikepdf.open(io.BytesIO(pdf.render(document))) as file:
        content = file.attachments["certificate.json"].get_file().read_bytes()
    assert content.decode() == '{"a": "ກ"}'


def test_a_long_line_shrinks_to_fit() -> None:
    html = page().replace("</body>", f'<p data-fit="30">{"ສົມພອນ " * 14}</p></body>')
    left, _top, right, _bottom = (
        picture(pdf.render(Document(html, CSS))).point(lambda v: 255 * (v < 128)).getbbox()
    )
    margin = 15 / 25.4 * 72
    assert left >= margin - 2
    assert right <= 297 / 25.4 * 72 - margin + 2


def test_a_line_that_would_become_too_small_is_an_error() -> None:
    html = page().replace("</body>", f'<p data-fit="80">{"ສົມພອນ " * 40}</p></body>')
    with pytest.raises(pdf.DoesNotFit):
        pdf.render(Document(html, CSS))


def test_text_that_leaves_its_box_is_an_error() -> None:
    html = '<title>x</title><div data-box style="height: 5mm">one<br>two<br>three</div>'
    with pytest.raises(pdf.DoesNotFit):
        pdf.render(Document(html, CSS))


def test_a_letter_that_no_font_has_is_an_error_and_no_box() -> None:
    with pytest.raises(pdf.MissingGlyph) as told:
        pdf.render(Document(page("王😀"), CSS))
    assert told.value.values["letters"] == "😀"


def test_missing_letters_are_named_once() -> None:
    assert missing_letters("a😀b😀 ກ𠮷\u200b") == "😀"


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "https://example.com/a.png", "other.png", "//x/a.png"]
)
@pytest.mark.parametrize(
    "html", ['<img src="{}">', "<style>body {{ background: url('{}') }}</style>"]
)
def test_nothing_but_named_files_is_fetched(html: str, address: str) -> None:
    with pytest.raises(pdf.FileRefused):
        pdf.render(Document("<title>x</title>" + html.format(address), CSS))


def test_a_document_that_takes_too_long_is_stopped_and_the_next_one_works() -> None:
    engine = Engine(wall_seconds=8)  # the next one starts a renderer, on a busy machine
    try:
        with pytest.raises(pdf.RenderingLimit):
            engine.render(Document(page(*["x " * 400] * 4000), CSS))
        assert engine.render(Document(page("x"), CSS)).startswith(b"%PDF")
    finally:
        engine.close()


def test_a_document_that_takes_too_much_memory_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KAPOK_PDF_MEMORY", str(450 * 1024**2))
    engine = Engine(wall_seconds=60)
    try:
        with pytest.raises(pdf.RenderingFailed):
            engine.render(Document(page("x" * 60_000_000), CSS))
    finally:
        engine.close()


def test_a_qr_code_is_read_back_from_the_page() -> None:
    address = "https://kapok.example.org/v/7K3F-9Q2M-XTRB-5D9A"
    html = page().replace("</body>", '<img src="q.svg" style="width: 32mm"></body>')
    content = pdf.render(Document(html, CSS, files={"q.svg": qr.svg(address).encode()}))
    found = zxingcpp.read_barcodes(picture(content, 2))
    assert [(one.text, one.ec_level) for one in found] == [(address, "M")]
    assert found[0].extra["DataMask"] == qr.MASK


def test_a_qr_code_has_its_quiet_zone_and_the_same_modules_each_time() -> None:
    code = qr.code("kapok")
    assert code == qr.code("kapok")
    assert f'viewBox="0 0 {code.side + 8} {code.side + 8}"' in qr.svg("kapok")
    assert 'd="M4 4h7v1h-7z' in qr.svg("kapok")


def test_a_qr_code_is_as_small_as_can_be_and_corrects_as_much_as_then_fits() -> None:
    sides = {}
    for content in ("KAPOK" * 10, "kapok" * 10, "https://kapok.example/v/x#" + "A9$" * 120):
        made = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        code = sides[content[:5]] = qr.code(content)
        assert code.whole == zxingcpp.write_barcode_to_image(made).shape[0]
    assert sides["KAPOK"].side < sides["kapok"].side
    html = page().replace("</body>", '<img src="q.svg" style="width: 32mm"></body>')
    content = pdf.render(Document(html, CSS, codes={"q.svg": qr.code("kapok")}))
    assert [one.ec_level for one in zxingcpp.read_barcodes(picture(content, 2))] == ["H"]


def test_the_label_of_a_qr_code_cannot_break_out() -> None:
    assert "<script" not in qr.svg("kapok", '"><script>')
