"""The words of skill sheets. A recorded check stays readable when its course has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from app.core.i18n import SOURCE_LANGUAGE
from app.courses.library import library
from app.courses.rendering import inline_words
from app.courses.rendering.prose import words_with_numbers
from app.courses.types import Course, Sheet, SheetWords, TeamExercise
from app.practicals.models import SkillCheck


def sheet_words(slug: str, sheet_key: str, language: str) -> SheetWords:
    """A sheet's words in a language, or in the source language; its key when it is gone."""
    team = library().exercise
    if team is not None and library().is_exercise(slug, sheet_key):
        return _team_words(team, language)
    if library().has_course(slug):
        course = library().course(slug)
        sheets = course.words[language_of(course, language)].sheets
        if sheet_key in sheets:
            return sheets[sheet_key]
    return SheetWords(title=sheet_key, intro=sheet_key, steps={})


def _team_words(team: TeamExercise, language: str) -> SheetWords:
    return SheetWords(
        title=team.title[language],
        intro=team.intro[language],
        steps={step.key: step.words[language] for step in team.steps},
        critical_fails={key: words[language] for key, words in team.critical_fails.items()},
        roles={key: words[language] for key, words in team.roles.items()},
        equipment={key: words[language] for key, words in team.equipment.items()},
    )


def language_of(course: Course, language: str) -> str:
    """The reader's language if the course has it, else the source language."""
    return language if course.has_language(language) else SOURCE_LANGUAGE


def recorded_sheet(check: SkillCheck) -> Sheet:
    """The sheet as it was in the edition by which the check was graded."""
    sheets = check.edition.structure["course"]["sheets"]
    found = next(sheet for sheet in sheets if sheet["key"] == check.sheet_key)
    return Sheet.model_validate(found, strict=False)


def is_team(check: SkillCheck) -> bool:
    """Whether the check was of the whole-team exercise: one sheet for everybody."""
    return "exercise" in check.edition.structure


def recorded_words(check: SkillCheck, sheet: Sheet, language: str) -> SheetWords:
    """Today's words of a recorded sheet; a step without any is named by its key."""
    words = sheet_words(check.course_slug, check.sheet_key, language)
    steps = [step.key for step in sheet.steps]
    return words.model_copy(
        update={
            "steps": _filled(words.steps, steps),
            "critical_fails": _filled(words.critical_fails, sheet.critical_fails),
            "roles": _filled(words.roles, sheet.participants.roles),
        }
    )


def _filled(words: Mapping[str, str], keys: Iterable[str]) -> dict[str, str]:
    return {key: words.get(key, key) for key in keys}


def course_title(slug: str, language: str) -> str:
    """The title of the course, or of the programme for its exercise; the slug when it is gone."""
    if slug == library().programme.key:
        return library().programme.title[language]
    return library().course(slug).title(language) if library().has_course(slug) else slug


def line_of(slug: str, text: str, language: str) -> Markup:
    """One of the course's lines: escaped, broken between words, its numbers filled in."""
    if slug == library().programme.key:
        shown = words_with_numbers(text, library().numbers(), language)
        return Markup(shown)  # noqa: S704 (the rendering escapes)
    if not library().has_course(slug):
        return Markup.escape(text)
    words = inline_words(library().course(slug), text, language)
    return Markup(words)  # noqa: S704 (course words as safe HTML)
