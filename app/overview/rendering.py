"""The funder's summary in words of one language: tables and charts, on a page and as a PDF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.accounts import services as accounts
from app.accounts.types import UNKNOWN_TERRITORY, Gender
from app.config import ROOT
from app.core import charts, pdf
from app.core.breaking import breakable
from app.core.charts import Chart, Series
from app.core.i18n import N_, format_date, tr
from app.core.languages import LANGUAGES
from app.core.pdf.fonts import STACK
from app.courses.library import library
from app.overview.types import LEAST, Few, Shown, Summary

FOLDER = ROOT / "app" / "templates" / "overview" / "print"
WORDS = {
    "title": N_("Summary of the training"),
    "period": N_("Period"),
    "cohorts": N_("Cohorts"),
    "data_of": N_("Data of"),
    "people": N_("Trainees"),
    "few": N_("There are fewer than %(least)s trainees, so no numbers are shown."),
}
NOTES_TITLE = N_("What is counted")
GENDER_WORDS: dict[Gender | None, str] = {
    Gender.FEMALE: N_("Female"),
    Gender.MALE: N_("Male"),
    Gender.OTHER: N_("Other"),
    None: N_("Not given"),
}
COURSE_HEADERS = (
    N_("Course"),
    N_("Enrolled"),
    N_("Lessons finished"),
    N_("Assessment passed"),
    N_("Skill checks passed"),
    N_("Certificate issued"),
    N_("Certificate in force"),
)
NOTES = (
    N_(
        "Trainees are people who were in one of the cohorts on a day of the period. Each is "
        "counted once, also when she was in two cohorts."
    ),
    N_(
        "Enrolled: until the end of the period. Lessons, assessment, skill checks and certificate "
        "issued: all of it done, and the last of it in the period. Certificate in force: on the "
        "day of the data."
    ),
    N_("The country or region is that of the passport. Gender is given freely, or not at all."),
    N_(
        "Groups of fewer than %(least)s people are not shown by country and gender. The smallest "
        "groups that are left are then hidden too, so that no small number can be computed: for "
        "countries they are counted together."
    ),
    N_(
        "In the table of courses “< %(least)s” stands for a few people, and “> ” before a number "
        "says that all but a few have done it."
    ),
    N_(
        "A range in the table of courses, such as 1–5, stands for some of them: where only a few "
        "more than %(least)s people are enrolled, the number is not told."
    ),
)
#: Of a drawing on paper, in mm: it stands beside a table of as many rows as MOST_BESIDE.
CHART_WIDTH, MOST_BESIDE = 84, 12
PAGE_OF = N_("Page %(page)s of %(pages)s")
ALL_COHORTS = N_("All cohorts of the programme")
OWN_COHORTS = N_("All cohorts of one instructor")
HIDDEN = N_("not shown")
ELSEWHERE = N_("Other countries and regions")
SINCE_START = N_("until %(last)s")
FROM_TO = N_("%(first)s to %(last)s")
NOBODY = N_("There were no trainees in this period.")


@dataclass(frozen=True, slots=True)
class SummaryTable:
    """One table in words: its rows begin with a name; beside it perhaps a drawing."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    chart: Chart | None = None

    @property
    def svg(self) -> Markup:
        """The bars of the drawing."""
        if self.chart is None or self.chart.is_empty:
            return Markup()
        return Markup(charts.rows_without_words(self.chart))  # noqa: S704 (charts escape words)

    @property
    def bars(self) -> list[tuple[str, int]]:
        """What stands over each bar: its name and number."""
        if self.chart is None:
            return []
        return list(zip(self.chart.labels, self.chart.series[0].values, strict=True))


@dataclass(frozen=True, slots=True)
class SummaryText:
    """The whole summary in words."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sentence: str  # why there are no tables; empty when there are
    tables: tuple[SummaryTable, ...]
    notes: tuple[str, ...]


def summary_text(found: Summary, language: str, *, everybody: bool = True) -> SummaryText:
    """The summary in the words of a language. `everybody`: an administrator's, of all cohorts."""

    def say(message: str, **values: object) -> str:
        return tr(message, language, **values)

    facts = (
        (say(WORDS["period"]), _period(found, language, say)),
        (say(WORDS["cohorts"]), _cohorts(found, say, everybody=everybody)),
        (say(WORDS["data_of"]), format_date(found.on, language)),
        (say(WORDS["people"]), shown(found.people, 0)),
    )
    sentence = {Few.THESE: say(WORDS["few"], least=LEAST), 0: say(NOBODY)}.get(found.people, "")
    tables = () if sentence else _tables(found, language, say)
    notes = tuple(say(note, least=LEAST) for note in NOTES)
    return SummaryText(say(WORDS["title"]), facts, sentence, tables, notes)


_Say = Callable[..., str]


def _period(found: Summary, language: str, say: _Say) -> str:
    last = format_date(found.wish.last, language)
    if found.wish.first is None:
        return say(SINCE_START, last=last)
    return say(FROM_TO, first=format_date(found.wish.first, language), last=last)


def _cohorts(found: Summary, say: _Say, *, everybody: bool) -> str:
    if found.wish.is_everything:
        return say(ALL_COHORTS if everybody else OWN_COHORTS)
    return " · ".join(printable(cohort.name) or cohort.key[:8] for cohort in found.wish.cohorts)


