"""1,000 certificates issued in one act, on SQLite and on PostgreSQL, with the number of queries."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import Engine, event, func, insert, select
from sqlalchemy.orm import Session

from app.accounts.models import Consent, User
from app.accounts.types import Names, Purpose, Role, StaffProfile
from app.accounts import services as accounts
from app.certificates import services
from app.certificates.models import Certificate
from app.core import migrate
from app.core.clock import now, programme_date
from app.core.db import Database, begin_write
from app.core.events import new_event_id
from app.courses.library import library
from app.courses.types import Course
from app.learning.models import Attempt, Enrollment, LessonCompletion
from app.practicals.models import SkillCheck, SkillCheckParticipant
from benchmarks.report import Figure
from tests import servers

PEOPLE = 1_000
BUDGET_S = 10
SLUG = "first-responder-role"
