"""The rules about people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.models import Consent, User
from app.accounts.types import (
    AccountDisabled,
    ConsentMissing,
    Consents,
    Erased,
    GrantKind,
    GrantNeedsEnd,
    ImproperGrant,
    ImproperName,
    ImproperUsername,
    LastAdministrator,
    Names,
    NoPin,
    OwnAccount,
    PinLocked,
    Purpose,
    Role,
    StaffCode,
    TraineeProfile,
    UnknownTerritory,
    UsernameTaken,
    WeakPassword,
    WrongResetCode,
    WrongSignIn,
)
from app.core import audit
from app.core.errors import NotFound
from tests.factories import (
    AT,
    PASSWORD,
    hashed_password,
    make_administrator,
    make_instructor,
    make_trainee,
)

PROFILE = TraineeProfile(
    "somsamai", Names("ສົມສະໄໝ ແກ້ວມະນີ", "Somsamai Keomany", "宋赛美"), "LA", "lo", "zh"
)
BOTH = Consents(True, True, "lo")
DAY = date(2026, 3, 2)


def create(db: Session, **changes: object) -> User:
    profile = replace(PROFILE, **changes)
    return services.create_trainee(db, profile, hashed_password(), BOTH, AT)


def test_a_trainee_keeps_her_names_as_she_typed_them(db: Session) -> None:
    assert create(db).names == PROFILE.names


def test_names_are_not_confirmed_by_themselves(db: Session) -> None:
    assert create(db).names_confirmed_at is None


@pytest.mark.parametrize("twin", ["SOMSAMAI", "Somsamai", "ｓｏｍｓａｍａｉ"])
def test_usernames_that_look_the_same_are_taken(db: Session, twin: str) -> None:
    create(db)
    with pytest.raises(UsernameTaken):
        create(db, username=twin)


@pytest.mark.parametrize("username", ["ab", "two words", "a" * 41, "a\u200bbc", "<b>bold", ""])
def test_an_improper_username_is_refused(db: Session, username: str) -> None:
    with pytest.raises(ImproperUsername):
        create(db, username=username)


@pytest.mark.parametrize("username", ["ສົມສະໄໝ", "ដារ៉ា", "小玥88", "tuyết.a", "s@gx-2026"])
def test_usernames_may_be_in_any_script(db: Session, username: str) -> None:
    assert create(db, username=username).username == username


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("native", Names("", "SOK")),
        ("native", Names("12345", "SOK")),
        ("native", Names("សុខ\u202eចាន់", "SOK")),
        ("native", Names("ក" * 101, "SOK")),
        ("latin", Names("សុខ", "សុខ")),
        ("latin", Names("សុខ", "SOK 1")),
        ("chinese", Names("សុខ", "SOK", "Sok")),
    ],
)
def test_an_improper_name_is_refused_with_its_field(db: Session, field: str, names: Names) -> None:
    with pytest.raises(ImproperName) as refusal:
        create(db, names=names)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "names",
    [
        Names("សុខ\u200bចាន់ដារ៉ា", "SOK CHANDARA"),
        Names("Grace O’Connor-Njoroge", "Grace O’Connor-Njoroge"),
        Names("Nguyễn Thị Ánh", "Nguye\u0302\u0303n Thi A\u0301nh"),
        Names("阿卜杜拉", "ABDULLA", "阿卜杜拉·买买提"),
        Names("欧阳𠮷堃", "OUYANG JIKUN", "欧阳𠮷堃"),
    ],
)
def test_real_names_are_accepted_unchanged(db: Session, names: Names) -> None:
    assert create(db, names=names).names == names


def test_a_nationality_is_a_code_of_iso_3166(db: Session) -> None:
    with pytest.raises(UnknownTerritory):
        create(db, nationality="XK")


def test_the_second_language_is_another_one(db: Session) -> None:
    assert create(db, second_language="lo").second_language is None


@pytest.mark.parametrize(
    "password", ["short", "password1", "11111111111", "i am somsamai", "kapok2026"]
)
def test_a_weak_password_is_refused(db: Session, password: str) -> None:
    with pytest.raises(WeakPassword):
        services.create_trainee(db, PROFILE, password, BOTH, AT)


@pytest.mark.parametrize(
    "password", ["ផ្កា\u200bរកា\u200bក្រហម", "hai bát cơm nóng", "x" * 100 + "yz9"]
)
def test_a_long_or_khmer_password_is_accepted(db: Session, password: str) -> None:
    user = services.create_trainee(db, PROFILE, password, BOTH, AT)
    assert services.password_matches(user, password)


def test_no_account_without_consent_to_the_training_record(db: Session) -> None:
    with pytest.raises(ConsentMissing):
        services.create_trainee(db, PROFILE, hashed_password(), Consents(False, True, "lo"), AT)


def test_both_consents_are_stored_apart_with_version_and_language(db: Session) -> None:
    rows = services.consents_of(db, create(db))
    assert [(row.purpose, row.language, row.given_at) for row in rows] == [
        (Purpose.TRAINING_RECORD, "lo", AT),
        (Purpose.PUBLIC_VERIFICATION, "lo", AT),
    ]


def test_public_verification_can_be_given_later(db: Session) -> None:
    user = make_trainee(db, public_verification=False)
    services.give_consent(db, user, Purpose.PUBLIC_VERIFICATION, BOTH, AT)
    assert services.has_consent(db, user, Purpose.PUBLIC_VERIFICATION)


def test_a_withdrawn_consent_no_longer_holds(db: Session) -> None:
    user = make_trainee(db)
    services.withdraw_consent(db, user, Purpose.PUBLIC_VERIFICATION, AT)
    assert not services.has_consent(db, user, Purpose.PUBLIC_VERIFICATION)


def test_no_to_the_public_check_takes_back_an_earlier_yes(db: Session) -> None:
    user = make_trainee(db)
    services.record_consents(db, user, Consents(True, False, "lo"), AT)
    assert not services.has_consent(db, user, Purpose.PUBLIC_VERIFICATION)
    assert not services.needs_consent(db, user)


def test_the_same_consent_twice_is_one_row(db: Session) -> None:
    user = create(db)
    services.record_consents(db, user, BOTH, AT)
    assert len(services.consents_of(db, user)) == 2


def test_a_new_version_of_the_notice_is_asked_again(db: Session) -> None:
    old = Consents(True, True, "lo", version="2025-01")
    user = services.create_trainee(db, PROFILE, hashed_password(), old, AT)
    assert services.needs_consent(db, user)


def test_changing_a_name_clears_the_confirmation(db: Session) -> None:
    user, by = make_trainee(db), make_administrator(db)
    new = replace(user.names, latin="OTHER NAME")
    services.change_names(db, user, new, confirmed=False, by=by, at=AT)
    assert user.names_confirmed_at is None


def test_saving_the_same_names_keeps_the_confirmation(db: Session) -> None:
    user, by = make_trainee(db), make_administrator(db)
    services.change_names(db, user, user.names, confirmed=False, by=by, at=AT)
    assert user.names_confirmed_at == AT


def test_a_trainee_confirms_in_the_same_act(db: Session) -> None:
    user = make_trainee(db, names_confirmed=False)
    services.confirm_names(db, user, replace(user.names, latin="OTHER NAME"), AT)
    assert (user.latin_name, user.names_confirmed_at) == ("OTHER NAME", AT)


def test_nobody_confirms_for_a_trainee(db: Session) -> None:
    user, by = make_trainee(db, names_confirmed=False), make_administrator(db)
    services.change_names(db, user, user.names, confirmed=True, by=by, at=AT)
    assert user.names_confirmed_at is None


def test_the_right_password_signs_in_whatever_the_capitals(db: Session) -> None:
    user = make_trainee(db, username="Chandara")
    assert services.authenticate(db, "CHANDARA", PASSWORD, AT) == user


@pytest.mark.parametrize(("username", "password"), [("nobody", PASSWORD), ("chandara", "wrong")])
def test_a_wrong_username_and_a_wrong_password_are_one_refusal(
    db: Session, username: str, password: str
) -> None:
    make_trainee(db, username="chandara")
    with pytest.raises(WrongSignIn):
        services.authenticate(db, username, password, AT)


def test_staff_without_a_password_cannot_sign_in(db: Session) -> None:
    make_instructor(db, username="teacher", password_hash=None)
    with pytest.raises(WrongSignIn):
        services.authenticate(db, "teacher", "", AT)


def test_a_disabled_person_is_told_after_the_right_password(db: Session) -> None:
    make_trainee(db, username="chandara", disabled_at=AT)
    with pytest.raises(AccountDisabled):
        services.authenticate(db, "chandara", PASSWORD, AT)


def test_a_session_ends_at_its_latest_time(db: Session) -> None:
    user = make_administrator(db)
    token = services.open_session(db, user, "Chrome", AT)
    assert services.person_of_token(db, token, AT + timedelta(hours=23)) == user
    assert services.person_of_token(db, token, AT + timedelta(hours=25)) is None


def test_the_database_does_not_know_the_token(db: Session) -> None:
    user = make_trainee(db)
    token = services.open_session(db, user, "Chrome", AT)
    assert token not in services.live_sessions(db, user, AT)[0].token_hash


def test_disabling_ends_every_session(db: Session) -> None:
    user, by = make_trainee(db), make_administrator(db)
    token = services.open_session(db, user, "Chrome", AT)
    services.disable(db, user, by, AT)
    services.enable(db, user, by, AT)
    assert services.person_of_token(db, token, AT) is None


def test_changing_the_password_ends_the_other_sessions(db: Session) -> None:
    user = make_trainee(db)
    here, there = (services.open_session(db, user, name, AT) for name in ("here", "there"))
    services.change_password(db, user, hashed_password(), here, AT)
    assert services.person_of_token(db, here, AT) == user
    assert services.person_of_token(db, there, AT) is None


def test_a_strangers_session_is_not_found(db: Session) -> None:
    user, other = make_trainee(db), make_trainee(db)
    services.open_session(db, other, "Chrome", AT)
    key = services.live_sessions(db, other, AT)[0].key
    with pytest.raises(NotFound):
        services.end_session_by_key(db, user, key, AT)


def test_a_reset_code_sets_a_new_password_once(db: Session) -> None:
    user, by = make_trainee(db, username="souk"), make_instructor(db)
    code = services.create_reset_code(db, user, by, AT)
    new = services.prepare_password("another bowl of rice")
    services.redeem_reset_code(db, "souk", code.lower().replace("-", " "), new, AT)
    assert services.password_matches(user, "another bowl of rice")
    with pytest.raises(WrongResetCode):
        services.redeem_reset_code(db, "souk", code, new, AT)


def test_a_reset_code_dies_after_a_day(db: Session) -> None:
    user = make_trainee(db, username="souk")
    code = services.create_reset_code(db, user, make_instructor(db), AT)
    with pytest.raises(WrongResetCode):
        services.check_reset_code(db, "souk", code, AT + timedelta(hours=24))


def test_only_an_administrator_makes_a_reset_code_for_staff(db: Session) -> None:
    by, instructor = make_administrator(db), make_instructor(db)
    promoted = make_trainee(db)
    services.change_role(db, promoted, Role.ADMINISTRATOR, by, AT)
    for colleague in (promoted, instructor):
        with pytest.raises(StaffCode):
            services.create_reset_code(db, colleague, make_instructor(db), AT)
        assert services.create_reset_code(db, colleague, by, AT)


def test_a_newer_reset_code_replaces_the_older(db: Session) -> None:
    user, by = make_trainee(db, username="souk"), make_instructor(db)
    old = services.create_reset_code(db, user, by, AT)
    new = services.create_reset_code(db, user, by, AT)
    with pytest.raises(WrongResetCode):
        services.check_reset_code(db, "souk", old, AT)
    assert services.check_reset_code(db, "souk", new, AT) == user


def test_a_reset_ends_every_session_and_is_recorded(db: Session) -> None:
    user, by = make_trainee(db, username="souk"), make_instructor(db)
    token = services.open_session(db, user, "Chrome", AT)
    code = services.create_reset_code(db, user, by, AT)
    services.redeem_reset_code(db, "souk", code, hashed_password(), AT)
    assert services.person_of_token(db, token, AT) is None
    actions = [event.action for event in audit.trail_of(db, "user", user.key)]
    assert actions[-2:] == ["accounts.reset-code", "accounts.reset-password"]


@pytest.mark.parametrize(
    "pin", ["12345", "1234567", "abcdef", "123456", "654321", "000000", "໑໒໓໔໕໖"]
)
def test_a_pin_has_six_digits_and_is_not_easy(pin: str) -> None:
    with pytest.raises(WeakPassword):
        services.prepare_pin(pin)


def test_the_pin_locks_after_five_wrong_tries(db: Session) -> None:
    user = make_trainee(db)
    services.set_pin(db, user, "482915", AT)
    assert [services.pin_matches(db, user, "111112", AT) for _ in range(5)] == [False] * 5
    with pytest.raises(PinLocked):
        services.pin_matches(db, user, "482915", AT)


def test_a_right_pin_forgets_the_wrong_tries(db: Session) -> None:
    user = make_trainee(db)
    services.set_pin(db, user, "482915", AT)
    services.pin_matches(db, user, "111112", AT)
    assert services.pin_matches(db, user, "482915", AT)
    assert user.pin_tries == 0


def test_an_instructor_unlocks_a_pin(db: Session) -> None:
    user = make_trainee(db, pin_tries=5, pin_hash=services.prepare_pin("482915").hash)
    services.unlock_pin(db, user, make_instructor(db), AT)
    assert services.pin_matches(db, user, "482915", AT)


def test_without_a_pin_nothing_matches(db: Session) -> None:
    with pytest.raises(NoPin):
        services.pin_matches(db, make_trainee(db), "", AT)


def examiner(db: Session, ends_on: date | None = DAY) -> User:
    user = make_instructor(db)
    by = make_administrator(db)
    services.give_grant(db, user, GrantKind.PRACTICALS_EXAMINE, "cpr/adult", ends_on, by, AT)
    return user


def test_an_examiner_may_sign_until_the_last_day(db: Session) -> None:
    user = examiner(db)
    assert services.may_examine(db, user, "cpr", "adult", DAY)
    assert not services.may_examine(db, user, "cpr", "adult", DAY + timedelta(days=1))


def test_a_grant_is_for_one_sheet(db: Session) -> None:
    assert not services.may_examine(db, examiner(db), "cpr", "infant", DAY)


def test_an_examiner_needs_a_last_day(db: Session) -> None:
    with pytest.raises(GrantNeedsEnd):
        examiner(db, None)


def test_a_grant_given_again_replaces_the_former(db: Session) -> None:
    user, by = examiner(db), make_administrator(db)
    later = DAY + timedelta(days=90)
    services.give_grant(db, user, GrantKind.PRACTICALS_EXAMINE, "cpr/adult", later, by, AT)
    assert services.examinable_sheets(db, user, later) == {("cpr", "adult")}
    assert len([g for g in services.grants_of(db, user) if g.ended_at is None]) == 1


def test_an_ended_grant_no_longer_holds(db: Session) -> None:
    user = examiner(db)
    key = services.grants_of(db, user)[0].key
    services.end_grant(db, user, key, make_administrator(db), AT)
    assert not services.may_examine(db, user, "cpr", "adult", DAY)


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        (GrantKind.COURSES_TRANSLATE, "fr"),
        (GrantKind.PRACTICALS_EXAMINE, "cpr"),
        (GrantKind.PRACTICALS_EXAMINE, "cpr/"),
    ],
)
def test_a_scope_that_fits_nothing_is_refused(db: Session, kind: GrantKind, scope: str) -> None:
    user, by = make_instructor(db), make_administrator(db)
    with pytest.raises(ImproperGrant):
        services.give_grant(db, user, kind, scope, DAY, by, AT)


def test_a_trainee_cannot_examine(db: Session) -> None:
    user, by = make_trainee(db), make_administrator(db)
    with pytest.raises(ImproperGrant):
        services.give_grant(db, user, GrantKind.PRACTICALS_EXAMINE, "cpr/adult", DAY, by, AT)


def test_a_new_role_ends_the_sessions(db: Session) -> None:
    user, by = make_instructor(db), make_administrator(db)
    token = services.open_session(db, user, "Chrome", AT)
    services.change_role(db, user, Role.ADMINISTRATOR, by, AT)
    assert user.role is Role.ADMINISTRATOR
    assert services.person_of_token(db, token, AT) is None


def test_nobody_changes_her_own_role(db: Session) -> None:
    by = make_administrator(db)
    make_administrator(db)
    with pytest.raises(OwnAccount):
        services.change_role(db, by, Role.INSTRUCTOR, by, AT)


def test_the_server_cannot_erase_the_last_administrator(db: Session) -> None:
    with pytest.raises(LastAdministrator):
        services.erase_person(db, make_administrator(db), None, AT)


def test_an_administrator_who_was_closed_meanwhile_changes_nothing(db: Session) -> None:
    one, other = make_administrator(db), make_administrator(db)
    services.disable(db, other, one, AT)
    make_administrator(db)
    with pytest.raises(OwnAccount):
        services.disable(db, one, other, AT)


def test_an_erased_person_is_nameless_and_keeps_her_key(db: Session) -> None:
    user, by = make_trainee(db, username="chandara"), make_administrator(db)
    key, words = user.key, {user.native_name, user.latin_name, user.username}
    services.erase_person(db, user, by, AT)
    kept = {str(getattr(user, column.key)) for column in User.__table__.columns}
    assert user.key == key
    assert not kept & words
    assert db.query(Consent).filter(Consent.user_id == user.id).count() == 0


def test_an_erased_person_cannot_come_back(db: Session) -> None:
    user, by = make_trainee(db, username="chandara"), make_administrator(db)
    services.erase_person(db, user, by, AT)
    with pytest.raises(WrongSignIn):
        services.authenticate(db, "chandara", PASSWORD, AT)
    with pytest.raises(Erased):
        services.create_reset_code(db, user, by, AT)


def test_people_are_found_by_a_part_of_any_name(db: Session) -> None:
    user = make_instructor(db, native_name="ສຸກ ວັນນະວົງ", latin_name="Souk Vannavong")
    for text in ("ວັນນະ", "VANNA", user.username[:6].upper()):
        assert user in services.find_users(db, text).people


def test_a_search_takes_its_signs_literally(db: Session) -> None:
    make_instructor(db)
    assert services.find_users(db, "%").total == 0


def test_ones_own_data_hold_no_secret(db: Session) -> None:
    user = make_trainee(db, pin_hash=services.prepare_pin("482915").hash)
    services.open_session(db, user, "Chrome", AT)
    text = str(services.export_account(db, user))
    assert "argon2" not in text
    assert services.live_sessions(db, user, AT)[0].token_hash not in text
    assert user.native_name in text


@pytest.mark.parametrize(
    ("language", "name"),
    [("lo", "ລາວ"), ("zh", "老挝"), ("vi", "Lào"), ("km", "ឡាវ"), ("en", "Laos")],
)
def test_territories_are_named_in_the_readers_language(language: str, name: str) -> None:
    assert services.territory_name("LA", language) == name


def test_neighbours_stand_first_in_the_list() -> None:
    codes = [code for code, _name in services.territories("km")]
    assert codes[:3] == ["KH", "LA", "VN"]
    assert len(codes) == len(set(codes)) == 249
