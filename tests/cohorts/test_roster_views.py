"""A list of people in a browser: upload, columns, preview, confirmation, result, undo."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Consents
from app.cohorts import services
from app.cohorts.models import Cohort, RosterContent, RosterImport
from app.cohorts.services.roster.headers import guess_columns
from app.cohorts.types import RosterField
from app.core.clock import now
from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from app.core.spreadsheets.reading import read
from tests.browsing import CheckedClient
from tests.cohorts.lists import delimited, xlsx
from tests.cohorts.rosters import FILES
from tests.factories import make_instructor, make_trainee
from tests.pages import as_read

SignIn = Callable[[Any], CheckedClient]


@pytest.fixture
def browser(sign_in: SignIn, instructor: User) -> CheckedClient:
    """The instructor's browser."""
    return sign_in(instructor)


def upload(browser: CheckedClient, cohort: Cohort, content: bytes, language: str = "en") -> Any:
    """The answer to a file."""
    given = {"file": (io.BytesIO(content), "list.xlsx"), "event_id": new_event_id()}
    answer = browser.post(f"/{language}/cohorts/{cohort.key}/roster", data=given)
    answer.request.environ["wsgi.input"].close()  # the test client leaves a large body open
    return answer


def listed(*rows: list[str]) -> bytes:
    """A small list."""
    return delimited(rows).encode()


def waiting(browser: CheckedClient, cohort: Cohort, content: bytes) -> str:
    """The address of an uploaded list."""
    location: str = upload(browser, cohort, content).headers["Location"]
    return location.removesuffix("/columns")


def text(browser: CheckedClient, address: str) -> str:
    """A page's text without its tags."""
    html = browser.get(address, follow_redirects=True).get_data(as_text=True)
    main = html.partition("<body")[2]
    return " ".join(as_read(re.sub(r"<[^>]+>", " ", main)).split())


def test_a_list_comes_in_and_is_taken_back(
    browser: CheckedClient, db: Session, cohort: Cohort
) -> None:
    list_page = waiting(browser, cohort, FILES["xlsx"])
    assert "Column A: 学号" in text(browser, f"{list_page}/columns")
    assert browser.submit(f"{list_page}/columns", {}, "header").status_code == 303
    preview = text(browser, list_page)
    assert "30 New 0 Same person 0 Changed 0 To decide 0 Problem 0 Left out" in preview
    assert services.members_of(db, cohort) == []
    answer = browser.submit(list_page, {}, "page")
    assert answer.status_code == 303
    sent = browser.submit(f"{list_page}/confirm", {}, "fingerprint")
    assert sent.headers["Location"] == f"{list_page}/result"
    assert "The list is imported." in text(browser, f"{list_page}/result")
    assert len(services.members_of(db, cohort)) == 30
    assert "30 people" in text(browser, f"{list_page}/undo")
    browser.submit(f"{list_page}/undo", {}, "undo")
    assert services.members_of(db, cohort) == []
    assert "was taken back on" in text(browser, f"{list_page}/result")


def test_problems_and_questions_are_told_with_their_places_and_answered(
    browser: CheckedClient, db: Session, cohort: Cohort
) -> None:
    content = listed(
        ["Students 2026"], ["Name", "Passport"], ["SOUK", "12"], ["Lê Anh", ""], ["Lê Anh", ""]
    )
    list_page = waiting(browser, cohort, content)
    preview = text(browser, list_page)
    assert "Row 3, column B: This is no passport number." in preview
    assert "Row 4 has the same name. Is this another person?" in preview
    assert "Lê Anh" not in text(browser, f"{list_page}?show=problem")
    browser.submit(list_page, {"row-5": "new"}, "page")
    assert "2 New" in text(browser, f"{list_page}/confirm")
    browser.submit(f"{list_page}/confirm", {}, "fingerprint")
    result = text(browser, f"{list_page}/result")
    assert "1 row was left out Row 3, column B" in result
    mend = browser.get(f"{list_page}/left-out.csv").data
    assert [line.cells for line in read(mend).lines][1][:2] == ("SOUK", "12")
    mended = mend.replace(b"12,", b"P1234567,")
    again = text(browser, waiting(browser, cohort, mended))
    assert "1 New" in again


def test_a_changed_row_shows_old_and_new(
    browser: CheckedClient, db: Session, cohort: Cohort
) -> None:
    first = waiting(browser, cohort, listed(["Name", "Student ID"], ["SOUK VANAVONG", "7"]))
    browser.submit(f"{first}/confirm", {}, "fingerprint")
    (souk,) = services.members_of(db, cohort)
    souk.names_confirmed_at = None
    newer = listed(["Name", "Student ID", "中文名"], ["Souk Vanavong", "7", "苏"])
    list_page = waiting(browser, cohort, newer)
    shown = text(browser, list_page)
    assert "Chinese name: – → 苏 Souk Vanavong Take the change Keep what Kapok has" in shown
    browser.submit(list_page, {"row-2": "keep"}, "page")
    assert "0 Changed" in text(browser, f"{list_page}/confirm")


