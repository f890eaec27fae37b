"""Charts: safe to put into a page, whole in every script, true to their numbers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec

import pytest
from defusedxml import ElementTree

from app.core import charts
from app.core.charts import Chart, Series

LABELS = ("Joined", "ຜ່ານແບບທົດສອບແລ້ວ ແລະ ຍັງລໍຖ້າໃບຢັ້ງຢືນ", "通过测验", "បានជាប់ការវាយតម្លៃជំនាញ", "A & <b>")
CHART = Chart(
    "steps",
    "How far <they> have come",
    "A bar for each step.",
    LABELS,
    (Series("Certified", (30, 20, 10, 0, 1)), Series("Learning", (5, 0, 3, 1, 0))),
)
DRAWERS = (charts.rows, charts.columns, charts.lines)


@pytest.mark.parametrize("draw", DRAWERS)
def test_a_drawing_has_nothing_that_the_security_policy_refuses(
    draw: Callable[[Chart], str],
) -> None:
    drawn = draw(CHART)
    names = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(drawn).iter()}
    assert names <= {"svg", "title", "desc", "g", "rect", "path", "circle", "text"}
    assert not any(word in drawn for word in ("style=", "xlink", "href", "onload", "<b>"))
    assert drawn.count("http") == 1  # the name of SVG itself


@pytest.mark.parametrize("draw", DRAWERS)
def test_a_drawing_says_what_it_is(draw: Callable[[Chart], str]) -> None:
    root = ElementTree.fromstring(draw(CHART))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "chart-steps-title chart-steps-told"
    words = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    assert words["chart-steps-title"] == CHART.title


def test_rows_keep_every_label_whole_and_every_sum() -> None:
    words = [
        element.text
        for element in ElementTree.fromstring(charts.rows(CHART)).iter()
        if element.text
    ]
    assert set(LABELS) <= set(words)
    assert {"35", "20", "13", "1"} <= set(words)


def test_the_parts_of_a_row_are_as_long_as_their_numbers() -> None:
    root = ElementTree.fromstring(charts.rows(CHART))
    widths = [float(e.get("width")) for e in root.iter() if e.get("class") == "c0"]
    assert widths[0] == pytest.approx(3 * widths[2], rel=0.01)
    assert len(widths) == 4 + 1  # no bar for 0; the last one stands in the legend


@pytest.mark.parametrize("draw", DRAWERS)
def test_a_chart_with_one_label_or_only_noughts_is_drawn(draw: Callable[[Chart], str]) -> None:
    for values in ((0,), (7,)):
        chart = Chart("one", "One", "One week.", ("26/10",), (Series("Lessons", values),))
        assert "nan" not in draw(chart)
        assert chart.is_empty is (values == (0,))


def test_drawing_leaves_the_imports_of_others_alone() -> None:
    assert all(hasattr(finder, "find_spec") for finder in sys.meta_path)
    assert find_spec("json") is not None


@pytest.mark.parametrize("draw", DRAWERS)
def test_the_same_figures_in_another_language_have_its_words(draw: Callable[[Chart], str]) -> None:
    chinese = replace(CHART, title="学习进度", labels=("一", "二", "三", "四", "五"))
    drawn = [draw(CHART), draw(chinese), draw(CHART)]
    assert ["学习进度" in one for one in drawn] == [False, True, False]
    assert drawn[0] == drawn[2]
