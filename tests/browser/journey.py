"""The steps of the main job, as people do them in a browser, in any language.

Nothing here looks for words: the pages are found by their addresses and forms by their fields, so
that the same walk serves five languages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.accounts.models import User
from app.core.clock import now
from app.core.db import Database, begin_write
from app.courses.library import library
from app.courses.types import ItemType
from app.learning.models import Attempt, Enrollment
from app.learning.services.editions import bank_of
from tests import factories
from tests.factories import PASSWORD, right_response

SLUG = "cpr-aed-choking"
Look = Callable[[Page, str], None]


@dataclass(frozen=True)
class Someone:
    """A trainee who is about to join."""

    language: str
    username: str
    native: str
    latin: str
    chinese: str
    nationality: str


def sign_in(page: Page, language: str, username: str) -> None:
    """Sign in with the password that all test people share."""
    page.goto(f"/{language}/sign-in")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    press(page, "form:has(input[name=password]) button[type=submit]")
    expect(page).to_have_url(re.compile("/start$"))


def press(page: Page, selector: str) -> None:
    """Press a button or link and wait for the page it leads to."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def make_cohort(page: Page, language: str) -> str:
    """An instructor makes a cohort and a join code; returns the code as it is shown."""
    page.goto(f"/{language}/cohorts/new")
    page.fill("input[name=name]", f"2026 {language}")
    page.fill("input[name=partner]", "Guangxi University")
    page.select_option("select[name=country]", "LA")
    page.check(f"input[name=courses][value={SLUG}]")
    press(page, "form:has(input[name=partner]) button[type=submit]")
    press(page, "a[href$='/join-code']")
    press(page, "form:has(input[name=capacity]) button[type=submit]")
    return page.locator("strong.code").first.inner_text()


def join(page: Page, who: Someone, code: str, look: Look) -> None:
    """Arrive, type the join code, make the account; the names are confirmed in the same act."""
    page.goto(f"/{who.language}/")
    look(page, "front")
    press(page, "main a[href$='/join']")
    page.fill("input[name=code]", code.lower())
    look(page, "code")
    press(page, "form:has(input[name=code]) button[type=submit]")
    page.fill("input[name=native_name]", who.native)
    page.fill("input[name=latin_name]", who.latin)
    page.fill("input[name=chinese_name]", who.chinese)
    page.check("input[name=names_confirmed]")
    page.select_option("select[name=nationality]", who.nationality)
    page.select_option("select[name=language]", who.language)
    page.select_option("select[name=second_language]", "en" if who.language == "zh" else "zh")
    page.fill("input[name=username]", who.username)
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=password_again]", PASSWORD)
    page.check("input[name=training_record]")
    page.check("input[name=public_verification]")
    look(page, "join")
    press(page, "form:has(input[name=native_name]) button[type=submit]")
    expect(page).to_have_url(re.compile(f"/{who.language}/start$"))
    look(page, "start")


def pass_needs(database: Database, username: str) -> None:
    """The courses that this one needs, passed without a browser: they are journeys like this."""
    with database.session() as db:
        begin_write(db)
        user = db.scalars(select(User).where(User.username == username)).one()
        factories.pass_needs(db, user, SLUG, now() - timedelta(days=1))
        db.commit()


def read_lessons(page: Page, language: str, look: Look) -> None:
    """Read every lesson and say that it is done."""
    page.goto(f"/{language}/programme")
    look(page, "programme")
    page.goto(f"/{language}/courses/{SLUG}")
    look(page, "course")
    for lesson in library().course(SLUG).lessons:
        page.goto(f"/{language}/courses/{SLUG}/lessons/{lesson.key}")
        if lesson.key == "compressions-breaths":
            if page.viewport_size["width"] < 1024:  # on a wide screen both stand side by side
                page.locator("details.twin summary").first.click()
            look(page, "lesson")
        press(page, ".bar form button[type=submit]")


def pass_assessment(
    page: Page, language: str, database: Database, username: str, look: Look
) -> None:
    """Answer every question right, switch the language on the way, submit, see the result."""
    page.goto(f"/{language}/courses/{SLUG}/assessment")
    look(page, "assessment")
    press(page, ".bar form button[type=submit]")
    kinds: set[str] = set()
    for position in range(1, library().course(SLUG).assessment.length + 1):
        expect(page).to_have_url(re.compile(f"/{position}$"))
        kind = _answer(page, database, username, position)
        if kind not in kinds:
            look(page, f"question-{kind}")
            kinds.add(kind)
        if position == 7:
            _switch_language_and_back(page, language)
        press(page, ".bar button[value=next]")
    look(page, "review")
    press(page, ".bar form button[type=submit]")
    expect(page).to_have_url(re.compile("/result$"))
    look(page, "result")


