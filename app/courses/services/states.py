"""How the languages of courses stand: one query, whatever the number of courses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BindParameter,
    Date,
    String,
    bindparam,
    cast,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from app.courses.models import ContentOpening, ContentReview
from app.courses.services.units import Units, units_of
from app.courses.types import (
    Course,
    Opening,
    Review,
    ReviewRole,
    ReviewState,
    ReviewStatus,
    UnknownContentLanguage,
)
from app.courses.types.review import roles_of

KEPT = 1000  # digests of reviews in memory; a review's never change
States = Mapping[str, ReviewState]

_REVIEWS = select(
    ContentReview.event_id,
    ContentReview.slug,
    ContentReview.edition,
    ContentReview.language,
    type_coerce(ContentReview.role, String(40)).label("role"),
    ContentReview.reviewer.label("words"),
    ContentReview.reviewed_on.label("day"),
    ContentReview.whole,
    ContentReview.recorded_at.label("at"),
).where(ContentReview.withdrawn_at.is_(None))
_OPENINGS = select(
    ContentOpening.event_id,
    ContentOpening.slug,
    ContentOpening.edition,
    ContentOpening.language,
    literal_column("''", String(64)).label("role"),
    ContentOpening.reason.label("words"),
    cast(null(), Date).label("day"),
    literal_column("''", String(64)).label("whole"),
    ContentOpening.opened_at.label("at"),
).where(ContentOpening.closed_at.is_(None))
# Built once: making a statement costs more than running it, and a lesson has 4 ms in all.
_SLUG: BindParameter[str] = bindparam("slug")
_OF_ALL = union_all(_REVIEWS, _OPENINGS)
_OF_ONE = union_all(
    _REVIEWS.where(ContentReview.slug == _SLUG), _OPENINGS.where(ContentOpening.slug == _SLUG)
)
_DIGESTS = select(ContentReview.event_id, ContentReview.digests).where(
    ContentReview.event_id.in_(bindparam("keys", expanding=True))
)


@dataclass(slots=True)
class _Found:
    """What the database says about one language."""

    reviews: list[Review] = field(default_factory=list)
    opening: Opening | None = None


def review_states(db: Session, courses: Iterable[Course]) -> dict[str, States]:
    """The state of each language of each course, by slug and language."""
    wanted = list(courses)
    found = _found(db, {course.slug: course for course in wanted})
    digests = _digests(db, found)
    return {
        course.slug: {
            code: _state(course, code, found[course.slug, code], digests)
            for code in course.languages
        }
        for course in wanted
    }


def reviews_of(db: Session, course: Course) -> States:
    """The state of each language of one course."""
    return review_states(db, [course])[course.slug]


def review_of(db: Session, course: Course, language: str) -> ReviewState:
    """The state of one language; raises UnknownContentLanguage."""
    if not course.has_language(language):
        raise UnknownContentLanguage
    return reviews_of(db, course)[language]


def _found(db: Session, courses: Mapping[str, Course]) -> Mapping[tuple[str, str], _Found]:
    found: defaultdict[tuple[str, str], _Found] = defaultdict(_Found)
    for row in sorted(_rows(db, list(courses)), key=lambda one: one.at, reverse=True):
        course = courses.get(row.slug)
        if course is None or not course.has_language(row.language):
            continue
        here = found[row.slug, row.language]
        if row.role:
            here.reviews.append(_review(row, units_of(course, row.language)))
        elif row.edition == course.edition:
            here.opening = Opening(row.event_id, row.words, row.at)
    return found


def _rows(db: Session, slugs: Sequence[str]) -> Sequence[Any]:
    """Every valid review and opening; of several courses it takes those of all."""
    if len(slugs) == 1:
        return db.execute(_OF_ONE, {"slug": slugs[0]}).all()
    return db.execute(_OF_ALL).all()


def _review(row: Any, units: Units) -> Review:
    return Review(
        key=row.event_id,
        role=ReviewRole(row.role),
        name=row.words,
        on=row.day,
        edition=row.edition,
        is_current=row.whole == units.whole,
    )


def _digests(
    db: Session, found: Mapping[tuple[str, str], _Found]
) -> Mapping[str, Mapping[str, str]]:
    """The reviewed digests of every review that no longer covers all, by the review's key."""
    reviews = [review for here in found.values() for review in here.reviews]
    needed = [review.key for review in reviews if not review.is_current]
    kept = dict(_kept)  # another thread may clear it meanwhile
    known = {key: kept[key] for key in needed if key in kept}
    missing = [key for key in needed if key not in known]
    if not missing:
        return known
    fresh: dict[str, Mapping[str, str]] = dict(db.execute(_DIGESTS, {"keys": missing}).all())
    if len(_kept) > KEPT:
        _kept.clear()
    _kept.update(fresh)
    return known | fresh


_kept: dict[str, Mapping[str, str]] = {}


def _state(
    course: Course, language: str, here: _Found, digests: Mapping[str, Mapping[str, str]]
) -> ReviewState:
    units = units_of(course, language)
    uncovered = {
        role: _uncovered([one for one in here.reviews if one.role is role], units, digests)
        for role in roles_of(course.structure.expert)
    }
    begun = {review.role for review in here.reviews}
    changed = _named(units, [paths for role, paths in uncovered.items() if role in begun])
    missing = tuple(role for role, paths in uncovered.items() if paths)
    return ReviewState(
        slug=course.slug,
        edition=course.edition,
        language=language,
        expert=course.structure.expert,
        status=_status(missing, changed),
        reviews=tuple(here.reviews),
        missing=missing,
        pending=_named(units, uncovered.values()),
        changed=changed,
        opening=here.opening,
    )


def _uncovered(
    reviews: Sequence[Review], units: Units, digests: Mapping[str, Mapping[str, str]]
) -> frozenset[str]:
    """The units that no review of a role covers as they are today."""
    if not reviews:
        return units.paths
    if any(review.is_current for review in reviews):
        return frozenset()
    seen = [digests[review.key] for review in reviews]
    return frozenset(
        path
        for path, digest in units.digests.items()
        if not any(one.get(path) == digest for one in seen)
    )


def _named(units: Units, sets: Iterable[frozenset[str]]) -> tuple[str, ...]:
    """The units that are in any of the sets, in the course's order."""
    several = [paths for paths in sets if paths]
    if units.paths in several:
        return units.order
    wanted = frozenset().union(*several)
    return tuple(path for path in units.order if path in wanted) if wanted else ()


def _status(missing: Sequence[ReviewRole], changed: Sequence[str]) -> ReviewStatus:
    if not missing:
        return ReviewStatus.REVIEWED
    return ReviewStatus.AGAIN if changed else ReviewStatus.PENDING
