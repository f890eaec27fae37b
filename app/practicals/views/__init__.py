"""The pages of in-person training: training days, and the grading of skill sheets."""

from app.practicals.views.frame import blueprint

from app.practicals.views import correcting, deadlines, grading, looking, seconding  # isort: skip  # they add routes
from app.practicals.views import attendance, books, faults, papers, sessions  # isort: skip

__all__ = [
    "attendance",
    "blueprint",
    "books",
    "correcting",
    "deadlines",
    "faults",
    "grading",
    "looking",
    "papers",
    "seconding",
    "sessions",
]
