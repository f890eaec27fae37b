"""A question whose key was wrong: the correction, its preview, the one act, and what it did."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts import services as accounts
from app.accounts.forms import password_is_right
from app.core.clock import now
from app.core.db import reading, writing
from app.core.errors import DomainError
from app.core.events import new_event_id
from app.core.i18n import _, current_language, format_datetime, ngettext
from app.core.identity import current_person
from app.core.permissions import Forbidden, Permission, may, requires
from app.core.web import back_to
from app.courses.library import library
from app.courses.types import Course
from app.learning import services as learning
from app.learning.services import CorrectionDraft, Variant
from app.learning.types import (
    CorrectionChangesNothing,
    CorrectionKind,
    PreviewOutdated,
    Response,
    UnknownQuestion,
    UnreadableAnswer,
)
from app.overview.forms import ConfirmForm, CorrectionForm, ReportForm
from app.overview.services import correcting as services
from app.overview.views.frame import blueprint, today

_KINDS = {"drop": CorrectionKind.DROP, "restore": CorrectionKind.RESTORE}


@blueprint.get("/author/<slug>/questions/<item>/correct")
@requires(Permission.COURSES_AUTHOR)
def correct_item(slug: str, item: str) -> str:
    """What is wrong with the key: an administrator corrects it, an author reports it."""
    if not accounts.may_author(reading(), current_person(), slug, today()):
        raise Forbidden
    course = library().course(slug)
    variant = _variant(course, item, request.args.get("variant", ""))
    form = _prepared(CorrectionForm(formdata=None, event_id=new_event_id()), variant)
    form.variant.data = variant.digest
    return _page(course, variant, form, ReportForm(formdata=None, event_id=new_event_id()))


def _variant(course: Course, item: str, digest: str) -> Variant:
    """The shape asked for; else an old one whose key was mended since; else today's."""
    variants = learning.variants_of(reading(), course, item)
    for variant in variants:
        if variant.digest == digest:
            return variant
    if digest:
        raise UnknownQuestion
    mended = [one for one in variants if one.today is not None and one.correction is None]
    return mended[0] if mended else variants[0]


def _prepared(form: CorrectionForm, variant: Variant) -> CorrectionForm:
    """The form with what can be chosen for this shape of the question."""
    mended = [("file", _("The answer of today's course file"))] if variant.today else []
    choices = [*mended, ("choose", _("Another answer, or several"))]
    choices.append(("drop", _("None: the question does not count")))
    corrected = variant.correction
    if corrected is not None and corrected.kind is not CorrectionKind.RESTORE:
        choices.append(("restore", _("The key that stood in the course file then")))
    form.change.choices = choices
    form.change.data = form.change.data or choices[0][0]
    form.first.choices = [("", _("From the first one with this key"))] + [
        (str(one.id), f"{one.edition}, {format_datetime(one.recorded_at)}")
        for one in variant.editions[1:]
    ]
    return form


def _page(course: Course, variant: Variant, form: CorrectionForm, report: ReportForm) -> str:
    db, person = reading(), current_person()
    language = course.nearest(current_language())
    item = variant.item.key
    is_office = may(person, Permission.LEARNING_CORRECT)
    return render_template(
        "overview/correct.html",
        course=course,
        content_language=language,
        variant=variant,
        variants=learning.variants_of(db, course, item),
        shown=services.shown_item(course, variant.item, language),
        key=learning.key_of(variant.item),
        corrections=learning.corrections_of(db, course.slug, item),
        reports=learning.open_reports(db, course.slug, item) if is_office else (),
        form=form if is_office else None,
        report=report,
    )


@blueprint.post("/author/<slug>/questions/<item>/correct")
@requires(Permission.LEARNING_CORRECT)
def record_correction(slug: str, item: str) -> AnyResponse | str | tuple[str, int]:
    """Show whose result changes; with the password, change it."""
    course = library().course(slug)
    confirms = request.form.get("step") == "confirm"
    form = ConfirmForm() if confirms else CorrectionForm()
    variant = _variant(course, item, form.variant.data or "")
    _prepared(form, variant)
    problem = _read(form, variant)
    if isinstance(problem, CorrectionDraft):
        try:
            return _confirm(course, variant, form, problem)
        except (CorrectionChangesNothing, UnknownQuestion) as error:
            form.change.errors = [_(error.message)]
    return _page(course, variant, form, ReportForm(formdata=None, event_id=new_event_id())), 422


def _read(form: CorrectionForm, variant: Variant) -> CorrectionDraft | None:
    """What is asked for; None when a field has an error, which the form then says."""
    if not form.validate() and set(form.errors) - {"current_password"}:
        return None
    if form.also_worse.data and not form.worse_reason.data:
        form.worse_reason.errors = [_("Fill in this field.")]
        return None
    change, first = str(form.change.data), str(form.first.data or "")
    if first and first not in {str(one.id) for one in variant.editions}:
        form.first.errors = [_("Choose one of the answers in the list.")]
        return None
    try:
        answers = _answers(variant, change)
    except UnreadableAnswer as error:
        form.change.errors = [_(error.message)]
        return None
    several = CorrectionKind.ACCEPT if len(answers) > 1 else CorrectionKind.NEW_KEY
    return CorrectionDraft(
        variant.item.key,
        variant.digest,
        _KINDS.get(change, several),
        answers,
        str(form.reason.data),
        current_language(),
        int(first) if first else None,
        also_worse=bool(form.also_worse.data),
        worse_reason=str(form.worse_reason.data or "") if form.also_worse.data else "",
    )


