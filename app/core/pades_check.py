"""Whether a PDF that a stranger hands in carries our signature, and was not changed since.

No PDF is parsed: the two marks of a signature are looked up in the bytes, and the signature (CMS,
RFC 5652) between them is read within limits. What cannot be read is no signature of ours.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.keys import Key, Purpose, ring

#: A certificate has 100 kB at most.
LARGEST_FILE = 900_000
_LARGEST_SIGNATURE = 30_000
_RANGE = re.compile(
    rb"/ByteRange\s{0,8}\[\s{0,8}(\d{1,9})\s{1,8}(\d{1,9})\s{1,8}(\d{1,9})\s{1,8}(\d{1,9})\s{0,8}\]"
)


class Finding(StrEnum):
    """What a file's bytes say about it."""

    OURS = "ours"  # signed by us, every byte as it was
    CHANGED = "changed"  # signed by us, and changed or added to since
    FOREIGN = "foreign"  # not signed by us


def finding(content: bytes) -> Finding:
    """What the bytes say; no exception for any content."""
    if len(content) > LARGEST_FILE:
        return Finding.FOREIGN
    place = _place(content)
    if place is None:
        return Finding.FOREIGN
    length, after, rest = place
    signed = _signed_by_us(content[length:after])
    if signed is None:
        return Finding.FOREIGN
    is_whole = after + rest == len(content)
    digest = hashlib.sha256(content[:length] + content[after : after + rest]).digest()
    return Finding.OURS if is_whole and digest == signed else Finding.CHANGED


def certificates(content: bytes) -> list[x509.Certificate]:
    """Those that the signature in a file of ours carries; none without one that can be read."""
    place = _place(content)
    if place is None:
        return []
    try:
        told = cms.ContentInfo.load(_packed(content[place[0] : place[1]]))
        found = told["content"]["certificates"]
        return [x509.load_der_x509_certificate(one.dump()) for one in found]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def _place(content: bytes) -> tuple[int, int, int] | None:
    """Where the signature begins and ends, and how many bytes follow it; None without one."""
    found = _RANGE.search(content)
    if found is None:
        return None
    start, length, after, rest = (int(number) for number in found.groups())
    if start != 0 or not length < after <= len(content) or after - length > _LARGEST_SIGNATURE * 2:
        return None
    return length, after, rest


def _packed(hexadecimal: bytes) -> bytes:
    return bytes.fromhex(hexadecimal.strip(b"<>").decode("ascii"))


def _signed_by_us(hexadecimal: bytes) -> bytes | None:
    """The digest that one of our keys signed, or None."""
    try:
        told = cms.ContentInfo.load(_packed(hexadecimal))
        if told["content_type"].native != "signed_data":
            return None
        signer = told["content"]["signer_infos"][0]
        signature = signer["signature"].native
        attributes = signer["signed_attrs"].untag().dump()
        digest = _digest_of(signer["signed_attrs"])
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
    ours = ring().all(Purpose.DOCUMENT)
    return digest if any(_fits(key, signature, attributes) for key in ours) else None


def _digest_of(attributes: Any) -> bytes | None:
    for attribute in attributes:
        if attribute["type"].native == "message_digest":
            digest: bytes = attribute["values"][0].native
            return digest
    return None


def _fits(key: Key, signature: bytes, content: bytes) -> bool:
    try:
        key.p256.public_key().verify(signature, content, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
