"""The QR code of a certificate holds its facts, signed; an independent library believes them."""

from __future__ import annotations

import base64
import zlib
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import cbor2
import cwt
import pypdfium2
import pytest
import zxingcpp
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import loader, rendering, services
from app.certificates.models import Certificate
from app.certificates.services import signing
from app.certificates.types import STATUS_LIST_SIZE
from app.core import cose
from app.core.keys import Purpose, ring
from tests.certificates.conftest import Issue, Ready, on_a_phone
from tests.factories import AT

KHMER = {"native_name": "ស្រីមុំ ចាន់ស្រ៊ុន", "latin_name": "CHAN SRUN SREYMOM", "language": "km"}


@pytest.fixture
def khmer(ready: Ready, issue: Issue) -> Certificate:
    """A certificate in the script that needs the most bytes."""
    return issue(ready(**KHMER))[0]


def cose_bytes(text: str) -> bytes:
    """What stands after the "#", undone."""
    flag, letters = text[0], text[1:]
    content = base64.b32decode(letters + "=" * (-len(letters) % 8))
    return zlib.decompress(content) if flag == "1" else content


def believed(text: str) -> dict[int, Any]:
    """The claims, checked by another library that knows the public half of the key."""
    key = ring().current(Purpose.CODE)
    point = key.p256.public_key().public_numbers()
    x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
    public = cwt.COSEKey.new({1: 2, 2: key.thumbprint[:4], 3: -7, -1: 1, -2: x, -3: y})
    claims: dict[int, Any] = cbor2.loads(cwt.COSE.new().decode(cose_bytes(text), public))
    return claims


def read_from_page(content: bytes, scale: float = 3) -> str:
    """The QR code of the rendered page at `scale` times 72 dpi."""
    page = pypdfium2.PdfDocument(content)[0]
    found = zxingcpp.read_barcodes(page.render(scale=scale).to_pil())
    return str(found[0].text)


def drawn(certificate: Certificate) -> bytes:
    facts = {**certificate.facts, "signed": certificate.signed}
    return rendering.certificate_pdf(facts, loader.template(certificate.facts["template"]))


def test_the_code_on_the_page_is_believed_by_another_library(khmer: Certificate) -> None:
    address, hash_, text = read_from_page(drawn(khmer)).partition("#")
    assert (address, hash_) == (khmer.facts["address"], "#")
    claims = believed(text)
    zone = ZoneInfo("Asia/Shanghai")
    assert claims[1] == "https://kapok.example.org"
    assert claims[7].decode() == khmer.serial
    end = datetime.fromtimestamp(claims[4], zone)
    assert end == datetime.combine(khmer.valid_until + timedelta(days=1), time(), zone)
    said = claims[signing.FACTS]
    assert said[signing.NAME] == KHMER["native_name"]
    assert said[signing.LATIN] == KHMER["latin_name"]
    assert said[signing.COURSE] == khmer.facts["course"]["titles"]["km"]
    assert said[signing.LANGUAGE] == "km"
    assert said[signing.AWARDED] == str(khmer.award_date)
    assert said[signing.STATUS] == khmer.status_index


def test_a_flipped_byte_is_not_believed(khmer: Certificate) -> None:
    text = str(khmer.signed)
    other = "A" if text[60] != "A" else "B"
    with pytest.raises((cwt.VerifyError, cwt.DecodeError, ValueError, zlib.error)):
        believed(text[:60] + other + text[61:])


def test_a_phone_refuses_what_was_changed_beside_the_facts(khmer: Certificate) -> None:
    message = cose_bytes(str(khmer.signed))
    key_id = ring().current(Purpose.CODE).thumbprint[:4]
    start = message.index(key_id)
    wrong = message[:start] + bytes([key_id[0] ^ 1]) + message[start + 1 :]
    loose = cbor2.loads(message)
    loose.value[1] = {4: b"more"}
    site = "https://kapok.example.org"
    assert verdicts(
        f"{khmer.facts['address']}#{khmer.signed}",
        f"{site}/v#{khmer.signed}",
        f"{site}/v#{cose.for_address(wrong)}",
        f"{site}/v#{cose.for_address(cbor2.dumps(loose))}",
        f"{site}/v/{khmer.code[:-1]}#{khmer.signed}",
        f"{site}/v/%zz#{khmer.signed}",
        "100% off",
    ) == ["genuine", "genuine", "false", "false", "false", "false", "unread"]


def test_a_phone_whose_clock_is_slow_goes_by_the_time_of_its_list(khmer: Certificate) -> None:
    link = f"{khmer.facts['address']}#{khmer.signed}"
    end = signing.end_of(str(khmer.valid_until))
    assert verdicts(link, as_of=end - timedelta(seconds=1)) == ["genuine"]
    assert verdicts(link, as_of=end) == ["expired"]


def verdicts(*links: str, as_of: datetime = AT) -> list[str]:
    """What a phone whose clock stands at the time of issue says of links."""
    keys = [dict(key.jwk) for key in ring().all(Purpose.CODE)]
    phone_list = {"as_of": as_of.isoformat(), "timezone": "UTC", "keys": keys, "revoked": []}
    asked = {"links": links, "list": phone_list, "now": AT.timestamp() * 1000}
    return list(on_a_phone(asked)["verdicts"])


def test_an_older_certificate_has_its_plain_address(khmer: Certificate) -> None:
    khmer.signed = None
    assert read_from_page(drawn(khmer)) == khmer.facts["address"]


def test_places_in_the_status_list_are_drawn_and_differ(
    db: Session, ready: Ready, issue: Issue
) -> None:
    people: list[User] = [ready() for _ in range(3)]
    places = [certificate.status_index for certificate in issue(*people)]
    assert len(set(places)) == 3
    assert all(place is not None and 0 <= place < STATUS_LIST_SIZE for place in places)
    assert not set(signing.free_status_indexes(db, 2000)) & set(places)


def test_what_no_longer_holds_is_listed(db: Session, khmer: Certificate, issue: Issue) -> None:
    assert list(signing.revoked_indexes(db)) == []
    services.revoke(db, khmer, "Wrong name", khmer.user, AT)
    assert list(signing.revoked_indexes(db)) == [khmer.status_index]
