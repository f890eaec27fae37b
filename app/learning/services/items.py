"""The analysis of a course's questions: asked for, counted by a job, and read for its pages.

Thresholds. Shown at all from 10 answers, so that nobody is identified; discrimination, thirds and
the comparison of languages from 30 (own choice; 30 is the usual least number for a correlation).
Languages are compared from 30 matched people in each and 100 together (own choice, for early
signs); ETS asks for 200 in the smaller group and 500 together (Zwick 2012, ETS RR-12-08), from
which on a finding is called firm.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core import jobs
from app.core.db import insert_or_get
from app.courses.library import library
from app.courses.types import Course, Item, ItemType
from app.learning.models import ItemAnalysis, ItemCorrection
from app.learning.services.counting import (
    GroupCount,
    ItemCount,
    count_answers,
    count_first_attempts,
)
from app.learning.services.statistics import (
    DifClass,
    MantelHaenszel,
    Table,
    mantel_haenszel,
)

LEAST_SHOWN = 10
LEAST_COMPARED = 30
LEAST_MATCHED = 30
LEAST_BOTH = 100
FIRM_MATCHED = 200
FIRM_BOTH = 500
WEAK = 0.10  # item-rest correlation below which a question hardly tells who knows more
HARD = 0.30  # share of right answers below which a question is hard for everybody

ALL_TIME = date(2000, 1, 1)
TASK = "learning.analyse"
_COUNTS: TypeAdapter[dict[str, ItemCount]] = TypeAdapter(dict[str, ItemCount])


class ProblemKind(StrEnum):
    """What may be wrong with a question, worst first."""

    HARDER = "harder"  # in a language
    WRONG_WAY = "wrong-way"  # the strongest miss it, or choose another option
    EASIER = "easier"
    WEAK = "weak"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Dif:
    """A language compared with the reference; `found` is None without enough answers."""

    matched: int
    matched_reference: int
    found: MantelHaenszel | None

    @property
    def is_firm(self) -> bool:
        """Whether there are as many answers as ETS asks for."""
        least = min(self.matched, self.matched_reference)
        return least >= FIRM_MATCHED and self.matched + self.matched_reference >= FIRM_BOTH


@dataclass(frozen=True, slots=True)
class LanguageFigures:
    """One question in one language; shares are None where too few answered."""

    code: str
    answered: int
    share: float | None
    dif: Dif | None  # None for the reference itself


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to look at; `language` and `grade` for differences between languages."""

    kind: ProblemKind
    language: str = ""
    grade: DifClass | None = None

    @property
    def weight(self) -> int:
        """The larger, the sooner to be looked at."""
        is_large = self.grade is DifClass.C
        match self.kind:
            case ProblemKind.HARDER:
                return 100 if is_large else 60
            case ProblemKind.WRONG_WAY:
                return 90
            case ProblemKind.EASIER:
                return 50 if is_large else 20
            case ProblemKind.WEAK:
                return 40
            case ProblemKind.HARD:
                return 30


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """What is known of one question. Shares are of those who answered it."""

    item: Item
    answered: int
    left_open: int
    share: float | None
    discrimination: float | None
    languages: tuple[LanguageFigures, ...]
    problems: tuple[Problem, ...]
    count: ItemCount

    @property
    def weight(self) -> tuple[int, int]:
        """For sorting: the worst problem, then how many there are."""
        weights = [problem.weight for problem in self.problems]
        return max(weights, default=0), len(weights)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was counted last, and whether there is more by now. `counted_at` None: never."""

    course: Course
    since: date
    counted_at: datetime | None
    attempts: int
    newer: int
    is_outdated: bool
    is_waiting: bool
    reference: str
    counts: Mapping[str, ItemCount]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the course."""
        return tuple(self.course.languages)


def start_of(day: date) -> datetime | None:
    """The first moment of a day in the programme's zone; None for all time."""
    zone = ZoneInfo(library().programme.timezone)
    return None if day <= ALL_TIME else datetime.combine(day, time.min, zone)


