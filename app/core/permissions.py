"""Who may do what: one table, read aloud to anybody. Every route names its line or is public."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from app.core.errors import N_, DomainError

P = ParamSpec("P")
R = TypeVar("R")


class Permission(StrEnum):
    """`room:action`, alphabetical."""

    ACCOUNTS_MANAGE = "accounts:manage"
    ACCOUNTS_OWN = "accounts:own"
    CERTIFICATES_ISSUE = "certificates:issue"
    CERTIFICATES_OWN = "certificates:own"
    COHORTS_LEAD = "cohorts:lead"
    COURSES_AUTHOR = "courses:author"
    COURSES_READ = "courses:read"
    COURSES_TRANSLATE = "courses:translate"
    COURSES_REVIEW = "courses:review"
    LEARNING_CORRECT = "learning:correct"
    LEARNING_RECORD = "learning:record"
    OVERVIEW_START = "overview:start"
    PRACTICALS_EXAMINE = "practicals:examine"
    PRACTICALS_OWN = "practicals:own"
    PRACTICALS_REOPEN = "practicals:reopen"


EVERYBODY = {
    Permission.ACCOUNTS_OWN,
    Permission.COURSES_READ,
    Permission.COURSES_TRANSLATE,
    Permission.OVERVIEW_START,
}

# Conditions beyond the role are in the rules: an instructor sees only her own cohorts, a trainee
# only her own rows, and PRACTICALS_EXAMINE also needs a grant for the very sheet on that day.
# COURSES_TRANSLATE and COURSES_AUTHOR need a grant too, except from an administrator.
ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    "trainee": frozenset(
        EVERYBODY
        | {
            Permission.CERTIFICATES_OWN,
            Permission.LEARNING_RECORD,
            Permission.PRACTICALS_OWN,
        }
    ),
    "instructor": frozenset(
        EVERYBODY
        | {Permission.COHORTS_LEAD, Permission.COURSES_AUTHOR, Permission.PRACTICALS_EXAMINE}
    ),
    "administrator": frozenset(
        EVERYBODY
        | {
            Permission.ACCOUNTS_MANAGE,
            Permission.CERTIFICATES_ISSUE,
            Permission.COHORTS_LEAD,
            Permission.COURSES_AUTHOR,
            Permission.COURSES_REVIEW,
            Permission.LEARNING_CORRECT,
            Permission.PRACTICALS_EXAMINE,
            Permission.PRACTICALS_REOPEN,
        }
    ),
}


class HasRole(Protocol):
    """A person, as far as permissions need one."""

    @property
    def role(self) -> str:
        """The person's role."""


class Forbidden(DomainError):
    """The signed-in person may not open this page."""

    status = 403
    message = N_("You are not allowed to open this page.")


def may(person: HasRole | None, permission: Permission) -> bool:
    """Whether the person's role holds the permission; nobody holds none."""
    return person is not None and permission in ROLE_PERMISSIONS[str(person.role)]


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only people with the permission into a view; visitors are sent to the sign-in page."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            from app.core.identity import admit  # noqa: PLC0415 (identity builds on this table)

            admit(permission)
            return view(*args, **kwargs)

        _mark(guarded, permission)
        return guarded

    return decorate


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Say that everybody may open this view, signed in or not."""
    _mark(view, "public")
    return view


def access_of(view: Callable[..., Any]) -> str | None:
    """What a view declared: a permission, "public", or nothing (a guard test refuses that)."""
    return getattr(view, "kapok_access", None)


def _mark(view: Callable[..., Any], access: str) -> None:
    view.kapok_access = access  # type: ignore[attr-defined]
