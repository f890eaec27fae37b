"""The rules of review: who has read what, what is pending again, and which languages are open."""

from app.courses.services.recording import (
    close_language,
    open_language,
    record_review,
    withdraw_review,
)
from app.courses.services.states import review_of, review_states, reviews_of
from app.courses.services.units import places_of, units_of

__all__ = [
    "close_language",
    "open_language",
    "places_of",
    "record_review",
    "review_of",
    "review_states",
    "reviews_of",
    "units_of",
    "withdraw_review",
]
