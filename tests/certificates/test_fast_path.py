"""The fast path of print runs: the same page as WeasyPrint's, in every language."""

from __future__ import annotations

import io
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from app.certificates import loader, rendering
from app.core import pdf
from app.core.languages import LANGUAGES
from app.core.pdf import Binding, Document
from app.core.pdf.faces import PREFIX
from tests.certificates.conftest import BASE_URL

DPI = 102
HALF_MM = 2  # points of the picture: 0.5 mm
#: A short name and one that must be made smaller, after the sample's own.
NAMES = {
    "en": ("Anna Avatar", "Maria Concepción Josefina Bernadette de los Santos-Villanueva"),
    "zh": ("欧阳䶮㛃", "买买提·阿卜杜热合曼·努尔艾合买提江·阿卜杜热合曼"),
    "vi": (
        unicodedata.normalize("NFD", "Nguyễn Thị Hương"),
        "Công Tằng Tôn Nữ Nguyễn Phúc Thị Quỳnh Ánh Phượng Hương",
    ),
    "lo": ("ນ້ຳຝົນ ແກ້ວມະນີ", "ນາງ ແກ້ວຕາ ຫຼວງລາດບຸນມີໄຊຍະວົງສາ ສີສະຫວັດພົມມະຈັນທະລາ"),
    "km": ("ស្ត្រី ចាន់ស្រ៊ុន ពិសិដ្ឋ", "ព្រះនាង ស្រ៊ុនវិសាលសុភាពរតនាពិសិដ្ឋ ចាន់បញ្ញាស្រីមុំកល្យាណរតនៈ"),
}
PEOPLE = 3
DRAWN = {"default": list(LANGUAGES), "card": ["km"], "programme": ["vi"]}


def facts_of(name: str, language: str) -> Iterator[dict[str, Any]]:
    """Three people, as their facts are frozen: the first one's page becomes the prototype."""
    sample = rendering.sample_facts(loader.template(name), language, BASE_URL)
    for number, own in enumerate((sample["names"]["native"], *NAMES[language])):
        code = f"{number:016d}"
        yield {
            **sample,
            "names": rendering.printed_names(own, f"Latin Form {'Abc' * number}", "陈秀敏"),
            "serial": f"KPK-2026-{number:06d}-9",
            "code": code,
            "address": f"{BASE_URL}/v/{rendering.grouped(code)}",
        }


def documents_in(name: str, language: str) -> Iterator[Document]:
    template = loader.template(name)
    for facts in facts_of(name, language):
        yield rendering.document_of(facts, template)


@cache
def documents(name: str) -> tuple[Document, ...]:
    return tuple(one for language in DRAWN[name] for one in documents_in(name, language))


@cache
def run(name: str) -> bytes:
    """One file of all languages, drawn once for all tests that look at it."""
    return pdf.render_together(documents(name))


def pages(name: str, language: str) -> Iterator[tuple[int, Document, int]]:
    """Each page of a language in the run, its document, and the page's number in that."""
    sides = loader.template(name).data.pages
    first = DRAWN[name].index(language) * PEOPLE
    for place in range(first, first + PEOPLE):
        for side in range(sides):
            yield place * sides + side, documents(name)[place], side


def drawn(content: bytes, number: int) -> Image.Image:
    with pypdfium2.PdfDocument(content) as document:
        return document[number].render(scale=DPI / 72).to_pil().convert("L")


def stray(one: Image.Image, other: Image.Image) -> int:
    """How many dark points have no dark point of the other picture within half a millimetre."""
    dark = one.point(lambda value: 255 * (value < 112))
    near = other.point(lambda value: 255 * (value < 144))
    near = near.filter(ImageFilter.MaxFilter(2 * HALF_MM + 1))
    return ImageChops.subtract(dark, near).histogram()[255]


def codes(content: bytes, number: int) -> Iterator[tuple[int, int, int, int]]:
    """Where the dots of codes are in the picture of a page: left, top, right and bottom."""
    with pypdfium2.PdfDocument(content) as document:
        height = document[number].get_height()
        for dots in document[number].get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=1):
            left, bottom, right, top = dots.get_bounds()
            sides = (left, height - top, right, height - bottom)
            left, top, right, bottom = (round(side * DPI / 72) for side in sides)
            yield left, top, right, bottom


def grown(box: tuple[int, int, int, int], by: int) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return left - by, top - by, right + by, bottom + by


def assert_dark_box(picture: Image.Image, box: tuple[int, int, int, int]) -> None:
    """What is dark at a box and round it ends where the box ends, but for half a millimetre."""
    round_it = 2 * HALF_MM + 1  # less than a code's margin
    found = picture.crop(grown(box, round_it)).point(lambda value: 255 * (value < 128)).getbbox()
    assert found is not None
    width, height = box[2] - box[0], box[3] - box[1]
    wanted = (round_it, round_it, round_it + width, round_it + height)
    assert max(abs(one - two) for one, two in zip(found, wanted, strict=True)) <= HALF_MM


