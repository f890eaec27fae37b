"""Every certificate template, in every language: its words, its picture and its text."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from app.certificates import loader, rendering
from app.certificates.types import UnprintableName
from app.certificates.types.templates import BrokenTemplate
from app.core import pdf
from app.core.languages import LANGUAGES
from app.core.pdf.pictures import png
from tests.certificates.conftest import BASE_URL

PICTURES = Path(__file__).parent / "pictures"
WIDTH = 594  # pixels: 2 a millimetre, enough to see a wrong letter of a name
TOLERANCE = 0.004  # of the picture may differ; one wrong word is more
CASES = [(name, language) for name in loader.names() for language in LANGUAGES]
LONG = {
    "en": ("Maria Concepción Josefina Bernadette de los Santos-Villanueva y Magsaysay", "x"),
    "zh": ("买买提·阿卜杜热合曼·努尔艾合买提江", "MAMAT ABDURAHMAN NURAHMATJAN"),
    "vi": ("Công Tằng Tôn Nữ Nguyễn Phúc Thị Quỳnh Ánh Phượng Hương", "CONG TANG TON NU"),
    "lo": ("ນາງ ແກ້ວຕາ ຫຼວງລາດບຸນມີໄຊຍະວົງສາ ສີສະຫວັດພົມມະຈັນທະລາ", "KEOTA LUANGLATH"),
    "km": ("ព្រះនាង ស្រ៊ុនវិសាលសុភាពរតនាពិសិដ្ឋ ចាន់បញ្ញាស្រីមុំកល្យាណរតនៈ", "SRUN VISAL"),
}


def facts_of(name: str, language: str) -> dict[str, Any]:
    return rendering.sample_facts(loader.template(name), language, BASE_URL)


def draw(name: str, language: str, **changes: object) -> bytes:
    facts = {**facts_of(name, language), **changes}
    return rendering.certificate_pdf(facts, loader.template(name))


@cache
def drawn_sample(name: str, language: str) -> bytes:
    """The sample, drawn once for all tests that look at it."""
    return draw(name, language)


def picture(content: bytes, width: int = WIDTH) -> Image.Image:
    return Image.open(io.BytesIO(png(content, width))).convert("L")


def difference(one: Image.Image, other: Image.Image) -> float:
    """How much of the picture differs, after a blur that forgives other rounding."""
    blurred = [each.filter(ImageFilter.GaussianBlur(1.2)) for each in (one, other)]
    changed = ImageChops.difference(*blurred).point(lambda value: 255 * (value > 48))
    return changed.histogram()[255] / (one.width * one.height)


@pytest.mark.parametrize(("name", "language"), CASES)
def test_a_template_looks_as_it_was_approved(name: str, language: str) -> None:
    # KAPOK_APPROVE=1 writes the pictures anew: look at each of them before committing.
    drawn = picture(drawn_sample(name, language))
    path = PICTURES / f"{name}-{language}.png"
    if os.environ.get("KAPOK_APPROVE"):
        PICTURES.mkdir(exist_ok=True)
        drawn.quantize(16).save(path, optimize=True)
    assert difference(drawn, Image.open(path).convert("L")) <= TOLERANCE


def test_the_comparison_sees_a_changed_word() -> None:
    approved = picture(draw("default", "km"))
    names = rendering.printed_names("ស្រីមុំ ចាន់សុខ", "CHAN SRUN SREYMOM", "陈秀敏")
    assert difference(picture(draw("default", "km", names=names)), approved) > TOLERANCE


@pytest.mark.parametrize(("name", "language"), CASES)
def test_the_facts_can_be_read_back_from_the_file(name: str, language: str) -> None:
    facts: dict[str, Any] = facts_of(name, language)
    content = drawn_sample(name, language)
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == loader.template(name).data.pages
        texts = [page.get_textpage().get_text_bounded() for page in document]
    words = re.sub(r"\s+", "", " ".join(texts))  # a long title ends a line between words
    names, titles = facts["names"], facts["course"]["titles"]
    numbers = [facts["serial"]] if "serial" in facts else []
    for text in (names["native"], names["latin"], *numbers, *map(titles.get, facts["languages"])):
        assert re.sub(r"\s+", "", text) in words
    with pikepdf.open(io.BytesIO(content)) as file:
        attached = {key: one.get_file().read_bytes() for key, one in file.attachments.items()}
        assert names["native"] in str(file.docinfo["/Title"])
    if "serial" not in facts:  # a letter is no certificate: it carries nothing to check
        assert attached == {}
        return
    assert json.loads(attached["certificate.json"]) == facts


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_stands_twice(language: str) -> None:
    languages = rendering.printed_languages(language)
    assert len(languages) == len(set(languages))
    assert languages[0] == language
    assert {"zh", "en"} <= set(languages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_names_fit_on_one_line(language: str) -> None:
    native, latin = LONG[language]
    names = rendering.printed_names(native, latin * 2, "陈维萨尔·索菲亚·拉塔纳")
    drawn = picture(draw("default", language, names=names))
    outside = drawn.crop((int(WIDTH * 0.072), 160, int(WIDTH * 0.091), 220))
    assert outside.getextrema()[0] > 200


def test_the_qr_code_on_the_page_leads_to_the_verification_page() -> None:
    found = zxingcpp.read_barcodes(picture(draw("default", "lo"), 1600))
    facts = facts_of("default", "lo")
    assert [one.text for one in found] == [facts["address"]]
    corners = found[0].position
    millimetres = abs(corners.top_right.x - corners.top_left.x) / 1600 * 297
    assert millimetres >= 23.5  # the symbol without its quiet zone, a quarter of a small one


def test_rendering_again_gives_the_same_bytes() -> None:
    first = draw("default", "km")
    pdf.close()  # a fresh process
    assert draw("default", "km") == first


def test_a_letter_without_a_font_names_the_person_and_the_place() -> None:
    names = rendering.printed_names("王😀", "WANG", None)
    with pytest.raises(UnprintableName) as told:
        draw("default", "zh", names=names)
    assert told.value.values == {"name": "王😀", "slot": "name", "letters": "😀"}


def test_a_name_once_in_each_form() -> None:
    assert rendering.printed_names("王小明", "Wang Xiaoming", "王小明")["chinese"] == ""
    assert rendering.printed_names("Ana Cruz", "ANA CRUZ", None)["latin"] == ""


def test_dates_stand_in_each_languages_own_form() -> None:
    words = rendering.page_words(facts_of("default", "vi"), loader.template())
    assert words["awarded"] == {
        "vi": "23 tháng 11, 2026",
        "zh": "2026年11月23日",
        "en": "23 November 2026",
    }


@pytest.mark.parametrize("word", loader.BARRED)
@pytest.mark.parametrize("place", ["title", "programme"])
def test_a_barred_word_is_refused(tmp_path: Path, word: str, place: str) -> None:
    folder = shutil.copytree(loader.FOLDER / "default", tmp_path / "copied")
    path = folder / "template.yaml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(rf'({place}:\n  en: "[^"]*"\n  zh: ")', rf"\g<1>{word}", text), "utf-8")
    with pytest.raises(BrokenTemplate) as told:
        loader.read(folder)
    assert word in told.value.values["fault"]


def test_a_template_without_a_language_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(loader.FOLDER / "default", tmp_path / "copied")
    path = folder / "template.yaml"
    path.write_text(re.sub(r'\n  km: "វិញ្ញា[^"]*"', "", path.read_text("utf-8"), count=1), "utf-8")
    with pytest.raises(BrokenTemplate):
        loader.read(folder)


def test_a_template_sees_plain_data_only() -> None:
    from dataclasses import replace

    spying = replace(loader.template(), html="{{ say.__class__.__mro__ }}")
    with pytest.raises(BrokenTemplate) as told:
        rendering.page(facts_of("default", "en"), spying)
    assert re.search(r"unsafe|undefined", str(told.value.values["fault"]))


def test_the_command_writes_a_preview(app: object, tmp_path: Path) -> None:
    out = tmp_path / "preview.pdf"
    runner = app.test_cli_runner()  # type: ignore[attr-defined]
    result = runner.invoke(
        args=["certificates", "preview", "default", "--language", "lo", "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    assert out.read_bytes().startswith(b"%PDF")
