"""The paper twins of a training day: the sign-in list and the skill sheets, as A4 PDF."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from app.core import pdf
from app.core.errors import N_
from app.core.i18n import breakable, format_date, tr
from app.core.languages import LANGUAGES
from app.core.pdf.fonts import STACK
from app.courses.library import library
from app.courses.rendering import inline_words
from app.practicals.rendering import language_of
from app.practicals.types.sessions import UnprintablePaper

FOLDER = Path(__file__).resolve().parent.parent / "paper_templates"
SPARE_LINES = 4  # for people who are not on the list yet
_LINK = re.compile(r"</?a\b[^>]*>")
_environment = ImmutableSandboxedEnvironment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_SAY = {
    "sign_in": N_("Sign-in list"),
    "training_day": N_("Training day"),
    "day": N_("Day"),
    "time": N_("Time"),
    "place": N_("Place"),
    "instructors": N_("Instructors"),
    "courses": N_("Courses"),
    "number": N_("No."),
    "name": N_("Name"),
    "sign_at_start": N_("Signature on coming"),
    "sign_at_end": N_("Signature on leaving"),
    "came": N_("People who came"),
    "instructor_signature": N_("Name and signature of the instructor"),
    "paper": N_("Sheet no."),
    "edition": N_("Edition"),
    "trainee": N_("Trainee"),
    "examiner": N_("Examiner"),
    "language": N_("Language used"),
    "attempt": N_("Attempt of the day"),
    "equipment": N_("Equipment"),
    "role": N_("Role"),
    "steps": N_("Steps"),
    "passed": N_("Passed"),
    "failed": N_("Not passed"),
    "critical_step": N_("Critical step"),
    "what_happened": N_("What happened?"),
    "critical_fails": N_("Critical fails"),
    "critical_rule": N_("One critical fail ends the attempt. Steps after it may stay open."),
    "limits": N_("Limits"),
    "comment": N_("Comment for the trainee"),
    "result": N_("Result"),
    "examiner_signature": N_("Signature of the examiner"),
    "trainee_signature": N_("Signature of the trainee"),
    "second_signature": N_("Name and signature of the second examiner"),
}


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What is printed about a day: plain data."""

    language: str
    number: str
    held_on: date
    hours: str
    place: str
    cohort: str
    instructors: str
    courses: tuple[str, ...]
    #: (native name, Latin name) of each person, in order.
    people: tuple[tuple[str, str], ...]
    #: Course slug and sheet key of the station; None for a sign-in list.
    station: tuple[str, str] | None = None
    #: The numbers of the sheets; as many as people, or blank sheets without.
    papers: tuple[str, ...] = ()


def day_number(session_id: int) -> str:
    """The short name of a day on paper, such as T12."""
    return f"T{session_id}"


def paper_number(session_id: int, number: int) -> str:
    """The number of one paper sheet, such as T12-003; no other sheet has it."""
    return f"{day_number(session_id)}-{number:03}"


def sign_in_pdf(facts: PaperFacts) -> bytes:
    """The sign-in list. Raises UnprintablePaper and what `app.core.pdf.render` raises."""
    _refuse_unprintable(facts, cohort=facts.cohort, instructors=facts.instructors)
    people = [_person(*names) for names in facts.people]
    return _pdf("sign_in.html", {**_common(facts), "people": people, "blanks": range(SPARE_LINES)})


def sheets_pdf(facts: PaperFacts) -> bytes:
    """The skill sheets of a station, one behind the other. Raises what `sign_in_pdf` raises."""
    _refuse_unprintable(facts)
    common = {**_common(facts), "sheet": _sheet(facts)}
    people = [_person(*names) for names in facts.people]
    people = people or [_person("", "")] * len(facts.papers)
    parts = [
        _pdf("sheet.html", {**common, "person": person, "paper": paper})
        for person, paper in zip(people, facts.papers, strict=True)
    ]
    return parts[0] if len(parts) == 1 else pdf.joined(parts)


def _refuse_unprintable(facts: PaperFacts, **more: str) -> None:
    """Raise UnprintablePaper that names the place of the letters, so that they can be found."""
    people = " ".join(name for each in facts.people for name in _person(*each).values())
    for slot, text in {"places": facts.place, **more, "people": people}.items():
        if letters := pdf.missing_letters(text):
            raise UnprintablePaper(slot=slot, letters=letters)


def _common(facts: PaperFacts) -> dict[str, Any]:
    language = facts.language
    return {
        "tag": LANGUAGES[language].html,
        "say": {key: breakable(tr(text, language)) for key, text in _SAY.items()},
        "number": facts.number,
        "day": format_date(facts.held_on, language),
        "hours": facts.hours,
        "place": breakable(facts.place),
        "cohort": breakable(facts.cohort),
        "instructors": breakable(facts.instructors),
        "courses": breakable(" · ".join(_title(slug, language) for slug in facts.courses)),
    }


def _title(slug: str, language: str) -> str:
    return library().course(slug).title(language) if library().has_course(slug) else slug


def _person(native: str, latin: str) -> dict[str, str]:
    """A person's names; one that no font can print is left to its Latin form."""
    shown = latin if latin and pdf.missing_letters(native) else native
    return {"native": breakable(shown), "latin": "" if latin.upper() == shown.upper() else latin}


def _sheet(facts: PaperFacts) -> dict[str, Any]:
    slug, key = facts.station or ("", "")
    course = library().course(slug)
    sheet, language = course.sheet(key), language_of(course, facts.language)
    words = course.words[language].sheets[key]

    def line(text: str) -> Markup:
        plain = _LINK.sub("", inline_words(course, text, language))
        return Markup(plain)  # noqa: S704 (course words as safe HTML)

    return {
        "title": breakable(words.title),
        "intro": line(words.intro),
        "code": sheet.code,
        "course": breakable(course.title(facts.language)),
        "edition": course.edition,
        "second_examiner": sheet.second_examiner,
        "roles": [breakable(words.roles[role]) for role in sheet.participants.roles],
        "equipment": Markup(", ").join(line(words.equipment[one]) for one in sheet.equipment),
        "limits": [line(words.limits[one]) for one in sheet.limits],
        "fails": [line(words.critical_fails[one]) for one in sheet.critical_fails],
        "steps": [
            {"words": line(words.steps[step.key]), "critical": step.critical}
            for step in sheet.steps
        ],
    }


def _pdf(template: str, values: Mapping[str, Any]) -> bytes:
    css = (FOLDER / "paper.css").read_text(encoding="utf-8").replace("var(--fonts)", STACK)
    try:
        return pdf.render(pdf.Document(html=_compiled(template).render(values), css=css))
    except pdf.MissingGlyph as error:  # what people typed was looked at: it is a course's word
        raise UnprintablePaper(slot="courses", letters=error.values["letters"]) from error


@cache
def _compiled(name: str) -> Template:
    return _environment.from_string((FOLDER / name).read_text(encoding="utf-8"))