def ask_analysis(db: Session, course: Course, since: date) -> None:
    """Have the answers counted by the worker; asked twice it is counted once."""
    payload = {"course": course.slug, "since": since.isoformat()}
    jobs.enqueue(db, TASK, payload, _unique(course, since))


def _unique(course: Course, since: date) -> str:
    return f"{TASK}:{course.slug}:{since}"


Counted = tuple[int, dict[str, ItemCount]]


def count_analysis(db: Session, course: Course, since: date) -> Counted:
    """Count the answers now; for `store_analysis`."""
    return count_answers(db, course, start_of(since))


def store_analysis(
    db: Session, course: Course, since: date, counted: Counted, at: datetime
) -> ItemAnalysis:
    """Keep the sums in place of the last ones."""
    attempts, counts = counted
    stored = _COUNTS.dump_python(counts, mode="json")
    values = {"slug": course.slug, "since_on": since, "counted_at": at}
    values |= {"attempts": attempts, "counts": stored}
    analysis, _ = insert_or_get(db, ItemAnalysis, values, ("slug", "since_on"))
    analysis.counted_at, analysis.attempts, analysis.counts = at, attempts, stored
    db.flush()
    return analysis


def analysis_of(db: Session, course: Course, since: date, reference: str = "") -> Analysis:
    """What was counted last. `reference`: the language to compare with; else the most used."""
    query = select(ItemAnalysis).where(
        ItemAnalysis.slug == course.slug, ItemAnalysis.since_on == since
    )
    row = db.scalars(query).one_or_none()
    counts = _COUNTS.validate_python(row.counts) if row else {}
    corrected_at = db.scalar(
        select(func.max(ItemCorrection.corrected_at)).where(ItemCorrection.slug == course.slug)
    )
    known = row.attempts if row else 0
    return Analysis(
        course=course,
        since=since,
        counted_at=row.counted_at if row else None,
        attempts=known,
        newer=max(0, count_first_attempts(db, course.slug, start_of(since)) - known),
        is_outdated=bool(row and corrected_at and corrected_at > row.counted_at),
        is_waiting=_is_waiting(db, course, since),
        reference=reference if reference in course.languages else _most_used(course, counts),
        counts=counts,
    )


def _is_waiting(db: Session, course: Course, since: date) -> bool:
    return bool(jobs.waiting_keys(db, [_unique(course, since)]))


def _most_used(course: Course, counts: Mapping[str, ItemCount]) -> str:
    def used(code: str) -> int:
        groups = (count.languages.get(code) for count in counts.values())
        return sum(group.answered for group in groups if group)

    return max(course.languages, key=used)


def figures_of(analysis: Analysis, languages: Collection[str]) -> list[ItemFigures]:
    """Every question of today's course with its figures in these languages."""
    return [
        item_figures(analysis, item, languages)
        for item in analysis.course.items
        if item.key in analysis.counts
    ]


def item_figures(analysis: Analysis, item: Item, languages: Collection[str]) -> ItemFigures:
    """One question's figures in these languages; the reference is always among them."""
    count = analysis.counts.get(item.key, ItemCount())
    reference = count.languages.get(analysis.reference, GroupCount())
    shown = tuple(
        _language(code, count.languages.get(code, GroupCount()), reference, analysis.reference)
        for code in analysis.languages
        if code in languages or code == analysis.reference
    )
    is_enough = count.answered >= LEAST_COMPARED
    discrimination = count.discrimination if is_enough else None
    return ItemFigures(
        item,
        count.answered,
        count.left_open,
        share_of([count.answered, count.right]),
        discrimination,
        shown,
        tuple(_problems(item, count, shown, discrimination)),
        count,
    )


def share_of(tally: Sequence[int], least: int = LEAST_SHOWN) -> float | None:
    """The share of right answers in [answered, right]; None when fewer than `least` answered."""
    answered, right = tally
    return right / answered if answered >= least else None


def _language(
    code: str, group: GroupCount, reference: GroupCount, reference_code: str
) -> LanguageFigures:
    share = share_of([group.answered, group.right])
    dif = None if code == reference_code else compare(reference, group)
    return LanguageFigures(code, group.answered, share, dif)