def shown(number: Shown | None, of: Shown) -> str:
    """A number of people as it may be shown."""
    match number:
        case None:
            return "–"
        case Few.THESE:
            return f"< {LEAST}"
        case Few.OTHERS:
            return f"> {int(of) - LEAST}" if not isinstance(of, Few) else f"< {LEAST}"
        case Few.SOME:
            return f"1–{int(of) - 1}" if not isinstance(of, Few) else f"< {LEAST}"
        case _:
            return str(number)


def _tables(found: Summary, language: str, say: _Say) -> tuple[SummaryTable, ...]:
    return (
        _by_country(found, language, say),
        _by_gender(found, say),
        _by_course(found, language, say),
    )


def _by_country(found: Summary, language: str, say: _Say) -> SummaryTable:
    rows = [(_territory(code, language, say), n) for code, n in found.countries.items()]
    if found.elsewhere:
        rows.append((say(ELSEWHERE), found.elsewhere))
    title = say(N_("By country or region"))
    headers = (say(N_("Country or region")), say(WORDS["people"]))
    return _groups("countries", title, headers, rows, say)


def _territory(code: str, language: str, say: _Say) -> str:
    if code == UNKNOWN_TERRITORY:
        return say(N_("Unknown"))
    return accounts.territory_name(code, language)


def _by_gender(found: Summary, say: _Say) -> SummaryTable:
    rows = [(say(GENDER_WORDS[gender]), n) for gender, n in found.genders.items()]
    headers = (say(N_("Gender")), say(WORDS["people"]))
    return _groups("genders", say(N_("By gender")), headers, rows, say)


def _groups(
    key: str,
    title: str,
    headers: tuple[str, str],
    rows: list[tuple[str, Any]],
    say: _Say,
) -> SummaryTable:
    known = [(name, number) for name, number in rows if number is not None]
    chart = Chart(
        f"summary-{key}",
        title,
        say(N_("A bar for each group that is shown.")),
        tuple(name for name, _number in known),
        (Series(headers[1], tuple(number for _name, number in known)),),
    )
    cells = tuple(
        (name, str(number) if number is not None else say(HIDDEN)) for name, number in rows
    )
    note = "" if rows else say(N_("The groups are too small to be shown."))
    return SummaryTable(title, headers, cells, note, chart if known else None)


def _by_course(found: Summary, language: str, say: _Say) -> SummaryTable:
    titles = [library().course(one.slug).titles(language).short_title for one in found.courses]
    rows = tuple(
        (title, *(shown(number, one.enrolled) for number in one.numbers))
        for title, one in zip(titles, found.courses, strict=True)
    )
    issued = [
        (title, one.issued)
        for title, one in zip(titles, found.courses, strict=True)
        if not isinstance(one.issued, Few)
    ]
    chart = Chart(
        "summary-courses",
        say(N_("Certificates issued")),
        say(N_("A bar for each course. Numbers that are not shown are left out.")),
        tuple(title for title, _number in issued),
        (Series(say(COURSE_HEADERS[5]), tuple(number for _title, number in issued)),),
    )
    headers = tuple(say(header) for header in COURSE_HEADERS)
    note = "" if rows else say(N_("The cohorts follow no course."))
    return SummaryTable(say(N_("By course")), headers, rows, note, chart if issued else None)


def printable(text: str) -> str:
    """The text, or nothing when our fonts lack one of its letters: better no name than boxes."""
    return "" if pdf.missing_letters(text) else text


def summary_pdf(text: SummaryText, programme: str, language: str) -> bytes:
    """The summary on A4, as many pages as needed.

    Raises what `app.core.pdf.render` raises.
    """
    html = (
        _environment()
        .get_template("summary.html")
        .render(
            tag=LANGUAGES[language].html,
            programme=programme,
            text=text,
            most_beside=MOST_BESIDE,
            notes=tr(NOTES_TITLE, language),
        )
    )
    css = (FOLDER / "summary.css").read_text("utf-8").replace("var(--fonts)", STACK)
    css += _words_over_bars() + _page_numbers(language)
    return pdf.render_briefly(pdf.Document(html=html, css=css))


def _words_over_bars() -> str:
    """Where the words of a drawing stand: each line in the upper half of its row."""
    row = charts.ROW_STEP * CHART_WIDTH
    top = charts.ROWS_FROM * CHART_WIDTH - row * 0.08
    return (
        f".chart-box, .chart-box svg {{ width: {CHART_WIDTH}mm }}"
        f".labels {{ top: {top:.2f}mm }}"
        f".labels p {{ height: {row:.3f}mm; line-height: {row * 0.45:.2f}mm }}"
    )


def _page_numbers(language: str) -> str:
    """The rule that prints the numbers of this page and of all."""
    quoted = tr(PAGE_OF, language).replace("\\", "").replace('"', "")
    for place, counter in (("%(page)s", "page"), ("%(pages)s", "pages")):
        quoted = quoted.replace(place, f'" counter({counter}) "')
    return f'@page {{ @bottom-right {{ content: "{quoted}"; }} }}'


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrap"] = breakable
    return environment
