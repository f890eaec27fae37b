"""Other words on a page's places: plain arithmetic on what was read from its layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.core.pdf.fitting import TOLERANCE, smaller
from app.core.pdf.shaping import Shaped
from app.core.pdf.slots import CLOSE, CannotSet, Line, Metrics, Plan

#: Asks for the page's layout with one fitted element at this size (CSS pixels).
Probe = Callable[[int, float], Plan]
_EXACT = 0.02  # CSS pixels; rounding of widths


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A text at its place. Distances in CSS pixels from the upper left corner of the page."""

    page: int
    left: float
    baseline: float
    size: float
    spacing: float
    color: tuple[float, float, float]
    text: str
    shaped: Shaped


class Prototype:
    """One page's layout, on which pages with the same skeleton are set."""

    def __init__(self, words: Sequence[str], natural: Plan, fitted: Plan, probe: Probe) -> None:
        """`natural` is the layout before long lines were made smaller, `fitted` after it."""
        self.words, self.plan, self.probe = tuple(words), fitted, probe
        self._natural = natural
        self._sizes: dict[int, Callable[[float], Metrics]] = {}

        #: The texts of each line with the prototype's own words.
        self.own = tuple(tuple(_as_laid_out(line)) for line in fitted.lines)

    def changed(self, words: Sequence[str]) -> frozenset[int]:
        """Which of the words are others than the prototype's."""
        pairs = enumerate(zip(words, self.words, strict=True))
        return frozenset(place for place, (one, own) in pairs if one != own)

    def set(self, words: Sequence[str]) -> dict[int, tuple[Placed, ...]]:
        """Where the texts of the lines stand that have other words than the prototype's.

        Raises CannotSet when they cannot stand like the prototype's, or MissingGlyph.
        """
        changed = self.changed(words)
        return {
            number: tuple(self._set_line(number, line, words))
            for number, line in enumerate(self.plan.lines)
            if any(piece.node in changed for piece in line.pieces)
        }

    def _set_line(self, number: int, line: Line, words: Sequence[str]) -> Iterator[Placed]:
        if not line.is_alone:
            raise CannotSet("other words on several lines")
        texts = [piece.with_words(words[piece.node]) for piece in line.pieces]
        shaped = [piece.shaped(text) for piece, text in zip(line.pieces, texts, strict=True)]
        for piece, one in zip(line.pieces, shaped, strict=True):
            if one.faces != piece.shaped(piece.text).faces:
                raise CannotSet("other fonts, which may stand higher or lower")
        metrics = self._metrics(number, shaped)
        width = _width(metrics, shaped)
        if width > line.room + (TOLERANCE if line.fit else _EXACT):
            raise CannotSet("too long for one line")
        return _placed(line, metrics, texts, shaped, line.start(width))

    def _metrics(self, number: int, shaped: Sequence[Shaped]) -> Metrics:
        """The line at its own size, or at the size at which it fits."""
        natural = self._natural.lines[number]
        fit, width = natural.fit, _width(natural.metrics, shaped)
        if fit is None or width <= fit.room + TOLERANCE:
            return natural.metrics
        found = smaller(fit.size, fit.room, width)
        if found.percent < fit.allowed or not fit.is_one_line:
            raise CannotSet("does not fit")
        if number not in self._sizes:
            self._sizes[number] = self._learned(number, fit.number, fit.size, fit.allowed / 100)
        return self._sizes[number](found.pixels)

    def _learned(
        self, number: int, fit: int, size: float, least: float
    ) -> Callable[[float], Metrics]:
        """How the line's metrics follow its size: between two layouts, checked with a third."""
        line = self._natural.lines[number]
        small = self._probed(number, fit, size * least)

        def at(pixels: float) -> Metrics:
            share = (size - pixels) / (size - size * least)
            return _between(line.metrics, small, share)

        middle = size * (1 + least) / 2
        if not _are_close(at(middle), self._probed(number, fit, middle)):
            raise CannotSet("its place does not follow its size")
        return at

    def _probed(self, number: int, fit: int, size: float) -> Metrics:
        plan = self.probe(fit, size)
        if not plan.has_same_frame(self._natural) or len(plan.lines) != len(self._natural.lines):
            raise CannotSet("its size moves other things")
        for place, (one, two) in enumerate(zip(plan.lines, self._natural.lines, strict=True)):
            same = _are_close(one.metrics, two.metrics) and abs(one.indent - two.indent) < CLOSE
            if place != number and not same:
                raise CannotSet("its size moves other lines")
        return plan.lines[number].metrics


def are_same(one: Sequence[Placed], two: Sequence[Placed]) -> bool:
    """Whether two pages show the same texts at the same places."""
    return len(one) == len(two) and all(
        (here.page, here.text, here.color) == (there.page, there.text, there.color)
        and abs(here.left - there.left) < CLOSE
        and abs(here.baseline - there.baseline) < CLOSE
        and abs(here.size - there.size) < CLOSE / 10
        for here, there in zip(one, two, strict=True)
    )


def _as_laid_out(line: Line) -> Iterator[Placed]:
    texts = [piece.text for piece in line.pieces]
    shaped = [piece.shaped(piece.text) for piece in line.pieces]
    return _placed(line, line.metrics, texts, shaped, line.left + line.indent)


def _placed(
    line: Line, metrics: Metrics, texts: Sequence[str], shaped: Sequence[Shaped], left: float
) -> Iterator[Placed]:
    for place, (text, one) in enumerate(zip(texts, shaped, strict=True)):
        size, spacing = metrics.sizes[place], metrics.spacings[place]
        left += metrics.gaps[place]
        yield Placed(
            line.page, left, metrics.baselines[place], size, spacing,
            line.pieces[place].color, text, one,
        )  # fmt: skip
        left += one.width_at(size, spacing)


def _width(metrics: Metrics, shaped: Sequence[Shaped]) -> float:
    widths = (
        one.width_at(size, spacing)
        for one, size, spacing in zip(shaped, metrics.sizes, metrics.spacings, strict=True)
    )
    return sum(widths) + sum(metrics.gaps) + metrics.tail


def _flat(metrics: Metrics) -> tuple[float, ...]:
    return (
        *metrics.sizes, *metrics.spacings, *metrics.gaps, *metrics.baselines, metrics.tail,
    )  # fmt: skip


def _are_close(one: Metrics, two: Metrics) -> bool:
    pairs = zip(_flat(one), _flat(two), strict=True)
    return len(one.sizes) == len(two.sizes) and all(abs(a - b) < CLOSE for a, b in pairs)


def _between(one: Metrics, two: Metrics, share: float) -> Metrics:
    def mixed(some: tuple[float, ...], others: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(a + (b - a) * share for a, b in zip(some, others, strict=True))

    return Metrics(
        mixed(one.sizes, two.sizes),
        mixed(one.spacings, two.spacings),
        mixed(one.gaps, two.gaps),
        mixed(one.baselines, two.baselines),
        one.tail + (two.tail - one.tail) * share,
    )
