"""Sizes worth keeping, names that say nothing, queries in views, and a true map of the data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from app.config import ROOT
from app.core import migrate
from app.core.db import Base

APP, TESTS = ROOT / "app", ROOT / "tests"
MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_LINES_OF_CONFTEST = 400, 60, 120
SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "manager"}
QUERIES = re.compile(r"\b(?:select|insert|update|delete)\(|\bdb\.(?:execute|scalars?|query|get)\(")
MAP = ROOT / "docs" / "data.md"


def modules() -> list[Path]:
    """Every module of the application."""
    return sorted(APP.rglob("*.py"))


def lines_of(path: Path) -> int:
    """How long a file is."""
    return len(path.read_text(encoding="utf-8").splitlines())


def functions_of(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a module with its length."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    assert [str(path) for path in modules() if lines_of(path) > MOST_LINES] == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {name}, {length} lines"
        for path in [*modules(), *TESTS.rglob("*.py")]
        for name, length in functions_of(path)
        if length > MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


def test_conftest_stays_small() -> None:
    assert lines_of(TESTS / "conftest.py") <= MOST_LINES_OF_CONFTEST


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {path: set(path.relative_to(APP).with_suffix("").parts) for path in modules()}
    assert [str(path) for path, parts in names.items() if parts & SAY_NOTHING] == []


def test_no_view_asks_the_database_itself() -> None:
    views = [path for path in modules() if "views" in path.with_suffix("").parts]
    assert len(views) > 6
    health = APP / "core" / "views.py"  # asks whether the database answers at all
    asking = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in views
        for line in path.read_text(encoding="utf-8").splitlines()
        if path != health and QUERIES.search(line) and "services." not in line
    ]
    assert asking == []


def test_every_room_says_what_it_is_for() -> None:
    rooms = list(APP.glob("*/__init__.py"))
    silent = [str(p) for p in rooms if not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    assert silent == []


# The map of the data


def columns() -> set[str]:
    """Every column there is, as table.column."""
    migrate.import_models()
    tables = Base.metadata.sorted_tables
    return {f"{table.name}.{column.name}" for table in tables for column in table.columns}


def mapped() -> list[list[str]]:
    """The lines of the map: column, what it is, whether personal, who sees it, how long."""
    lines = MAP.read_text(encoding="utf-8").splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"
    ]
    return [row for row in rows if re.match(r"`\w+\.\w+`", row[0])]


def names_in(cell: str) -> list[str]:
    """The columns of one line."""
    return re.findall(r"`(\w+\.\w+)`", cell)


def test_every_column_stands_once_on_the_map_of_the_data() -> None:
    written = [name for row in mapped() for name in names_in(row[0])]
    assert sorted(columns() - set(written)) == [], "columns that docs/data.md does not explain"
    assert sorted(set(written) - columns()) == [], "columns that do not exist any more"
    assert sorted({name for name in written if written.count(name) > 1}) == []


def test_every_line_of_the_map_is_complete() -> None:
    incomplete = [row[0] for row in mapped() if len(row) != 5 or not all(row)]
    assert incomplete == []
    assert {row[2] for row in mapped()} <= {"yes", "no", "indirectly"}