@pytest.mark.parametrize(
    ("name", "language"), [(name, language) for name in DRAWN for language in DRAWN[name]]
)
def test_both_paths_agree_within_half_a_millimetre(name: str, language: str) -> None:
    with pikepdf.open(io.BytesIO(run(name))) as file:
        for number, _document, _side in pages(name, language):
            assert all(font.startswith(PREFIX) for font in file.pages[number].resources.Font)
    others = list(pages(name, language))[loader.template(name).data.pages :]
    checked = 0
    for number, document, side in others:  # the first one is the prototype
        fast, slow = drawn(run(name), number), drawn(pdf.render(document), side)
        assert fast.size == slow.size
        assert (stray(fast, slow), stray(slow, fast)) == (0, 0)
        changed = ImageChops.difference(fast, slow).point(lambda value: 255 * (value > 128))
        for place in codes(run(name), number):  # drawn as dots here, and there as lines
            assert_dark_box(slow, place)
            changed.paste(0, grown(place, 1))
            checked += 1
        assert changed.histogram()[255] < 0.0002 * fast.width * fast.height
    assert checked == PEOPLE - 1


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not on this machine")
def test_every_line_is_found_in_poppler_and_pdfium(tmp_path: Path) -> None:
    path = tmp_path / "run.pdf"
    path.write_bytes(run("default"))
    command = ["pdftotext", "-enc", "UTF-8", path, "-"]
    poppler = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\f")
    with pypdfium2.PdfDocument(run("default")) as document:
        pdfium = [page.get_textpage().get_text_bounded() for page in document]
    for language in LANGUAGES:
        for facts, (number, _document, _side) in zip(
            facts_of("default", language), pages("default", language), strict=True
        ):
            lines = [*facts["names"].values(), facts["serial"], rendering.grouped(facts["code"])]
            lines += facts["course"]["titles"][language], facts["title"][language]
            for told in (poppler[number], pdfium[number]):
                assert [line for line in lines if line not in told.replace("\u200b", "")] == []


def stored(document: Document, *, fast: bool) -> bytes:
    paper = {"variant": "pdf/a-3u", "attachments": {"certificate.json": b"{}"}}
    return pdf.render(replace(document, has_many_alike=fast, **paper))


@pytest.mark.parametrize(
    ("name", "language"), [("default", "km"), ("default", "lo"), ("programme", "zh")]
)
def test_a_file_to_be_stored_is_weasyprints_page_with_weasyprints_metadata(
    name: str, language: str
) -> None:
    made = list(documents_in(name, language))
    fast = [stored(one, fast=True) for one in made]  # each one, as the first is the prototype
    for here, document in list(zip(fast, made, strict=True))[1:]:
        there = stored(document, fast=False)
        one, other = drawn(here, 0), drawn(there, 0)
        assert (one.size, stray(one, other), stray(other, one)) == (other.size, 0, 0)
        with pikepdf.open(io.BytesIO(here)) as ours, pikepdf.open(io.BytesIO(there)) as theirs:
            assert all(font.startswith(PREFIX) for font in ours.pages[0].resources.Font)
            assert not any(font.startswith(PREFIX) for font in theirs.pages[0].resources.Font)
            assert ours.Root.Metadata.read_bytes() == theirs.Root.Metadata.read_bytes()
            assert ours.Root.keys() == theirs.Root.keys() - {"/Outlines"}  # of a single page
            assert ours.Root.Lang == theirs.Root.Lang
            assert ours.docinfo.items() == theirs.docinfo.items()
            assert list(ours.attachments) == ["certificate.json"]
            assert len(ours.Root.AF) == len(theirs.Root.AF) == 1
            assert profiles(ours) == profiles(theirs) != []


def profiles(file: pikepdf.Pdf) -> list[bytes]:
    """The colour profiles that the file promises to be printed with."""
    return [one.DestOutputProfile.read_bytes() for one in file.Root.OutputIntents]


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not on this machine")
def test_a_stored_file_is_read_aloud_in_the_order_of_its_page(tmp_path: Path) -> None:
    def told(content: bytes) -> str:
        path = tmp_path / "stored.pdf"
        path.write_bytes(content)
        command = ["pdftotext", "-raw", "-enc", "UTF-8", path, "-"]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode()

    *before, document = documents_in("default", "en")
    for one in before:  # one of them is its prototype
        stored(one, fast=True)
    fast, slow = (told(stored(document, fast=is_fast)) for is_fast in (True, False))
    lines = ("This is to certify", NAMES["en"][1], "has completed the course", "CPR, AED")
    places = [fast.find(line) for line in lines]
    assert -1 not in places
    assert places == sorted(places)
    assert fast.split() == slow.split()


def test_each_page_has_its_own_code() -> None:
    for number, side in ((4, 0), (3, 1)):
        name = ("default", "card")[side]
        with pypdfium2.PdfDocument(run(name)) as document:
            found = zxingcpp.read_barcodes(document[number].render(scale=3).to_pil())
        assert [code.text for code in found] == [f"{BASE_URL}/v/0000-0000-0000-0001"]


def test_a_bound_file_has_one_subset_of_each_face_and_the_same_pages() -> None:
    half = len(documents("default")) // 2
    parts = [pdf.render_together(documents("default")[:half]), run("default")]
    count = half + len(documents("default"))
    whole = pdf.bound(parts, Binding("", [str(number) for number in range(count)]))
    with pikepdf.open(io.BytesIO(whole)) as file:
        fonts = {
            (name, font.objgen) for page in file.pages for name, font in page.resources.Font.items()
        }
    assert len(fonts) == len({name for name, _font in fonts})
    for number in (0, half - 1, half, count - 1):
        place = number if number < half else number - half
        one, other = drawn(whole, number), drawn(run("default"), place)
        assert one.tobytes() == other.tobytes()
