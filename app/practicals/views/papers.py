"""Printing a day's sign-in list and its skill sheets."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.core.clock import now
from app.core.db import reading, writing
from app.core.downloads import pdf_response
from app.core.errors import NotFound
from app.core.i18n import _, current_language
from app.core.permissions import Permission, requires
from app.core.web import back_to
from app.practicals.forms.sessions import PaperForm
from app.practicals.models.sessions import TrainingSession
from app.practicals.rendering.papers import day_number
from app.practicals.services import closing, papers
from app.practicals.types.sessions import GAPS, CellState
from app.practicals.views.days import led, me
from app.practicals.views.frame import blueprint


@blueprint.get("/practicals/sessions/<uuid:key>/papers")
@requires(Permission.COHORTS_LEAD)
def papers_page(key: object) -> str:
    """What can be printed, and what was."""
    return _papers_page(key, PaperForm(formdata=None, language=current_language()))


def _papers_page(key: object, form: PaperForm) -> str:
    db = reading()
    found = led(db, key)
    prints = papers.papers_of(db, found)
    return render_template(
        "practicals/session_papers.html",
        session=found,
        form=form,
        prints=prints,
        waiting=papers.waiting_of(db, prints),
        numbers_of=papers.numbers_of,
    )


@blueprint.post("/practicals/sessions/<uuid:key>/papers")
@requires(Permission.COHORTS_LEAD)
def ask_paper(key: object) -> Response | tuple[str, int]:
    """Have the list or the sheets drawn."""
    form = PaperForm()
    if not form.validate():
        return _papers_page(key, form), 422
    db = writing()
    found = led(db, key)
    people = _whom(db, found, form)
    if form.station.data and form.whom.data != "blank" and not people:
        db.rollback()
        form.form_errors = [_("Nobody is left at this station. Choose another answer.")]
        return _papers_page(key, form), 422
    draft = form.draft(people)
    papers.ask_paper(db, found, draft, str(form.event_id.data), me(), now())
    db.commit()
    return back_to(url_for("practicals.papers_page", key=key), _("The paper is being made."))


def _whom(db: Session, session: TrainingSession, form: PaperForm) -> list[str]:
    """The keys of the people who get a sheet of the station."""
    if not form.station.data or form.whom.data == "blank":
        return []
    board = closing.board_of(db, session)
    station = closing.station_of(session, form.station.data)
    left = {*GAPS, CellState.FAILED, CellState.DEFERRED}
    return [
        row.user.key
        for row, cell in board.at(station)
        if cell.state in left or (form.whom.data == "all" and cell.state != CellState.NOT_ENROLLED)
    ]


@blueprint.post("/practicals/sessions/<uuid:key>/papers/again")
@requires(Permission.COHORTS_LEAD)
def draw_again(key: object) -> Response:
    """Have a file drawn again, with the same numbers."""
    db = writing()
    papers.draw_again(db, papers.paper_of(db, led(db, key), request.form.get("paper", "")))
    db.commit()
    return back_to(url_for("practicals.papers_page", key=key), _("The paper is being made."))


@blueprint.get("/practicals/sessions/<uuid:key>/papers/<uuid:paper>.pdf")
@requires(Permission.COHORTS_LEAD)
def paper_pdf(key: object, paper: object) -> FlaskResponse:
    """The file."""
    db = reading()
    found = papers.paper_of(db, led(db, key), str(paper))
    if found.content is None:
        raise NotFound
    numbers = papers.numbers_of(found)
    name = f"{numbers[0]}" if numbers else f"{day_number(found.session_id)}-sign-in"
    return pdf_response(found.content, f"{name}.pdf", inline=True)
