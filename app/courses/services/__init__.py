"""The rules of courses: the glossary's order, searching, and who has reviewed what."""

from app.courses.services.glossary import Letter, by_letter, find_terms
from app.courses.services.recording import (
    close_language,
    open_language,
    record_review,
    withdraw_review,
)
from app.courses.services.searching import (
    LONGEST_QUERY,
    Found,
    Group,
    LanguagesOpen,
    SearchPage,
    everything_open,
    search,
)
from app.courses.services.shelves import Shelf, reads_only_open, shelves_of
from app.courses.services.states import review_of, review_states, reviews_of
from app.courses.services.units import places_of, units_of

__all__ = [
    "LONGEST_QUERY",
    "Found",
    "Group",
    "LanguagesOpen",
    "Letter",
    "SearchPage",
    "Shelf",
    "by_letter",
    "close_language",
    "everything_open",
    "find_terms",
    "open_language",
    "places_of",
    "reads_only_open",
    "record_review",
    "review_of",
    "review_states",
    "reviews_of",
    "search",
    "shelves_of",
    "units_of",
    "withdraw_review",
]
