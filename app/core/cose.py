"""Signed claims small enough for a QR code: a CBOR Web Token in COSE_Sign1, ES256.

RFC 8392 (CWT) and RFC 9052 (COSE). ES256, because every browser's WebCrypto checks it.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from app.core.keys import Key
from app.core.multibase import base32, from_base32

ISSUER, EXPIRES, ISSUED, NUMBER = 1, 4, 6, 7  # names of claims, RFC 8392, 4
_ALGORITHM, _KEY_ID, _ES256, _SIGN1 = 1, 4, -7, 18  # RFC 9052, 3.1 and 2; RFC 9053, 2.1
#: So many bytes of a key's thumbprint name it.
KEY_ID_BYTES = 4
PLAIN, DEFLATED = "0", "1"


def sign(claims: Mapping[int, Any], key: Key) -> bytes:
    """The claims with their signature, which covers the name of the key too."""
    header = {_ALGORITHM: _ES256, _KEY_ID: key.thumbprint[:KEY_ID_BYTES]}
    protected = cbor2.dumps(header)
    payload = cbor2.dumps(dict(claims), canonical=True)
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    message = [protected, {}, payload, raw_signature(signed, key)]
    return cbor2.dumps(cbor2.CBORTag(_SIGN1, message))


def raw_signature(content: bytes, key: Key) -> bytes:
    """ECDSA with SHA-256: both numbers as 32 bytes each, as COSE and JOSE want them."""
    r, s = decode_dss_signature(key.p256.sign(content, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def for_address(message: bytes) -> str:
    """A flag and base 32, for the part of an address after "#": the shorter of two ways."""
    packed = zlib.compress(message, 9)
    if len(packed) < len(message):
        return DEFLATED + base32(packed)
    return PLAIN + base32(message)


def key_id(text: str) -> bytes:
    """The name of the key that signed what `for_address` made."""
    packed = from_base32(text[1:])
    message = zlib.decompress(packed) if text[0] == DEFLATED else packed
    named: bytes = cbor2.loads(cbor2.loads(message).value[0])[_KEY_ID]
    return named
