"""The pages of cohorts: the list, one cohort, its people, codes and news, and joining by a code."""

from app.cohorts.views.frame import blueprint

from app.cohorts.views import announcing, intakes, joining, leading, leaving, members, waiting  # isort: skip  # they add their routes

__all__ = [
    "announcing",
    "blueprint",
    "intakes",
    "joining",
    "leading",
    "leaving",
    "members",
    "waiting",
]
