"""Login cards of a cohort: chosen, printed, read back from the paper, lost and replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import LoginCard, User
from app.accounts.types import CardEnded, NameForm, Role
from app.cohorts import services
from app.cohorts.models import Cohort
from app.cohorts.rendering import CARD_HEIGHT, CARD_WIDTH
from app.cohorts.types import CardChoice
from app.core.clock import now
from app.core.db import Database
from tests.accounts.test_at_once import TOGETHER, at_once
from tests.browsing import CheckedClient
from tests.factories import PEOPLE, make_cohort, make_instructor, make_trainee

SignIn = Callable[[Any], CheckedClient]
MM = 72 / 25.4  # points
LEFT, TOP = 20.0, 13.5  # mm: two cards of 85 and five of 54 in the middle of an A4 sheet


@pytest.fixture
def instructor(db: Session) -> User:
    """Who leads the cohort."""
    return make_instructor(db)


@pytest.fixture
def trainees(db: Session) -> list[User]:
    """Twelve people with names in each script."""
    people = []
    for number in range(12):
        native, latin, chinese, _country, language = PEOPLE[number % len(PEOPLE)]
        names = {"native_name": native, "latin_name": latin, "chinese_name": chinese}
        people.append(make_trainee(db, **names, language=language, password_hash=None))
    return people


@pytest.fixture
def cohort(db: Session, instructor: User, trainees: list[User]) -> Cohort:
    """The instructor's cohort."""
    return make_cohort(db, instructor, *trainees)


@pytest.fixture
def browser(sign_in: SignIn, instructor: User) -> CheckedClient:
    """The instructor's browser."""
    return sign_in(instructor)


def prepare(browser: CheckedClient, cohort: Cohort, which: str, *people: User) -> Any:
    keys = [one.key for one in people]
    return browser.submit(f"/en/cohorts/{cohort.key}/cards", {"which": which, "people": keys})


def files_of(page: Any) -> list[str]:
    return [
        address.replace("&amp;", "&")
        for address in re.findall(r'href="([^"]+cards\.pdf[^"]*)"', page.text)
    ]


def card_of(db: Session, user: User) -> LoginCard:
    return accounts.cards_of(db, [user])[user.id]


def test_the_codes_on_the_sheets_lead_to_the_right_people(
    browser: CheckedClient, db: Session, cohort: Cohort, trainees: list[User]
) -> None:
    page = prepare(browser, cohort, "without")
    (address,) = files_of(page)
    response = browser.get(address)
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    with pypdfium2.PdfDocument(response.data) as sheets:
        read = [list(cards_on(sheet)) for sheet in sheets]
    assert [len(cards) for cards in read] == [10, 2]
    printed = {accounts.card_holder(db, code): words for cards in read for code, words in cards}
    assert printed.keys() == set(trainees)
    for user, words in printed.items():
        face = accounts.face_of(card_of(db, user).key)
        for form in (user.native_name, user.latin_name, face.code, cohort.name):
            assert flat(form) in words


