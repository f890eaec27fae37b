"""Why a file could not be made: kept as an English sentence, told in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.certificates.types import GIVEN_UP, UnprintableName
from app.certificates.types.templates import UnfittingText
from app.certificates.views.frame import blueprint
from app.core.i18n import N_, _
from app.core.languages import LANGUAGES
from app.core.pdf import DoesNotFit, MissingGlyph, RenderingLimit

_KINDS = (UnprintableName, UnfittingText, MissingGlyph, DoesNotFit, RenderingLimit)
#: In a print run the certificate's number and name stand before it.
_WHO = r"(?P<who>KPK-[0-9-]+, .*?: )?"
_PLACE = re.compile(r"%\\\((\w+)\\\)s")


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


def _pattern(message: str) -> re.Pattern[str]:
    sentence = _PLACE.sub(r"(?P<\1>.*)", re.escape(message))
    return re.compile(f"{_WHO}{sentence}", re.DOTALL)


_PATTERNS = {one: _pattern(one) for one in (*(kind.message for kind in _KINDS), GIVEN_UP)}


def fault_told(kept: str) -> tuple[str, bool]:
    """The sentence, and whether it is in the reader's language; else it is as it was kept."""
    for message, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(kept):
            values = found.groupdict()
            return (values.pop("who") or "") + _(message) % in_words(values), True
    return kept, False


def in_words(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a fault, with the place in the reader's words and the language's own name."""
    if not values.get("slot"):
        return dict(values)
    slot, _comma, code = str(values["slot"]).partition(", ")
    name = _(SLOT_WORDS[slot]) if slot in SLOT_WORDS else slot
    return {**values, "slot": f"{name}, {LANGUAGES[code].name}" if code in LANGUAGES else name}


@blueprint.app_context_processor
def fault_words() -> dict[str, Any]:
    """For the templates."""
    return {"fault_told": fault_told, "fault_values": in_words}
