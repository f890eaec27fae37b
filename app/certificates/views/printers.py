"""Printers, how far each misses the place, and the page on which one measures it."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.forms import refuse, text
from app.certificates.forms.desk import PrinterForm
from app.certificates.models import Printer
from app.certificates.services import desk
from app.certificates.services.desk import paper
from app.certificates.types.desk import PrinterExists
from app.certificates.views.frame import blueprint, me
from app.core import limits
from app.core.clock import now
from app.core.db import reading, writing
from app.core.downloads import pdf_response
from app.core.i18n import _, current_language
from app.core.pdf import Shift
from app.core.permissions import Permission, requires
from app.core.web import back_to


@blueprint.get("/certificates/desk/printers")
@requires(Permission.CERTIFICATES_ISSUE)
def printers() -> str:
    """The printers whose offset is known."""
    return render_template("certificates/desk_printers.html", printers=desk.printers(reading()))


@blueprint.get("/certificates/desk/printers/new")
@requires(Permission.CERTIFICATES_ISSUE)
def printer_new() -> str:
    """Name a printer."""
    return _page(None, PrinterForm(formdata=None))


@blueprint.post("/certificates/desk/printers/new")
@requires(Permission.CERTIFICATES_ISSUE)
def create_printer() -> AnyResponse | tuple[str, int]:
    """Keep a new printer; the same one again changes nothing."""
    return _save(None)


@blueprint.get("/certificates/desk/printers/<uuid:key>")
@requires(Permission.CERTIFICATES_ISSUE)
def printer(key: object) -> str:
    """A printer's offset and its test pages."""
    found = desk.printer_of(reading(), str(key))
    return _page(found, PrinterForm(formdata=None, obj=found))


@blueprint.post("/certificates/desk/printers/<uuid:key>")
@requires(Permission.CERTIFICATES_ISSUE)
def change_printer(key: object) -> AnyResponse | tuple[str, int]:
    """Change a printer's name or offset."""
    return _save(key)


def _page(found: Printer | None, form: PrinterForm) -> str:
    return render_template(
        "certificates/desk_printer.html", printer=found, form=form, papers=list(paper.PAPER)
    )


def _save(key: object) -> AnyResponse | tuple[str, int]:
    form = PrinterForm()
    if not form.validate():
        return _page(desk.printer_of(reading(), str(key)) if key else None, form), 422
    db = writing()
    found = desk.printer_of(db, str(key)) if key else None
    amounts = (form.right_mm.data or 0, form.down_mm.data or 0, form.percent.data or 100)
    shift = Shift(*map(float, amounts))
    try:
        saved = desk.change_printer(db, found, text(form.name), shift, me(), now())
    except PrinterExists as refusal:
        db.rollback()
        refuse(form, "name", refusal)
        return _page(desk.printer_of(db, str(key)) if key else None, form), refusal.status
    db.commit()
    return back_to(url_for("certificates.printer", key=saved.key), _("The printer is saved."))


@blueprint.get("/certificates/desk/printers/<uuid:key>/test.pdf")
@requires(Permission.CERTIFICATES_ISSUE)
def printer_test(key: object) -> Response:
    """The test page, lying or standing (`paper`), plain or with the offset (`offset`)."""
    found = desk.printer_of(reading(), str(key))
    wanted = request.args.get("paper", "")
    kind = wanted if wanted in paper.PAPER else next(iter(paper.PAPER))
    shift = desk.shift_of(reading(), found.name) if "offset" in request.args else Shift()
    limits.hit(limits.PRINTS[0], me().key, *limits.PRINTS[1:])
    content = paper.test_pdf(found.name, shift, kind, current_language())
    return pdf_response(content, f"test {found.name}.pdf")
