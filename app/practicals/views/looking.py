"""Looking at checks and acknowledging them."""

from __future__ import annotations

from datetime import date

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import NoPin, PinLocked, Role
from app.cohorts import services as cohorts
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import _, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to, row_number
from app.courses.library import library
from app.practicals import rendering, services
from app.practicals.forms import AcknowledgeForm, DecideForm
from app.practicals.models import SkillCheck
from app.practicals.services import sessions
from app.practicals.types import ATTEMPTS_A_DAY, AcknowledgedBy, CheckFilter, ResultFilter, WrongPin
from app.practicals.views.frame import blueprint, line_of, review_state, today


@blueprint.get("/practicals")
@requires(Permission.OVERVIEW_START)
def checks() -> str:
    """A trainee's own results, or the checks that staff may see."""
    db, person = reading(), current_person()
    if person.role is Role.TRAINEE:
        return render_template(
            "practicals/mine.html",
            results=services.results_of(db, person),
            days=sessions.next_sessions(db, person, today()),
            sheets=services.own_sheets(db, person, today()),
            deadlines=services.deadlines_of(db, [person], today()),
            standing=lambda check: services.standing_of(check, today()),
        )
    wanted, fields = _filter()
    page = services.checks_by(db, person, wanted, request.args.get("page", 1, type=row_number))
    return render_template(
        "practicals/checks.html",
        page=page,
        fields=fields,
        cohorts=cohorts.cohorts_of(db, person),
        all_sheets=services.all_sheets(),
        sheets=services.sheets_to_examine(db, person, today()),
        waiting=services.waiting_checks(db, person, today()),
        standing=lambda check: services.standing_of(check, today()),
        shows=lambda check: services.shows_marks(check, person, today()),
    )


def _filter() -> tuple[CheckFilter, dict[str, str]]:
    """What the list is narrowed to, and the same as fields of an address; nonsense is left out."""
    args, fields = request.args, {}
    cohort = None
    if args.get("cohort"):
        cohort = cohorts.cohort_of(reading(), current_person(), args["cohort"])
        fields["cohort"] = cohort.key
    slug, _slash, key = args.get("sheet", "").partition("/")
    if key:
        fields["sheet"] = f"{slug}/{key}"
    result = args.get("result", type=ResultFilter)
    if result:
        fields["result"] = result.value
    day = args.get("day", type=date.fromisoformat)
    if day:
        fields["day"] = day.isoformat()
    sheet = (slug, key) if key else None
    return CheckFilter(cohort.id if cohort else None, sheet, result, day), fields


@blueprint.get("/practicals/checks/<uuid:key>")
@requires(Permission.OVERVIEW_START)
def check(key: object) -> str:
    """One check as it was recorded."""
    found = services.check_of(reading(), current_person(), str(key))
    return check_page(found, AcknowledgeForm(formdata=None))


def check_page(
    found: SkillCheck, form: AcknowledgeForm, asked: str = "", decide: DecideForm | None = None
) -> str:
    """The check, with what was filled in: an acknowledgement, or an administrator's decision."""
    db, person, language = reading(), current_person(), current_language()
    sheet = rendering.recorded_sheet(found)
    return render_template(
        "practicals/check.html",
        check=found,
        course_title=rendering.course_title(found.course_slug, language),
        sheet=sheet,
        text=rendering.recorded_words(found, sheet, language),
        form=form,
        decide=decide or DecideForm(formdata=None),
        asked=asked,
        line=line_of(found.course_slug),
        review=review_state(found.course_slug),
        is_team=rendering.is_team(found),
        standing=services.standing_of(found, today()),
        shows_marks=services.shows_marks(found, person, today()),
        may_correct=services.may_correct(db, found, person, today()),
        may_second=person.is_staff and services.may_second(db, found, person, today()),
        may_settle=person.is_staff and services.may_settle(found, person),
        may_decide=services.may_decide_lapsed(found, person, today()),
        proposal=services.newest_proposal(found),
        final_marks=services.final_marks,
        results=services.visible_results(found, person),
        lessons=services.teaching(found.course_slug, found.sheet_key),
        lesson_title=lambda slug, lesson: (
            library().course(slug).titles(language).lessons[lesson].title
        ),
        left_today=_left_today(db, found, person),
    )


def _left_today(db: Session, found: SkillCheck, person: User) -> int | None:
    """How many attempts at the sheet a trainee has left today; None for staff."""
    if person.is_staff:
        return None
    used = services.used_on(db, person, found.course_slug, found.sheet_key, today())
    return max(0, ATTEMPTS_A_DAY - used)


@blueprint.post("/practicals/checks/<uuid:key>/acknowledge")
@requires(Permission.OVERVIEW_START)
def acknowledge(key: object) -> Response | tuple[str, int]:
    """Record that a trainee has seen her result: signed in herself, or by PIN."""
    person, form = current_person(), AcknowledgeForm()
    asked = person.key if person.role is Role.TRAINEE else request.form.get("person", "")
    found = services.check_of(reading(), person, str(key))
    if not form.validate():
        return check_page(found, form, asked), 422
    db = writing()
    try:
        _acknowledge(db, services.check_of(db, person, str(key)), asked, form)
    except (WrongPin, NoPin, PinLocked) as refusal:
        db.commit()  # a wrong try is counted
        form.pin.errors = [_(refusal.message)]
        return check_page(services.check_of(db, person, str(key)), form, asked), refusal.status
    db.commit()
    return back_to(url_for("practicals.check", key=key), _("The result is acknowledged."))


def _acknowledge(db: Session, check: SkillCheck, asked: str, form: AcknowledgeForm) -> None:
    person, result, at = current_person(), services.result_by_key(check, asked), now()
    how = AcknowledgedBy.OWN_SIGN_IN
    if person.role is not Role.TRAINEE:
        how = AcknowledgedBy.PIN
        services.require_pin(accounts.pin_matches(db, result.user, form.pin.data or "", at))
    services.acknowledge(db, result, how, str(form.event_id.data), at)
