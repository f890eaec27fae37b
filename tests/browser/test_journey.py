"""The main job, end to end, once per language: from a join code to a certificate that verifies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from app.accounts import services as accounts
from app.accounts.types import GrantKind
from app.core.clock import now
from app.core.db import begin_write
from app.courses.library import library
from tests.browser import journey
from tests.browser.conftest import DESKTOP, PHONE, Site, opened
from tests.browser.journey import SLUG, Someone
from tests.browser.looking import Looking
from tests.factories import make_administrator, make_instructor
from tests.pages import as_read

PEOPLE = [
    Someone("en", "maria", "María Dela Cruz", "DELA CRUZ MARIA", "", "PH"),
    Someone("zh", "xiaoming", "王小明", "WANG XIAOMING", "王小明", "CN"),
    Someone("vi", "huong", "Nguyễn Thị Hương", "NGUYEN THI HUONG", "阮氏香", "VN"),
    Someone("lo", "namfon", "ນ້ຳຝົນ ແກ້ວມະນີ", "NAMFON KEOMANY", "", "LA"),
    Someone("km", "sreymom", "ស្រីមុំ ចាន់ដារ៉ា", "SREYMOM CHANDARA", "", "KH"),
]


@dataclass(frozen=True)
class Staff:
    """The sign-in names of an instructor with authority and of an administrator."""

    instructor: str
    administrator: str


@pytest.fixture
def staff(site: Site) -> Staff:
    """An instructor who may examine every sheet of the course, and an administrator."""
    with site.database.session() as db:
        begin_write(db)
        instructor, administrator = make_instructor(db), make_administrator(db)
        for sheet in library().course(SLUG).sheets:
            scope, last_day = f"{SLUG}/{sheet.key}", (now() + timedelta(days=30)).date()
            kind = GrantKind.PRACTICALS_EXAMINE
            accounts.give_grant(db, instructor, kind, scope, last_day, administrator, now())
        db.commit()
        return Staff(instructor.username, administrator.username)


@pytest.fixture
def pages(chromium: Browser, site: Site) -> Iterator[tuple[Page, Page, Page]]:
    """A phone for the trainee, one for the instructor, a desk for the administrator."""
    width = int(os.environ.get("KAPOK_WIDTH", "0"))
    handheld = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    shown = {"viewport": DESKTOP} if width else handheld
    with ExitStack() as stack:
        yield tuple(
            stack.enter_context(opened(chromium, site, **options))
            for options in (shown, shown, {"viewport": DESKTOP})
        )


#: Each takes a minute: `make test` goes the way in English, Lao and Khmer.
LATER = {"zh", "vi"}


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(who, id=who.language, marks=[pytest.mark.slow] * (who.language in LATER))
        for who in PEOPLE
    ],
)
def test_from_a_join_code_to_a_certificate_that_verifies(
    site: Site, staff: Staff, pages: tuple[Page, Page, Page], who: Someone, tmp_path: Path
) -> None:
    trainee, instructor, office = pages
    language, look = who.language, Looking(who.language)
    journey.sign_in(instructor, language, staff.instructor)
    code = journey.make_cohort(instructor, language)
    look(instructor, "cohort")

    journey.join(trainee, who, code, look)
    journey.pass_needs(site.database, who.username)
    journey.read_lessons(trainee, language, look)
    journey.pass_assessment(trainee, language, site.database, who.username, look)

    journey.grade_sheets(instructor, language, look)
    journey.acknowledge(trainee, language, look)

    journey.sign_in(office, language, staff.administrator)
    journey.issue(office, language, look)
    pdf, address = journey.own_certificate(trainee, language, tmp_path, look)

    assert who.native in text_of(pdf)
    assert who.native in attached_to(pdf)
    verified_by_a_stranger(site, trainee.context.browser, address, who, look)


def verified_by_a_stranger(
    site: Site, chromium: Browser, address: str, who: Someone, look: Looking
) -> None:
    """Somebody without an account opens the address of the QR code."""
    with opened(chromium, site, viewport=PHONE) as page:
        answer = page.goto(f"{address}?lang={who.language}")
        assert answer
        assert answer.ok
        assert page.locator(".verdict.valid").count() == 1
        assert who.native in as_read(page.locator("main").inner_text())
        look(page, "verify")


def text_of(pdf: Path) -> str:
    """The text layer as pdfium (Chrome, Android) reads it."""
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(as_read(document[0].get_textpage().get_text_range()).split())


def attached_to(pdf: Path) -> str:
    """The facts that the file carries as data, beside its credential."""
    document = pypdfium2.PdfDocument(pdf)
    held = [document.get_attachment(place) for place in range(document.count_attachments())]
    files = {one.get_name(): bytes(one.get_data()).decode("utf-8") for one in held}
    assert files.keys() == {"certificate.json", "credential.json"}
    return files["certificate.json"]
