"""The words for what stands in each place of a certificate, for faults that name one."""

from __future__ import annotations

from app.certificates.types import UnprintableName
from app.certificates.types.templates import UnfittingText
from app.core import faults
from app.core.i18n import N_

#: What stands in each place of a template (its slot), and who signs.
SLOT_WORDS = {
    "name": N_("Name in the own script"),
    "latin": N_("Name in Latin letters"),
    "chinese": N_("Chinese name"),
    "course": N_("Course"),
    "courses": N_("Courses"),
    "training": N_("Training"),
    "edition": N_("Edition"),
    "awarded": N_("Awarded on"),
    "valid_until": N_("Valid until"),
    "serial": N_("Certificate number"),
    "code": N_("Code"),
    "dates": N_("Training days"),
    "present": N_("Time present"),
    "places": N_("Place"),
    "written_on": N_("Date"),
    "signatory": N_("Who signs"),
}
# In a print run the certificate's number and name stand before the sentence.
faults.know((UnprintableName, UnfittingText), SLOT_WORDS, before=r"KPK-[0-9-]+, .*?: ")
