"""The verifier's moment: any way of typing, every printed fact, and nothing for guessers."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.types import Names
from app.certificates import services
from app.certificates.models import Certificate
from app.certificates.services import Correction
from app.certificates.services.standing import NO_NUMBERS
from app.certificates.views.returning import WRONG_HERE
from app.core.events import new_event_id
from tests.browsing import CheckedClient
from tests.certificates.conftest import BASE_URL, on_a_phone
from tests.factories import AT

PIN = "482914"
CODE = "7K1F0Q2MXTRB5D9A"
FULL_WIDTH = {ord(letter): ord(letter) + 0xFEE0 for letter in CODE}


READ = [
    "7k1f-0q2m-xtrb-5d9a",
    " 7K1F 0Q2M\u00a0XTRB\t5D9A ",
    "7K1F\u20130Q2M\u2014XTRB\u22125D9A",  # dashes of word processors
    "7K1F\u200b0Q2M\u200bXTRB\ufeff5D9A",  # cannot be seen
    "7KlFOQ2MXTRB5D9A",  # l for 1, O for 0
    "7KIFoQ2MXTRB5D9A",
    CODE.translate(FULL_WIDTH),
    "7К1F0Q2МХТRВ5D9А",  # Cyrillic К М Х Т В А
    "7Κ1F0Q2ΜΧΤRΒ5D9Α",  # Greek
    f"https://kapok.example.org/v/{CODE}#hQ1a",
    f"kapok.example.org/v/{CODE}?lang=lo",
]
NOT_READ = ["", "-", "7K1F0Q2MXTRB5D9", CODE + "A", "*" * 16, "木棉" * 8]
#: Every letter, digit, space and dash of the lower planes, in the midst of a code.
ANY = [chr(n) for n in (*range(0x3100), *range(0xFF00, 0xFFF0))]


@pytest.mark.parametrize("typed", READ)
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert services.normal_code(typed) == CODE


@pytest.mark.parametrize("typed", NOT_READ)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert services.normal_code(typed) is None


def test_a_phone_without_a_network_reads_a_code_as_the_server_does() -> None:
    typed = [*READ, *NOT_READ, f"/v/{CODE}/", f"/V/{CODE}", f"x/v/{CODE}/v/{CODE}"]
    typed += [CODE[:8] + one + rest for one in ANY for rest in (CODE[8:], CODE[9:])]
    told = on_a_phone({"typed": typed})["read"]
    here = [services.normal_code(one) or "" for one in typed]
    assert [pair for pair in zip(typed, told, here, strict=True) if pair[1] != pair[2]] == []


def test_a_typed_code_leads_to_its_page(client: CheckedClient, issued: Certificate) -> None:
    typed = issued.code.lower().translate({ord("0"): "O", ord("1"): "l"})
    there = client.get(f"/v?code=+{typed[:8]}+-+{typed[8:]}&lang=en")
    assert there.location.startswith(f"/v/{issued.code}")


def test_unknown_malformed_and_preview_codes_look_alike(client: CheckedClient) -> None:
    pages, records = set(), set()
    for code in ("7K1F0Q2MXTRB5D9A", "nonsense", NO_NUMBERS["code"]):
        page, record = client.get(f"/v/{code}?lang=en"), client.get(f"/v/{code}.json")
        pages.add((page.status_code, page.text.replace(code, "…")))
        records.add((record.status_code, record.text))
    assert (len(pages), len(records)) == (1, 1)


def test_the_page_of_a_corrected_one_leads_to_the_newest(
    db: Session, client: CheckedClient, issued: Certificate, administrator: User
) -> None:
    wish = Correction(Names("ນາງ ພອນ", "NANG PHONE", None), False, "Another passport.")
    event_id = new_event_id()
    made = services.correct(db, issued, wish, administrator, event_id, AT, BASE_URL)
    old = client.get(f"/v/{issued.code}?lang=en")
    assert f'Replaced by <span class="unbroken">{made.serial}</span>' in old.text
    assert f"/v/{made.code}" in old.text
    assert "Another passport." not in old.text + client.get(f"/v/{issued.code}.json").text
    record = client.get(f"/v/{issued.code}.json").get_json()
    assert record["state"] == "replaced"
    assert [one["serial"] for one in record["versions"]] == [issued.serial, made.serial]


def test_no_search_engine_lists_it(client: CheckedClient, issued: Certificate) -> None:
    page = client.get(f"/v/{issued.code}?lang=en")
    assert 'name="robots" content="noindex' in page.text
    for there in (page, client.get(f"/v/{issued.code}.json")):
        assert there.headers["X-Robots-Tag"].startswith("noindex")


# --- the holder's way back -------------------------------------------------------------------


@pytest.fixture
def holder(db: Session, issued: Certificate) -> User:
    """The holder of the certificate, with a PIN."""
    accounts.set_pin(db, issued.user, accounts.prepare_pin(PIN), AT)
    db.flush()
    return issued.user


def test_the_qr_code_and_the_pin_lead_to_the_renewal(
    client: CheckedClient, issued: Certificate, holder: User
) -> None:
    address = f"/v/{issued.code}/mine"
    assert address in client.get(f"/v/{issued.code}?lang=en").text
    done = client.submit(f"{address}?lang=en", {"pin": PIN}, "/mine")
    assert done.location == f"/{holder.language}/certificates/mine/{issued.key}/renew"
    assert client.get(done.location).status_code == 200


def test_old_paper_leads_to_the_renewal_of_the_newest_version(
    db: Session, client: CheckedClient, issued: Certificate, holder: User, administrator: User
) -> None:
    wish = Correction(Names("ນາງ ພອນ", "NANG PHONE", None), False, "Another passport.")
    newest = services.correct(db, issued, wish, administrator, new_event_id(), AT, BASE_URL)
    done = client.submit(f"/v/{issued.code}/mine?lang=en", {"pin": PIN}, "/mine")
    assert done.location == f"/{holder.language}/certificates/mine/{newest.key}/renew"


def test_three_wrong_pins_from_a_photograph_do_not_lock_the_holder_out(
    db: Session, client: CheckedClient, issued: Certificate, holder: User
) -> None:
    address = f"/v/{issued.code}/mine?lang=en"
    for _ in range(4):
        assert client.submit(address, {"pin": "000000"}, "/mine").status_code == 422
    assert client.submit(address, {"pin": PIN}, "/mine").status_code == 422
    db.refresh(holder)
    assert holder.pin_tries == WRONG_HERE
    assert accounts.pin_matches(db, holder, PIN, AT)


def test_a_code_that_nobody_has_leads_nowhere(client: CheckedClient) -> None:
    assert client.get("/v/7K1F0Q2MXTRB5D9A/mine?lang=en").status_code == 404
