"""Pages of an attempt, as a browser without JavaScript sees them."""

from __future__ import annotations

import html as markup
import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from app.courses.library import Library, library
from app.courses.types import ItemType
from app.learning import services
from app.learning.models import Attempt, AttemptAnswer
from app.learning.services.attempts import answers_of
from app.learning.services.editions import bank_of
from tests.factories import AT, make_attempt, make_instructor, make_learner
from tests.learning.acts import FIRST, SECOND, SignIn, text_of
from tests.pages import as_read

INTRO = f"/en/courses/{FIRST}/assessment"


def started(db: Session, user: Any) -> Attempt:
    """An open attempt of the first course."""
    course = library().course(FIRST)
    attempt = services.start_attempt(db, user, course, new_event_id(), "en", AT)
    db.commit()
    return attempt


def page_of(attempt: Attempt, position: int = 1, language: str = "en") -> str:
    return f"/{language}/courses/{FIRST}/assessment/{attempt.key}/{position}"


def position_of(
    db: Session, user: Any, kind: ItemType, *, is_drawn: bool = False, **wanted: Any
) -> tuple[Attempt, int]:
    """An open attempt that asks a question of a type, and where. At most two attempts have it."""
    for _ in range(2):
        attempt = started(db, user)
        items = bank_of(attempt.edition).items
        for position, drawn in enumerate(attempt.items, start=1):
            item = items[drawn["key"]]
            fits = item.type is kind and (item.figure or not is_drawn)
            if fits and all(getattr(item.answer, n) for n in wanted):
                return attempt, position
        services.submit_attempt(db, user, attempt.key, new_event_id(), AT)
    raise AssertionError(kind)


# the assessment


def test_the_assessment_page_recommends_the_lessons_first(db: Session, sign_in: SignIn) -> None:
    client = sign_in(make_learner(db, FIRST))
    assert "Finish the lessons first" in text_of(client.get(INTRO))


def test_an_attempt_can_be_taken_without_javascript(db: Session, sign_in: SignIn) -> None:
    client = sign_in(make_learner(db, FIRST))
    address = client.submit(INTRO, {}, form=INTRO).headers["Location"]
    for _ in range(4):
        address = client.submit(address, {}, form="page_id").headers["Location"]
    assert address.endswith("/review")
    result = client.submit(address, {}, form=address)
    assert "Not passed yet" in text_of(client.get(result.headers["Location"]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_an_attempt_opens_in_every_language(
    db: Session, sign_in: SignIn, language: str
) -> None:
    user = make_learner(db, FIRST)
    attempt, client = started(db, user), sign_in(user)
    for position in range(1, 5):
        assert client.get(page_of(attempt, position, language)).status_code == 200
    assert (
        client.get(f"/{language}/courses/{FIRST}/assessment/{attempt.key}/review").status_code
        == 200
    )


def test_no_key_and_no_feedback_reach_the_browser_before_submission(
    db: Session, sign_in: SignIn
) -> None:
    user = make_learner(db, FIRST)
    client = sign_in(user)
    words = library().course(FIRST).words["en"].bank
    for _ in range(2):
        attempt = started(db, user)
        addresses = [page_of(attempt, n) for n in range(1, 5)]
        addresses += [INTRO, page_of(attempt).rsplit("/", 1)[0] + "/review"]
        pages = "".join(markup.unescape(text_of(client.get(one))) for one in addresses)
        for drawn in attempt.items:
            assert words[drawn["key"]].feedback not in pages
            assert drawn["key"] not in pages
        services.submit_attempt(db, user, attempt.key, new_event_id(), AT)
        db.commit()


def test_options_are_named_by_their_shown_place_only(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, ItemType.SINGLE)
    html = text_of(sign_in(user).get(page_of(attempt, position)))
    assert re.findall(r'name="choice" value="([^"]*)"', html) == ["1", "2", "3"]


def test_the_result_is_not_shown_before_submission(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt, client = started(db, user), sign_in(user)
    response = client.get(page_of(attempt).rsplit("/", 1)[0] + "/result")
    assert response.headers["Location"].endswith("/review")


def test_the_shown_order_stays_the_same(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt, client = started(db, user), sign_in(user)
    shown = [text_of(client.get(page_of(attempt))).split("</legend>")[1] for _ in range(2)]
    assert shown[0].split("</fieldset>")[0] == shown[1].split("</fieldset>")[0]


def post(client: Any, address: str, **fields: Any) -> TestResponse:
    event_id = fields.pop("event_id", new_event_id())
    headers = {"X-Autosave": "1"} if fields.pop("autosave", False) else {}
    return client.post(address, data={"event_id": event_id, **fields}, headers=headers)


@pytest.mark.parametrize("typed", ["twenty", "20 s", "1.2.3", "٢٠"])
def test_what_is_no_number_is_refused_and_kept(db: Session, sign_in: SignIn, typed: str) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, ItemType.NUMERIC)
    response = post(sign_in(user), page_of(attempt, position), **{"figure-1": typed})
    assert response.status_code == 422
    assert f'value="{typed}"' in text_of(response)
    assert "Enter only a number" in text_of(response)


def test_lao_digits_and_a_comma_are_accepted(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, ItemType.NUMERIC)
    post(sign_in(user), page_of(attempt, position), **{"figure-1": "໒໐,໕"})
    assert answers_of(db, attempt)[position]["figures"][0] == "20.5"


def test_a_range_is_entered_in_two_fields(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, ItemType.NUMERIC, range=True)
    html = text_of(sign_in(user).get(page_of(attempt, position)))
    assert re.findall(r'name="(figure-\d)"', html) == ["figure-1", "figure-2"]


def test_an_unfinished_answer_is_kept_and_shown_again(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, ItemType.ORDERING)
    client, address = sign_in(user), page_of(attempt, position)
    response = post(client, address, **{"place-1": "2"})
    assert response.headers["Location"] == address
    assert "Saved, but not finished" in text_of(client.get(address))
    assert "not finished" in text_of(client.get(address.rsplit("/", 1)[0] + "/review"))


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (ItemType.SINGLE, {"choice": "9"}),
        (ItemType.SINGLE, {"choice": "b"}),
        (ItemType.MULTIPLE, {"choice": "0"}),
        (ItemType.TRUE_FALSE, {"choice": "maybe"}),
        (ItemType.ORDERING, {"place-1": "9"}),
        (ItemType.ORDERING, {"place-1": "²"}),
        (ItemType.MATCHING, {"partner-1": "-1"}),
        (ItemType.NUMERIC, {"figure-1": "9" * 5000}),
    ],
)
def test_nonsense_in_a_field_is_refused(
    db: Session, sign_in: SignIn, kind: ItemType, fields: dict[str, str]
) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, kind)
    assert post(sign_in(user), page_of(attempt, position), **fields).status_code == 422


