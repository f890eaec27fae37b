"""The rows of the tables, each fetched through the person who asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.accounts.types import Role
from app.certificates import services as certificates
from app.certificates.models import Certificate
from app.certificates.types import CertificateState
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort, CohortMember
from app.core.audit import AuditEvent
from app.core.db import among
from app.core.errors import N_
from app.core.languages import LANGUAGES
from app.learning import services as learning
from app.learning.models import Attempt, Enrollment
from app.learning.types import AttemptStatus
from app.overview.services.progress import courses_of
from app.overview.services.tables.asking import Asked, Row
from app.practicals.models import SkillCheck, SkillCheckParticipant
from app.practicals.types import Result, Standing

_AT_ONCE = 500  # rows fetched together


STATE_NAMES = {
    CertificateState.VALID: N_("Valid"),
    CertificateState.EXPIRED: N_("Expired"),
    CertificateState.REPLACED: N_("Replaced"),
    CertificateState.REVOKED: N_("Revoked"),
}


RESULT_NAMES = {Result.PASSED: N_("Passed"), Result.FAILED: N_("Not passed")}


ROLE_NAMES = {
    Role.TRAINEE: N_("Trainee"),
    Role.INSTRUCTOR: N_("Instructor"),
    Role.ADMINISTRATOR: N_("Administrator"),
}


def _cohorts(asked: Asked) -> Sequence[Cohort]:
    if asked.cohort is not None:
        return [asked.cohort]
    query = cohorts.visible_cohorts(asked.person)
    return asked.db.scalars(query.order_by(Cohort.starts_on, Cohort.id)).all()


def _names(user: User) -> tuple[str, str, str | None]:
    return user.native_name, user.latin_name, user.chinese_name


def _people_ids(asked: Asked) -> Sequence[int]:
    ids = [cohort.id for cohort in _cohorts(asked)]
    query = select(CohortMember.user_id).where(
        among(CohortMember.cohort_id, ids), CohortMember.withdrawn_at.is_(None)
    )
    return asked.db.scalars(query.distinct()).all()


def cohort_rows(asked: Asked) -> Iterator[Row]:
    found = _cohorts(asked)
    counts = cohorts.member_counts(asked.db, found)
    for cohort in found:
        yield (
            cohort.name,
            cohort.partner,
            asked.country(cohort.country),
            cohort.starts_on,
            cohort.ends_on,
            counts.get(cohort.id, 0),
            ", ".join(asked.course(course.slug) for course in cohort.courses),
            asked.yes_no(cohort.archived_at),
        )


def member_rows(asked: Asked) -> Iterator[Row]:
    ids = [cohort.id for cohort in _cohorts(asked)]
    query = (
        select(CohortMember)
        .options(joinedload(CohortMember.user), joinedload(CohortMember.cohort))
        .where(among(CohortMember.cohort_id, ids))
        .order_by(CohortMember.cohort_id, CohortMember.id)
    )
    for member in asked.db.scalars(query.execution_options(yield_per=_AT_ONCE)):
        user = member.user
        yield (
            member.cohort.name,
            *_names(user),
            asked.country(user.nationality),
            LANGUAGES[user.language].name,
            asked.day(user.names_confirmed_at),
            asked.day(member.joined_at),
            asked.day(member.withdrawn_at),
        )


def progress_rows(asked: Asked) -> Iterator[Row]:
    for cohort in _cohorts(asked):
        people = cohorts.members_of(asked.db, cohort)
        followed = courses_of(cohort)
        known = learning.progress_in(
            asked.db,
            [user.id for user in people],
            [course.slug for course in followed],
            asked.today,
        )
        readiness = certificates.readiness_in(
            asked.db, people, followed, asked.today, evidence=False, progress=known
        )
        for course in followed:
            for user, ready in zip(people, readiness[course.slug], strict=True):
                progress = known[course.slug][user.id]
                if not progress.enrolled:
                    continue
                yield (
                    cohort.name,
                    *_names(user),
                    course.title(asked.language),
                    progress.lessons_done,
                    progress.lessons_total,
                    progress.attempts,
                    progress.best_score,
                    progress.best_max,
                    asked.day(progress.passed_at),
                    asked.yes_no(ready.is_eligible),
                    ready.certificate.valid_until if ready.certificate else None,
                )


def attempt_rows(asked: Asked) -> Iterator[Row]:
    query = (
        select(Attempt)
        .join(Attempt.enrollment)
        .options(joinedload(Attempt.enrollment).joinedload(Enrollment.user))
        .where(
            Attempt.status == AttemptStatus.SUBMITTED, Enrollment.user_id.in_(_people_ids(asked))
        )
        .order_by(Attempt.id)
    )
    for attempt in asked.db.scalars(query.execution_options(yield_per=_AT_ONCE)):
        yield (
            *_names(attempt.enrollment.user),
            asked.course(attempt.enrollment.course_slug),
            attempt.number,
            asked.day(attempt.submitted_at),
            LANGUAGES[attempt.language].name,
            attempt.score,
            attempt.max_score,
            asked.yes_no(attempt.passed),
        )


def check_rows(asked: Asked) -> Iterator[Row]:
    query = (
        select(SkillCheckParticipant)
        .join(SkillCheckParticipant.check)
        .options(
            joinedload(SkillCheckParticipant.user),
            joinedload(SkillCheckParticipant.check).joinedload(SkillCheck.examiner),
            joinedload(SkillCheckParticipant.check).joinedload(SkillCheck.corrected_by),
        )
        .where(SkillCheckParticipant.user_id.in_(_people_ids(asked)))
        .order_by(SkillCheckParticipant.id)
    )
    for result in asked.db.scalars(query.execution_options(yield_per=_AT_ONCE)):
        check = result.check
        yield (
            check.held_on,
            *_names(result.user),
            asked.course(check.course_slug),
            asked.sheet(check.course_slug, check.sheet_key),
            asked.say(_result_name(result)),
            result.attempt_of_day,
            check.examiner.display_name,
            check.place,
            LANGUAGES[check.language].name,
            asked.day(result.acknowledged_at),
            asked.yes_no(check.corrected_by),
        )


def _result_name(result: SkillCheckParticipant) -> str:
    if result.check.standing is Standing.COUNTS:
        return RESULT_NAMES[result.final_result]
    return N_("Second examiner missing, or not settled")


def certificate_rows(asked: Asked) -> Iterator[Row]:
    query = (
        select(Certificate)
        .options(joinedload(Certificate.replacement))
        .where(Certificate.user_id.in_(_people_ids(asked)))
        .order_by(Certificate.serial)
    )
    for certificate in asked.db.scalars(query.execution_options(yield_per=_AT_ONCE)):
        names = certificate.facts["names"]
        yield (
            certificate.serial,
            names["native"],
            names["latin"],
            names["chinese"],
            asked.course(certificate.slug),
            certificate.award_date,
            certificate.valid_until,
            asked.say(STATE_NAMES[certificates.state_of(certificate, asked.today)]),
        )


def staff_rows(asked: Asked) -> Iterator[Row]:
    query = select(User).where(User.role != Role.TRAINEE, User.erased_at.is_(None))
    for user in asked.db.scalars(query.order_by(User.username_folded)):
        yield (
            user.username,
            *_names(user),
            asked.say(ROLE_NAMES[user.role]),
            asked.day(user.created_at),
            asked.day(user.disabled_at),
        )


def trail_rows(asked: Asked) -> Iterator[Row]:
    query = select(AuditEvent).order_by(AuditEvent.id.desc())
    for event in asked.db.scalars(query.execution_options(yield_per=_AT_ONCE)):
        detail = ", ".join(f"{name}: {value}" for name, value in event.detail.items())
        kind = event.object_kind
        yield event.at, event.action, event.by_key, kind, event.object_key, detail
