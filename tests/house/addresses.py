"""Every route of the application with real objects in its address, and who may reach them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask
from werkzeug.routing import Rule

from app.core.permissions import ROLE_PERMISSIONS, access_of
from tests.house.world import LESSON, SLUG, VISITOR, World

PEOPLE = {
    VISITOR: None,
    "trainee": "trainee",
    "learner": "trainee",
    "other trainee": "trainee",
    "instructor": "instructor",
    "other instructor": "instructor",
    "administrator": "administrator",
}
LEADERS = {"instructor", "administrator"}
#: Pages of one training day; only those who lead its cohort manage it.
DAY_PAGES = (
    "add_guests",
    "ask_paper",
    "attendance_list",
    "books",
    "cancel_session",
    "change_session",
    "close_session",
    "defer",
    "draw_again",
    "link_checks",
    "paper_pdf",
    "papers_page",
    "record_attendance",
    "record_scan",
    "remove_guest",
    "reopen_session",
    "scan",
    "session",
    "session_cancel",
    "session_close",
    "session_edit",
    "session_guests",
    "session_reopen",
    "undo_deferral",
)
#: Pages of one print run.
RUN_PAGES = (
    "draw_run_again",
    "handover_pdf",
    "print_run",
    "print_run_pdf",
    "reprint",
    "say_of_sheets",
    "withdraw_run",
    "withdraw_run_page",
)
#: Whose the object in the address is. Others with the permission do not find it.
OWNERS = {
    "accounts.end_session": {"trainee"},
    "certificates.cohort_letters": LEADERS,
    "certificates.member_letters": LEADERS,
    "certificates.own": {"trainee"},
    "certificates.own_download": {"trainee"},
    "certificates.own_letter": {"learner"},
    "certificates.own_picture": {"trainee"},
    "certificates.own_why": {"trainee"},
    "certificates.read_again": {"trainee"},
    "certificates.renew": {"trainee"},
    "certificates.write_letter": LEADERS,
    "cohorts.announce": LEADERS,
    "cohorts.announcement_edit": LEADERS,
    "cohorts.announcement_new": LEADERS,
    "cohorts.announcement_withdraw": LEADERS,
    "cohorts.archive_cohort": LEADERS,
    "cohorts.card_act": LEADERS,
    "cohorts.cards": LEADERS,
    "cohorts.cards_pdf": LEADERS,
    "cohorts.change_announcement": LEADERS,
    "cohorts.change_cohort": LEADERS,
    "cohorts.cohort": LEADERS,
    "cohorts.cohort_announcements": LEADERS,
    "cohorts.cohort_archive": LEADERS,
    "cohorts.cohort_copy": LEADERS,
    "cohorts.cohort_edit": LEADERS,
    "cohorts.copy_cohort": LEADERS,
    "cohorts.create_join_code": LEADERS,
    "cohorts.decide": LEADERS,
    "cohorts.decide_roster": {"instructor"},
    "cohorts.discard_roster": {"instructor"},
    "cohorts.do_card_act": LEADERS,
    "cohorts.former_members": LEADERS,
    "cohorts.import_roster": {"instructor"},
    "cohorts.join_code_new": LEADERS,
    "cohorts.make_cards": LEADERS,
    "cohorts.map_roster": {"instructor"},
    "cohorts.member": LEADERS,
    "cohorts.member_move": LEADERS,
    "cohorts.member_withdraw": LEADERS,
    "cohorts.move_member": LEADERS,
    "cohorts.names": LEADERS,
    "cohorts.names_pdf": LEADERS,
    "cohorts.queue": LEADERS,
    "cohorts.reset_password": LEADERS,
    "cohorts.restore_cohort": LEADERS,
    "cohorts.return_member": LEADERS,
    "cohorts.roster_confirm": {"instructor"},
    "cohorts.roster_csv": LEADERS,
    "cohorts.roster_left_out": {"instructor"},
    "cohorts.roster_mapping": {"instructor"},
    "cohorts.roster_new": LEADERS,
    "cohorts.roster_preview": {"instructor"},
    "cohorts.roster_result": LEADERS,
    "cohorts.roster_undo": LEADERS,
    "cohorts.roster_workbook": LEADERS,
    "cohorts.undo_roster": LEADERS,
    "cohorts.unlock_pin": LEADERS,
    "cohorts.upload_roster": LEADERS,
    "cohorts.withdraw_announcement": LEADERS,
    "cohorts.withdraw_join_code": LEADERS,
    "cohorts.withdraw_member": LEADERS,
    "learning.question": {"learner"},
    "learning.result": {"learner"},
    "learning.review": {"learner"},
    "learning.save_answer": {"learner"},
    "learning.submit": {"learner"},
    "overview.cohort_charts": LEADERS,
    "overview.cohort_progress": LEADERS,
    "overview.end_extension": LEADERS,
    "overview.end_waiver": LEADERS,
    "overview.export_table": LEADERS,
    "overview.extend": LEADERS,
    "overview.extend_due": LEADERS,
    "overview.extension_end": LEADERS,
    "overview.member_progress": LEADERS,
    "overview.release": LEADERS,
    "overview.release_attempt": LEADERS,
    "overview.take_table": LEADERS,
    "overview.waive": LEADERS,
    "overview.waive_lessons": LEADERS,
    "overview.waiver_end": LEADERS,
    "practicals.acknowledge": {"learner", *LEADERS},
    "practicals.check": {"learner", *LEADERS},
    "practicals.correct": LEADERS,
    "practicals.plan_session": LEADERS,
    "practicals.record_correction": LEADERS,
    "practicals.session_new": LEADERS,
    **{f"practicals.{name}": LEADERS for name in DAY_PAGES},
    "practicals.record_second": LEADERS,
    "practicals.record_settlement": LEADERS,
    "practicals.second": LEADERS,
    "practicals.settle": LEADERS,
}
#: Beyond the role a grant for the course or language is needed, except for an administrator.
GRANT_OR_OFFICE = {
    "overview.author",
    "overview.author_course",
    "overview.correct_item",
    "overview.count_items",
    "overview.item",
    "overview.items",
    "overview.report_question",
    "overview.author_figures",
    "overview.author_questions",
    "overview.translate",
    "overview.translate_course",
    "overview.translate_export",
    "overview.translate_return",
}
#: A grant for the sheet is needed as well; only the instructor has one.
GRANTED = {
    "practicals.check_grade",
    "practicals.check_new",
    "practicals.correct",
    "practicals.record_check",
    "practicals.record_correction",
}
#: Their list is an imported one.
IMPORTED = {"cohorts.roster_result", "cohorts.roster_undo", "cohorts.undo_roster"}
# Which of the world's objects fills a part of the address.
_KEYS = {
    "accounts.end_session": "session",
    "accounts": "learner",
    "certificates.ask_preview": "cohort",
    "certificates.cohort_letters": "cohort",
    "certificates.draft_picture": "draft",
    "certificates.draft_picture_of": "draft",
    "certificates.eligible": "cohort",
    "certificates.issue": "cohort",
    "certificates.member_letters": "cohort",
    "certificates.preview": "preview",
    "certificates.preview_pdf": "preview",
    "certificates.review_all": "cohort",
    "certificates.review_chosen": "cohort",
    "certificates.change_printer": "printer",
    "certificates.print_cohort": "cohort",
    "certificates.print_queue": "cohort",
    "certificates.printer": "printer",
    "certificates.printer_test": "printer",
    **{f"certificates.{name}": "run" for name in RUN_PAGES},
    "certificates.template_picture_file": "picture",
    "certificates.withdraw_template_picture": "picture",
    "certificates.withdraw_template_picture_page": "picture",
    "certificates.write_letter": "cohort",
    "certificates": "certificate",
    "cohorts": "cohort",
    "courses": "review",
    "overview.correction": "correction",
    "overview.decline_report": "report",
    "overview": "cohort",
    "overview.merge": "learner",
    "overview.merge_compare": "learner",
    "overview.merge_find": "learner",
    "practicals": "check",
    **{f"practicals.{name}": "day" for name in DAY_PAGES},
}


@dataclass(frozen=True)
class Route:
    """One line of the table: an endpoint, one method, its rule and what it asks for."""

    endpoint: str
    method: str
    rule: str
    access: str

    def status_for(self, who: str) -> set[int]:
        """What this person may be answered; 500 is never among it."""
        role = PEOPLE[who]
        if self.access == "public":
            return {200, 302, 303, 404, 422}
        if role is None:
            return {302}
        if self.access not in ROLE_PERMISSIONS[role]:
            return {403}
        if who not in OWNERS.get(self.endpoint, PEOPLE):
            return {404}
        if self._lacks_a_grant(who):
            return {403}
        return {200, 302, 303} if self.method == "GET" else {200, 204, 303, 404, 409, 422}

    def _lacks_a_grant(self, who: str) -> bool:
        if self.endpoint in GRANT_OR_OFFICE:
            return PEOPLE[who] != "administrator"
        return self.endpoint in GRANTED and who != "instructor"


def rules_of(app: Flask) -> Iterator[Rule]:
    """Every rule but the one of static files."""
    return (rule for rule in app.url_map.iter_rules() if rule.endpoint != "static")


def routes_of(app: Flask) -> list[Route]:
    """Every route, each method on its own, in the order of their names."""
    found = [
        Route(rule.endpoint, method, rule.rule, str(access_of(app.view_functions[rule.endpoint])))
        for rule in rules_of(app)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=lambda route: (route.endpoint, route.rule, route.method))


def address_of(world: World, route: Route, language: str = "en") -> str:
    """The route's address with real objects in it."""
    path = route.rule.replace("<language:lang>", language)
    for part, value in _values(world, route.endpoint).items():
        path = path.replace(part, value)
    assert "<" not in path, f"{route.rule}: what fills {path}?"
    query = _query(world, route.endpoint)
    return f"{path}?{urlencode(query)}" if query else path


