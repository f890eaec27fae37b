"""Two accounts of one person become one: finding the other, comparing both, and the act."""

from __future__ import annotations

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.accounts.forms import refuse
from app.accounts.types import BothInAnAttempt
from app.core.clock import now
from app.core.db import reading, writing
from app.core.i18n import _
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to
from app.overview import services
from app.overview.forms import MergeForm
from app.overview.views.frame import blueprint

LONGEST_SEARCH = 100
manages = requires(Permission.ACCOUNTS_MANAGE)


@blueprint.route("/people/staff/<uuid:key>/merge", methods=["GET", "POST"])
@manages
def merge_find(key: object) -> str:
    """Find the other account; a name that is searched for is sent, so that no address holds it."""
    db = reading()
    user = services.mergeable(db, str(key))
    text = request.form.get("q", "").strip()[:LONGEST_SEARCH]
    found = services.candidates(db, user, text)
    return render_template("overview/merge_find.html", user=user, found=found, text=text)


@blueprint.get("/people/staff/<uuid:key>/merge/<uuid:other>")
@manages
def merge_compare(key: object, other: object) -> str:
    """Both accounts side by side, and what becomes of each kind of record."""
    return _compare_page(str(key), str(other), MergeForm(formdata=None))


def _compare_page(key: str, other: str, form: MergeForm) -> str:
    db = reading()
    kept = services.side_of(db, services.mergeable(db, key))
    closed = services.side_of(db, services.mergeable(db, other))
    return render_template(
        "overview/merge.html",
        kept=kept,
        closed=closed,
        are_alike=services.share_a_name(kept.user, closed.user),
        form=form,
    )


@blueprint.post("/people/staff/<uuid:key>/merge/<uuid:other>")
@manages
def merge(key: object, other: object) -> Response | tuple[str, int]:
    """Merge them, after the username of the account that is closed was typed."""
    form, db = MergeForm(), reading()
    closed = accounts.person_by_key(db, str(other))
    if closed.merged_into_id is None and not form.is_sure_of(closed):
        return _compare_page(str(key), str(other), form), 422
    db = writing()
    kept, closed = (accounts.person_by_key(db, str(one)) for one in (key, other))
    try:
        services.merge_people(db, kept, closed, current_person(), now())
    except BothInAnAttempt as refusal:
        db.rollback()
        refuse(form, "username", refusal)
        return _compare_page(str(key), str(other), form), refusal.status
    db.commit()
    return back_to(url_for("accounts.person", key=key), _("The two accounts are one now."))
