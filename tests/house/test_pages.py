"""The check of every page finds what it is there for."""

from __future__ import annotations

import pytest

from tests.pages import Page, faults_of

GOOD = (
    '<html lang="zh-Hans"><head><title>Lessons · Kapok</title></head>'
    '<body><h1 id="top">Lessons</h1>{}</body></html>'
)


def test_a_good_page_has_no_fault() -> None:
    form = '<form method="post"><input type="hidden" name="csrf_token" value="a"></form>'
    assert faults_of(Page(GOOD.format(form))) == []


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ('<p id="top"></p>', "id top stands 2 times"),
        ("<form></form>", "no method"),
        ('<form method="post"></form>', "csrf_token"),
        ('<form method="get" action="https://example.org/"></form>', "foreign host"),
        ('<img src="a.svg">', "no alt"),
        ('<img alt="" src="//example.org/a.svg">', "foreign host"),
        ("<script>go()</script>", "inline script"),
        ('<p onclick="go()"></p>', "inline style or script"),
        ('<p style="color: red"></p>', "inline style"),
        ("<style>p {}</style>", "inline style"),
        ("<h1>Again</h1>", "2 h1 headings"),
    ],
)
def test_a_fault_is_found(part: str, fault: str) -> None:
    assert any(fault in found for found in faults_of(Page(GOOD.format(part))))


def test_a_page_without_title_or_language_is_found() -> None:
    faults = faults_of(Page("<html><head><title> · Kapok</title></head><h1>A</h1></html>"))
    assert "no title of its own" in faults
    assert any("lang" in fault for fault in faults)


def test_a_form_is_read_as_a_browser_would_send_it() -> None:
    page = Page(
        '<form method="post" action="/go"><input name="a" value="1"><input type="radio" name="b" '
        'value="x"><input type="radio" name="b" value="y" checked><select name="c"><option '
        'value="1"><option value="2" selected></select><textarea name="d"></textarea></form>'
    )
    assert page.forms[0].values == {"a": ["1"], "b": ["y"], "c": ["2"]}
    assert page.forms[0].names == {"a", "b", "c", "d"}
