"""The public page of a certificate, the field for its code, and who is throttled."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import services
from app.certificates.models import Certificate
from app.core.languages import LANGUAGES
from tests.browsing import CheckedClient
from tests.certificates.conftest import TODAY
from tests.counting import statements_of
from tests.factories import AT


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_page_repeats_every_printed_fact_in_the_readers_language(
    db: Session, client: CheckedClient, issued: Certificate, language: str
) -> None:
    html = client.get(f"/v/{issued.code}?lang={language}").get_data(as_text=True)
    facts = issued.facts
    from app.core.breaking import unbroken

    html = unbroken(html)
    for text in (
        *facts["names"].values(),
        facts["title"][language],
        facts["programme"][language],
        facts["course"]["titles"][language],
        facts["course"]["edition"],
        facts["disclaimer"][language],
        facts["serial"],
        facts["bodies"][0][language],
        facts["signatories"][1]["title"][language],
    ):
        assert text.replace("’", "&#39;") in html or text in html


def test_the_public_page_shows_no_more_than_that(
    db: Session, client: CheckedClient, issued: Certificate
) -> None:
    html = client.get(f"/v/{issued.code}?lang=en").get_data(as_text=True)
    for secret in (issued.user.username, issued.evidence["assessment"]["attempt"], "2 of 25"):
        assert secret not in html


def test_the_public_page_says_that_a_certificate_is_revoked_but_not_why(
    db: Session, client: CheckedClient, issued: Certificate, administrator: User
) -> None:
    services.revoke(db, issued, "A private reason", administrator, AT)
    html = client.get(f"/v/{issued.code}?lang=en").get_data(as_text=True)
    assert "was revoked" in html
    assert "private reason" not in html


def test_the_facts_come_as_json_too(client: CheckedClient, issued: Certificate) -> None:
    record = client.get(f"/v/{issued.code.lower()}.json").get_json()
    assert record["certificate"]["serial"] == issued.serial
    assert record["state"] in {"valid", "expired"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_code_is_a_kind_404(client: CheckedClient, language: str) -> None:
    answer = client.get(f"/v/0000-0000-0000-0000?lang={language}")
    assert answer.status_code == 404
    assert 'name="code"' in answer.get_data(as_text=True)
    assert client.get("/v/0000000000000000.json").get_json() == {"state": "unknown"}


def test_a_typed_code_leads_to_its_page(client: CheckedClient, issued: Certificate) -> None:
    assert client.get("/v").status_code == 200
    typed = f"{issued.code[:4].lower()} {issued.code[4:]}"
    sent = client.get("/v", query_string={"code": typed, "lang": "lo"})
    assert client.get(sent.location).status_code == 200


def test_misses_are_throttled_and_hits_are_not(client: CheckedClient, issued: Certificate) -> None:
    answers = [client.get(f"/v/{number:016d}?lang=en").status_code for number in range(32)]
    assert answers == [404] * 30 + [429] * 2
    assert client.get(f"/v/{issued.code}").status_code == 200


def test_verifying_writes_nothing(db: Session, client: CheckedClient, issued: Certificate) -> None:
    address = f"/v/{issued.code}"
    db.commit()
    with statements_of(client.application.extensions["kapok"].database.engine) as asked:
        client.get(address)
    assert asked
    assert not [
        statement for statement in asked if not re.match(r"\s*(SELECT|BEGIN$|PRAGMA)", statement)
    ]


def test_the_day_of_checking_is_told(client: CheckedClient, issued: Certificate) -> None:
    assert "Checked on" in client.get(f"/v/{issued.code}?lang=en").get_data(as_text=True)
    assert issued.award_date == TODAY
