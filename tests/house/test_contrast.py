"""Every pair of colours that carries words or edges is legible in both themes (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "app" / "static" / "css" / "tokens.css"
WORDS, EDGES = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
GROUNDS = ("paper", "card", "sunk")
WORD_PAIRS = [
    *((ink, ground) for ink in ("ink", "soft", "kapok-ink") for ground in GROUNDS),
    *((ink, f"{tone}-wash") for tone in ("kapok", "leaf", "care") for ink in ("ink", "soft")),
    ("on-kapok", "kapok"),
    ("on-kapok", "kapok-ink"),
    ("on-leaf", "leaf"),
    ("kapok-ink", "kapok-wash"),
    ("leaf", "leaf-wash"),
    ("leaf", "card"),
    ("leaf", "paper"),
    ("care", "care-wash"),
    ("care", "card"),
    ("paper", "ink"),
    ("fig-line", "fig-paper"),
    ("soft", "fig-paper"),
]
EDGE_PAIRS = [
    *(("edge", ground) for ground in GROUNDS),
    *((mark, ground) for mark in ("kapok", "leaf", "care") for ground in GROUNDS),
    ("leaf", "line"),
    ("fig-accent", "fig-paper"),
    ("fig-good", "fig-paper"),
    ("fig-care", "fig-paper"),
]


def _tokens(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", text))


def _themes() -> dict[str, dict[str, str]]:
    light, dark = TOKENS.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    return {"light": _tokens(light), "dark": _tokens(light) | _tokens(dark)}


def _luminance(colour: str) -> float:
    """Relative luminance of sRGB, as WCAG defines it."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Ratio of the two luminances, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _too_weak(theme: str, pairs: list[tuple[str, str]], least: float) -> list[str]:
    tokens = _themes()[theme]
    ratios = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in pairs}
    return [f"{a} on {b}: {r:.2f}" for (a, b), r in ratios.items() if r < least]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_are_legible_on_every_ground(theme: str) -> None:
    assert _too_weak(theme, WORD_PAIRS, WORDS) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_and_marks_are_visible(theme: str) -> None:
    assert _too_weak(theme, EDGE_PAIRS, EDGES) == []


def test_both_themes_have_the_same_colours() -> None:
    light, dark = TOKENS.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    assert set(_tokens(light)) == set(_tokens(dark))


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
