"""Figure parity between languages, and service numbers that stand in prose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.courses.loader.checks.units import Twins, Unit
from app.courses.loader.figures import Figure, figures_of
from app.courses.loader.reading import RawContent
from app.courses.types import Fault

_NUMBERS_FILE = "data/emergency_numbers.yaml"


def check_figures(content: RawContent, twins: Twins) -> Iterator[Fault]:
    """Each translated unit has its source's figures; no unit writes a service number out."""
    found = {unit: figures_of(unit.text) for unit in twins.all()}
    for source, unit in twins.pairs():
        yield from _compare(source, found[source], unit, found[unit])
    services = _service_numbers(content)
    for unit, figures in found.items():
        if unit.where[0] != _NUMBERS_FILE:
            yield from _service_numbers_in(unit, figures, services)


def _compare(
    source: Unit, wanted: list[Figure], unit: Unit, found: list[Figure]
) -> Iterator[Fault]:
    missing = Counter(figure.token for figure in wanted)
    missing.subtract(figure.token for figure in found)
    lost = [token for token, count in missing.items() if count > 0]
    added = [token for token, count in missing.items() if count < 0]
    if not lost and not added:
        return
    first = next((figure for figure in found if figure.token in added), None)
    parts = [f"the source has {', '.join(lost)}" if lost else ""]
    parts.append(f"this text has {', '.join(added)}" if added else "")
    yield unit.fault(
        "figures",
        f"The figures of “{'/'.join(unit.where[1:])}” differ: {'; '.join(filter(None, parts))}.",
        f"Write the same figures as {source.path}:{source.line}.",
        first.offset if first else 0,
    )


def _service_numbers(content: RawContent) -> frozenset[str]:
    if content.numbers is None:
        return frozenset()
    return frozenset(
        service.number
        for country in content.numbers.countries.values()
        for service in country.services.values()
    )


def _service_numbers_in(
    unit: Unit, figures: list[Figure], services: frozenset[str]
) -> Iterator[Fault]:
    ends = {end for figure in figures for end in figure.ends}
    for figure in figures:
        if figure.is_plain and figure.token in services - ends:
            yield unit.fault(
                "service-number",
                f"The service number {figure.token} is written out.",
                "Write a marker such as {number:cn.ambulance}.",
                figure.offset,
            )