def _values(world: World, endpoint: str) -> dict[str, str]:
    room, keys = endpoint.split(".", maxsplit=1)[0], world.keys
    own = _KEYS.get(endpoint) or _KEYS.get(room)
    return {
        "<slug>": SLUG,
        "<language:of>": "lo",
        "<uuid:key>": keys[own] if own else "",
        "<key>": LESSON if room == "learning" else "cpr",
        "<uuid:paper>": keys["paper"],
        "<uuid:user>": keys["learner"],
        "<uuid:grant>": keys["grant"],
        "<uuid:roster_key>": keys["imported" if endpoint in IMPORTED else "roster"],
        "<uuid:announcement>": keys["announcement"],
        "<uuid:other>": keys["other trainee"],
        "<attempt_key>": keys["failed" if endpoint == "learning.result" else "attempt"],
        "<int:position>": "1",
        "<int:number>": "1",
        "<into>": "lo",
        "<language>": "lo",
        "<name>": "default",
        "<uuid:cohort>": keys["cohort"],
        "<kind>": "members",
        "<act>": "lost",
        "<token>": keys["card"],
        "<item>": "rate-adult-choose",
        "<code>": keys["code"] if room == "cohorts" else keys["verification"],
    }


def _query(world: World, endpoint: str) -> dict[str, str]:
    keys = world.keys
    sheet = {"course": SLUG, "sheet": keys["sheet"]}
    grading = {**sheet, "person": keys["learner"]}
    queries = {
        "cohorts.join": {"code": keys["code"]},
        "cohorts.cards_pdf": {"people": keys["learner"].replace("-", "")},
        "practicals.check_new": sheet,
        "practicals.plan_session": {"cohort": keys["cohort"]},
        "practicals.session_new": {"cohort": keys["cohort"]},
        "practicals.check_grade": grading,
        "practicals.record_check": grading,
        "overview.export_table": {"cohort": keys["cohort"]},
        "overview.take_table": {"cohort": keys["cohort"]},
        "certificates.preview": {"cohort": keys["cohort"], "course": SLUG},
    }
    return queries.get(endpoint, {})


def reader_of(route: Route) -> str:
    """Somebody for whom the route's page opens."""
    for who in ("instructor", "learner", "administrator", "trainee", VISITOR):
        allowed = route.status_for(who)
        if 200 in allowed and not (route.access == "public" and who != VISITOR):
            return who
    raise AssertionError(f"nobody may open {route.rule}")
