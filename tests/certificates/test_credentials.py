"""Open Badges of certificates: other libraries believe them; a lost term is refused."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from sqlalchemy.orm import Session, object_session

from app.accounts.models import User
from app.certificates import services
from app.certificates.loader import Template
from app.certificates.models import Certificate
from app.certificates.services import credentials
from app.config import ROOT, Settings
from app.core import linked_data
from app.core.clock import now
from app.core.keys import Purpose, ring
from app.courses.library import library
from tests.browsing import CheckedClient
from tests.certificates.conftest import BASE_URL, Ready
from tests.factories import AT

VERIFY = ROOT / "tests" / "certificates" / "verify.mjs"


def judged(db: Session, credential: dict[str, Any]) -> dict[str, Any]:
    """What Digital Bazaar's library says, with the papers that the site publishes."""
    papers = {
        credentials.did(BASE_URL): credentials.did_document(BASE_URL),
        f"{BASE_URL}/status/1": credentials.status_list(db, 1, BASE_URL, AT),
    }
    asked = json.dumps({"credential": credential, "documents": papers})
    done = subprocess.run(
        ["node", str(VERIFY)], input=asked, capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def badge(certificate: Certificate) -> dict[str, Any]:
    assert certificate.status_index is not None
    return credentials.credential(
        certificate.facts,
        certificate.status_index,
        certificate.issued_at,
        template_of(certificate),
    )


def template_of(certificate: Certificate) -> Template:
    db = object_session(certificate)
    assert db is not None
    return services.frozen(db, certificate.facts)


def test_another_library_believes_it_until_it_is_revoked(db: Session, issued: Certificate) -> None:
    ring().rotate(Purpose.CODE)  # a new key of another purpose changes nothing
    told = badge(issued)
    ring().rotate(Purpose.BADGE)  # and what the old key signed stays valid
    answer = judged(db, told)
    assert (answer["verified"], answer["status"]) == (True, [False]), answer
    services.revoke(db, issued, "Wrong name", issued.user, AT)
    assert judged(db, told)["status"] == [True]


def test_a_changed_name_is_not_believed(db: Session, issued: Certificate) -> None:
    told = badge(issued)
    told["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"
    assert not judged(db, told)["verified"]


PAPERS = ROOT / "build" / "papers"
has_papers = pytest.mark.skipif(
    not (PAPERS / "schema.json").is_file(),
    reason="1EdTech's schema is not here: .ci/test-papers fetches it from a package index",
)


@has_papers
def test_it_fits_the_schema_of_1edtech(issued: Certificate) -> None:
    script = ROOT / "tests" / "certificates" / "schema.mjs"
    good = badge(issued)
    bad = {**good, "credentialSubject": {**good["credentialSubject"], "achievement": {}}}
    asked = json.dumps([good, bad])
    command = ["node", str(script), str(PAPERS / "schema.json")]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    faults = json.loads(done.stdout)
    assert faults[0] == []
    assert faults[1] != []


@has_papers
def test_our_vocabulary_is_the_published_one() -> None:
    published = (PAPERS / "credentials-v2.json").read_bytes()
    # VCDM 2.0, appendix B.1, names this digest.
    assert hashlib.sha256(published).hexdigest().startswith("59955ced6697d61e03f2b2556febe530")
    ours = (linked_data.FOLDER / "credentials.json").read_text(encoding="utf-8")
    assert json.loads(ours) == json.loads(published)


def test_the_jwt_is_signed_and_says_the_same(issued: Certificate) -> None:
    assert issued.status_index is not None
    template = template_of(issued)
    told_jwt = credentials.credential_jwt(issued.facts, issued.status_index, template)
    head, claims, signature = told_jwt.split(".")
    raw = undone(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    public = ring().current(Purpose.CODE).p256.public_key()
    public.verify(
        encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256())
    )
    told = json.loads(undone(claims))
    same = credentials.unsigned(issued.facts, issued.status_index, template)
    assert {name: told[name] for name in same} == same
    assert json.loads(undone(head))["alg"] == "ES256"


def undone(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(
    "broken",
    [
        {"hours": 4},
        {"name": {"en": "First aid", "km": "ជំនួយ"}},
        {"credentialSchema": [{"id": "https://kapok.example.org/s", "type": "NoSuchType"}]},
    ],
    ids=["unknown key", "map of languages", "unknown type"],
)
def test_a_term_that_would_go_unsigned_is_refused(
    issued: Certificate, broken: dict[str, Any]
) -> None:
    assert issued.status_index is not None
    document = {
        **credentials.unsigned(issued.facts, issued.status_index, template_of(issued)),
        **broken,
    }
    with pytest.raises(linked_data.UndefinedTerm):
        linked_data.refuse_undefined(document)


def test_no_vocabulary_is_fetched() -> None:
    with pytest.raises(Exception, match="loading remote context failed"):
        linked_data.refuse_undefined({"@context": "https://example.org/terms", "name": "x"})


def test_no_value_is_empty(ready: Ready, issue: Callable[..., list[Certificate]]) -> None:
    (one,) = issue(ready(native_name="LI WEI", latin_name="LI WEI", chinese_name=None))
    assert one.status_index is not None

    def walk(value: Any) -> None:
        assert value not in (None, "", [], {})
        for inner in (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        ):
            walk(inner)

    walk(credentials.unsigned(one.facts, one.status_index, template_of(one)))


def test_a_bit_is_set_where_the_standard_has_it() -> None:
    packed = credentials.encoded([0, 9, 131_071])
    bits = gzip.decompress(undone(packed[1:]))
    assert (packed[0], len(bits)) == ("u", 16_384)
    assert (bits[0], bits[1], bits[-1], sum(bits)) == (0x80, 0x40, 0x01, 0xC1)


def test_the_public_papers_open_for_everybody(
    client: CheckedClient, issued: Certificate, db: Session
) -> None:
    db.commit()
    code = issued.code
    told = client.get(f"/v/{code}/credential.json")
    assert told.json is not None
    assert told.json["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    assert client.get(f"/v/{code}/credential.jwt").text.count(".") == 2
    programme = library().programme.key
    assert client.get(f"/a/{programme}?lang=en").headers["Location"].endswith("/en/programme")
    assert client.get("/status/1").json["credentialSubject"]["statusPurpose"] == "revocation"
    assert client.get("/status/2").status_code == 404
    assert len(client.get("/.well-known/jwks.json").json["keys"]) == 2
    assert "BEGIN CERTIFICATE" in client.get("/.well-known/authority.pem").text
    document = client.get("/.well-known/did.json").json
    assert document["assertionMethod"] == [one["id"] for one in document["verificationMethod"]]
    assert client.get("/v/0000000000000000/credential.json").status_code == 404


def test_a_status_list_is_signed_once_and_changes_with_the_next_revocation(
    client: CheckedClient, issued: Certificate, administrator: User, db: Session
) -> None:
    db.commit()
    first = client.get("/status/1")
    made = credentials._signed_once.cache_info().misses
    again = client.get("/status/1", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/status/1").data == first.data
    assert credentials._signed_once.cache_info().misses == made
    services.revoke(db, issued, "Wrong name", administrator, now())
    db.commit()
    changed = client.get("/status/1", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    bits = gzip.decompress(undone(changed.json["credentialSubject"]["encodedList"][1:]))
    assert sum(bits) > 0
    assert changed.headers["Cache-Control"] == "public, no-cache"


PAPERS_OF_KEYS = (
    "/.well-known/did.json",
    "/.well-known/jwks.json",
    "/.well-known/authority.pem",
    "/status/offline.json",
    "/status/1",
    "/v/0000000000000000/credential.json",
    "/en/check",
)


def test_a_strangers_look_makes_no_keys(client: CheckedClient, settings: Settings) -> None:
    answers = {address: client.get(address) for address in PAPERS_OF_KEYS}
    assert not (settings.data_dir / "keys").exists()
    assert answers["/.well-known/did.json"].json["verificationMethod"] == []
    assert answers["/.well-known/jwks.json"].json == {"keys": []}
    assert answers["/.well-known/authority.pem"].text == ""
    assert answers["/status/offline.json"].json["keys"] == []
    assert answers["/status/1"].status_code == 404


def test_lost_keys_are_said_and_not_made_again_by_a_reader(
    client: CheckedClient, issued: Certificate, db: Session, settings: Settings
) -> None:
    db.commit()
    shutil.rmtree(settings.data_dir / "keys")
    for address in ("/status/1", f"/v/{issued.code}/credential.json"):
        answer = client.get(address, headers={"Accept-Language": "lo"})
        assert answer.status_code == 503
        assert "kapok doctor" in (answer.json["message"] if answer.is_json else answer.text)
    assert not (settings.data_dir / "keys").exists()
