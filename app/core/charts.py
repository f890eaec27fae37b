"""Charts from plain data: SVG without scripts, style sheets or foreign addresses.

pygal works out scales and shapes. Of its drawing only shapes and words are kept, with colours as
plain attributes: a page may lay its own colours over the classes (`c0`, `c1`, …), and a PDF shows
them as they are. Words use the reader's own fonts. In rows each label has a line of its own, so
that a long Khmer name never meets the edge; 320 units wide, the drawing is readable on a phone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pygal

# pygal leaves an importer behind for its maps, which we do not use. It lacks `find_spec`, without
# which other tools that import modules fail (importlib since Python 3.12).
sys.meta_path[:] = [one for one in sys.meta_path if hasattr(one, "find_spec")]

WIDTH = 320
#: Line, fill and words of each series in turn, from the site's palette (app/static/css/tokens.css).
COLOURS = ("#1d6a49", "#2f6f8f", "#b97a00", "#8d7d6e", "#96290f")
INK, SOFT, LINE = "#241c15", "#675a4e", "#e6dacb"
FONTS = (
    "-apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans', "
    "'Noto Sans CJK SC', 'Noto Sans SC', 'Noto Sans Lao', 'Leelawadee UI', 'Noto Sans Khmer', "
    "'Khmer OS', sans-serif"
)
_SIZE, _ROW, _BAR, _LEGEND = 14, 50, 16, 26
_TOP, _SIDE, _LEFT = 12, 16, 44
_MOST_LABELS = 5
#: pygal leaves this part of its drawing free at every side.
_FREE = 1 / 52
_EDGE = WIDTH * _FREE
#: Where the first row of `rows` begins and how high each is, for those who set the words: in
#: parts of WIDTH.
ROWS_FROM, ROW_STEP = _TOP / WIDTH, _ROW / WIDTH
#: Figures change seldom and are looked at often: what was drawn lately is not drawn again.
_KEPT = lru_cache(maxsize=128)
_WORDS = re.compile(r"<text.*?</text>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one part of every bar; as many values as the chart has labels."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn, in the words of its reader; `key` makes the ids of a page differ."""

    key: str
    title: str
    description: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for one in self.series for value in one.values)


@_KEPT
def rows(chart: Chart) -> str:
    """A bar for each label, one under the other, the parts of a bar side by side."""
    height = _ROW * len(chart.labels)
    drawn = pygal.HorizontalStackedBar(
        **_PLAIN, width=WIDTH, height=height, margin=0, show_x_labels=False, show_y_labels=False
    )
    drawn.x_labels = chart.labels
    for one in chart.series:
        drawn.add("", one.values)
    bars = _bars_by_row(drawn, len(chart.labels))
    inside = "".join(
        _row(chart, number, bars[number]) for number in range(len(chart.labels))
    ) + _legend(chart, height + _TOP)
    return _svg(chart, inside, height + _TOP + _legend_height(chart))


def rows_without_words(chart: Chart) -> str:
    """The bars alone: WeasyPrint does not join Khmer and Lao letters inside a drawing, so a PDF
    sets the words over it.
    """
    return _WORDS.sub("", rows(chart))


@_KEPT
def columns(chart: Chart) -> str:
    """A bar for each label, side by side, in the order of time."""
    return _over_time(chart, pygal.StackedBar)


@_KEPT
def lines(chart: Chart) -> str:
    """A line for each series over the labels, in the order of time."""
    return _over_time(chart, pygal.Line)


_PLAIN: dict[str, Any] = {
    "show_legend": False,
    "print_values": False,
    "js": (),
    "css": (),
    "no_prefix": True,
    "disable_xml_declaration": True,
}


def _shapes(drawn: Any) -> Iterator[tuple[int, Any]]:
    """The shapes of each series, with its number."""
    for group in drawn.render_tree().iter("{*}g", "g"):
        names = str(group.get("class", "")).split()
        if "series" in names:
            number = next(int(n.split("-")[1]) for n in names if n.startswith("serie-"))
            for shape in group.iter():
                if isinstance(shape.tag, str):
                    yield number, shape


def _tag(shape: Any) -> str:
    return str(shape.tag).rpartition("}")[2]


def _bars_by_row(drawn: Any, count: int) -> list[list[tuple[int, float, float]]]:
    """For each label, from the first: the parts of its bar as series, left edge and width."""
    found: list[list[tuple[int, float, float]]] = [[] for _ in range(count)]
    seen: dict[int, int] = {}
    for series, shape in _shapes(drawn):
        if _tag(shape) == "rect":
            place = seen[series] = seen.get(series, -1) + 1
            width = float(shape.get("width") or 0)  # pygal leaves a width of 0 out
            found[place].append((series, float(shape.get("x")), width))
    return found


def _row(chart: Chart, number: int, parts: Sequence[tuple[int, float, float]]) -> str:
    top = number * _ROW + _TOP
    total = sum(one.values[number] for one in chart.series)
    words = _text(_EDGE, top + _SIZE, chart.labels[number], "start")
    words += _text(WIDTH - _EDGE, top + _SIZE, str(total), "end", "strong")
    bar_top = top + _SIZE + 8
    words += (
        f'<rect class="ground" x="{_EDGE:.1f}" y="{bar_top}" width="{WIDTH - 2 * _EDGE:.1f}" '
        f'height="{_BAR}" fill="{LINE}"/>'
    )
    return words + "".join(
        f'<rect class="c{series}" x="{left:.1f}" y="{bar_top}" width="{width:.1f}" '
        f'height="{_BAR}" fill="{_colour(series)}"/>'
        for series, left, width in parts
        if width > 0
    )


