"""The kinds of templates: what each one is, hard names on it, and the rules of its words."""

from __future__ import annotations

import io
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from app.certificates import loader, rendering
from app.certificates.loader.content import DEFAULTS, Kind
from app.certificates.types.templates import BrokenTemplate, UnfittingText
from app.core.pdf.pictures import png
from tests.certificates.conftest import BASE_URL

EIGHTY = {
    "en": "Maria Concepcion Josefina Bernadette de los Santos Villanueva y Magsaysay Quezon",
    "zh": "买买提·阿卜杜热合曼·努尔艾合买提江·" * 4 + "艾力江",
    "vi": "Công Tằng Tôn Nữ Nguyễn Phúc Thị Quỳnh Ánh Phượng Hương Trần Lê Thị Diễm Kiều Vy",
    "lo": "ນາງ ແກ້ວຕາ ຫຼວງລາດບຸນມີໄຊຍະວົງສາ ສີສະຫວັດພົມມະຈັນທະລາ ຄຳຜຸຍວິໄລພອນດວງຈັນທອງສີ",
    "km": "ព្រះនាង ស្រ៊ុនវិសាលសុភាពរតនាពិសិដ្ឋ ចាន់បញ្ញាស្រីមុំកល្យាណរតនៈសុវណ្ណារាជបុត្រី",
}
LONG_TITLE = {
    "en": "Landslides and earthquakes: light search and rescue in the mountains of the border " * 2,
    "zh": "滑坡与地震：边境山区的轻型搜救、绳索固定与夜间行动的安全要求" * 2,
    "vi": "Sạt lở đất và động đất: tìm kiếm cứu nạn hạng nhẹ ở vùng núi biên giới " * 2,
    "lo": "ດິນເຈື່ອນແລະແຜ່ນດິນໄຫວການຄົ້ນຫາແລະກູ້ໄພຂັ້ນເບົາຢູ່ເຂດພູດອຍຊາຍແດນ" * 2,
    "km": "ការបាក់ដីនិងការរញ្ជួយដីការស្វែងរកនិងសង្គ្រោះកម្រិតស្រាលនៅតំបន់ភ្នំព្រំដែន" * 2,
}


def facts_of(name: str, language: str, **changes: Any) -> dict[str, Any]:
    return {**rendering.sample_facts(loader.template(name), language, BASE_URL), **changes}


def drawn(name: str, facts: dict[str, Any]) -> bytes:
    return rendering.certificate_pdf(facts, loader.template(name))


