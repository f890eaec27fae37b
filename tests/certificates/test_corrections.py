"""Certificates that rest on a corrected result are found, and stay as they were issued."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates import services
from app.certificates.models import Certificate
from app.core.events import new_event_id
from app.courses.types import Course
from app.learning import services as learning
from app.learning.models import Attempt
from app.learning.types import CorrectionKind
from app.overview.services.correcting import certificates_touched
from tests.factories import AT, make_administrator


def test_a_certificate_on_a_changed_result_is_listed_and_not_changed(
    db: Session, course: Course, issued: Certificate
) -> None:
    key = issued.evidence["assessment"]["attempt"]
    attempt = db.scalars(select(Attempt).where(Attempt.key == key)).one()
    item = attempt.items[0]["key"]
    variant = learning.variants_of(db, course, item)[0]
    wish = learning.CorrectionDraft(
        item,
        variant.digest,
        CorrectionKind.DROP,
        (),
        "Two answers are right.",
        "en",
        also_worse=True,
        worse_reason="The same number of questions for all.",
    )
    preview = learning.preview_correction(db, course, wish)
    assert certificates_touched(db, course, preview.changes) == [issued]
    facts, evidence = dict(issued.facts), dict(issued.evidence)
    by = make_administrator(db)
    learning.correct_item(db, course, wish, preview.digest, new_event_id(), by, AT)
    db.expire_all()
    assert (attempt.score, attempt.max_score) == (24, 24)
    assert (issued.facts, issued.evidence) == (facts, evidence)


def test_a_certificate_of_a_following_course_rests_on_the_pass_too(
    db: Session, course: Course, issued: Certificate
) -> None:
    need = issued.evidence["needed"][0]["slug"]
    query = select(Attempt).where(Attempt.enrollment.has(user_id=issued.user_id, course_slug=need))
    attempt = db.scalars(query).one()
    assert attempt.submitted_at is not None
    passed = {issued.user_id: attempt.submitted_at}
    assert services.certificates_on(db, need, [], passed) == [issued]
    assert services.certificates_on(db, need, [], {}) == []
