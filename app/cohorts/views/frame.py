"""What the pages of cohorts share: the blueprint, the day, the cohort that is asked for."""

from __future__ import annotations

import re
from datetime import date

from flask import Blueprint
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from app.cohorts import services
from app.cohorts.models import Cohort
from app.core.clock import now, programme_date
from app.core.identity import current_person
from app.core.web import settings, wrap

blueprint = Blueprint("cohorts", __name__)


def today() -> date:
    """Today in the programme's time zone."""
    return programme_date(now(), settings().timezone)


def own_cohort(db: Session, key: object) -> Cohort:
    """The cohort with this key if the signed-in person leads it; raises NotFound otherwise."""
    return services.cohort_of(db, current_person(), str(key))


# Letters of ASCII alone, so that an address cannot look like another one.
_ADDRESS = re.compile(r"""https?://[^\s<>"'\u0080-\U0010ffff]+""")
_NOT_ITS_END = ".,;:!?)]}"


@blueprint.app_template_filter("linked")
def linked(text: str) -> Markup:
    """Plain text as HTML: escaped, its lines kept, web addresses as links that show them."""
    parts: list[Markup] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_NOT_ITS_END)
        parts += [_lines(text[end : found.start()]), _link(address)]
        end = found.start() + len(address)
    return Markup().join([*parts, _lines(text[end:])])


def _lines(text: str) -> Markup:
    return Markup("<br>").join(wrap(line) for line in text.split("\n"))


def _link(address: str) -> Markup:
    shown = escape(address)
    return Markup('<a href="{0}" rel="nofollow noopener noreferrer">{0}</a>').format(shown)