def _answers(variant: Variant, change: str) -> tuple[Response, ...]:
    if change in _KINDS:
        return ()
    if change == "file":
        return (variant.today,) if variant.today else ()
    lines = {
        name.removeprefix("line-"): text
        for name, text in request.form.items()
        if name.startswith("line-")
    }
    keeps_old = "old" in request.form
    return services.answers_given(
        variant.item, request.form.getlist("choice"), lines, keeps_old=keeps_old
    )


def _confirm(
    course: Course, variant: Variant, form: CorrectionForm, draft: CorrectionDraft
) -> AnyResponse | str | tuple[str, int]:
    if not isinstance(form, ConfirmForm):
        return _preview(course, variant, draft, form, None)
    if form.errors or not password_is_right(form):
        return _preview(course, variant, draft, form, None), 422
    db, event_id = writing(), str(form.event_id.data)
    seen = str(form.seen.data)
    try:
        done = learning.correct_item(db, course, draft, seen, event_id, current_person(), now())
    except PreviewOutdated as error:
        db.rollback()
        return _preview(course, variant, draft, form, error), 409
    db.commit()
    sentence = ngettext(
        "Corrected. %(num)s result is changed.",
        "Corrected. %(num)s results are changed.",
        done.changed,
    )
    address = url_for("overview.correction", slug=course.slug, item=done.item_key, key=done.key)
    return back_to(address, sentence)


def _preview(
    course: Course,
    variant: Variant,
    draft: CorrectionDraft,
    form: CorrectionForm,
    error: DomainError | None,
) -> str:
    db = reading()
    preview = learning.preview_correction(db, course, draft)
    language = course.nearest(current_language())
    confirm: Any = form if isinstance(form, ConfirmForm) else ConfirmForm(formdata=None)
    return render_template(
        "overview/correct_preview.html",
        course=course,
        content_language=language,
        shown=services.shown_item(course, variant.item, language),
        draft=draft,
        preview=preview,
        groups=services.affected(db, preview.changes),
        certificates=services.certificates_touched(db, course, preview.changes),
        error=error,
        form=confirm,
        event_id=form.event_id.data,
        sent=[
            (name, text)
            for name, text in request.form.items(multi=True)
            if name not in {"csrf_token", "step", "seen", "current_password", "event_id"}
        ],
    )


@blueprint.get("/author/<slug>/questions/<item>/corrections/<uuid:key>")
@requires(Permission.LEARNING_CORRECT)
def correction(slug: str, item: str, key: object) -> str:
    """What one correction did: whose result it changed, and which certificates rest on them."""
    db, course = reading(), library().course(slug)
    found = learning.correction_of(db, slug, item, str(key))
    changes = learning.changes_by(db, found)
    language = course.nearest(current_language())
    variant = _variant(course, item, found.item_digest)
    return render_template(
        "overview/correction.html",
        course=course,
        content_language=language,
        correction=found,
        shown=services.shown_item(course, variant.item, language),
        groups=services.affected(db, changes),
        certificates=services.certificates_touched(db, course, changes),
    )


@blueprint.post("/author/<slug>/questions/<item>/report")
@requires(Permission.COURSES_AUTHOR)
def report_question(slug: str, item: str) -> AnyResponse | tuple[str, int]:
    """An author tells the office that the key is wrong."""
    if not accounts.may_author(reading(), current_person(), slug, today()):
        raise Forbidden
    course, form = library().course(slug), ReportForm()
    if not form.validate():
        variant = _variant(course, item, "")
        blank = _prepared(CorrectionForm(formdata=None, event_id=new_event_id()), variant)
        return _page(course, variant, blank, form), 422
    db, event_id = writing(), str(form.event_id.data)
    words = str(form.words.data)
    learning.report_question(db, course, item, words, event_id, current_person(), now())
    db.commit()
    address = url_for("overview.correct_item", slug=slug, item=item)
    return back_to(address, _("Thank you. The administrators see your report with this question."))


@blueprint.post("/author/<slug>/questions/<item>/reports/<uuid:key>/decline")
@requires(Permission.LEARNING_CORRECT)
def decline_report(slug: str, item: str, key: object) -> AnyResponse:
    """The key stays; the report is closed."""
    library().course(slug)
    db = writing()
    report = learning.decline_report(db, slug, str(key), current_person(), now())
    db.commit()
    if report.item_key != item:
        abort(404)
    address = url_for("overview.correct_item", slug=slug, item=item)
    return back_to(address, _("The report is closed. The key stays."))