def _over_time(chart: Chart, kind: Any) -> str:
    height = 220
    most = max((max(one.values) for one in chart.series), default=0)
    if kind is pygal.StackedBar:
        most = max(sum(values) for values in zip(*(s.values for s in chart.series), strict=True))
    steps = _steps(most)
    drawn = kind(
        **_PLAIN,
        width=WIDTH,
        height=height,
        margin=0,
        margin_left=_LEFT,
        margin_right=_SIDE,
        margin_top=_TOP,
        margin_bottom=28,
        show_x_labels=False,
        show_y_labels=False,
        range=(0, steps[-1]),
        spacing=0,
    )
    drawn.x_labels = chart.labels
    for one in chart.series:
        drawn.add("", one.values)
    plot = (WIDTH - _LEFT - _SIDE, height - _TOP - 28)
    inside = (
        _axes(chart, steps, plot, is_line=kind is pygal.Line)
        + f'<g transform="translate({_LEFT} {_TOP})">'
    )
    inside += "".join(_shape(series, shape) for series, shape in _shapes(drawn)) + "</g>"
    inside += _legend(chart, height + 8)
    return _svg(chart, inside, height + 8 + _legend_height(chart))


def _steps(most: int) -> list[int]:
    """Whole numbers for the axis, from 0 to the first round one that is not below `most`."""
    step = 1
    while step * 4 < most:
        step = step * 2 if str(step)[0] in "15" else step * 5 // 2
    return list(range(0, max(step, most) + step, step))[: -(-max(most, 1) // step) + 1]


def _inside(share: float) -> float:
    """Where a share of a scale stands in the drawing, which has a free edge."""
    return _FREE + share * (1 - 2 * _FREE)


def _axes(chart: Chart, steps: Sequence[int], plot: tuple[int, int], *, is_line: bool) -> str:
    width, height = plot
    drawn = ""
    for step in steps:
        y = _TOP + height * _inside(1 - step / steps[-1])
        drawn += f'<path class="guide" d="M{_LEFT} {y:.1f}h{width}" stroke="{LINE}"/>'
        drawn += _text(_LEFT - 8, y + 4, str(step), "end", "soft")
    every = -(-len(chart.labels) // _MOST_LABELS)
    for place, label in enumerate(chart.labels):
        if (len(chart.labels) - 1 - place) % every == 0:
            x = _LEFT + width * _inside(_share(place, len(chart.labels), is_line=is_line))
            drawn += _text(x, _TOP + height + 20, label, "middle", "soft")
    return drawn


def _share(place: int, count: int, *, is_line: bool) -> float:
    if is_line and count > 1:
        return place / (count - 1)
    return (place + 0.5) / count


def _shape(series: int, shape: Any) -> str:
    colour, tag = _colour(series), _tag(shape)
    if tag == "rect":
        x, y, width, height = (float(shape.get(n) or 0) for n in ("x", "y", "width", "height"))
        return (
            f'<rect class="c{series}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
            f'height="{height:.1f}" fill="{colour}"/>'
        )
    if tag == "path":
        return (
            f'<path class="l{series}" d={quoteattr(str(shape.get("d")))} fill="none" '
            f'stroke="{colour}" stroke-width="2.5"/>'
        )
    if tag == "circle":
        x, y = float(shape.get("cx")), float(shape.get("cy"))
        return f'<circle class="c{series}" cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
    return ""


def _colour(series: int) -> str:
    return COLOURS[series % len(COLOURS)]


def _legend_height(chart: Chart) -> int:
    return _LEGEND * len(chart.series) + 8 if len(chart.series) > 1 else 0


def _legend(chart: Chart, top: int) -> str:
    """The names of the series, each on a line of its own: no name is cut."""
    if len(chart.series) < 2:
        return ""
    drawn = ""
    for number, one in enumerate(chart.series):
        y = top + 8 + number * _LEGEND
        drawn += (
            f'<rect class="c{number}" x="{_EDGE:.1f}" y="{y}" width="14" height="14" rx="3" '
            f'fill="{_colour(number)}"/>' + _text(_EDGE + 22, y + 12, one.name, "start")
        )
    return drawn


def _text(x: float, y: float, words: str, anchor: str, kind: str = "") -> str:
    weight = ' font-weight="650"' if kind == "strong" else ""
    fill = SOFT if kind == "soft" else INK
    name = f' class="{kind}"' if kind else ""
    return (
        f'<text{name} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{weight}>'
        f"{escape(words)}</text>"
    )


def _svg(chart: Chart, inside: str, height: int) -> str:
    title, told = f"chart-{chart.key}-title", f"chart-{chart.key}-told"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-labelledby="{title} {told}" font-family={quoteattr(FONTS)} '
        f'font-size="{_SIZE}"><title id="{title}">{escape(chart.title)}</title>'
        f'<desc id="{told}">{escape(chart.description)}</desc>{inside}</svg>'
    )
