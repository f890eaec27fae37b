"""The rules about people: names, consents, finding them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.models import User
from app.accounts.types import (
    ConsentMissing,
    Consents,
    ImproperName,
    ImproperUsername,
    Names,
    Purpose,
    TraineeProfile,
    UnknownTerritory,
    UsernameTaken,
    WeakPassword,
)
from tests.factories import AT, hashed_password, make_administrator, make_instructor, make_trainee

PROFILE = TraineeProfile(
    "somsamai", Names("ສົມສະໄໝ ແກ້ວມະນີ", "Somsamai Keomany", "宋赛美"), "LA", "lo", "zh"
)


BOTH = Consents(True, True, "lo")


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
