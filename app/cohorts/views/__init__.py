"""The pages of cohorts: the list, one cohort, its people, codes and news, and joining by a code."""

from app.cohorts.views.frame import blueprint

from app.cohorts.views import (  # isort: skip  # they add their routes
    announcing,
    cards,
    intakes,
    joining,
    leading,
    leaving,
    members,
    names,
    roster,
    roster_done,
    waiting,
)

__all__ = [
    "announcing",
    "blueprint",
    "cards",
    "intakes",
    "joining",
    "leading",
    "leaving",
    "members",
    "names",
    "roster",
    "roster_done",
    "waiting",
]
