"""A certificate as an Open Badge 3.0, in two forms, and the public papers that it refers to.

The shape is the one that several independent checkers accept: `docs/decisions/0031-credentials.md`.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.certificates import rendering
from app.certificates.loader import Template
from app.certificates.models import Certificate
from app.certificates.services.numbers import normal_code
from app.certificates.services.signing import base_of, end_of, last_loss, revoked_indexes
from app.certificates.services.templates import frozen
from app.certificates.types import STATUS_LIST_SIZE, UnknownCode, UnknownStatusList
from app.core import cose, linked_data
from app.core.keys import Key, Purpose, ring
from app.core.multibase import url64
from app.courses.library import library

SCHEMA = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)
CONTEXTS = [linked_data.CREDENTIALS, linked_data.BADGES, linked_data.EXTENSIONS]
Credential = dict[str, Any]


def credential_source(db: Session, typed: str) -> tuple[Mapping[str, Any], int, datetime, Template]:
    """Facts, place in the status list, time of issue and frozen template of a code as typed.

    Raises UnknownCode, also for a certificate of before signing.
    """
    code = normal_code(typed)
    query = select(Certificate.facts, Certificate.status_index, Certificate.issued_at)
    row = db.execute(query.where(Certificate.code == code)).one_or_none()
    if row is None or row.status_index is None:
        raise UnknownCode
    return row.facts, row.status_index, row.issued_at, frozen(db, row.facts)


def credential_of(db: Session, certificate_id: int) -> Credential | None:
    """The credential of a certificate, to be put into its file; None before signing.

    Raises NoKey.
    """
    found = db.get(Certificate, certificate_id)
    if found is None or found.status_index is None:
        return None
    template = frozen(db, found.facts)
    return credential(found.facts, found.status_index, found.issued_at, template)


def credential(
    facts: Mapping[str, Any], status_index: int, issued_at: datetime, template: Template
) -> Credential:
    """The certificate with an embedded proof (`eddsa-rdfc-2022`); raises NoKey.

    The same bytes every time until the key of badges is rotated; the new one then signs it.
    """
    key = ring().current(Purpose.BADGE)
    bare = unsigned(facts, status_index, template)
    return _signed(bare, key, bare["issuer"]["id"], issued_at)


def credential_jwt(facts: Mapping[str, Any], status_index: int, template: Template) -> str:
    """The same as a JWT (ES256), for checkers that know no embedded proofs; raises NoKey."""
    bare, key = unsigned(facts, status_index, template), ring().current(Purpose.CODE)
    claims = {
        **bare,
        "iss": bare["issuer"]["id"],
        "jti": bare["id"],
        "sub": bare["credentialSubject"]["id"],
        "nbf": int(datetime.fromisoformat(bare["validFrom"]).timestamp()),
        "exp": int(datetime.fromisoformat(bare["validUntil"]).timestamp()),
    }
    head = {"alg": "ES256", "typ": "JWT", "jwk": dict(key.jwk)}
    signed = ".".join(url64(_compact(part)) for part in (head, claims))
    return f"{signed}.{url64(cose.raw_signature(signed.encode(), key))}"


def _signed(document: Credential, key: Key, issuer: str, at: datetime) -> Credential:
    """The document with its proof, which is made once: strangers ask for it, and it takes time."""
    text = json.dumps(document, ensure_ascii=False)
    found: Credential = json.loads(_signed_once(text, key, issuer, _moment(at)))
    return found


@lru_cache(maxsize=200)
def _signed_once(text: str, key: Key, issuer: str, created: str) -> str:
    method = f"{issuer}#{key.multikey}"
    return json.dumps(linked_data.signed(json.loads(text), key, method, created))


def unsigned(facts: Mapping[str, Any], status_index: int, template: Template) -> Credential:
    """What the credential says, in the certificate's own language; no empty value anywhere."""
    base, language = base_of(facts), facts["language"]
    number, place = divmod(status_index, STATUS_LIST_SIZE)
    status_list = f"{base}/status/{number + 1}"
    return {
        "@context": CONTEXTS,
        "id": facts["address"],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts["course"]["titles"][language],
        "issuer": {
            "id": did(base),
            "type": ["Profile"],
            "name": facts["programme"][language],
            "url": base,
        },
        "validFrom": _moment(_start_of(facts["award_date"])),
        "validUntil": _moment(end_of(facts["valid_until"])),
        "credentialSubject": {
            "id": uuid5(NAMESPACE_URL, facts["address"]).urn,
            "type": ["AchievementSubject"],
            "identifier": _names(facts),
            "achievement": _achievement(facts, base, language, template),
        },
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": {
            "id": f"{status_list}#{place}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(place),
            "statusListCredential": status_list,
        },
    }