def cards_on(sheet: Any) -> Iterator[tuple[str, str]]:
    """What each QR of a sheet holds, and the words of the card it is on."""
    scale = 150 / 72
    text, height = sheet.get_textpage(), sheet.get_height()
    for code in zxingcpp.read_barcodes(sheet.render(scale=scale).to_pil()):
        corner = code.position.top_left
        column = int((corner.x / scale / MM - LEFT) // CARD_WIDTH)
        row = int((corner.y / scale / MM - TOP) // CARD_HEIGHT)
        left, top = LEFT + column * CARD_WIDTH, TOP + row * CARD_HEIGHT
        box = (left, top + CARD_HEIGHT, left + CARD_WIDTH, top)
        x1, y1, x2, y2 = (side * MM for side in box)
        yield code.text, flat(text.get_text_bounded(x1, height - y1, x2, height - y2))


def flat(text: str) -> str:
    """Without what pdfium does not give back: spaces at line ends, letters above U+FFFF (𠮷)."""
    return "".join(
        sign for sign in text.replace("\x02", "-") if not sign.isspace() and sign <= "\uffff"
    )


def test_printing_again_writes_nothing_and_gives_the_same_cards(
    browser: CheckedClient, db: Session, cohort: Cohort, trainees: list[User]
) -> None:
    (address,) = files_of(prepare(browser, cohort, "chosen", trainees[0]))
    before = accounts.face_of(card_of(db, trainees[0]).key)
    prepare(browser, cohort, "chosen", trainees[0])
    browser.get(address)
    assert accounts.face_of(card_of(db, trainees[0]).key) == before
    assert db.scalar(select(func.count()).select_from(LoginCard)) == 1


def test_each_choice_makes_the_cards_it_says(
    browser: CheckedClient, db: Session, cohort: Cohort, trainees: list[User]
) -> None:
    prepare(browser, cohort, "chosen", *trainees[:2])
    accounts.set_pin(db, trainees[0], "482915", now())
    assert "11 cards" in prepare(browser, cohort, "unused").text
    assert "12 cards" in prepare(browser, cohort, "all").text
    none_left = prepare(browser, cohort, "without")
    assert none_left.status_code == 422
    assert "Nobody is chosen." in none_left.text


def test_nobody_ticked_is_refused(browser: CheckedClient, cohort: Cohort) -> None:
    assert prepare(browser, cohort, "chosen").status_code == 422


def test_strangers_and_staff_get_no_card(
    browser: CheckedClient, db: Session, cohort: Cohort, trainees: list[User]
) -> None:
    stranger = make_trainee(db)
    trainees[0].role = Role.INSTRUCTOR
    assert prepare(browser, cohort, "chosen", stranger, trainees[0]).status_code == 422
    assert db.scalar(select(func.count()).select_from(LoginCard)) == 0


def test_another_instructor_does_not_find_the_cards(
    sign_in: SignIn, db: Session, cohort: Cohort, trainees: list[User]
) -> None:
    accounts.make_cards(db, trainees, make_instructor(db), now())
    other = sign_in(make_instructor(db))
    base, key = f"/en/cohorts/{cohort.key}", trainees[0].key
    for path in (
        "/cards",
        f"/cards.pdf?people={key.replace('-', '')}",
        "/names",
        "/names.pdf",
        f"/members/{key}/card/lost",
    ):
        assert other.get(base + path).status_code == 404
    assert other.post(f"{base}/members/{key}/card/lost").status_code == 404


def test_a_stranger_is_not_printed_in_ones_own_cohort(
    browser: CheckedClient, db: Session, cohort: Cohort, instructor: User
) -> None:
    stranger = make_trainee(db)
    accounts.make_cards(db, [stranger], instructor, now())
    address = f"/en/cohorts/{cohort.key}/cards.pdf?people={stranger.key.replace('-', '')}"
    assert browser.get(address).status_code == 422


def test_a_lost_card_is_dead_at_once_and_a_new_one_is_offered(
    browser: CheckedClient, db: Session, cohort: Cohort, trainees: list[User]
) -> None:
    prepare(browser, cohort, "all")
    old = accounts.face_of(card_of(db, trainees[0]).key)
    member = f"/en/cohorts/{cohort.key}/members/{trainees[0].key}"
    browser.submit(f"{member}/card/lost", {}, "card/lost")
    with pytest.raises(CardEnded):
        accounts.card_holder(db, old.token)
    page = browser.submit(member, {}, "cards")
    assert "newly made: 1" in page.text
    assert accounts.face_of(card_of(db, trainees[0]).key) != old


def test_the_list_says_who_has_used_her_card_and_anew_takes_the_pin(
    browser: CheckedClient, db: Session, cohort: Cohort, trainees: list[User]
) -> None:
    prepare(browser, cohort, "all")
    accounts.set_pin(db, trainees[0], "482915", now())
    card = card_of(db, trainees[0])
    assert accounts.enter_by_card(db, card.key, "482915", now()) == trainees[0]
    cards = f"/en/cohorts/{cohort.key}/cards"
    assert browser.get(cards).text.count("first used") == 1
    act = f"/en/cohorts/{cohort.key}/members/{trainees[0].key}/card"
    browser.submit(f"{act}/anew", {}, "card/anew")
    assert "first used" not in browser.get(cards).text
    assert trainees[0].pin_hash is None
    assert card_of(db, trainees[0]).key != card.key


def test_a_forgotten_pin_keeps_the_card(
    browser: CheckedClient, db: Session, cohort: Cohort, trainees: list[User]
) -> None:
    prepare(browser, cohort, "all")
    accounts.set_pin(db, trainees[0], "482915", now())
    key = card_of(db, trainees[0]).key
    act = f"/en/cohorts/{cohort.key}/members/{trainees[0].key}/card"
    mark = accounts.pin_mark(trainees[0])
    browser.submit(f"{act}/pin", {}, "card/pin")
    assert trainees[0].pin_hash is None
    assert card_of(db, trainees[0]).key == key
    accounts.set_pin(db, trainees[0], "482915", now())
    accounts.forget_pin(db, trainees[0], mark, trainees[0], now())
    assert trainees[0].pin_hash is not None, "a second tap takes no PIN that was chosen after it"
    assert browser.get(f"{act}/burn").status_code == 404


def test_two_at_once_make_one_card_each(
    db: Session, database: Database, cohort: Cohort, trainees: list[User], instructor: User
) -> None:
    key, by = cohort.key, instructor.username
    db.commit()

    def make(one: Session) -> None:
        leader = accounts.user_named(one, by)
        assert leader is not None
        own = services.cohort_of(one, leader, key)
        choice = CardChoice.ALL
        services.make_chosen_cards(one, own, choice, (), NameForm.LATIN, leader, now())

    assert at_once(database, make) == [True] * TOGETHER
    assert db.scalar(select(func.count()).select_from(LoginCard)) == len(trainees)


def test_the_list_to_sign_holds_every_form_of_every_name(
    browser: CheckedClient, db: Session, cohort: Cohort, trainees: list[User]
) -> None:
    trainees[0].native_name = "ສົມສະໄໝ" + "ແກ້ວມະນີ" * 11
    trainees[1].native_name = "สมชาย ใจดี"  # Thai: our fonts have no letter of it
    trainees[2].native_name = trainees[2].latin_name = "ຍັງບໍ່ມີຊື່"  # the Latin one is not known yet
    response = browser.get(f"/en/cohorts/{cohort.key}/names.pdf?by=native")
    with pypdfium2.PdfDocument(response.data) as sheet:
        text = "".join(page.get_textpage().get_text_bounded() for page in sheet)
        count = len(sheet)
    words = flat(text)
    assert words.count("ຍັງບໍ່ມີຊື່") == 1, "the place for the name in the passport is empty"
    for user in trainees[3:]:
        for form in (user.native_name, user.latin_name.upper(), user.chinese_name or ""):
            assert flat(form) in words
    assert trainees[0].native_name in words
    assert "theseletterscannotbeprinted" in words
    assert f"Page1of{count}" in words
