"""In which languages one person may read a course, and how these are reviewed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.languages import LANGUAGES
from app.courses.services import reads_only_open, review_states
from app.courses.services.states import States
from app.courses.types import Course, LanguageNotOpen, NotOpenYet, ReviewState


@dataclass(frozen=True, slots=True)
class Reading:
    """A course as far as one person may read it. `languages` are those open to her, in order."""

    course: Course
    states: States
    languages: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether she may read it at all."""
        return bool(self.languages)

    def shown(self, wanted: str) -> str:
        """The language to show: the reader's, else the first open one, else the first there is."""
        for code in (wanted, *self.languages):
            if code in self.languages:
                return code
        return self.course.nearest(wanted)

    def require(self, wanted: str) -> str:
        """The language to show; raises NotOpenYet when none is open."""
        if not self.languages:
            raise NotOpenYet
        return self.shown(wanted)

    def recorded(self, language: str) -> str:
        """The language in which a page was shown, to record; raises NotOpenYet, LanguageNotOpen.

        A page that was shown before its language closed does not count as read in another one.
        """
        code = self.course.nearest(language)
        if not self.languages:
            raise NotOpenYet
        if code not in self.languages:
            raise LanguageNotOpen
        return code

    def state(self, language: str) -> ReviewState:
        """How a language of the course is reviewed."""
        return self.states[language]

    def is_withheld(self, wanted: str) -> bool:
        """Whether the course has the reader's language, but it is not open to her."""
        return self.course.has_language(wanted) and wanted not in self.languages

    def offered(self, wanted: str) -> tuple[str, ...]:
        """The languages that a page of the course offers to change to, with the reader's own."""
        withheld = {code for code in self.course.languages if self.is_withheld(code)}
        if not self.languages or not withheld:
            return tuple(LANGUAGES)
        return tuple(code for code in LANGUAGES if code in self.languages or code == wanted)


def reading_of(db: Session, user: User, course: Course, *, require_review: bool) -> Reading:
    """What one person may read of a course."""
    return readings_of(db, user, [course], require_review=require_review)[course.slug]


def readings_of(
    db: Session, user: User, courses: Iterable[Course], *, require_review: bool
) -> dict[str, Reading]:
    """What one person may read of each course, by slug. One query.

    Where a review is required a trainee reads the languages that are reviewed or were opened.
    """
    wanted = list(courses)
    states = review_states(db, wanted)
    is_limited = reads_only_open(user, require_review=require_review)
    return {
        course.slug: Reading(
            course,
            states[course.slug],
            tuple(
                code
                for code in course.languages
                if not is_limited or states[course.slug][code].is_open
            ),
        )
        for course in wanted
    }