def test_a_full_or_archived_cohort_takes_no_list_and_says_why(
    browser: CheckedClient, db: Session, cohort: Cohort
) -> None:
    two = listed(["Name"], ["SOUK"], ["KIM"])
    list_page, cohort.capacity = waiting(browser, cohort, two), 1
    db.commit()
    browser.submit(f"{list_page}/confirm", {}, "fingerprint")
    assert "The cohort has 1 places and 1 of them are free." in text(browser, list_page)
    cohort.archived_at = now()
    db.commit()
    browser.submit(f"{list_page}/confirm", {}, "fingerprint")
    assert "This cohort is archived." in text(browser, list_page)
    refused = upload(browser, cohort, two)
    assert (refused.status_code, services.members_of(db, cohort)) == (422, [])
    assert "A list from Excel" not in text(browser, f"/en/cohorts/{cohort.key}")


def test_a_second_tap_imports_once(browser: CheckedClient, db: Session, cohort: Cohort) -> None:
    list_page = waiting(browser, cohort, FILES["utf-8"])
    page = browser.page(f"{list_page}/confirm")
    form = next(one for one in page.forms if "fingerprint" in one.names)
    for _tap in range(2):
        assert browser.post(form.action, data=form.values).status_code == 303
    assert len(services.members_of(db, cohort)) == 30
    assert browser.get(f"{list_page}/confirm").headers["Location"] == f"{list_page}/result"


def test_what_changed_meanwhile_is_looked_at_again(
    browser: CheckedClient, db: Session, cohort: Cohort
) -> None:
    list_page = waiting(browser, cohort, FILES["utf-8"])
    given = {"event_id": new_event_id(), "fingerprint": "0" * 64}
    answer = browser.post(f"{list_page}/confirm", data=given)
    assert answer.headers["Location"] == list_page
    assert services.members_of(db, cohort) == []
    preview = text(browser, list_page)
    assert "Something changed since this page was shown. Look at it again." in preview
    assert "30 New" in preview, "it still waits"


def test_columns_can_be_corrected_and_a_wrong_choice_is_told(
    browser: CheckedClient, db: Session, cohort: Cohort
) -> None:
    list_page = waiting(browser, cohort, listed(["x", "y"], ["SOUK", "Laos"]))
    refused = browser.submit(f"{list_page}/columns", {"column-1": "nationality"}, "header")
    assert refused.status_code == 422
    assert "Choose the column that holds the names." in refused.get_data(as_text=True)
    moved = browser.submit(
        f"{list_page}/columns", {"header": "1", "column-0": "latin_name"}, "header"
    )
    assert moved.headers["Location"] == f"{list_page}/columns"
    given = {"column-0": "latin_name", "column-1": "nationality"}
    browser.submit(f"{list_page}/columns", given, "header")
    assert "1 New" in text(browser, list_page)


