"""What can be certified: each course, and the programme as a whole."""

from __future__ import annotations

from app.certificates.types import Award, AwardKind
from app.core.languages import LANGUAGES
from app.courses.library import library
from app.courses.types import Course, Programme


def award_named(slug: str) -> Course | Programme:
    """The course, or the programme under its key; raises UnknownCourse."""
    programme = library().programme
    return programme if slug == programme.key else library().course(slug)


def is_awarded(slug: str) -> bool:
    """Whether a course or the programme of that name is there."""
    shelf = library()
    return slug == shelf.programme.key or shelf.has_course(slug)


def award_of(what: Course | Programme) -> Award:
    """What a certificate of it says, the same for everybody."""
    return _of_programme(what) if isinstance(what, Programme) else _of_course(what)


def slug_of(what: Course | Programme) -> str:
    """Its name in addresses and rows."""
    return what.key if isinstance(what, Programme) else what.slug


def course_title(course: Course, language: str) -> str:
    """The course's title in a language; the programme's plan knows it in all of them."""
    if not course.has_language(language):
        for planned in library().programme.courses:
            if planned.slug == course.slug:
                return planned.title[language]
    return course.title(language)


def award_title(slug: str, language: str) -> str:
    """The title of what a certificate is of; the slug when the course is gone."""
    shelf = library()
    if slug == shelf.programme.key:
        return shelf.programme.title[language]
    if shelf.has_course(slug):
        return course_title(shelf.course(slug), language)
    planned = {one.slug: one.title[language] for one in shelf.programme.courses}
    return planned.get(slug, slug)


def _of_course(course: Course) -> Award:
    return Award(
        kind=AwardKind.COURSE,
        slug=course.slug,
        key=course.key,
        edition=course.edition,
        titles={code: course_title(course, code) for code in LANGUAGES},
        training={
            "online_minutes": course.minutes.online,
            "practice_minutes": course.minutes.practical,
            "questions": course.assessment.length,
            "checks": len(course.sheets),
        },
    )


def _of_programme(programme: Programme) -> Award:
    courses = [_of_course(one) for one in library().courses]
    training = {
        name: sum(one.training[name] for one in courses)
        for name in ("online_minutes", "practice_minutes", "questions", "checks")
    }
    if programme.award.exercise:
        training["checks"] += 1
    return Award(
        kind=AwardKind.PROGRAMME,
        slug=programme.key,
        key=programme.key,
        edition=programme.edition,
        titles={code: programme.title[code] for code in LANGUAGES},
        training=training,
        courses=[
            {"key": one.key, "titles": {code: one.title[code] for code in LANGUAGES}}
            for one in programme.courses
        ],
    )
