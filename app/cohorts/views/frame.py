"""What the pages of cohorts share: the blueprint, the day, the cohort that is asked for."""

from __future__ import annotations

from datetime import date

from flask import Blueprint
from sqlalchemy.orm import Session

from app.cohorts import services
from app.cohorts.models import Cohort
from app.core.clock import now, programme_date
from app.core.identity import current_person
from app.core.web import settings

blueprint = Blueprint("cohorts", __name__)


def today() -> date:
    """Today in the programme's time zone."""
    return programme_date(now(), settings().timezone)


def own_cohort(db: Session, key: object) -> Cohort:
    """The cohort with this key if the signed-in person leads it; raises NotFound otherwise."""
    return services.cohort_of(db, current_person(), str(key))