def words_of(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return " ".join(
            " ".join(page.get_textpage().get_text_bounded().split()) for page in document
        )


def test_every_kind_has_its_default_template() -> None:
    for kind, name in DEFAULTS.items():
        assert loader.names_of(kind)[0] == name


@pytest.mark.parametrize(
    ("name", "language"), [*(("default", code) for code in EIGHTY), ("card", "zh"), ("card", "km")]
)
def test_a_name_of_eighty_letters_stands_on_one_line(name: str, language: str) -> None:
    native = EIGHTY[language]
    assert len(native) >= 75
    names = rendering.printed_names(native, "MARIA CONCEPCION " * 4, "陈维萨尔·索菲亚·拉塔纳")
    assert native in words_of(drawn(name, facts_of(name, language, names=names)))


def test_rare_letters_of_names_are_printed_by_a_second_font() -> None:
    names = rendering.printed_names("䶮㛃𬭎𠮷", "YAN RAN TANG JI", None)
    content = drawn("default", facts_of("default", "zh", names=names))
    assert "䶮㛃" in words_of(content)  # pdfium drops the others, beyond U+FFFF, from any text
    with pikepdf.open(io.BytesIO(content)) as file:
        assert "䶮㛃𬭎𠮷" in str(file.docinfo["/Title"])
        used = {str(font.BaseFont) for font in file.pages[0].Resources.Font.values()}
    assert any("More" in one for one in used), used


def test_both_forms_of_vietnamese_look_the_same() -> None:
    facts = facts_of("default", "vi")
    native = facts["names"]["native"]
    pictures = [
        png(drawn("default", {**facts, "names": {**facts["names"], "native": text}}), 600)
        for text in (unicodedata.normalize("NFC", native), unicodedata.normalize("NFD", native))
    ]
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("language", ["lo", "km", "zh"])
def test_a_long_title_breaks_into_lines_and_stays_in_its_place(language: str) -> None:
    facts = facts_of("default", language)
    course = {**facts["course"], "titles": LONG_TITLE}
    words = words_of(drawn("default", {**facts, "course": course}))
    assert LONG_TITLE[language][:20].strip() in words


def test_a_text_without_room_names_the_person_and_the_slot() -> None:
    facts = facts_of("default", "en")
    names = {**facts["names"], "native": "Ana " * 150}
    with pytest.raises(UnfittingText) as told:
        drawn("default", {**facts, "names": names})
    assert told.value.values["slot"] == "name"
    assert told.value.values["name"].startswith("Ana")


def test_an_undefined_word_names_the_person() -> None:
    from dataclasses import replace

    wrong = replace(loader.template("default"), html="{{ birthday }}")
    with pytest.raises(BrokenTemplate) as told:
        rendering.page(facts_of("default", "lo"), wrong)
    assert "birthday" in told.value.values["fault"]
    assert "ນ້ຳຝົນ ແກ້ວມະນີ" in told.value.values["fault"]


def test_the_letter_of_attendance_says_that_it_is_no_certificate_and_has_no_code() -> None:
    content = drawn("attendance", facts_of("attendance", "km"))
    words = words_of(content)
    assert "This letter is not a certificate." in words
    assert "KPK-" not in words
    assert zxingcpp.read_barcodes(Image.open(io.BytesIO(png(content, 1600)))) == []


def test_the_card_has_two_sides_of_a_bank_cards_size_and_its_code_is_read() -> None:
    facts = facts_of("card", "lo")
    content = drawn("card", facts)
    with pikepdf.open(io.BytesIO(content)) as file:
        boxes = [[float(edge) for edge in page.mediabox] for page in file.pages]
    assert boxes == [[0, 0, pytest.approx(242.6, abs=0.1), pytest.approx(153.1, abs=0.1)]] * 2
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png(content, 1000))))
    assert [one.text for one in found] == [facts["address"]]


def test_the_card_prints_the_facts_of_a_certificate() -> None:
    facts = facts_of("default", "vi")
    words = words_of(rendering.certificate_pdf(facts, loader.template("card")))
    assert facts["serial"] in words
    assert facts["names"]["native"] in words


def test_the_programmes_certificate_lists_its_courses_and_can_hide_them() -> None:
    facts = facts_of("programme", "en")
    titles = [one["titles"]["en"] for one in facts["courses"]]
    words = words_of(drawn("programme", facts))
    assert all(title in words for title in titles)
    without = words_of(drawn("programme", {**facts, "courses": []}))
    assert titles[3] not in without


def test_a_programmes_certificate_has_room_for_a_dense_code() -> None:
    # Signed facts behind the address need up to version 16 (81 modules and the quiet zone).
    long = f"{BASE_URL}/v/5D9A-7K3F-9Q2M-XTRB#" + "7Qx_" * 100
    for name, width in (("programme", 2200), ("card", 900)):
        content = drawn(name, {**facts_of(name, "km"), "address": long})
        found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png(content, width))))
        assert [one.text for one in found] == [long]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("培训结业证书", "国家 培训结业证书"), "国家"),
        (('en: "Certificate of Completion"', 'en: "Certificate 120"'), "120"),
        (('en: "Programme Office"', 'en: "✚ Programme Office"'), "✚"),
        (('en: "%(number)s h"', 'en: "h"'), "number"),
        (("  latin: names.latin\n", ""), "data-slot"),
    ],
)
def test_a_folder_that_breaks_a_rule_is_refused(
    tmp_path: Path, wrong: tuple[str, str], told: str
) -> None:
    folder = shutil.copytree(loader.FOLDER / "default", tmp_path / "copied")
    path = folder / "template.yaml"
    text = path.read_text("utf-8").replace('{en: "%(number)s h"', '{en: "%(number)s h"')
    changed = text.replace(*wrong, 1)
    assert changed != text
    path.write_text(changed, "utf-8")
    with pytest.raises(BrokenTemplate) as refusal:
        loader.read(folder)
    assert told in refusal.value.values["fault"]


def test_kinds_name_every_word_and_field_once() -> None:
    for kind in Kind:
        data = loader.template(DEFAULTS[kind]).data
        assert data.kind is kind
        assert data.page[0] > 0
