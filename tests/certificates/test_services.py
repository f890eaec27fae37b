"""What issuing, revoking and verifying may and may not do; numbers, files and finding."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Names
from app.certificates import services
from app.certificates.models import Certificate
from app.certificates.services.numbers import check_digit, new_code
from app.certificates.types import (
    AlreadyRendered,
    AlreadyRevoked,
    CertificateState,
    MissingKind,
    NobodyChosen,
    NotEligible,
    ReasonMissing,
    UnknownCertificate,
    UnknownCode,
)
from app.core.db import Database, begin_write
from app.core.errors import EventConflict
from app.core.events import new_event_id
from app.core.jobs import Job
from app.courses.types import Course
from app.learning import services as learning
from tests.certificates.conftest import BASE_URL, SLUG, TODAY, Issue, Ready, correct_to_failed
from tests.factories import AT, make_administrator, make_learner

# --- issuing ---------------------------------------------------------------------------------


def test_issuing_freezes_what_is_printed(db: Session, ready: Ready, issue: Issue) -> None:
    user = ready()
    before = user.native_name
    certificate = issue(user)[0]
    other = Names("ສົມພອນ", "SOMPHONE", None)
    accounts.change_names(db, user, other, confirmed=True, by=user, at=AT)
    assert certificate.facts["names"]["native"] == before


def test_the_printed_address_leads_to_the_code(issued: Certificate) -> None:
    address = issued.facts["address"]
    assert address.startswith(f"{BASE_URL}/v/")
    assert services.normal_code(address.rpartition("/")[2]) == issued.code


def test_who_misses_something_is_not_issued_and_nobody_else_either(
    db: Session, ready: Ready, issue: Issue
) -> None:
    with pytest.raises(NotEligible):
        issue(ready(), make_learner(db))
    db.rollback()
    assert db.scalar(select(func.count()).select_from(Certificate)) == 0


def test_nobody_chosen_is_refused(issue: Issue) -> None:
    with pytest.raises(NobodyChosen):
        issue()


def test_the_same_event_again_gives_the_first_certificates(ready: Ready, issue: Issue) -> None:
    users = [ready(), ready()]
    event_id = new_event_id()
    first = issue(*users, event_id=event_id)
    assert [c.key for c in issue(*users, event_id=event_id)] == [c.key for c in first]


def test_the_same_event_with_other_people_is_a_conflict(ready: Ready, issue: Issue) -> None:
    event_id = new_event_id()
    issue(ready(), event_id=event_id)
    with pytest.raises(EventConflict):
        issue(ready(), event_id=event_id)


def test_issuing_twice_makes_one_certificate(db: Session, ready: Ready, issue: Issue) -> None:
    user = ready()
    assert issue(user)[0].key == issue(user)[0].key


def test_two_administrators_at_once_make_one_certificate(
    db: Session, database: Database, ready: Ready, course: Course
) -> None:
    user_id = ready().id
    people = [make_administrator(db).id, make_administrator(db).id]
    db.commit()
    start, serials = Barrier(2), []

    def act(by_id: int) -> None:
        with database.session() as own:
            by, whom = own.get_one(User, by_id), own.get_one(User, user_id)
            start.wait()
            begin_write(own)
            made = services.issue(own, [whom], course, by, new_event_id(), AT, BASE_URL)
            own.commit()
            serials.append(made[0].serial)

    threads = [Thread(target=act, args=(by_id,)) for by_id in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(serials) == 2
    assert len(set(serials)) == 1


def test_each_certificate_gets_one_job(db: Session, ready: Ready, issue: Issue) -> None:
    issue(ready(), ready())
    assert db.scalar(select(func.count()).where(Job.task == "certificates.render")) == 2


def test_serials_count_up_without_gaps(ready: Ready, issue: Issue) -> None:
    serials = [c.serial for c in issue(ready(), ready())] + [c.serial for c in issue(ready())]
    assert [serial.split("-")[2] for serial in serials] == ["000001", "000002", "000003"]


def test_passing_every_sheet_again_later_is_a_new_award(
    db: Session, ready: Ready, issue: Issue, course: Course, check: Callable[..., None]
) -> None:
    user = ready()
    first = issue(user)[0]
    later = TODAY + timedelta(days=700)
    check(user, course.sheets[0].key, later)
    half = services.readiness(db, [user], course, later)[0]
    assert half.certificate is first
    check(user, course.sheets[1].key, later)
    second = issue(user, at=AT + timedelta(days=700))[0]
    assert (second.award_date, second.id == first.id) == (later, False)


# --- revoking --------------------------------------------------------------------------------


def test_revoking_needs_a_reason(db: Session, issued: Certificate, administrator: User) -> None:
    with pytest.raises(ReasonMissing):
        services.revoke(db, issued, "  ", administrator, AT)


def test_a_revoked_certificate_does_not_verify(
    db: Session, issued: Certificate, administrator: User
) -> None:
    services.revoke(db, issued, "Issued to the wrong person.", administrator, AT)
    assert services.verify(db, issued.code, TODAY).state is CertificateState.REVOKED


def test_revoking_cannot_be_done_again_with_another_reason(
    db: Session, issued: Certificate, administrator: User
) -> None:
    services.revoke(db, issued, "Issued to the wrong person.", administrator, AT)
    services.revoke(db, issued, "Issued to the wrong person.", administrator, AT)
    with pytest.raises(AlreadyRevoked):
        services.revoke(db, issued, "Another reason.", administrator, AT)


def test_a_revoked_award_is_not_issued_again(
    db: Session, issued: Certificate, issue: Issue, administrator: User, course: Course
) -> None:
    services.revoke(db, issued, "Issued to the wrong person.", administrator, AT)
    (missing,) = services.readiness(db, [issued.user], course, TODAY)[0].missing
    assert missing.kind is MissingKind.REVOKED
    with pytest.raises(NotEligible):
        issue(issued.user)


# --- verifying -------------------------------------------------------------------------------


def test_the_last_day_is_still_valid_and_the_next_is_not(db: Session, issued: Certificate) -> None:
    last = issued.valid_until
    assert services.verify(db, issued.code, last).state is CertificateState.VALID
    after = services.verify(db, issued.code, last + timedelta(days=1))
    assert after.state is CertificateState.EXPIRED


@pytest.mark.parametrize("form", ["{}", " {} ", "{lower}", "{grouped}", "{ILO}"])
def test_a_code_is_forgiven_its_form(db: Session, issued: Certificate, form: str) -> None:
    code = issued.code
    typed = form.format(
        code,
        lower=code.lower(),
        grouped=" - ".join(code[i : i + 4] for i in range(0, 16, 4)),
        ILO=code.replace("1", "l").replace("0", "o"),
    )
    assert services.verify(db, typed, TODAY).facts["serial"] == issued.serial


@pytest.mark.parametrize("typed", ["", "KPK-2026-000001-1", "U" * 16, "0" * 16, "𠮷" * 16])
def test_what_is_no_code_is_unknown(db: Session, issued: Certificate, typed: str) -> None:
    with pytest.raises(UnknownCode):
        services.verify(db, typed, TODAY)


def test_the_public_record_has_no_more_than_what_is_printed(
    db: Session, issued: Certificate
) -> None:
    record = services.public_record(services.verify(db, issued.code, TODAY))
    assert set(record) == {"state", "checked_on", "certificate", "versions"}
    assert record["certificate"] == issued.facts
    assert not re.search(r"username|nationality|attempt|held_on", str(record))


# --- numbers, files, reading -----------------------------------------------------------------


def test_check_digits_follow_iso_7064() -> None:
    assert check_digit("0794") == "5"  # the example of ISO/IEC 7064, MOD 11,10


def test_codes_are_random_and_readable() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert not set("".join(codes)) & set("ILOU")


def test_a_stored_file_never_changes(db: Session, issued: Certificate) -> None:
    services.store_pdf(db, issued.id, b"%PDF-1", AT)
    with pytest.raises(AlreadyRendered):
        services.store_pdf(db, issued.id, b"%PDF-2", AT)
    db.refresh(issued)
    assert services.file_of(db, issued).content == b"%PDF-1"


def test_a_strangers_certificate_is_not_found(db: Session, issued: Certificate) -> None:
    with pytest.raises(UnknownCertificate):
        services.certificate_of(db, make_learner(db), issued.key)


def test_the_office_finds_by_name_number_and_code(db: Session, issued: Certificate) -> None:
    names = issued.facts["names"]
    for words in (names["native"], issued.serial.lower(), issued.code, "kpk"):
        assert [c.id for c in services.find_certificates(db, words)] == [issued.id]
    assert not services.find_certificates(db, "%")


def test_the_office_finds_a_name_that_could_be_a_code(db: Session, issued: Certificate) -> None:
    issued.searchable = "somphone vongsayy kpk-2026-000001-7 7k3f9q2mxtrb5d9a"
    db.flush()
    for words in ("Somphone Vongsayy", "7K3F-9Q2M-XTRB-5D9A"):
        assert [c.id for c in services.find_certificates(db, words)] == [issued.id]


def test_the_evidence_names_each_check_and_examiner(issued: Certificate, course: Course) -> None:
    sheets = issued.evidence["sheets"]
    assert [sheet["key"] for sheet in sheets] == [sheet.key for sheet in course.sheets]
    assert {sheet["examiner"] for sheet in sheets} == {"NONG LAN"}
    assert issued.evidence["course"]["digest"] == course.digest


def test_a_check_corrected_after_the_issue_is_told(
    db: Session, issued: Certificate, course: Course
) -> None:
    assert services.lost_sheets(db, issued) == ()
    lost = correct_to_failed(db, issued)
    assert services.lost_sheets(db, issued) == (lost,)
    found = services.readiness(db, [issued.user], course, TODAY)[0]
    assert (found.certificate, found.lost_sheets) == (issued, (lost,))


def test_learning_rules_are_asked_not_copied(db: Session, ready: Ready, course: Course) -> None:
    user = ready()
    progress = learning.progress_of(db, [user.id], SLUG)[user.id]
    evidence = services.readiness(db, [user], course, TODAY)[0].evidence
    assert evidence["assessment"]["attempt"] == progress.attempt_key
