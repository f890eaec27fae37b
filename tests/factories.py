"""One factory function per model: a valid row with real-looking data, changed by keywords.

Each takes the session `db` first, adds its row and flushes it. Names are real ones, in each script.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import (
    Consents,
    GrantKind,
    Names,
    PreparedSecret,
    Role,
    StaffProfile,
    TraineeProfile,
)
from app.certificates import services
from app.certificates.models import Certificate, CertificateIssue
from app.certificates.services.issuing import frozen_columns
from app.certificates.services.templates import template_to_print
from app.certificates.types import Readiness
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.cohorts.types import CohortDraft
from app.core.events import new_event_id
from app.core.keys import ring
from app.courses import services as courses
from app.courses.library import library
from app.courses.models import ContentOpening, ContentReview
from app.courses.types import Course, Item, ReviewDraft, ReviewRole
from app.learning import services as learning
from app.learning.models import Attempt
from app.learning.services.editions import bank_of
from app.learning.services.results import key_of

#: A Monday morning in the programme's place; tests that need another time say so.
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PASSWORD = "seven cups of rice"

#: native, Latin, Chinese, nationality, language
PEOPLE = [
    ("ສົມສະໄໝ ແກ້ວມະນີ", "SOMSAMAI KEOMANY", "宋赛美", "LA", "lo"),
    ("ສຸກ ວັນນະວົງ", "SOUK VANNAVONG", None, "LA", "lo"),
    ("សុខ ចាន់ដារ៉ា", "SOK CHANDARA", "速占达拉", "KH", "km"),
    ("គឹម ស្រីមុំ", "KIM SREYMOM", None, "KH", "km"),
    ("Nguyễn Thị Ánh Tuyết", "NGUYEN THI ANH TUYET", "阮氏映雪", "VN", "vi"),
    ("Đặng Quốc Hưng", "DANG QUOC HUNG", "邓国兴", "VN", "vi"),
    ("王小玥", "WANG XIAOYUE", "王小玥", "CN", "zh"),
    ("欧阳𠮷堃", "OUYANG JIKUN", "欧阳𠮷堃", "CN", "zh"),
    ("Grace O’Connor-Njoroge", "GRACE OCONNOR NJOROGE", None, "KE", "en"),
]
_numbers = count(1)


def next_number() -> int:
    """A number that no other row of this run has."""
    return next(_numbers)


@cache
def hashed_password() -> PreparedSecret:
    """PASSWORD, hashed once for the whole run."""
    return accounts.prepare_password(PASSWORD)


def make_trainee(
    db: Session, *, names_confirmed: bool = True, public_verification: bool = True, **changes: Any
) -> User:
    """A trainee with consents and confirmed names, the next of PEOPLE."""
    number = next_number()
    native, latin, chinese, nationality, language = PEOPLE[number % len(PEOPLE)]
    profile = TraineeProfile(
        username=changes.pop("username", f"trainee{number}"),
        names=Names(native, latin, chinese),
        nationality=nationality,
        language=language,
        names_confirmed=names_confirmed,
    )
    consents = Consents(True, public_verification, language)
    at = changes.pop("created_at", AT)
    user = accounts.create_trainee(db, profile, hashed_password(), consents, at)
    return _changed(db, user, changes)


def make_instructor(db: Session, **changes: Any) -> User:
    """An instructor with a password."""
    return _make_staff(db, Role.INSTRUCTOR, changes)


def make_administrator(db: Session, **changes: Any) -> User:
    """An administrator with a password."""
    return _make_staff(db, Role.ADMINISTRATOR, changes)


def _make_staff(db: Session, role: Role, changes: dict[str, Any]) -> User:
    number = next_number()
    native, latin, chinese, _nationality, language = PEOPLE[number % len(PEOPLE)]
    username = changes.pop("username", f"{role.value}{number}")
    profile = StaffProfile(username, Names(native, latin, chinese), role, language)
    user = accounts.create_staff(db, profile, None, AT)
    return _changed(db, user, {"password_hash": hashed_password().hash, **changes})


def _changed(db: Session, user: User, changes: dict[str, Any]) -> User:
    for name, value in changes.items():
        setattr(user, name, value)
    db.flush()
    return user


def right_response(item: Item) -> dict[str, Any]:
    """The right response to an item of an assessment."""
    return key_of(item)


def make_attempt(
    db: Session,
    user: User,
    slug: str = "cpr-aed-choking",
    *,
    wrong: Collection[int] = (),
    at: datetime = AT,
    language: str = "en",
) -> Attempt:
    """A submitted attempt of an enrolled trainee: all right but the positions in `wrong`.

    The courses that this one needs are passed before.
    """
    pass_needs(db, user, slug, at)
    return _attempt(db, user, slug, wrong, at, language)


def pass_needs(db: Session, user: User, slug: str, at: datetime = AT) -> None:
    """Enrol the trainee in the courses that a course needs, and pass their assessments."""
    for need in library().with_needs([slug])[:-1]:
        learning.enroll(db, user, need, at)
        if learning.progress_of(db, [user.id], need)[user.id].passed_at is None:
            _attempt(db, user, need, (), at, "en")


def _attempt(
    db: Session, user: User, slug: str, wrong: Collection[int], at: datetime, language: str
) -> Attempt:
    attempt = learning.start_attempt(
        db, user, library().course(slug), new_event_id(), language, at, Random(7)
    )
    items = bank_of(attempt.edition).items
    for position, drawn in enumerate(attempt.items, start=1):
        if position not in wrong:
            given = right_response(items[drawn["key"]])
            event_id = new_event_id()
            learning.save_answer(db, user, attempt.key, position, given, event_id, language, at)
    return learning.submit_attempt(db, user, attempt.key, new_event_id(), at)


def make_learner(
    db: Session, slug: str = "cpr-aed-choking", *, lessons: bool = False, **changes: Any
) -> User:
    """A trainee enrolled in a course; with `lessons`, all of them are done."""
    user = make_trainee(db, **changes)
    learning.enroll(db, user, slug, AT)
    if lessons:
        pass_needs(db, user, slug)
    course = library().course(slug)
    for lesson in course.lessons if lessons else ():
        learning.record_completion(db, user, course, lesson.key, new_event_id(), "en", AT)
    return user


def make_certificate(db: Session, user: User, slug: str = "cpr-aed-choking") -> Certificate:
    """A certificate of AT's day without the way to it; for tests of what happens afterwards."""
    ring().make_missing()
    number, by = next_number(), make_administrator(db)
    act = CertificateIssue(
        event_id=new_event_id(),
        digest="0" * 64,
        slug=slug,
        by_id=by.id,
        issued_at=AT,
        certificate_keys=[],
    )
    db.add(act)
    db.flush()
    what, code = services.award_of(services.award_named(slug)), f"{number:016d}"
    ready = Readiness(user, (), AT.date(), AT.date() + timedelta(days=730))
    template = template_to_print(db, what, AT)
    numbers = {"serial": f"KPK-2026-{number:06d}-9", "code": code}
    facts = services.printed_facts(ready, what, numbers, "https://kapok.example.org", template)
    certificate = Certificate(
        user=user,
        kind=what.kind,
        slug=slug,
        award_date=ready.award_date,
        valid_until=ready.valid_until,
        evidence={},
        **frozen_columns(facts, act, number),
    )
    db.add(certificate)
    db.flush()
    return certificate