def test_a_script_saves_in_between(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, ItemType.SINGLE)
    client, address = sign_in(user), page_of(attempt, position)
    assert post(client, address, choice="2", autosave=True).status_code == 204
    assert re.search(r'value="2" checked', text_of(client.get(address)))


def test_a_quick_older_answer_does_not_overwrite_a_newer_one(db: Session, sign_in: SignIn) -> None:
    user, page = make_learner(db, FIRST), new_event_id()
    attempt, position = position_of(db, user, ItemType.SINGLE)
    client, address = sign_in(user), page_of(attempt, position)
    post(client, address, choice="2", page_id=page, sequence="2", autosave=True)
    post(client, address, choice="1", page_id=page, sequence="1", autosave=True)
    assert re.search(r'value="2" checked', text_of(client.get(address)))


def test_a_script_is_told_what_is_no_number(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, ItemType.NUMERIC)
    response = post(sign_in(user), page_of(attempt, position), **{"figure-1": "x"}, autosave=True)
    assert (response.status_code, response.mimetype) == (422, "text/plain")


def test_switching_the_language_keeps_the_answer_and_records_both(
    db: Session, sign_in: SignIn
) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, ItemType.SINGLE)
    client = sign_in(user)
    post(client, page_of(attempt, position, "en"), choice="2")
    assert 'value="2" checked' in text_of(client.get(page_of(attempt, position, "km")))
    post(client, page_of(attempt, position, "km"), choice="1")
    assert [a.language for a in db.scalars(select(AttemptAnswer).order_by(AttemptAnswer.id))] == [
        "en",
        "km",
    ]


def test_every_button_of_the_navigator_saves_first(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, ItemType.SINGLE)
    response = post(sign_in(user), page_of(attempt, position), choice="1", go="4")
    assert response.headers["Location"] == page_of(attempt, 4)
    assert position in answers_of(db, attempt)


@pytest.mark.parametrize("wanted", ["²", "0", "-1", "99", "9" * 5000])
def test_a_button_to_no_question_leads_to_the_next(
    db: Session, sign_in: SignIn, wanted: str
) -> None:
    attempt = started(db, make_learner(db, FIRST))
    response = post(sign_in(attempt.enrollment.user), page_of(attempt), go=wanted)
    assert response.headers["Location"] == page_of(attempt, 2)


@pytest.mark.parametrize("sequence", ["2147483648", "-1", "9" * 5000, "²"])
def test_a_senseless_count_of_answers_keeps_the_answer(
    db: Session, sign_in: SignIn, sequence: str
) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, ItemType.SINGLE)
    order = {"page_id": new_event_id(), "sequence": sequence}
    post(sign_in(user), page_of(attempt, position), choice="1", **order)
    assert position in answers_of(db, attempt)


