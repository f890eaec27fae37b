"""The one clock. Rules take the time as an argument; only views, tasks and commands ask here."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


def programme_date(at: datetime, timezone: str) -> date:
    """The calendar day of `at` (aware) in the programme's time zone."""
    return at.astimezone(ZoneInfo(timezone)).date()


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day if it is shorter."""
    month_index = day.year * 12 + day.month - 1 + months
    year, month = divmod(month_index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
