"""Grading: choose a sheet and people, fill it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.accounts.models import User
from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import DomainError, NotFound
from app.core.i18n import _, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to
from app.practicals import rendering, services
from app.practicals.forms import (
    GradingForm,
    check_draft,
    participant_drafts,
)
from app.practicals.models import TrainingSession
from app.practicals.services import sessions
from app.practicals.types import Examinable, NoAuthority, ReasonMissing
from app.practicals.views.frame import blueprint, sheet_context, today


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address names: the sheet, and the training session if there is one."""

    which: Examinable
    session: TrainingSession | None
    today: date  # at the place of the session

    @property
    def day(self) -> date:
        """The day of the check: the session's, or today."""
        return self.session.held_on if self.session else self.today

    @property
    def names(self) -> dict[str, str]:
        """The same as fields of an address."""
        named = {"course": self.which.slug, "sheet": self.which.sheet.key}
        return {**named, "session": self.session.key} if self.session else named


def _asked(db: Session, person: User) -> _Asked:
    args = request.args
    which = services.find_sheet(args.get("course", ""), args.get("sheet", ""))
    session = sessions.session_of(db, person, args["session"]) if args.get("session") else None
    day = sessions.today_at(session, now()) if session else today()
    if not accounts.may_examine(db, person, which.slug, which.sheet.key, day):
        raise NoAuthority
    return _Asked(which, session, day)


@blueprint.get("/practicals/new")
@requires(Permission.PRACTICALS_EXAMINE)
def check_new() -> str:
    """Choose the sheet, then the people and their roles."""
    db, person = reading(), current_person()
    if not request.args.get("sheet"):
        sheets = services.sheets_to_examine(db, person, today())
        named = {name: request.args[name] for name in ("session", "person") if name in request.args}
        return render_template("practicals/choose_sheet.html", sheets=sheets, named=named)
    return _people_page(db, _begun(db, person))


def _begun(db: Session, person: User) -> _Asked:
    """What the address names, where nobody may begin on a day that is closed or cancelled."""
    asked = _asked(db, person)
    if asked.session is not None:
        sessions.require_open(asked.session)
    return asked


@blueprint.post("/practicals/new")
@requires(Permission.PRACTICALS_EXAMINE)
def check_find() -> str:
    """The people whose names have a text: sent, not in the address, as names are personal."""
    db, person = reading(), current_person()
    return _people_page(db, _asked(db, person), request.form.get("q", "")[:100])


def _people_page(db: Session, asked: _Asked, text: str = "", *, wrong_number: bool = False) -> str:
    which, chosen = asked.which, request.args.getlist("person")
    people = _candidates(db, asked)
    shown = services.who_is_next(
        db, people, which.slug, which.sheet.key, asked.day, text=text, chosen=chosen
    )
    return render_template(
        "practicals/choose_people.html",
        **sheet_context(which),
        people=shown,
        has_people=bool(people),
        text_searched=text,
        names=asked.names,
        session=asked.session,
        wrong_number=wrong_number,
    )


def _candidates(db: Session, asked: _Asked) -> Sequence[User]:
    """Whom the person may grade: on a training day, those who belong to it."""
    return services.candidates(db, current_person(), asked.which.slug, day=asked.session)


def _chosen(db: Session, asked: _Asked, keys: Sequence[str]) -> list[User]:
    known = {user.key: user for user in _candidates(db, asked)}
    if not keys or not set(keys) <= set(known):
        raise NotFound
    return [known[key] for key in dict.fromkeys(keys)]


@blueprint.get("/practicals/grade")
@requires(Permission.PRACTICALS_EXAMINE)
def check_grade() -> str | tuple[str, int]:
    """The empty sheet for the chosen people."""
    db = reading()
    asked = _begun(db, current_person())
    keys, group = request.args.getlist("person"), asked.which.sheet.participants
    if not group.min <= len(set(keys)) <= group.max:
        return _people_page(db, asked, wrong_number=True), 422
    form = GradingForm(
        formdata=None,
        held_on=asked.day,
        place=asked.session.place if asked.session else None,
        language=current_language(),
        equipment=_gear(asked.which),
    )
    return _grading_page(asked, _chosen(db, asked, keys), form, {})


def _gear(which: Examinable) -> str:
    words = rendering.sheet_words(which.slug, which.sheet.key, current_language())
    return ", ".join(words.equipment[key] for key in which.sheet.equipment)


@blueprint.post("/practicals/grade")
@requires(Permission.PRACTICALS_EXAMINE)
def record_check() -> Response | tuple[str, int]:
    """Record the filled-in sheet; a fault brings the page back with everything on it."""
    db = reading()
    asked = _asked(db, current_person())
    which = asked.which
    people = _chosen(db, asked, request.args.getlist("person"))
    form = GradingForm()
    if not form.validate():
        return _grading_page(asked, people, form, request.form), 422
    draft = check_draft(
        form,
        (which.slug, which.sheet.key),
        _cohort_of(db, asked, people),
        participant_drafts(request.form, which.sheet, people, is_team=which.is_team),
        day=asked.session,
    )
    db = writing()
    try:
        check = services.record_check(db, draft, current_person(), asked.today, now())
    except DomainError as refusal:
        db.rollback()
        return _refused(people, form, refusal)
    db.commit()
    return back_to(url_for("practicals.check", key=check.key), _("The skill check is saved."))


def _cohort_of(db: Session, asked: _Asked, people: Sequence[User]) -> int | None:
    if asked.session is not None:
        return asked.session.cohort_id
    return services.shared_cohort(db, current_person(), people)


def _refused(people: Sequence[User], form: GradingForm, refusal: DomainError) -> tuple[str, int]:
    said = _(refusal.message) % refusal.values
    field = _lacks_reason(request.form) if isinstance(refusal, ReasonMissing) else None
    form.form_errors = [Markup('<a href="#{}">{}</a>').format(field, said) if field else said]
    asked = _asked(reading(), current_person())
    return _grading_page(asked, people, form, request.form), refusal.status


def _lacks_reason(given: Mapping[str, str]) -> str | None:
    """The first field of a sent sheet in which a reason is missing."""
    failed = (name for name, value in given.items() if value == "failed")
    fields = [name.replace("mark-", "reason-", 1) for name in failed]
    fields += [name.replace("critical-", "why-", 1) for name in given if name[:9] == "critical-"]
    return next((name for name in fields if name in given and not given[name].strip()), None)


def _grading_page(asked: _Asked, people: Sequence[User], form: GradingForm, given: Any) -> str:
    return render_template(
        "practicals/grade.html",
        **sheet_context(asked.which),
        people=people,
        form=form,
        given=given,
        names=asked.names,
        session=asked.session,
        today=asked.today,
    )
