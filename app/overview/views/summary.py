"""The funder's summary: choose what is counted, see the numbers, take the PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from app.accounts.types import Role
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core import limits
from app.core.clock import now
from app.core.db import reading, writing
from app.core.downloads import pdf_response
from app.core.i18n import LANGUAGES, current_language
from app.core.identity import current_person
from app.core.permissions import Permission, requires
from app.courses.library import library
from app.overview import rendering
from app.overview.forms import SummaryForm
from app.overview.services.summary import record_summary, summary
from app.overview.types import SummaryWish
from app.overview.views.frame import blueprint, today


def _led() -> Sequence[Cohort]:
    """Every cohort that the person leads, archived ones too: a summary looks back."""
    db, person = reading(), current_person()
    return [*cohorts.cohorts_of(db, person), *cohorts.archived_cohorts_of(db, person)]


def _form(sent: Mapping[str, str] | None, led: Sequence[Cohort]) -> SummaryForm:
    """The form as it was sent, or with this year until today."""
    day = today()
    form = (
        SummaryForm(sent, meta={"csrf": False})
        if sent
        else SummaryForm(
            formdata=None,
            first=day.replace(month=1, day=1),
            last=day,
            language=current_language(),
        )
    )
    form.offer([(cohort.key, cohort.name) for cohort in led])
    return form


def _wish(form: SummaryForm, led: Sequence[Cohort]) -> SummaryWish:
    chosen = [cohort for cohort in led if cohort.key in (form.cohorts.data or ())]
    return SummaryWish(
        cohorts=chosen or led,
        is_everything=not chosen,
        first=form.first.data,
        last=form.last.data or today(),
    )


def _is_everybody() -> bool:
    return current_person().role is Role.ADMINISTRATOR


@blueprint.get("/exports/summary")
@requires(Permission.COHORTS_LEAD)
def summary_page() -> Response:
    """Choose, and see the numbers before they are taken away."""
    led = _led()
    form = _form(request.args, led)
    if request.args and not form.validate():
        return make_response(_page(form, led, None), 422)
    return make_response(_page(form, led, _text(form, led, current_language())))


def _text(form: SummaryForm, led: Sequence[Cohort], language: str) -> rendering.SummaryText:
    found = summary(reading(), _wish(form, led), now())
    return rendering.summary_text(found, language, everybody=_is_everybody())


def _page(form: SummaryForm, led: Sequence[Cohort], text: rendering.SummaryText | None) -> str:
    return render_template("overview/summary.html", form=form, cohorts=led, text=text)


@blueprint.post("/exports/summary")
@requires(Permission.COHORTS_LEAD)
def summary_pdf() -> Response:
    """The PDF; the trail says who took it."""
    led = _led()
    form = _form(MultiDict(request.form), led)
    if not form.validate():
        return make_response(_page(form, led, None), 422)
    limits.hit(limits.PRINTS[0], current_person().key, *limits.PRINTS[1:])
    language = str(form.language.data)
    text = _text(form, led, language)
    programme = library().programme.title[language]
    content = rendering.summary_pdf(text, programme, language)
    db = writing()
    record_summary(db, _wish(form, _led()), current_person(), now())
    db.commit()
    tag = LANGUAGES[language].html
    return pdf_response(content, f"summary {form.last.data} {tag}.pdf")
