"""The pages of cohorts: the list, one cohort, its codes and members, and joining by a code."""

from app.cohorts.views.frame import blueprint

from app.cohorts.views import (  # isort: skip  # they add their routes
    cards,
    joining,
    leading,
    members,
    names,
    roster,
    roster_done,
)

__all__ = [
    "blueprint",
    "cards",
    "joining",
    "leading",
    "members",
    "names",
    "roster",
    "roster_done",
]
