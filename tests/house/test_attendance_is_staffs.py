"""No address that a trainee may use writes attendance, whatever she sends there."""

from __future__ import annotations

from sqlalchemy import func, select

from app.core.events import new_event_id
from app.core.permissions import ROLE_PERMISSIONS
from app.practicals.models.sessions import AttendanceEvent
from tests.house.addresses import address_of, routes_of
from tests.house.world import World


def entries(world: World) -> int:
    """How many entries of attendance there are."""
    with world.app.extensions["kapok"].database.session() as db:
        return db.scalar(select(func.count()).select_from(AttendanceEvent)) or 0


def test_no_address_of_a_trainee_writes_attendance(small_world: World) -> None:
    own = small_world.keys["learner"]
    given = {"person": own, f"what-{own}": "present", "what": "present", "scanned": own, "pin": "0"}
    tried, before = 0, entries(small_world)
    for route in routes_of(small_world.app):
        if route.method != "POST":
            continue
        with small_world.untouched():
            data = {**given, "event_id": new_event_id()}
            small_world.browser("learner").post(address_of(small_world, route), data=data)
            assert entries(small_world) == before, route
        tried += 1
    assert tried > 40


def test_the_pages_that_write_attendance_ask_for_a_right_that_no_trainee_has(
    small_world: World,
) -> None:
    writing = {"practicals.record_attendance", "practicals.record_scan"}
    asked = {r.access for r in routes_of(small_world.app) if r.endpoint in writing}
    assert asked
    assert not asked & {str(permission) for permission in ROLE_PERMISSIONS["trainee"]}