def compare(reference: GroupCount, focal: GroupCount) -> Dif:
    """Two languages of one question, people with the same rest score side by side."""
    tables: list[Table] = []
    for stratum in reference.strata.keys() & focal.strata.keys():
        of_reference, of_focal = reference.strata[stratum], focal.strata[stratum]
        tables.append(
            (
                of_reference[1],
                of_reference[0] - of_reference[1],
                of_focal[1],
                of_focal[0] - of_focal[1],
            )
        )
    first = sum(a + b for a, b, _c, _d in tables)
    second = sum(c + d for _a, _b, c, d in tables)
    is_enough = min(first, second) >= LEAST_MATCHED and first + second >= LEAST_BOTH
    return Dif(second, first, mantel_haenszel(tables) if is_enough else None)


def _problems(
    item: Item,
    count: ItemCount,
    languages: Sequence[LanguageFigures],
    discrimination: float | None,
) -> list[Problem]:
    problems = []
    for one in languages:
        found = one.dif.found if one.dif else None
        if found is not None and found.dif_class is not DifClass.A:
            kind = ProblemKind.HARDER if found.delta < 0 else ProblemKind.EASIER
            problems.append(Problem(kind, one.code, found.dif_class))
    if discrimination is not None:
        if discrimination < 0 or _misleads(item, count):
            problems.append(Problem(ProblemKind.WRONG_WAY))
        elif discrimination < WEAK:
            problems.append(Problem(ProblemKind.WEAK))
        if count.right < HARD * count.answered:
            problems.append(Problem(ProblemKind.HARD))
    return sorted(problems, key=lambda one: -one.weight)


def _misleads(item: Item, count: ItemCount) -> bool:
    """Whether the strongest third chooses a wrong option more often than the right one."""
    if item.type is ItemType.SINGLE:
        right = item.answer[0]
    elif item.type is ItemType.TRUE_FALSE:
        right = "true" if item.answer else "false"
    else:
        return False
    chosen = count.high_labels
    most = max(chosen.values(), default=0)
    return most > chosen.get(right, 0) and count.high[1] < most


#: Bands of rest scores in which the small table shows the share of right answers, in percent.
BANDS = ((0, 50), (50, 70), (70, 80), (80, 90), (90, 101))


def bands_of(count: ItemCount, codes: Collection[str]) -> list[tuple[int, int, list[int]]]:
    """For each band of rest scores, in percent, [answered, right] over these languages."""
    tallies = [(low, high, [0, 0]) for low, high in BANDS]
    for code in codes:
        for stratum, (answered, right) in count.languages.get(code, GroupCount()).strata.items():
            rest, _, among = stratum.partition("/")
            percent = 100 * int(rest) / max(1, int(among))
            for low, high, tally in tallies:
                if low <= percent < high:
                    tally[0] += answered
                    tally[1] += right
    return tallies


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """How often one option was chosen, or one line put right; None where too few answered."""

    label: str
    share: float | None
    low: float | None
    high: float | None
    by_language: Mapping[str, float | None]


def label_figures(count: ItemCount, codes: Collection[str]) -> list[LabelFigures]:
    """Every option that somebody chose, the most chosen first."""
    groups = {code: count.languages.get(code, GroupCount()) for code in codes}
    total: dict[str, int] = {}
    for group in count.languages.values():
        for label, number in group.labels.items():
            total[label] = total.get(label, 0) + number
    has_thirds = count.answered >= LEAST_COMPARED
    return [
        LabelFigures(
            label,
            share_of([count.answered, number]),
            share_of([count.low[0], count.low_labels.get(label, 0)]) if has_thirds else None,
            share_of([count.high[0], count.high_labels.get(label, 0)]) if has_thirds else None,
            {
                code: share_of([group.answered, group.labels.get(label, 0)])
                for code, group in groups.items()
            },
        )
        for label, number in sorted(total.items(), key=lambda pair: -pair[1])
    ]