def _names(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "IdentityObject", "identityHash": name, "identityType": "name", "hashed": False}
        for name in facts["names"].values()
        if name
    ]


def _achievement(
    facts: Mapping[str, Any], base: str, language: str, template: Template
) -> dict[str, Any]:
    words = template.data.words
    training = rendering.training_line(facts["training"], words, language)
    return {
        "id": f"{base}/a/{facts['course']['slug']}",
        "type": ["Achievement"],
        "achievementType": "Certificate",
        "inLanguage": language,
        "name": facts["course"]["titles"][language],
        "description": facts["disclaimer"][language],
        "criteria": {"narrative": f"{words['completed'][language]}. {training}"},
        "version": facts["course"]["edition"],
    }


def status_list(db: Session, number: int, base: str, at: datetime) -> Credential:
    """The bits of one status list, signed: a bit is set when its certificate no longer holds.

    The same bytes in every process from one change to the next, and within an hour.
    Raises UnknownStatusList for a number that no certificate names, or NoKey.
    """
    last = db.scalar(select(func.max(Certificate.status_index)))
    if last is None or not 1 <= number <= last // STATUS_LIST_SIZE + 1:
        raise UnknownStatusList
    first = (number - 1) * STATUS_LIST_SIZE
    places = [
        index - first for index in revoked_indexes(db) if index // STATUS_LIST_SIZE == number - 1
    ]
    hour = at.replace(minute=0, second=0, microsecond=0)
    since = max(filter(None, (hour, last_loss(db))))
    address, key = f"{base}/status/{number}", ring().current(Purpose.BADGE)
    document = {
        "@context": [linked_data.CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did(base),
        "validFrom": _moment(since),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(places),
        },
    }
    return _signed(document, key, did(base), since)


def encoded(places: Sequence[int]) -> str:
    """A bit string with these bits set, the first one leftmost, packed (Bitstring Status List)."""
    bits = bytearray(STATUS_LIST_SIZE // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    return "u" + url64(gzip.compress(bytes(bits), mtime=0))


def did(base: str) -> str:
    """The name of the site as an issuer (did:web)."""
    return "did:web:" + quote(urlsplit(base).netloc, safe="")


def did_document(base: str) -> dict[str, Any]:
    """Every public key of the site, the retired ones too: what they signed stays valid."""
    name = did(base)
    keys = [*ring().all(Purpose.BADGE), *ring().all(Purpose.CODE)]
    methods = [_method(key, name) for key in keys]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": name,
        "verificationMethod": methods,
        # 1EdTech's checker reads these as text: absolute addresses, no objects.
        "assertionMethod": [method["id"] for method in methods],
    }


def _method(key: Key, name: str) -> dict[str, str]:
    return {
        "id": f"{name}#{key.multikey}",
        "type": "Multikey",
        "controller": name,
        "publicKeyMultibase": key.multikey,
    }


def key_set() -> dict[str, Any]:
    """The same as a JSON Web Key Set (RFC 7517)."""
    keys = [*ring().all(Purpose.CODE), *ring().all(Purpose.BADGE)]
    names = {Purpose.CODE: "ES256", Purpose.BADGE: "EdDSA"}
    return {
        "keys": [
            {**key.jwk, "kid": url64(key.thumbprint), "use": "sig", "alg": names[key.purpose]}
            for key in keys
        ]
    }


def _start_of(day: str) -> datetime:
    zone = ZoneInfo(library().programme.timezone)
    return datetime.combine(date.fromisoformat(day), time(), zone)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _compact(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
