"""Templates: the list, one template with its states, editing with a preview, going back."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectField

from app.accounts.forms import refuse, text
from app.accounts.models import User
from app.certificates import loader, rendering, services
from app.certificates.forms.templates import (
    FIELD_NAMES,
    TEXT_NAMES,
    WORD_NAMES,
    ChoicesForm,
    RestoreForm,
    content_in,
    filled,
    template_form,
)
from app.certificates.loader import Template
from app.certificates.loader.content import Kind
from app.certificates.types import UnknownCertificate
from app.certificates.types.templates import NothingChanged, TemplateChanged, TemplateRefused
from app.certificates.views.frame import base_url, blueprint, me, today
from app.cohorts import services as cohorts
from app.core import pdf
from app.core.clock import now
from app.core.db import reading, writing
from app.core.events import new_event_id
from app.core.forms import EventForm
from app.core.i18n import LANGUAGES, _, current_language, lazy
from app.core.permissions import Permission, requires
from app.core.web import back_to
from app.courses.library import library

SERVES = "serves-"  # begins the name of a field of the choice
PIXELS = 1200  # across, of the picture of a page
KIND_NAMES = {
    Kind.COURSE: lazy("Certificate of a course"),
    Kind.PROGRAMME: lazy("Certificate of the programme"),
    Kind.ATTENDANCE: lazy("Letter of attendance"),
    Kind.CARD: lazy("Card for the wallet"),
}


def known(name: str) -> str:
    """The name of a template that there is; raises UnknownCertificate."""
    if name not in loader.names():
        raise UnknownCertificate
    return name


@blueprint.get("/certificates/templates")
@requires(Permission.CERTIFICATES_ISSUE)
def templates() -> str:
    """Every template, and which one serves what."""
    return _list(_choices_form(None))


def _choices_form(formdata: Any) -> ChoicesForm:
    """One list of templates for each thing that a template can serve."""
    chosen = services.choices(reading())
    fields = {}
    for scope, (kind, slug) in services.scopes().items():
        names = loader.names_of(kind)
        if len(names) < 2:  # nothing to choose
            continue
        titles = [(name, loader.template(name).data.title[current_language()]) for name in names]
        labels = [(name, f"{title} ({name})") for name, title in titles]
        fields[f"{SERVES}{scope}"] = SelectField(
            _scope_name(kind, slug), choices=partial(list, labels)
        )
    form_class = type("FilledChoicesForm", (ChoicesForm,), fields)
    values = {f"{SERVES}{scope}": name for scope, name in chosen.items()}
    if formdata is None:
        return form_class(formdata=None, event_id=new_event_id(), data=values)  # type: ignore[no-any-return]
    return form_class(data=values)  # type: ignore[no-any-return]


def _scope_name(kind: Kind, slug: str) -> str:
    if slug:
        return services.course_title(library().course(slug), current_language())
    return str(KIND_NAMES[kind])


def _list(form: ChoicesForm) -> str:
    db = reading()
    found = [
        (services.current(db, name), services.versions_of(db, name)[:1])
        for kind in Kind
        for name in loader.names_of(kind)
    ]
    scopes = [field.name for field in form if field.name.startswith(SERVES)]
    return render_template(
        "certificates/templates.html", form=form, found=found, kinds=KIND_NAMES, scopes=scopes
    )


@blueprint.post("/certificates/templates/choices")
@requires(Permission.CERTIFICATES_ISSUE)
def choose_templates() -> AnyResponse | tuple[str, int]:
    """Say which template serves what from now on."""
    form = _choices_form(request.form)
    if not form.validate():
        return _list(form), 422
    fields = [field for field in form if field.name.startswith(SERVES)]
    wanted = {field.name.removeprefix(SERVES): text(field) for field in fields}
    db = writing()
    services.choose(db, wanted, me(), now())
    db.commit()
    return back_to(url_for("certificates.templates"), _("The choice is saved."))


@blueprint.get("/certificates/templates/<name>")
@requires(Permission.CERTIFICATES_ISSUE)
def template(name: str) -> str:
    """One template: how it looks in a language, and its states."""
    return _template_page(known(name), RestoreForm(formdata=None))


def _template_page(name: str, form: RestoreForm) -> str:
    db = reading()
    found = services.current(db, name)
    return render_template(
        "certificates/template.html",
        template=found,
        kind=KIND_NAMES[found.data.kind],
        versions=services.versions_of(db, name),
        shown=_asked_language(),
        form=form,
        base=services.base_number(db, name),
        ratio=_ratio(found),
    )


def _asked_language() -> str:
    asked = request.args.get("sample", "")
    return asked if asked in LANGUAGES else current_language()


def _ratio(found: Template) -> tuple[int, int]:
    """Width and height of the picture in pixels, so that the page does not jump."""
    width, height = found.data.page
    return PIXELS, round(PIXELS * height / width) * found.data.pages


@blueprint.get("/certificates/templates/<name>/<int:number>/<language>.png")
@requires(Permission.CERTIFICATES_ISSUE)
def template_picture(name: str, number: int, language: str) -> Response:
    """How a state of a template looks in a language; 0 is the state that is used now."""
    db = reading()
    if language not in LANGUAGES:
        raise UnknownCertificate
    found = services.current(db, known(name))
    if number:
        facts = {"template": name, "template_version": services.version_of(db, name, number).number}
        found = services.frozen(db, facts)
    return drawn(found, rendering.sample_facts(found, language, base_url()))


def drawn(found: Template, facts: dict[str, Any]) -> Response:
    """A page as a picture; a preview says across the page that it is one."""
    content = rendering.certificate_pdf(facts, found, is_preview=True, briefly=True)
    picture = pdf.draw_briefly(pdf.Picture(content, PIXELS))
    return Response(picture, mimetype="image/png")


@blueprint.post("/certificates/templates/<name>/restore")
@requires(Permission.CERTIFICATES_ISSUE)
def restore_template(name: str) -> AnyResponse | tuple[str, int]:
    """Bring an earlier state back, as a new one."""
    form = RestoreForm()
    if not form.validate() or form.number.data is None:
        return _template_page(known(name), form), 422
    earlier = services.version_of(reading(), known(name), form.number.data)
    base, event = form.base.data or 0, text(form.event_id)
    try:
        services.refuse_faults(services.checked(reading(), name, earlier.content), base_url())
        db = writing()
        row = services.restore(db, name, earlier.number, base, me(), event, now())
    except (TemplateRefused, TemplateChanged, NothingChanged) as error:
        reading().rollback()
        refuse(form, None, error)
        return _template_page(name, form), error.status
    db.commit()
    sentence = _("Version %(number)s is used from now on.", number=row.number)
    return back_to(url_for("certificates.template", name=name), sentence)


@blueprint.get("/certificates/templates/<name>/edit")
@requires(Permission.CERTIFICATES_ISSUE)
def edit_template(name: str) -> str:
    """The form with what is printed now."""
    db = reading()
    found = services.current(db, known(name))
    values = filled(found.content) | {
        "base": services.base_number(db, name),
        "language": current_language(),
    }
    form = _form(found)(formdata=None, event_id=new_event_id(), data=values)
    return _edit_page(form, found)


def _form(found: Template) -> type[EventForm]:
    db = reading()
    kinds = (services.LOGO, services.SIGNATURE)
    return template_form(found.data, {kind: services.pictures(db, kind) for kind in kinds})


@blueprint.post("/certificates/templates/<name>/edit")
@requires(Permission.CERTIFICATES_ISSUE)
def save_template(name: str) -> AnyResponse | tuple[str, int] | str:
    """Show a preview, or save a new state."""
    found = services.current(reading(), known(name))
    form = _form(found)()
    if not form.validate():
        return _edit_page(form, found), 422
    content = content_in(form, found.data)
    try:
        if text(form.action) != "save":  # also when the Enter key sends the form
            return _preview(form, found, content)
        services.refuse_faults(services.checked(reading(), name, content), base_url())
        db = writing()
        row = services.save(
            db, name, content, form.base.data or 0, me(), text(form.event_id), now()
        )
    except (TemplateRefused, TemplateChanged, NothingChanged) as error:
        reading().rollback()
        refuse(form, _place_of(form, error), error)
        return _edit_page(form, found), error.status
    db.commit()
    sentence = _("Version %(number)s is used from now on.", number=row.number)
    return back_to(url_for("certificates.template", name=name), sentence)


def _place_of(form: EventForm, error: Exception) -> str | None:
    """The first field that holds what was refused, so that the message stands beside it."""
    values = getattr(error, "values", {})
    culprit = str(values.get("word") or values.get("sign") or values.get("letters", "")[:1])
    fields = [field.name for field in form if culprit and culprit in str(field.data or "")]
    return fields[0] if fields else None


def _preview(form: EventForm, found: Template, content: dict[str, Any]) -> str:
    db = writing()
    draft = services.keep_draft(db, found.name, content, me(), now())
    key = draft.key
    db.commit()
    people = services.hardest_names(_members(text(form.cohort)))
    return _edit_page(form, found, draft=key, people=people)


def _members(cohort_key: str) -> list[User]:
    if not cohort_key:
        return []
    cohort = cohorts.cohort_of(reading(), me(), cohort_key)
    return list(cohorts.members_of(reading(), cohort))


def _edit_page(
    form: EventForm, found: Template, draft: str = "", people: list[User] | None = None
) -> str:
    none = ("", _("Nobody: only the sample"))
    own = [(cohort.key, cohort.name) for cohort in cohorts.cohorts_of(reading(), me())]
    form.cohort.choices = [none, *own]
    return render_template(
        "certificates/template_edit.html",
        form=form,
        template=found,
        kind=KIND_NAMES[found.data.kind],
        texts=TEXT_NAMES,
        words={name: WORD_NAMES[name] for name in sorted(found.data.words)},
        fields=[name for name in FIELD_NAMES if name in found.data.fields],
        people_fields=range(1, 1 if found.data.kind is Kind.CARD else 3),
        draft=draft,
        people=people or [],
        ratio=_ratio(found),
    )


@blueprint.get("/certificates/templates/drafts/<uuid:key>/<language>.png")
@requires(Permission.CERTIFICATES_ISSUE)
def draft_picture(key: object, language: str) -> Response:
    """How one's own draft looks with the sample in a language."""
    if language not in LANGUAGES:
        raise UnknownCertificate
    found = services.draft_of(reading(), me(), str(key))
    return drawn(found, rendering.sample_facts(found, language, base_url()))


@blueprint.get("/certificates/templates/drafts/<uuid:key>/<uuid:cohort>/<uuid:user>.png")
@requires(Permission.CERTIFICATES_ISSUE)
def draft_picture_of(key: object, cohort: object, user: object) -> Response:
    """How one's own draft looks with a person of one's own cohort."""
    found = services.draft_of(reading(), me(), str(key))
    for person in _members(str(cohort)):
        if person.key == str(user):
            return drawn(found, services.facts_of(found, person, today(), base_url()))
    raise UnknownCertificate