def test_skipping_a_question_leaves_no_trace(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt = started(db, user)
    post(sign_in(user), page_of(attempt), go="next")
    assert db.scalar(select(func.count()).select_from(AttemptAnswer)) == 0


def test_a_question_whose_drawing_is_gone_from_the_course_is_passed_over(
    db: Session, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, ItemType.NUMERIC, is_drawn=True)
    today = replace(library().course(FIRST), drawings={})
    monkeypatch.setattr(Library, "course", lambda _library, _slug: today)
    client = sign_in(user)
    assert "taken out of the course" in text_of(client.get(page_of(attempt, position)))
    services.submit_attempt(db, user, attempt.key, new_event_id(), AT)
    result = client.get(f"/en/courses/{FIRST}/assessment/{attempt.key}/result")
    assert "no longer in the course" in text_of(result)


def test_another_persons_attempt_is_not_found(db: Session, sign_in: SignIn) -> None:
    attempt = started(db, make_learner(db, FIRST))
    client = sign_in(make_learner(db, FIRST))
    base = page_of(attempt).rsplit("/", 1)[0]
    for address in (page_of(attempt), f"{base}/review", f"{base}/result"):
        assert client.get(address).status_code == 404
    assert post(client, page_of(attempt), choice="1").status_code == 404
    assert post(client, f"{base}/review").status_code == 404


def test_an_attempt_is_not_found_under_another_course(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt = started(db, user)
    address = page_of(attempt).replace(FIRST, SECOND)
    assert sign_in(user).get(address).status_code == 404


def test_staff_take_no_assessment(db: Session, sign_in: SignIn) -> None:
    assert sign_in(make_instructor(db)).get(INTRO).status_code == 403


def test_submitting_twice_shows_the_same_result(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt, client = started(db, user), sign_in(user)
    review = page_of(attempt).rsplit("/", 1)[0] + "/review"
    addresses = {post(client, review).headers["Location"] for _ in range(2)}
    assert addresses == {review.replace("/review", "/result")}


def test_an_answer_after_submission_is_refused_with_words(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt, position = position_of(db, user, ItemType.SINGLE)
    services.submit_attempt(db, user, attempt.key, new_event_id(), AT)
    response = post(sign_in(user), page_of(attempt, position), choice="1")
    assert (response.status_code, "already submitted" in text_of(response)) == (409, True)


def test_the_review_counts_what_is_open(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    attempt, client = started(db, user), sign_in(user)
    html = text_of(client.get(page_of(attempt).rsplit("/", 1)[0] + "/review"))
    assert "4 questions have no complete answer" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_result_shows_feedback_and_where_to_read_it_again(
    db: Session, sign_in: SignIn, language: str
) -> None:
    user = make_learner(db, FIRST)
    attempt = make_attempt(db, user, FIRST, wrong=(1, 2))
    html = text_of(
        sign_in(user).get(f"/{language}/courses/{FIRST}/assessment/{attempt.key}/result")
    )
    words = library().course(FIRST).words[language].bank
    wanted = words[attempt.items[0]["key"]].feedback
    assert wanted in as_read(markup.unescape(html))
    assert f"/{language}/courses/{FIRST}/lessons/wash#b-facts" in html


def test_the_assessment_page_says_when_and_what_after_two_attempts(
    db: Session, sign_in: SignIn
) -> None:
    user = make_learner(db, FIRST)
    for _ in range(2):
        make_attempt(db, user, FIRST, wrong=(1, 2, 3, 4), at=_now())
    html = text_of(sign_in(user).get(INTRO))
    assert "opens at" in html
    assert "Your instructor must release the next one" in html


def _now() -> Any:
    from app.core.clock import now

    return now()


def test_a_refused_start_says_why(db: Session, sign_in: SignIn) -> None:
    user = make_learner(db, FIRST)
    make_attempt(db, user, FIRST, at=_now())
    response = post(sign_in(user), INTRO)
    assert (response.status_code, "You have passed" in text_of(response)) == (409, True)


def test_terms_are_hidden_during_an_attempt_and_shown_afterwards(
    db: Session, sign_in: SignIn
) -> None:
    user = make_learner(db, FIRST)
    attempt, client = started(db, user), sign_in(user)
    client.get(page_of(attempt))
    assert client.get("/en/terms").status_code == 403
    post(client, page_of(attempt).rsplit("/", 1)[0] + "/review")
    assert client.get("/en/terms").status_code == 200


def test_terms_return_when_the_attempt_was_submitted_on_another_device(
    db: Session, sign_in: SignIn
) -> None:
    user = make_learner(db, FIRST)
    attempt, client = started(db, user), sign_in(user)
    client.get(page_of(attempt))
    services.submit_attempt(db, user, attempt.key, new_event_id(), AT)
    client.get("/en/programme")
    assert client.get("/en/terms").status_code == 200
