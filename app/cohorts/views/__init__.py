"""The pages of cohorts: the list, one cohort, its codes and members, and joining by a code."""

from app.cohorts.views.frame import blueprint

from app.cohorts.views import joining, leading, members, roster, roster_done  # isort: skip  # they add their routes

__all__ = ["blueprint", "joining", "leading", "members", "roster", "roster_done"]
