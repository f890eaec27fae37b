"""Why a file could not be made: kept as an English sentence, told in the reader's language."""

from __future__ import annotations

import re
from typing import Any

from app.certificates.types import GIVEN_UP, UnprintableName
from app.certificates.types.templates import UnfittingText
from app.certificates.views.frame import blueprint
from app.core.i18n import _
from app.core.pdf import DoesNotFit, MissingGlyph, RenderingLimit

_KINDS = (UnprintableName, UnfittingText, MissingGlyph, DoesNotFit, RenderingLimit)
#: In a print run the certificate's number and name stand before it.
_WHO = r"(?P<who>KPK-[0-9-]+, .*?: )?"
_PLACE = re.compile(r"%\\\((\w+)\\\)s")


def _pattern(message: str) -> re.Pattern[str]:
    sentence = _PLACE.sub(r"(?P<\1>.*)", re.escape(message))
    return re.compile(f"{_WHO}{sentence}", re.DOTALL)


_PATTERNS = {one: _pattern(one) for one in (*(kind.message for kind in _KINDS), GIVEN_UP)}


def fault_told(kept: str) -> tuple[str, bool]:
    """The sentence, and whether it is in the reader's language; else it is as it was kept."""
    for message, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(kept):
            values = found.groupdict()
            return (values.pop("who") or "") + _(message) % values, True
    return kept, False


@blueprint.app_context_processor
def fault_words() -> dict[str, Any]:
    """For the templates."""
    return {"fault_told": fault_told}
