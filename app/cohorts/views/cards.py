"""Login cards on paper, and what an instructor does when one is lost."""

from __future__ import annotations

from uuid import UUID

from flask import Response as FlaskResponse
from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import services as accounts
from app.accounts.models import LoginCard, User
from app.cohorts import rendering, services
from app.cohorts.forms import CardsForm
from app.cohorts.models import Cohort
from app.cohorts.types import CardChoice, NobodyToPrint
from app.cohorts.views.frame import blueprint, own_cohort
from app.core import limits
from app.core.clock import now
from app.core.db import reading, writing
from app.core.downloads import pdf_response
from app.core.errors import NotFound
from app.core.i18n import N_, _, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.core.web import back_to, settings

#: Cards in one file: six sheets take 5 s to draw.
CARDS_IN_A_FILE = 60
#: What may happen to a card, by the last part of the address, with the sentence when it is done.
ACTS = {
    "lost": N_("The card no longer works, and the person is signed out everywhere."),
    "anew": N_("The old card and the PIN no longer work. The new card is ready to print."),
    "pin": N_("The PIN no longer works. The next use of the card asks for a new one."),
}


@blueprint.get("/cohorts/<uuid:key>/cards")
@requires(Permission.COHORTS_LEAD)
def cards(key: object) -> str:
    """Who has a card and has used it, and the form to print some."""
    return _cards_page(own_cohort(reading(), key), CardsForm(request.args))


def _cards_page(cohort: Cohort, form: CardsForm) -> str:
    rows = services.card_rows(reading(), cohort, form.order)
    if request.method == "GET" and rows and all(row.card for row in rows):
        form.which.data = CardChoice.UNUSED.value
    return render_template("cohorts/cards.html", cohort=cohort, rows=rows, form=form)


@blueprint.post("/cohorts/<uuid:key>/cards")
@requires(Permission.COHORTS_LEAD)
def make_cards(key: object) -> str | tuple[str, int]:
    """Make the cards that are missing and show the files; sent again it makes none."""
    form = CardsForm()
    if not form.validate():
        return _cards_page(own_cohort(reading(), key), form), 422
    choice, chosen = CardChoice(form.which.data), set(form.people.data or ())
    db = writing()
    cohort = own_cohort(db, key)
    try:
        users, made = services.make_chosen_cards(
            db, cohort, choice, chosen, form.order, current_person(), now()
        )
    except NobodyToPrint as refusal:
        db.rollback()
        form.which.errors = [_(refusal.message)]
        return _cards_page(own_cohort(db, key), form), refusal.status
    db.commit()
    return render_template(
        "cohorts/cards_ready.html", cohort=cohort, files=_files(users), users=users, made=made
    )


def _files(users: list[User]) -> list[str]:
    """What each file's address says of its people: their keys without hyphens."""
    keys = [user.key.replace("-", "") for user in users]
    return [
        ".".join(keys[at : at + CARDS_IN_A_FILE]) for at in range(0, len(keys), CARDS_IN_A_FILE)
    ]


@blueprint.get("/cohorts/<uuid:key>/cards.pdf")
@requires(Permission.COHORTS_LEAD)
def cards_pdf(key: object) -> FlaskResponse:
    """The cards of some trainees as they are: it makes none and writes nothing."""
    cohort = own_cohort(reading(), key)
    keys = request.args.get("people", "").split(".")[:CARDS_IN_A_FILE]
    base_url = settings().base_url
    printed = services.printed_cards(reading(), cohort, [_whole(one) for one in keys], base_url)
    limits.hit(limits.PRINTS[0], current_person().key, *limits.PRINTS[1:])
    site = f"{base_url.split('://')[-1]}/card"
    title = f"{_('Login cards')} · {cohort.name}"
    content = rendering.cards_pdf(printed, title, site, current_language())
    response = pdf_response(content, f"cards {cohort.name}.pdf")
    response.headers["Cache-Control"] = "no-store"
    return response


def _whole(key: str) -> str:
    try:
        return str(UUID(hex=key))
    except ValueError:
        return ""


@blueprint.get("/cohorts/<uuid:key>/members/<uuid:user>/card/<act>")
@requires(Permission.COHORTS_LEAD)
def card_act(key: object, user: object, act: str) -> str:
    """Say what will happen to the card, and ask."""
    cohort, trainee, card = _card_of(reading(), key, user, act)
    return render_template(
        "cohorts/card_act.html",
        cohort=cohort,
        member=trainee,
        card=card,
        act=act,
        shown={"card": card.key if card else "", "pin": accounts.pin_mark(trainee)},
    )


@blueprint.post("/cohorts/<uuid:key>/members/<uuid:user>/card/<act>")
@requires(Permission.COHORTS_LEAD)
def do_card_act(key: object, user: object, act: str) -> Response:
    """End the card, begin anew, or take the PIN away."""
    db = writing()
    _cohort, trainee, _card = _card_of(db, key, user, act)
    shown, by, at = request.form.get("card", ""), current_person(), now()
    if act == "lost":
        accounts.end_card(db, trainee, shown, by, at)
    elif act == "anew":
        accounts.start_anew(db, trainee, shown, by, at)
    else:
        accounts.forget_pin(db, trainee, request.form.get("pin", ""), by, at)
    db.commit()
    return back_to(url_for("cohorts.member", key=key, user=user), _(ACTS[act]))


def _card_of(
    db: Session, key: object, user: object, act: str
) -> tuple[Cohort, User, LoginCard | None]:
    cohort, trainee = services.member_of(db, current_person(), str(key), str(user))
    if act not in ACTS:
        raise NotFound
    return cohort, trainee, accounts.cards_of(db, [trainee]).get(trainee.id)
