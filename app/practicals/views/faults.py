"""The words for what stands in each place of a day's papers, for faults that name one."""

from __future__ import annotations

from app.core import faults
from app.core.i18n import N_
from app.practicals.types.sessions import UnprintablePaper

SLOT_WORDS = {
    "places": N_("Place"),
    "cohort": N_("Cohort"),
    "instructors": N_("Instructors"),
    "courses": N_("Courses"),
    "people": N_("Name"),
}
faults.know((UnprintablePaper,), SLOT_WORDS)
