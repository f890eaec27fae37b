"""Tables that people send: read as text, or refused with a reason, and never slowly."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from app.core.spreadsheets import blank, types
from app.core.spreadsheets.cells import clean, column_name
from app.core.spreadsheets.reading import read
from tests.cohorts.lists import (
    A_DAY,
    delimited,
    every_file,
    rows,
    saved,
    sheet_of,
    with_parts,
    xlsx,
)

FILES = every_file()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 300


@pytest.mark.parametrize("kind", FILES)
def test_one_list_is_the_same_table_in_every_encoding(kind: str) -> None:
    wanted = [tuple(clean(str(cell)) for cell in row) for row in rows()]
    found = {line.number: line.cells for line in read(FILES[kind]).lines}
    for number, cells in enumerate(wanted, start=1):
        assert found.get(number, ()) == cells, number


def test_numbers_dates_and_formulas_are_text() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append([20260001, 12.5, A_DAY, True, "=1+1", '=HYPERLINK("http://x")', 123])
    book.active["G1"].number_format = "000000"
    (line,) = read(saved(book)).lines
    assert line.cells == (
        *("20260001", "12.5", "2001-02-03", "TRUE", "=1+1", '=HYPERLINK("http://x")', "000123"),
    )


def test_a_number_that_excel_has_shortened_does_not_look_whole() -> None:
    (line,) = read(xlsx([["x", 1234567890123456789]], numbers=False)).lines
    assert line.cells[1] == "1.23456789012346E+18"


def test_full_width_signs_and_marks_of_direction_become_plain() -> None:
    assert clean("　Ａ１２３\u202c　 b\u200b") == "A123 b"
    assert clean("ນ້ຳ") == "ນ້ຳ", "Lao is kept as typed"


def test_a_quoted_cell_may_hold_separators_and_lines() -> None:
    (first, second) = read(b'Name,Note\r\n"Souk, Ms","a\nb"\r\n').lines
    assert (first.number, second.cells) == (1, ("Souk, Ms", "a b"))


def test_excel_says_itself_which_separator_it_took() -> None:
    lines = read(b"sep=;\r\nName;No\r\nSOUK;1,5\r\n").lines
    assert [(line.number, line.cells) for line in lines][1] == (3, ("SOUK", "1,5"))


def test_columns_have_the_letters_of_excel() -> None:
    assert [column_name(index) for index in (0, 3, 25, 26, 701, 702)] == [
        *("A", "D", "Z", "AA", "ZZ", "AAA"),
    ]


def test_what_we_write_is_read_back_and_runs_nowhere() -> None:
    cells = ["=1+1", "+856", "-", "@x", "＝1+1", "'ok", "ສຸກ"]
    content = blank.csv_file([cells])
    assert content.startswith(b"\xef\xbb\xbf'=1+1,'+856")
    assert "'＝1+1" in content.decode()
    assert read(content).lines[0].cells == tuple(cells)
    sheet = load_workbook(io.BytesIO(blank.blank_workbook(["Name", "学号"], "List"))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == ["Name", "学号"]


def macros() -> bytes:
    """A workbook with a program in it, whatever its name."""
    types_part = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
        'PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.'
        'main+xml"/></Types>'
    )
    return with_parts({"[Content_Types].xml": types_part, "xl/vbaProject.bin": b"\0\1"})


def bomb() -> bytes:
    """Twenty megabytes of one letter in a few kilobytes."""
    return with_parts({"xl/sharedStrings.xml": "<sst>" + " " * 20_000_000 + "</sst>"})


def locked_zip() -> bytes:
    """The flag of an encrypted entry in the directory of a zip."""
    content = bytearray(xlsx([["Name"]]))
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def other_zip() -> bytes:
    """A zip with something else in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("word/document.xml", "<w/>")
    return out.getvalue()


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet xmlns="http://schemas.'
    'openxmlformats.org/spreadsheetml/2006/main"><sheetData>&b;</sheetData></worksheet>'
)
REFUSED = {
    "macros": (macros, types.MacroWorkbook),
    "an encrypted workbook": (
        lambda: OLE + "EncryptedPackage".encode("utf-16-le"),
        types.LockedWorkbook,
    ),
    "an encrypted zip": (locked_zip, types.LockedWorkbook),
    "an old workbook renamed": (lambda: OLE, types.OldWorkbook),
    "a picture renamed": (lambda: PNG, types.NoTable),
    "a PDF": (lambda: b"%PDF-1.7\n%\xe2\xe3", types.NoTable),
    "a web page as .xls": (lambda: b"<html><table><tr><td>Name</td></tr></table>", types.NoTable),
    "another zip": (other_zip, types.NoTable),
    "a zip bomb": (bomb, types.TooLarge),
    "a million rows": (
        lambda: sheet_of("".join(f'<row r="{n}"><c><v>1</v></c></row>' for n in range(10**6))),
        types.TooLarge,
    ),
    "a million empty rows packed": (lambda: sheet_of("<row/>" * 10**6), types.TooLarge),
    "a row of half a million cells": (
        lambda: sheet_of(
            "<row>" + "".join(f"<c><v>{n}</v></c>" for n in range(500_000)) + "</row>"
        ),
        types.TooLarge,
    ),
    "too many rows": (lambda: b"Name\n" + b"SOUK\n" * 6_000, types.TooManyRows),
    "too many columns": (lambda: b"Name" + b",a" * 80, types.TooManyColumns),
    "entities": (lambda: with_parts({"xl/worksheets/sheet1.xml": ENTITIES}), types.DamagedFile),
    "a file cut in half": (lambda: FILES["xlsx"][: len(FILES["xlsx"]) // 2], types.DamagedFile),
    "no rows": (lambda: b"\r\n \r\n,,\r\n", types.NoRows),
    "an empty workbook": (lambda: xlsx([]), types.NoRows),
    "nothing": (lambda: b"", types.NoRows),
    "letters of another encoding": (lambda: b"T\xean,\xff\xff\x81\r\n", types.UnknownEncoding),
    "more bytes than a list has": (lambda: b"a," * 2_500_000, types.TooLarge),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_list_is_refused_at_once_with_a_reason(what: str) -> None:
    make, refusal = REFUSED[what]
    content = make()
    began = time.process_time()
    with pytest.raises(refusal):
        read(content)
    assert time.process_time() - began < 3


def test_a_cell_far_below_costs_no_time() -> None:
    far = sheet_of('<row r="1048576"><c r="A1048576" t="str"><v>SOUK</v></c></row>')
    began = time.process_time()
    assert read(far).lines[0].number == 1_048_576
    assert time.process_time() - began < 3


def tried(content: bytes) -> None:
    """Any bytes are a table or a refusal, in a short time."""
    try:
        table = read(content)
    except types.RefusedFile:
        return
    assert all(cell == clean(cell) for line in table.lines for cell in line.cells)


def mangled(data: st.DataObject) -> bytes:
    """A good file with some bytes changed, cut out or doubled."""
    content = bytearray(data.draw(st.sampled_from(list(FILES.values()))))
    for _time in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(content) - 1)))
        content[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    return bytes(content)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode()))
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    tried(content)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_damaged_file_is_a_table_or_refused(data: st.DataObject) -> None:
    tried(mangled(data))


@pytest.mark.slow
@settings(max_examples=3_000, deadline=None)
@given(data=st.data())
def test_thousands_of_damaged_files(data: st.DataObject) -> None:
    tried(mangled(data))


def test_semicolons_and_tabs_are_found() -> None:
    for separator in ";\t|":
        table = read(delimited([["Name", "No"], ["SOUK, A", "1"]], separator).encode())
        assert table.lines[1].cells == ("SOUK, A", "1")
