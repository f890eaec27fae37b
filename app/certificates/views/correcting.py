"""The office corrects an issued certificate: a next version, never a change."""

from __future__ import annotations

from flask import render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.forms import password_is_right, refuse, text
from app.accounts.types import Names
from app.certificates import services
from app.certificates.forms import CorrectForm
from app.certificates.models import Certificate
from app.certificates.types import (
    NotCorrectable,
    NothingToCorrect,
    NoWordsOfToday,
    UnprintableName,
)
from app.certificates.views.frame import base_url, blueprint, me, one, told
from app.core.clock import now
from app.core.db import writing
from app.core.events import new_event_id
from app.core.i18n import _
from app.core.permissions import Permission, requires
from app.core.web import back_to


@blueprint.get("/certificates/<uuid:key>/correct")
@requires(Permission.CERTIFICATES_ISSUE)
def correct_page(key: object) -> str:
    """Ask for the right names; the account's own are proposed, or those of the last correction."""
    found = one(key)
    is_own = found.replaces_id is None and found.user.erased_at is None
    names = found.user.names if is_own else _printed(found)
    form = CorrectForm(
        formdata=None,
        event_id=new_event_id(),
        native_name=names.native,
        latin_name=names.latin,
        chinese_name=names.chinese or "",
    )
    return _page(form, found)


def _printed(found: Certificate) -> Names:
    """The names as they are printed; a form that was the same as another is printed once."""
    names = found.facts["names"]
    return Names(names["native"], names["latin"] or names["native"], names["chinese"] or None)


@blueprint.post("/certificates/<uuid:key>/correct")
@requires(Permission.CERTIFICATES_ISSUE)
def correct(key: object) -> AnyResponse | tuple[str, int]:
    """Issue the next version."""
    form, found = CorrectForm(), one(key)
    if not form.validate() or not password_is_right(form):
        return _page(form, found), 422
    db = writing()
    old = services.certificate_of(db, me(), str(key))
    try:
        made = services.correct(
            db, old, _wish(form), me(), str(form.event_id.data), now(), base_url()
        )
    except (NotCorrectable, NothingToCorrect, NoWordsOfToday, UnprintableName) as error:
        db.rollback()
        refuse(form, None, error)
        return _page(form, one(key)), error.status
    db.commit()
    address = url_for("certificates.certificate", key=made.key)
    return back_to(address, _("The corrected certificate is issued. Its file is being made."))


def _wish(form: CorrectForm) -> services.Correction:
    names: Names = form.names()
    return services.Correction(names, bool(form.texts.data), text(form.reason))


def _page(form: CorrectForm, found: Certificate) -> str:
    return render_template(
        "certificates/correct.html",
        form=form,
        certificate=found,
        told=told(found.facts),
        has_words=services.has_words_of_today(found),
    )
