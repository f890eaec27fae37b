"""Authors' pages: the check, and every lesson, question and drawing of a course at a glance."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from app.accounts import services as accounts
from app.core.db import reading
from app.core.i18n import current_language
from app.core.identity import current_person
from app.core.permissions import Forbidden, Permission, requires
from app.core.web import settings
from app.courses.library import library
from app.learning import services as learning
from app.overview.services import previewing, translating
from app.overview.views.frame import blueprint, today

authors = requires(Permission.COURSES_AUTHOR)


def _refuse(slug: str) -> None:
    if not accounts.may_author(reading(), current_person(), slug, today()):
        raise Forbidden


@blueprint.get("/author")
@authors
def author() -> str:
    """The courses that the reader writes, and how to begin one."""
    _refuse("")
    db, person = reading(), current_person()
    courses = [
        course
        for course in library().courses
        if accounts.may_author(db, person, course.slug, today())
    ]
    broken = [
        slug
        for slug in translating.broken_courses(settings().courses_dir)
        if accounts.may_author(db, person, slug, today())
    ]
    return render_template("overview/author.html", courses=courses, broken=broken)


@blueprint.get("/author/<slug>")
@authors
def author_course(slug: str) -> Response:
    """What the check says of a course, and the way to all of it; `?live` looks again by itself.

    A course that a fault keeps from being shown has its faults here all the same.
    """
    _refuse(slug)
    folder, live = settings().courses_dir, "live" in request.args
    course = library().course(slug) if library().has_course(slug) else None
    page = render_template(
        "overview/author_course.html",
        slug=slug,
        course=course,
        name=course.titles(current_language()).short_title if course else slug,
        faults=translating.faults_of(folder, course)
        if course
        else translating.faults_of_broken(folder, slug),
        live=live,
    )
    response = make_response(page)
    if live:  # asked for by the reader, who can stop it with the link beside it
        response.headers["Refresh"] = "3"
    return response


@blueprint.get("/author/<slug>/questions")
@authors
def author_questions(slug: str) -> str:
    """Every item of the bank with its answer and feedback, in the reader's language."""
    _refuse(slug)
    course = library().course(slug)
    language = course.nearest(current_language())
    return render_template(
        "overview/author_questions.html",
        course=course,
        content_language=language,
        groups=previewing.questions_by_group(course, language),
        corrected=learning.corrected_today(reading(), course),
    )


@blueprint.get("/author/<slug>/figures")
@authors
def author_figures(slug: str) -> str:
    """Every drawing with its caption and its words for blind readers."""
    _refuse(slug)
    course = library().course(slug)
    language = course.nearest(current_language())
    return render_template(
        "overview/author_figures.html",
        course=course,
        content_language=language,
        figures=previewing.figures(course, language),
    )
