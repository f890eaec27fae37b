"""Charts of a cohort, and of every cohort that a person leads, each with its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_skeleton
from flask import render_template, request
from markupsafe import Markup

from app.accounts import services as accounts
from app.cohorts import services as cohorts
from app.core import charts
from app.core.charts import Chart, Series
from app.core.clock import now
from app.core.db import reading
from app.core.i18n import LANGUAGES, _, current_language, language_record, lazy
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.courses.library import library
from app.overview import services
from app.overview.services import Stage, Statistics
from app.overview.types import Wanted
from app.overview.views.frame import blueprint, required

STAGE_NAMES = {
    Stage.JOINED: lazy("Joined the course"),
    Stage.STARTED: lazy("Started"),
    Stage.LESSONS: lazy("All lessons done"),
    Stage.ASSESSMENT: lazy("Assessment passed"),
    Stage.PRACTICAL: lazy("Skill checks passed"),
    Stage.CERTIFIED: lazy("Certified"),
}
#: What the parts of a bar mean: the stages that are told as one.
_PARTS = (
    (lazy("Certified"), (Stage.CERTIFIED,)),
    (lazy("Assessment passed"), (Stage.ASSESSMENT, Stage.PRACTICAL)),
    (lazy("Learning"), (Stage.STARTED, Stage.LESSONS)),
    (lazy("Not started"), (Stage.JOINED,)),
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with its drawing, and the heading of the first column of its table."""

    chart: Chart
    svg: Markup
    first: str


@blueprint.get("/cohorts/<uuid:key>/charts")
@requires(Permission.COHORTS_LEAD)
def cohort_charts(key: object) -> str:
    """How a cohort gets on, in pictures."""
    db = reading()
    cohort = cohorts.cohort_of(db, current_person(), str(key))
    courses = services.courses_of(cohort)
    slugs = _chosen([course.slug for course in courses])
    users = cohorts.members_of(db, cohort)
    figures = services.statistics(db, users, slugs, now(), require_review=required())
    return render_template(
        "overview/charts.html",
        cohort=cohort,
        courses=courses,
        drawn=_all(figures),
        people=figures.people,
    )


@blueprint.get("/trainees/charts")
@requires(Permission.COHORTS_LEAD)
def everybody_charts() -> str:
    """How everybody gets on whom the person leads; an administrator sees the whole programme."""
    db = reading()
    found, people = services.everybody_of(db, cohorts.cohorts_of(db, current_person()), Wanted())
    followed = {course.slug for cohort in found for course in services.courses_of(cohort)}
    courses = [course for course in library().courses if course.slug in followed]
    slugs = _chosen([course.slug for course in courses])
    users = [user for user, _cohort in people.values()]
    figures = services.statistics(db, users, slugs, now(), require_review=required())
    return render_template(
        "overview/charts.html",
        cohort=None,
        courses=courses,
        drawn=_all(figures),
        people=figures.people,
    )


def _chosen(slugs: list[str]) -> list[str]:
    wanted = request.args.get("course", "")
    return [wanted] if wanted in slugs else slugs


def _all(figures: Statistics) -> list[Drawn]:
    language = current_language()
    return [
        _drawn(charts.rows, _funnel(figures), _("Step")),
        _drawn(charts.columns, _lessons(figures), _("Week from")),
        _drawn(charts.lines, _courses(figures), _("Week from")),
        _drawn(
            charts.rows,
            _groups(
                "countries",
                _("By country or region"),
                figures.countries,
                lambda code: accounts.territory_name(code, language),
            ),
            _("Country or region"),
        ),
        _drawn(
            charts.rows,
            _groups(
                "languages",
                _("By language"),
                figures.languages,
                lambda code: LANGUAGES[code].name if code in LANGUAGES else code,
            ),
            _("Language"),
        ),
    ]


def _drawn(draw: Callable[[Chart], str], chart: Chart, first: str) -> Drawn:
    svg = "" if chart.is_empty else draw(chart)
    return Drawn(chart, Markup(svg), first)  # noqa: S704 (charts escape every word)


def _funnel(figures: Statistics) -> Chart:
    return Chart(
        "funnel",
        _("How far they have come"),
        _("Bars from joining to the certificate. Every trainee counts once in each course."),
        tuple(str(name) for name in STAGE_NAMES.values()),
        (Series(_("Trainees"), tuple(figures.reached[stage] for stage in STAGE_NAMES)),),
    )


def _lessons(figures: Statistics) -> Chart:
    return Chart(
        "lessons",
        _("Lessons done, week by week"),
        _("A bar for each week."),
        _labels(figures.weeks),
        (Series(_("Lessons"), figures.lessons),),
    )


def _courses(figures: Statistics) -> Chart:
    return Chart(
        "courses",
        _("Assessments passed and certificates, so far"),
        _("Two lines that rise week by week."),
        _labels(figures.weeks),
        (
            Series(_("Assessments passed"), figures.passed),
            Series(_("Certificates"), figures.certified),
        ),
    )


def _labels(weeks: tuple[date, ...]) -> tuple[str, ...]:
    return tuple(format_skeleton("Md", week, locale=language_record().babel) for week in weeks)


def _groups(
    key: str, title: str, groups: Mapping[str, Mapping[Stage, int]], name: Callable[[str], str]
) -> Chart:
    return Chart(
        key,
        title,
        _("Bars divided by how far the trainees are. Every trainee counts once in each course."),
        tuple(name(code) for code in groups),
        tuple(
            Series(str(words), tuple(sum(of[s] for s in stages) for of in groups.values()))
            for words, stages in _PARTS
        ),
    )