def make_examiner(db: Session, ends_on: date, slug: str = "cpr-aed-choking") -> User:
    """An instructor who may examine every sheet of a course until a day, inclusive."""
    user, by = make_instructor(db), make_administrator(db)
    for sheet in library().course(slug).sheets:
        accounts.give_grant(
            db,
            user,
            GrantKind.PRACTICALS_EXAMINE,
            f"{slug}/{sheet.key}",
            ends_on,
            by,
            AT - timedelta(days=365),
        )
    return user


def make_cohort(
    db: Session, instructor: User, *members: User, slug: str = "cpr-aed-choking", **changes: Any
) -> Cohort:
    """A cohort that the instructor leads, with these trainees in it."""
    draft = CohortDraft(
        name=changes.pop("name", "ວຽງຈັນ 2026"),
        partner="ມະຫາວິທະຍາໄລແຫ່ງຊາດລາວ",
        countries=("LA",),
        starts_on=AT.date(),
        ends_on=None,
        language="lo",
        courses=(slug,),
    )
    cohort = cohorts.create_cohort(db, draft, new_event_id(), instructor, AT)
    for member in members:
        cohorts.add_member(db, cohort, member, AT)
    for name, value in changes.items():
        setattr(cohort, name, value)
    db.flush()
    return cohort


def make_review(
    db: Session, course: Course, language: str, role: ReviewRole = ReviewRole.NATIVE
) -> ContentReview:
    """A review of a language as it is now."""
    draft = ReviewDraft(role, "Nguyễn Thị Ánh Tuyết", AT.date())
    return courses.record_review(db, course, language, draft, new_event_id(), "", AT, AT.date())


def make_reviewed(db: Session, course: Course, *languages: str) -> None:
    """Languages that an expert and a native speaker have reviewed."""
    for language in languages:
        for role in (ReviewRole(course.structure.expert.value), ReviewRole.NATIVE):
            make_review(db, course, language, role)


def make_opening(db: Session, course: Course, language: str) -> ContentOpening:
    """A language that is open before its review."""
    reason = "The rescue team leaves before the doctor is back."
    return courses.open_language(db, course, language, reason, new_event_id(), "", AT)
