"""The page about permissions is the application's own table."""

from __future__ import annotations

from flask import Flask

from app.core.access import MARK, PAGE, access_table, write_access_page


def test_the_page_about_permissions_is_up_to_date(app: Flask) -> None:
    """After a wanted change: kapok routes --write."""
    assert PAGE.read_text(encoding="utf-8").split(MARK)[1].strip() == access_table(app).strip()


def test_writing_the_page_keeps_what_stands_above(app: Flask, tmp_path: object) -> None:
    page = PAGE.parent / str(tmp_path) / "permissions.md"
    page.write_text(f"# Words\n\n{MARK}\nold\n", encoding="utf-8")
    write_access_page(app, page)
    assert page.read_text(encoding="utf-8") == f"# Words\n\n{MARK}\n{access_table(app)}"


def test_a_page_for_the_office_is_closed_to_trainees(app: Flask) -> None:
    line = next(one for one in access_table(app).splitlines() if "people/staff/new" in one)
    assert line.split(" | ")[2:] == ["accounts:manage", "–", "–", "–", "yes |"]