def test_a_refused_file_says_why_and_what_to_do(
    browser: CheckedClient, db: Session, cohort: Cohort
) -> None:
    for content, message in (
        (b"\x89PNG\r\n\x1a\n\0\0", "This is no table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "old Excel format"),
        (b"", "no rows"),
    ):
        answer = upload(browser, cohort, content)
        assert answer.status_code == 422
        assert message in answer.get_data(as_text=True)
    assert db.scalars(select(RosterImport)).all() == []


def test_a_list_may_be_larger_than_other_requests_but_not_endless(
    browser: CheckedClient, cohort: Cohort
) -> None:
    rows = [["Name", "Note"], *([f"SOUK {n}", "x" * 250] for n in range(3_000))]
    assert upload(browser, cohort, delimited(rows).encode("utf-16")).status_code == 303
    assert upload(browser, cohort, b"a,b\n" * 1_100_000).status_code == 413


def test_nobody_else_opens_a_list(
    browser: CheckedClient, sign_in: SignIn, db: Session, cohort: Cohort, instructor: User
) -> None:
    list_page = waiting(browser, cohort, FILES["xlsx"])
    stranger, colleague = make_instructor(db), make_instructor(db)
    services.add_instructor(db, cohort, colleague, instructor, now())
    for who in (stranger, colleague):
        other = sign_in(who)
        for page in ("", "/columns", "/confirm", "/left-out.csv", "/result", "/undo"):
            assert other.get(f"{list_page}{page}").status_code == 404, page
        for page in ("", "/columns", "/confirm", "/discard", "/undo"):
            given = {"event_id": new_event_id(), "fingerprint": "x"}
            assert other.post(f"{list_page}{page}", data=given).status_code == 404, page
    assert sign_in(stranger).get(f"/en/cohorts/{cohort.key}/roster").status_code == 404
    assert sign_in(make_trainee(db)).get(list_page).status_code == 403


def test_a_list_can_be_thrown_away(browser: CheckedClient, db: Session, cohort: Cohort) -> None:
    list_page = waiting(browser, cohort, FILES["xlsx"])
    browser.submit(f"{list_page}/columns", {}, "discard")
    assert db.scalars(select(RosterContent)).all() == []
    assert browser.get(list_page).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_empty_list_of_each_language_is_understood(
    browser: CheckedClient, cohort: Cohort, language: str
) -> None:
    wanted = dict(enumerate(RosterField))
    for kind in ("xlsx", "csv"):
        empty = browser.get(f"/{language}/cohorts/{cohort.key}/roster/template.{kind}").data
        (headings,) = read(empty).lines
        assert guess_columns([(1, headings.cells)], 1) == wanted


def test_the_column_that_says_what_to_mend_is_not_read(
    browser: CheckedClient, db: Session, cohort: Cohort
) -> None:
    for language in LANGUAGES:
        content = listed(["Name", "ID No"], ["SOUK", "2001-02-03"])
        address = waiting(browser, cohort, content).replace("/en/", f"/{language}/")
        mend = read(browser.get(f"{address}/left-out.csv").data)
        guessed = guess_columns([(one.number, one.cells) for one in mend.lines], 1)
        assert guessed == {0: "native_name", 1: "student_number"}, language


def test_a_trainee_from_a_list_signs_in_and_writes_the_latin_name(
    browser: CheckedClient, sign_in: SignIn, db: Session, cohort: Cohort
) -> None:
    list_page = waiting(browser, cohort, listed(["ឈ្មោះ", "Passport"], ["គឹម ស្រីមុំ", "N1234567"]))
    browser.submit(f"{list_page}/confirm", {}, "fingerprint")
    (trainee,) = services.members_of(db, cohort)
    page = text(browser, f"/en/cohorts/{cohort.key}/members/{trainee.key}")
    assert "Not known yet" in page
    assert "…4567" in page
    accounts.record_consents(db, trainee, Consents(True, True, "km"), now())
    own = sign_in(trainee)
    given = {"latin_name": "KIM SREYMOM", "names_confirmed": "y"}
    assert own.submit("/km/account/names", given).status_code == 303
    assert trainee.latin_name == "KIM SREYMOM"
    assert trainee.names_confirmed_at is not None


CELLS = st.text(st.characters(codec="utf-8"), max_size=15) | st.sampled_from(
    [
        "Name",
        "姓名",
        "=1+1",
        "'=1",
        "#REF!",
        "1E+20",
        "2026-01-01",
        "<script>alert(1)</script>",
        "%s",
    ]
)


def through_every_page(browser: CheckedClient, db: Session, cohort: Cohort, content: bytes) -> None:
    """Whatever is sent: no page crashes, and nobody is made but by a confirmation."""
    before = db.scalar(select(func.count()).select_from(User)) or 0
    answer = upload(browser, cohort, content)
    assert answer.status_code in {303, 413, 422}
    if answer.status_code != 303:
        return
    list_page = answer.headers["Location"].removesuffix("/columns")
    given = {"header": "1", "column-0": "native_name", "column-1": "passport"}
    browser.post(f"{list_page}/columns", data=given)
    for page in ("/columns", "", "?show=problem", "/confirm", "/left-out.csv"):
        assert browser.get(f"{list_page}{page}").status_code in {200, 303, 404}, page
    form = [one for one in browser.page(f"{list_page}/confirm").forms if "fingerprint" in one.names]
    assert db.scalar(select(func.count()).select_from(User)) == before
    if form:
        assert browser.post(form[0].action, data=form[0].values).status_code == 303
        assert browser.get(f"{list_page}/result").status_code == 200
        made = db.scalars(select(RosterImport).order_by(RosterImport.id.desc())).first()
        assert made is not None
        assert db.scalar(select(func.count()).select_from(User)) == before + made.counts["new"]


def some_file(data: st.DataObject) -> bytes:
    """A list of any cells, in any of the kinds, sometimes with damaged bytes."""
    rows = data.draw(st.lists(st.lists(CELLS, max_size=5), max_size=8))
    kind = data.draw(st.sampled_from(["utf-8", "utf-16", "gb18030", "xlsx"]))
    if kind == "xlsx":
        safe = [["".join(c for c in cell if c.isprintable()) for cell in row] for row in rows]
        content = xlsx(safe)
    else:
        content = delimited(rows).encode(kind, "replace")
    if data.draw(st.booleans()) and content:
        # A workbook holds the time, so its length is no fixed figure.
        at = data.draw(st.integers(0, 9_999)) % len(content)
        content = content[:at] + data.draw(st.binary(max_size=5)) + content[at + 1 :]
    return content


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_list_comes_through_or_is_refused(
    browser: CheckedClient, db: Session, cohort: Cohort, data: st.DataObject
) -> None:
    through_every_page(browser, db, cohort, some_file(data))


@pytest.mark.slow
@settings(
    max_examples=800, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_hundreds_of_lists_come_through_or_are_refused(
    browser: CheckedClient, db: Session, cohort: Cohort, data: st.DataObject
) -> None:
    through_every_page(browser, db, cohort, some_file(data))
