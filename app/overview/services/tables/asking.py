"""What every table needs to know: who asks, and for what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.cohorts.models import Cohort
from app.core.breaking import unbroken
from app.core.clock import programme_date
from app.core.errors import N_
from app.core.spreadsheets.writing import Cell
from app.practicals import rendering

Say = Callable[[str], str]


Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, for which cohort (None: all that are hers), in which language and on which day."""

    db: Session
    person: User
    cohort: Cohort | None
    language: str
    today: date
    timezone: str
    say: Say

    def day(self, at: datetime | None) -> date | None:
        """A moment as its day in the programme's time zone."""
        return programme_date(at, self.timezone) if at else None

    def yes_no(self, value: object) -> str:
        """Yes or no, in words."""
        return self.say(N_("Yes") if value else N_("No"))

    def country(self, code: str) -> str:
        """A country's name."""
        return unbroken(accounts.territory_name(code, self.language))

    def course(self, slug: str) -> str:
        """The title of the course, or of the programme; the slug when the course is gone."""
        return rendering.course_title(slug, self.language)

    def sheet(self, slug: str, key: str) -> str:
        """A skill sheet's title; its key when it is gone."""
        return rendering.sheet_words(slug, key, self.language).title
