"""The rules of courses beside the library: the glossary's order, and searching what there is."""

from app.courses.services.glossary import Letter, by_letter, find_terms
from app.courses.services.searching import (
    LONGEST_QUERY,
    Found,
    Group,
    LanguagesOpen,
    SearchPage,
    everything_open,
    search,
)

__all__ = [
    "LONGEST_QUERY",
    "Found",
    "Group",
    "LanguagesOpen",
    "Letter",
    "SearchPage",
    "by_letter",
    "everything_open",
    "find_terms",
    "search",
]
