"""Our tables as .xlsx and CSV: whole, in every script, and safe to open."""

from __future__ import annotations

import csv
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.core.spreadsheets.writing import (
    FORMULA_STARTS,
    Cell,
    Table,
    csv_file,
    plain,
    safe,
    xlsx_file,
)

NAMES = ["ນ້ຳຝົນ ແກ້ວມະນີ", "ស្ត្រីរត្ន ចាន់", "Đặng Thuỳ Phượng", "韦丽华", "Siti O'Hara"]


def as_csv(*rows: list[Cell]) -> list[list[str]]:
    with csv_file(Table("People", ("Name", "Points"), rows)) as file:
        content = file.read()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def as_xlsx(*rows: list[Cell], title: str = "People") -> list[tuple[object, ...]]:
    with xlsx_file(Table(title, ("Name", "Points"), rows)) as file:
        sheet = load_workbook(BytesIO(file.read())).worksheets[0]
    return list(sheet.iter_rows(values_only=True))


def test_every_script_and_kind_of_cell_comes_back() -> None:
    day, moment = date(2026, 11, 25), datetime(2026, 11, 25, 9, 5, tzinfo=UTC)
    rows: list[list[Cell]] = [[name, 7] for name in NAMES] + [[None, 0.5], [day, moment]]
    assert [row[0] for row in as_csv(*rows)[1:6]] == NAMES
    assert as_csv(*rows)[6:] == [["", "0.5"], ["2026-11-25", "2026-11-25 09:05+00:00"]]
    read = as_xlsx(*rows)
    assert [row[0] for row in read[1:6]] == NAMES
    assert read[6:] == [(None, 0.5), (datetime(2026, 11, 25), datetime(2026, 11, 25, 9, 5))]  # noqa: DTZ001 (a workbook knows no zone)


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_cell_that_begins_like_a_formula_is_text(start: str) -> None:
    text = f'{start}HYPERLINK("x")'
    with csv_file(Table("x", ("Name",), [[text]])) as file:
        content = file.read().decode("utf-8-sig")
    cell = next(csv.reader([content.split("\r\n", 1)[1]])) if start not in "\r\n" else [safe(text)]
    assert cell[0].startswith("'")
    if start != "\0":  # XML knows no NUL
        with xlsx_file(Table("x", ("Name",), [[text]])) as file:
            sheet = load_workbook(BytesIO(file.read())).worksheets[0]
        assert sheet["A2"].data_type == "s"


@given(st.text() | st.text(st.sampled_from("'=+@a"), max_size=5))
def test_a_guarded_cell_gives_back_what_was_typed(text: str) -> None:
    assert plain(safe(text)) == text


@pytest.mark.parametrize("title", ["Cohort 1/2: [a]*?", "ຜູ້ຮຽນ" * 20, "'", ""])
def test_any_title_names_a_sheet(title: str) -> None:
    assert as_xlsx(["Nguyễn", 1], title=title)[1] == ("Nguyễn", 1)


def test_ten_thousand_rows_do_not_stay_in_memory() -> None:
    def rows() -> Iterator[list[Cell]]:
        for number in range(10_000):
            yield [NAMES[number % 5] * 5, number]

    tracemalloc.start()
    with csv_file(Table("x", ("a", "b"), rows())) as file:
        lines = sum(1 for _line in file)
    _size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (lines, peak < 3 * 1024**2) == (10_001, True)
