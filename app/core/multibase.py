"""Text forms of bytes: base 58 as Bitcoin writes it, base 64 and base 32 for addresses."""

from __future__ import annotations

import base64

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(content: bytes) -> str:
    """Base 58 (base58btc); each leading zero byte is a "1"."""
    number, letters = int.from_bytes(content, "big"), ""
    while number:
        number, place = divmod(number, 58)
        letters = _BASE58[place] + letters
    zeros = len(content) - len(content.lstrip(b"\0"))
    return "1" * zeros + letters


def url64(content: bytes) -> str:
    """Base 64 for addresses, without padding (RFC 4648, 5)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def base32(content: bytes) -> str:
    """Base 32 without padding (RFC 4648, 6): its letters fit a QR code's alphanumeric mode."""
    return base64.b32encode(content).rstrip(b"=").decode()


def from_base32(letters: str) -> bytes:
    """What `base32` made, undone."""
    return base64.b32decode(letters + "=" * (-len(letters) % 8))
