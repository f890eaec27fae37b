"""The print desk: what waits, runs in the list's order, spoiled sheets, handing over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.types import NameForm
from app.certificates import services
from app.certificates.models import Certificate, PrintRun, PrintSheet
from app.certificates.services import desk
from app.certificates.types import ReasonMissing
from app.certificates.types.desk import (
    AlreadyInRun,
    NothingToPrint,
    PrintKind,
    RunNotReady,
    SheetActKind,
    SheetsChanged,
    SheetState,
)
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.cohorts.services.members import membership_of
from app.core.audit import trail_of
from app.core.db import Database, begin_write
from app.core.errors import EventConflict
from app.core.events import new_event_id
from app.core.pdf import Shift
from tests.certificates.conftest import TODAY
from tests.factories import AT, make_administrator, make_certificate, make_trainee

CERTIFICATE = PrintKind.CERTIFICATE


@pytest.fixture
def three(db: Session, cohort: Cohort) -> list[Certificate]:
    """Certificates of a Khmer, a Lao and a Chinese holder of the cohort, issued in this order."""
    names = [
        ("សុខ ចាន់ដារ៉ា", "SOK CHANDARA", "速占达拉"),
        ("ແກ້ວ ສົມສະໄໝ", "KEO SOMSAMAI", "宋赛美"),
        ("王小玥", "WANG XIAOYUE", "王小玥"),
    ]
    found = []
    for native, latin, chinese in names:
        user = make_trainee(db, native_name=native, latin_name=latin, chinese_name=chinese)
        cohorts.add_member(db, cohort, user, AT)
        found.append(make_certificate(db, user))
    return found


@pytest.fixture
def run(db: Session, cohort: Cohort, three: list[Certificate], administrator: User) -> PrintRun:
    """A run of the three whose file is made."""
    made = send(db, three, cohort, administrator)
    desk.finish(db, made.id, b"%PDF", AT)
    db.refresh(made)
    return made


def send(
    db: Session,
    chosen: list[Certificate],
    cohort: Cohort | None,
    by: User,
    event_id: str = "",
    sorted_by: NameForm = NameForm.LATIN,
) -> PrintRun:
    draft = desk.RunDraft(sorted_by=sorted_by)
    return desk.send_to_print(db, chosen, draft, cohort, by, event_id or new_event_id(), AT)


def act(
    db: Session,
    run: PrintRun,
    by: User,
    kind: SheetActKind,
    *positions: int,
    reason: str = "",
    event_id: str = "",
) -> int:
    keys = [sheet.key for sheet in desk.sheets_of(db, run) if sheet.position in positions]
    return desk.act_on(db, run, keys, kind, reason, by, event_id or new_event_id(), AT)


def states(db: Session, run: PrintRun) -> list[str]:
    db.expire_all()
    return [str(sheet.state) for sheet in desk.sheets_of(db, run)]


def count_waiting(db: Session, cohort: Cohort, kind: PrintKind = CERTIFICATE) -> int:
    return len(desk.waiting(db, kind, TODAY, cohort))


# --- the queue -------------------------------------------------------------------------------


def test_what_is_issued_waits_by_cohort_and_outside(
    db: Session, cohort: Cohort, three: list[Certificate]
) -> None:
    member = membership_of(db, cohort, three[0].user)
    assert member is not None
    member.withdrawn_at = AT
    db.flush()
    found = desk.queues(db, CERTIFICATE, TODAY)
    assert [(one.cohort, one.count) for one in found] == [(cohort, 2), (None, 1)]
    assert list(desk.waiting_outside(db, CERTIFICATE, TODAY)) == [three[0]]


def test_revoked_and_expired_certificates_do_not_wait(
    db: Session, cohort: Cohort, three: list[Certificate], administrator: User
) -> None:
    services.revoke(db, three[0], "A wrong name", administrator, AT)
    assert count_waiting(db, cohort) == 2
    after = three[1].valid_until + timedelta(days=1)
    assert desk.queues(db, CERTIFICATE, after) == []


def test_a_printed_certificate_waits_no_more_but_its_card_does(
    db: Session, cohort: Cohort, run: PrintRun
) -> None:
    assert run.sheet_count == 3
    assert (count_waiting(db, cohort), count_waiting(db, cohort, PrintKind.CARD)) == (0, 3)


# --- the order -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "order"),
    [(NameForm.LATIN, [1, 0, 2]), (NameForm.NATIVE, [1, 0, 2]), (NameForm.CHINESE, [1, 0, 2])],
)
def test_sheets_stand_in_the_order_of_the_sheet_of_names(
    db: Session,
    cohort: Cohort,
    three: list[Certificate],
    administrator: User,
    form: NameForm,
    order: list[int],
) -> None:
    from app.accounts import services as accounts

    made = send(db, three, cohort, administrator, sorted_by=form)
    printed = [sheet.certificate for sheet in desk.sheets_of(db, made)]
    users = accounts.sorted_by_name([one.user for one in three], form)
    assert [one.user for one in printed] == users
    assert [sheet.position for sheet in desk.sheets_of(db, made)] == [1, 2, 3]
    assert [three.index(one) for one in printed] == order


def test_the_order_is_that_of_the_printed_names_whatever_the_profile_says_now(
    db: Session, cohort: Cohort, three: list[Certificate], administrator: User
) -> None:
    three[0].user.latin_name = "AAA AAA"
    db.flush()
    made = send(db, three, cohort, administrator)
    assert desk.sheets_of(db, made)[0].certificate is three[1]


# --- a run -----------------------------------------------------------------------------------


def test_the_same_event_again_gives_the_first_run_and_other_content_is_refused(
    db: Session, cohort: Cohort, three: list[Certificate], administrator: User
) -> None:
    event = new_event_id()
    first = send(db, three, cohort, administrator, event)
    assert send(db, three, cohort, administrator, event) is first
    keys = [one.key for one in three]
    draft = desk.RunDraft()
    again = desk.send_keys_to_print(db, keys, draft, cohort, administrator, event, AT)
    assert again is first
    assert [one.action for one in trail_of(db, "print_run", first.key)] == [
        "certificates.print-run"
    ]
    with pytest.raises(EventConflict):
        send(db, three[:2], cohort, administrator, event)


def test_a_certificate_is_in_one_run_and_nothing_is_half_printed(
    db: Session, cohort: Cohort, three: list[Certificate], administrator: User
) -> None:
    send(db, three[:1], cohort, administrator)
    db.commit()
    with pytest.raises(AlreadyInRun):
        send(db, three, cohort, administrator)
    db.rollback()
    assert count_waiting(db, cohort) == 2
    with pytest.raises(NothingToPrint):
        send(db, [], cohort, administrator)


def test_twenty_administrators_at_once_print_each_certificate_once(
    db: Session, database: Database, cohort: Cohort, three: list[Certificate]
) -> None:
    people, cohort_id = [make_administrator(db).id for _ in range(20)], cohort.id
    expected = sorted(one.id for one in three)
    db.commit()

    def press(by: int) -> bool:
        with database.session() as own:
            begin_write(own)
            chosen = list(desk.waiting(own, CERTIFICATE, TODAY, own.get_one(Cohort, cohort_id)))
            try:
                send(own, chosen, None, own.get_one(User, by))
            except (AlreadyInRun, NothingToPrint):
                return False
            own.commit()
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, people)) == 1
    printed = db.scalars(select(PrintSheet.certificate_id)).all()
    assert sorted(printed) == expected


def test_a_run_that_is_given_up_gives_its_certificates_back(
    db: Session, cohort: Cohort, run: PrintRun, administrator: User
) -> None:
    desk.withdraw(db, run, administrator, AT)
    desk.withdraw(db, run, administrator, AT)
    assert (count_waiting(db, cohort), states(db, run)) == (3, ["withdrawn"] * 3)
    assert len(trail_of(db, "print_run", run.key)) == 2


def test_a_run_with_a_sheet_in_somebodys_hand_is_not_given_up(
    db: Session, run: PrintRun, administrator: User
) -> None:
    act(db, run, administrator, SheetActKind.HAND_OVER, 1)
    assert not desk.may_withdraw(db, run)
    db.commit()
    with pytest.raises(SheetsChanged):
        desk.withdraw(db, run, administrator, AT)


# --- sheets ----------------------------------------------------------------------------------


def test_spoiled_sheets_alone_are_printed_again_in_a_run_that_names_them(
    db: Session, run: PrintRun, administrator: User
) -> None:
    act(db, run, administrator, SheetActKind.SPOIL, 1, 3, reason="Paper jam")
    assert desk.runs_to_reprint(db) == {run: 2}
    spoiled = [one for one in desk.sheets_of(db, run) if one.state is SheetState.SPOILED]
    keys, event = [one.key for one in spoiled], new_event_id()
    again = desk.reprint(db, run, keys, None, administrator, event, AT)
    assert desk.reprint(db, run, keys, None, administrator, event, AT) is again
    assert again.reprints is run
    replaced = [one.replaces_id for one in desk.sheets_of(db, again)]
    assert replaced == [one.id for one in spoiled]
    assert states(db, run) == ["reprinted", "printed", "reprinted"]
    with pytest.raises(SheetsChanged):
        desk.reprint(db, run, keys, None, administrator, new_event_id(), AT)


def test_a_reprint_that_is_given_up_leaves_the_sheets_spoiled(
    db: Session, run: PrintRun, administrator: User
) -> None:
    act(db, run, administrator, SheetActKind.SPOIL, 2, reason="Paper jam")
    key = desk.sheets_of(db, run)[1].key
    again = desk.reprint(db, run, [key], None, administrator, new_event_id(), AT)
    desk.withdraw(db, again, administrator, AT)
    assert states(db, run) == ["printed", "spoiled", "printed"]
    desk.reprint(db, run, [key], None, administrator, new_event_id(), AT)
    assert states(db, run) == ["printed", "reprinted", "printed"]


def test_sheets_are_handed_over_singly_and_taken_back(
    db: Session, run: PrintRun, administrator: User
) -> None:
    event = new_event_id()
    act(db, run, administrator, SheetActKind.HAND_OVER, 2, event_id=event)
    assert act(db, run, administrator, SheetActKind.HAND_OVER, 2, event_id=event) == 1
    assert states(db, run) == ["printed", "handed-over", "printed"]
    act(db, run, administrator, SheetActKind.TAKE_BACK, 2)
    assert states(db, run) == ["printed"] * 3


def test_an_act_is_done_on_all_its_sheets_or_on_none(
    db: Session, run: PrintRun, administrator: User
) -> None:
    act(db, run, administrator, SheetActKind.HAND_OVER, 1)
    db.commit()
    with pytest.raises(SheetsChanged):
        act(db, run, administrator, SheetActKind.SPOIL, 1, 2, reason="Ink")
    db.rollback()
    assert states(db, run) == ["handed-over", "printed", "printed"]
    with pytest.raises(ReasonMissing):
        act(db, run, administrator, SheetActKind.SPOIL, 2, reason=" ")


def test_a_revoked_certificate_is_not_handed_over(
    db: Session, run: PrintRun, administrator: User
) -> None:
    services.revoke(db, desk.sheets_of(db, run)[0].certificate, "Error", administrator, AT)
    with pytest.raises(SheetsChanged):
        act(db, run, administrator, SheetActKind.HAND_OVER, 1)


def test_nothing_is_said_of_sheets_before_their_file_is_made(
    db: Session, cohort: Cohort, three: list[Certificate], administrator: User
) -> None:
    made = send(db, three, cohort, administrator)
    with pytest.raises(RunNotReady):
        act(db, made, administrator, SheetActKind.HAND_OVER, 1)


def test_the_register_and_the_own_data_know_every_sheet(
    db: Session, run: PrintRun, administrator: User
) -> None:
    act(db, run, administrator, SheetActKind.SPOIL, 1, reason="Paper jam")
    key = desk.sheets_of(db, run)[0].key
    desk.reprint(db, run, [key], None, administrator, new_event_id(), AT)
    assert len(desk.register(db)) == 4
    (reprinted,) = desk.register(db, SheetState.REPRINTED)
    told = services.export_certificates(db, reprinted.certificate.user)[0]["sheets"]
    assert [one["state"] for one in told] == ["reprinted", "printed"]


# --- printers --------------------------------------------------------------------------------


def test_a_run_keeps_the_offset_of_its_day(
    db: Session, cohort: Cohort, three: list[Certificate], administrator: User
) -> None:
    from app.certificates.types.desk import PrinterExists

    printer = desk.change_printer(db, None, "HP", Shift(1.5, -0.5, 100.2), administrator, AT)
    assert (
        desk.change_printer(db, None, "HP", Shift(1.5, -0.5, 100.2), administrator, AT) is printer
    )
    draft = desk.RunDraft(printer="HP")
    made = desk.send_to_print(db, three, draft, cohort, administrator, new_event_id(), AT)
    desk.change_printer(db, printer, "HP", Shift(), administrator, AT)
    assert made.shift == {"right_mm": 1.5, "down_mm": -0.5, "percent": 100.2}
    assert len(trail_of(db, "printer", printer.key)) == 2
    with pytest.raises(PrinterExists):
        desk.change_printer(db, None, "HP", Shift(2), administrator, AT)