def _switch_language_and_back(page: Page, language: str) -> None:
    other = "en" if language != "en" else "vi"
    before = page.locator("#answer :checked, #answer input").count()
    page.wait_for_timeout(300)
    for code in (other, language):
        page.locator("details.languages summary").click()
        press(page, f"details.languages a[href*='/{code}/']")
    assert page.locator("#answer :checked, #answer input").count() == before


def _answer(page: Page, database: Database, username: str, position: int) -> str:
    """Give the right answer by what the database knows: the page does not tell it."""
    drawn, item = _drawn(database, username, position)
    response = right_response(item)
    match item.type:
        case ItemType.SINGLE:
            _choose(page, drawn["options"].index(response["option"]) + 1)
        case ItemType.MULTIPLE:
            for key in response["options"]:
                _choose(page, drawn["options"].index(key) + 1)
        case ItemType.TRUE_FALSE:
            _choose(page, str(response["value"]).lower())
        case ItemType.ORDERING:
            for number, key in enumerate(drawn["options"], start=1):
                _select(page, f"place-{number}", str(response["places"][key]))
        case ItemType.MATCHING:
            for number, key in enumerate(drawn["options"], start=1):
                partner = drawn["right"].index(response["pairs"][key]) + 1
                _select(page, f"partner-{number}", str(partner))
        case _:
            for number, text in enumerate(response["figures"], start=1):
                page.fill(f"input[name=figure-{number}]", text)
    return item.type.value


def _choose(page: Page, value: object) -> None:
    page.locator(f"label.option:has(input[name=choice][value='{value}'])").click()


def _select(page: Page, name: str, value: str) -> None:
    page.locator(f"select[name={name}]").evaluate(
        "(field, value) => { field.value = value;"
        " for (const kind of ['input', 'change'])"
        " field.dispatchEvent(new Event(kind, {bubbles: true})); }",
        value,
    )


def _drawn(database: Database, username: str, position: int) -> tuple[dict, object]:
    with database.session() as db:
        query = (
            select(Attempt)
            .join(Enrollment, Enrollment.id == Attempt.enrollment_id)
            .join(User, User.id == Enrollment.user_id)
            .where(User.username == username, Enrollment.course_slug == SLUG)
        )
        attempt = db.scalars(query).one()
        drawn = attempt.items[position - 1]
        return drawn, bank_of(attempt.edition).items[drawn["key"]]


def grade_sheets(page: Page, language: str, look: Look) -> None:
    """The examiner grades every skill sheet of the newest trainee step by step."""
    for sheet in library().course(SLUG).sheets:
        page.goto(f"/{language}/practicals/new?course={SLUG}&sheet={sheet.key}")
        look(page, "choose-people")
        page.locator("label.option:has(input[name=person])").first.click()
        press(page, "form:has(input[name=person]) button[type=submit]")
        if sheet.participants.roles:
            page.locator("label.option:has(input[name^=role])").first.click()
        for step in page.locator(".segments .pass").all():
            step.click()
        page.fill("input[name=place]", "Wuxiang, Nanning")
        look(page, "grade")
        press(page, "form:has(input[name=place]) button[type=submit]")
        expect(page).to_have_url(re.compile("/practicals/checks/"))


def acknowledge(page: Page, language: str, look: Look) -> None:
    """The trainee acknowledges each result on her own phone."""
    for number in range(len(library().course(SLUG).sheets)):
        page.goto(f"/{language}/practicals")
        if number == 0:
            look(page, "my-checks")
        page.locator("main .card h2 a").nth(number).click()
        page.wait_for_url(re.compile("/practicals/checks/"))
        look(page, "check")
        press(page, "form[action$='/acknowledge'] button[type=submit]")


def issue(page: Page, language: str, look: Look) -> None:
    """The administrator sees who is ready, checks the names and issues."""
    page.goto(f"/{language}/certificates")
    press(page, "a[href$='/certificates/cohorts']")
    press(page, f"main a[href$='/{SLUG}']")
    look(page, "eligible")
    press(page, "form[action$='/review'] button[type=submit]")
    page.fill("input[name=current_password]", PASSWORD)
    look(page, "names")
    press(page, "form[action$='/issue'] button[type=submit]")


def own_certificate(page: Page, language: str, folder: Path, look: Look) -> tuple[Path, str]:
    """The trainee opens her certificate and downloads the PDF; returns it and the check address."""
    page.goto(f"/{language}/certificates/mine")
    press(page, "main .card h2 a")
    link = page.locator("a[href$='.pdf']").first
    deadline = now().timestamp() + 60
    while not link.count() and now().timestamp() < deadline:
        page.wait_for_timeout(500)
        page.reload()
    look(page, "certificate")
    with page.expect_download() as download:
        link.click()
    path = folder / "certificate.pdf"
    download.value.save_as(path)
    address = page.locator("a[href*='/v/']").first.get_attribute("href")
    assert address
    return path, address
