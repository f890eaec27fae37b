"""Letters of attendance: staff give one to a trainee of an own cohort, a trainee takes hers."""

from __future__ import annotations

from flask import Response, render_template, request
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import rendering
from app.certificates.services import letters
from app.certificates.types import NothingAttended
from app.certificates.views.frame import blueprint, me, today
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core import limits
from app.core.clock import now
from app.core.db import reading, writing
from app.core.downloads import pdf_response
from app.core.i18n import current_language
from app.core.permissions import Permission, requires
from app.core.web import row_number

PER_PAGE = 100  # people of a cohort


@blueprint.get("/cohorts/<uuid:key>/letters")
@requires(Permission.COHORTS_LEAD)
def cohort_letters(key: object) -> str:
    """Who of the cohort was at how many closed training days, those who left too."""
    db = reading()
    cohort = cohorts.cohort_of(db, me(), str(key))
    people = _people(db, cohort)
    last = max(1, -(-len(people) // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, type=row_number)), last)
    shown = people[PER_PAGE * (page - 1) : PER_PAGE * page]
    found = letters.attended(db, [user.id for user in shown])
    return render_template(
        "certificates/letters.html",
        cohort=cohort,
        people=[(user, found[user.id][0] if found[user.id] else None) for user in shown],
        page=page,
        last=last,
    )


def _people(db: Session, cohort: Cohort) -> list[User]:
    left = [one.user for one in cohorts.former_members_of(db, cohort)]
    everybody = [*cohorts.members_of(db, cohort), *left]
    return list(dict.fromkeys(user for user in everybody if user.erased_at is None))


@blueprint.get("/cohorts/<uuid:key>/members/<uuid:user>/letters")
@requires(Permission.COHORTS_LEAD)
def member_letters(key: object, user: object) -> str:
    """The letters that one trainee can have."""
    cohort, trainee = cohorts.member_or_former(reading(), me(), str(key), str(user))
    return render_template(
        "certificates/letters_member.html",
        cohort=cohort,
        member=trainee,
        letters=_told(reading(), trainee),
    )


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/letters")
@requires(Permission.COHORTS_LEAD)
def write_letter(key: object, user: object) -> Response:
    """One letter as a PDF, with a line in the trail."""
    slug = request.form.get("course", "")
    cohort, trainee = cohorts.member_or_former(reading(), me(), str(key), str(user))
    answer = _drawn(reading(), trainee, slug)
    db = writing()
    cohort, trainee = cohorts.member_or_former(db, me(), str(key), str(user))
    letters.record_letter(db, trainee, slug, cohort, me(), now())
    db.commit()
    return answer


@blueprint.get("/letters")
@requires(Permission.PRACTICALS_OWN)
def own_letters() -> str:
    """The trainee's closed training days, and her letters."""
    return render_template("certificates/letters_own.html", letters=_told(reading(), me()))


@blueprint.get("/letters/own.pdf")
@requires(Permission.PRACTICALS_OWN)
def own_letter() -> Response:
    """One of her letters as a PDF."""
    return _drawn(reading(), me(), request.args.get("course", ""))


def _told(db: Session, trainee: User) -> list[tuple[letters.Attended, str]]:
    """Each letter with what was trained, in the reader's language."""
    found = letters.attended(db, [trainee.id])[trainee.id]
    return [(one, letters.titles_of(one)[current_language()]) for one in found]


def _drawn(db: Session, trainee: User, slug: str) -> Response:
    """The file; raises NothingAttended, TooMany, UnprintableName or UnfittingText."""
    if trainee.erased_at is not None:
        raise NothingAttended
    facts, template = letters.letter_of(db, trainee, slug, today())
    limits.hit(limits.PRINTS[0], me().key, *limits.PRINTS[1:])
    content = rendering.certificate_pdf(facts, template, briefly=True)
    return pdf_response(content, f"attendance {trainee.latin_name or trainee.native_name}.pdf")
