"""The pages of translators and authors: who may open them, and what they show and take."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import GrantKind
from app.config import Settings
from app.courses.library import open_library
from app.courses.rendering.changes import ChangeKind, changes
from app.courses.types import IN_ASSESSMENT
from tests.browsing import CheckedClient
from tests.courses.planting import Copy, copy_of_fixture
from tests.factories import AT, make_administrator, make_instructor, make_trainee
from tests.libraries import show

SignIn = Callable[[Any], CheckedClient]
PAGE = "/en/translate/gloves/lo"


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """The tiny programme in a folder of its own, which the site of this test shows."""
    yield copy_of_fixture(tmp_path)
    show(Settings().courses_dir)


@pytest.fixture
def settings(settings: Settings, copy: Copy) -> Settings:
    """Settings that name the copy."""
    return replace(settings, courses_dir=copy.root / "courses")


def granted(db: Session, user: User, kind: GrantKind, scope: str) -> User:
    """The person with a right beyond the role."""
    accounts.give_grant(db, user, kind, scope, None, make_administrator(db), AT - timedelta(days=9))
    return user


@pytest.fixture
def translator(sign_in: SignIn, db: Session) -> CheckedClient:
    """A trainee who translates into Lao, signed in."""
    return sign_in(granted(db, make_trainee(db), GrantKind.COURSES_TRANSLATE, "lo"))


def test_a_person_without_the_right_opens_no_page_of_translators(
    sign_in: SignIn, db: Session
) -> None:
    client = sign_in(make_trainee(db))
    for address in ("/en/translate", PAGE, f"{PAGE}/words.po"):
        assert client.get(address).status_code == 403


def test_a_translator_sees_only_her_language(translator: CheckedClient) -> None:
    text = translator.get("/en/translate").get_data(as_text=True)
    assert "/translate/gloves/lo" in text
    assert "/translate/gloves/km" not in text
    assert translator.get("/en/translate/gloves/km").status_code == 403


@pytest.mark.parametrize("into", ["en", "xx"])
def test_nobody_translates_into_the_source_or_an_unknown_language(
    sign_in: SignIn, db: Session, into: str
) -> None:
    client = sign_in(make_administrator(db))
    assert client.get(f"/en/translate/gloves/{into}").status_code == 404


def test_a_change_of_the_source_is_shown_word_by_word(
    sign_in: SignIn, db: Session, copy: Copy
) -> None:
    copy.replace("gloves/en/wear.md", "Wash before you touch", "Wash well before you touch")
    open_library(copy.root / "courses")
    person = granted(db, make_trainee(db), GrantKind.COURSES_TRANSLATE, "lo")
    client = sign_in(person)
    assert "1 text out of date" in client.get("/en/translate").get_data(as_text=True)
    text = client.get(PAGE).get_data(as_text=True)
    assert "Wash<ins> well</ins> before you touch" in text


def test_a_file_comes_back_and_its_text_is_on_the_page_of_the_lesson(
    translator: CheckedClient, copy: Copy
) -> None:
    answer = translator.get(f"{PAGE}/words.po")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kapok-gloves-lo.po"'
    file = polib.pofile(answer.get_data(as_text=True), wrapwidth=0)
    entry = next(each for each in file if each.msgctxt == "lesson/wear/dont")
    entry.msgstr = "ຢ່າໃຊ້ແຕ່ນ້ຳລ້າງ."
    sent = {"file": (io.BytesIO(str(file).encode()), "lo.po")}
    text = translator.post(PAGE, data=sent).get_data(as_text=True)
    assert "Changed: 1. Confirmed: 0. Refused: 0." in text
    path = copy.root / "courses/gloves/lo/wear.md"
    assert entry.msgstr in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"hello", b'msgid ""\nmsgstr "x'])
def test_a_foreign_file_gets_a_clear_refusal(translator: CheckedClient, content: bytes) -> None:
    answer = translator.post(PAGE, data={"file": (io.BytesIO(content), "x.po")})
    assert answer.status_code == 422
    assert "not a translation file of Kapok" in answer.get_data(as_text=True)


def test_a_file_of_another_language_is_refused_and_nothing_is_written(
    sign_in: SignIn, db: Session, copy: Copy
) -> None:
    client = sign_in(make_administrator(db))
    file = polib.pofile(
        client.get("/en/translate/gloves/km/words.po").get_data(as_text=True), wrapwidth=0
    )
    next(each for each in file if each.msgctxt == "lesson/wear/dont").msgstr = "កុំប្រើតែទឹក។ ១"
    before = (copy.root / "courses/gloves/km/wear.md").read_bytes()
    sent = {"file": (io.BytesIO(str(file).encode()), "km.po")}
    answer = client.post(PAGE, data=sent)
    assert answer.status_code == 422
    assert (copy.root / "courses/gloves/km/wear.md").read_bytes() == before


def test_a_text_that_names_a_file_of_the_server_opens_no_file(
    translator: CheckedClient, tmp_path: Path
) -> None:
    path = tmp_path / "some.po"
    path.write_text('msgid ""\nmsgstr "Language: lo\\n"\n', encoding="utf-8")
    answer = translator.post(PAGE, data={"file": (io.BytesIO(str(path).encode()), "x.po")})
    assert answer.status_code == 422


def test_a_trainee_who_translates_never_gets_the_assessment(translator: CheckedClient) -> None:
    text = translator.get(f"{PAGE}/words.po").get_data(as_text=True)
    assert "lesson/wear/dont" in text
    assert "bank/" not in text


def test_translations_are_closed_while_an_assessment_is_open(translator: CheckedClient) -> None:
    with translator.session_transaction() as session:
        session[IN_ASSESSMENT] = True
    assert translator.get(f"{PAGE}/words.po").status_code == 403
    assert translator.get(PAGE).status_code == 403


def test_an_author_sees_what_the_check_says(sign_in: SignIn, db: Session, copy: Copy) -> None:
    copy.replace("gloves/vi/bank.yaml", "30:2 là", "2:30 là")
    client = sign_in(granted(db, make_instructor(db), GrantKind.COURSES_AUTHOR, ""))
    text = client.get("/en/author/gloves").get_data(as_text=True)
    assert "gloves/vi/bank.yaml:" in text
    assert "Refresh" not in client.get("/en/author/gloves").headers
    assert client.get("/en/author/gloves?live=1").headers["Refresh"] == "3"


def test_an_author_sees_the_faults_of_a_course_that_cannot_be_shown(
    sign_in: SignIn, db: Session, copy: Copy
) -> None:
    copy.remove("gloves/en/wear.md")
    client = sign_in(granted(db, make_instructor(db), GrantKind.COURSES_AUTHOR, ""))
    assert "cannot be shown" in client.get("/en/author").get_data(as_text=True)
    answer = client.get("/en/author/gloves")
    assert answer.status_code == 200
    assert "gloves/en/wear.md:" in answer.get_data(as_text=True)
    assert client.get("/en/author/no-such-course").status_code == 404


def test_an_author_of_one_course_opens_no_other(sign_in: SignIn, db: Session) -> None:
    client = sign_in(granted(db, make_instructor(db), GrantKind.COURSES_AUTHOR, "gloves"))
    assert client.get("/en/author").status_code == 200
    for page in ("", "/questions", "/figures"):
        assert client.get(f"/en/author/gloves{page}").status_code == 200
        assert client.get(f"/en/author/clean-hands{page}").status_code == 403


def test_an_instructor_without_the_right_writes_nothing(sign_in: SignIn, db: Session) -> None:
    assert sign_in(make_instructor(db)).get("/en/author").status_code == 403


def test_an_author_sees_every_question_with_its_answer(sign_in: SignIn, db: Session) -> None:
    client = sign_in(make_administrator(db))
    text = client.get("/en/author/gloves/questions").get_data(as_text=True)
    assert 'id="time-enter"' in text
    assert "20" in text


@given(st.text(max_size=80), st.text(max_size=80))
def test_what_changed_gives_both_texts_back(then: str, now: str) -> None:
    found = changes(then, now)
    assert "".join(c.text for c in found if c.kind is not ChangeKind.NEW) == then
    assert "".join(c.text for c in found if c.kind is not ChangeKind.GONE) == now
