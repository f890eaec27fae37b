"""Signatures in PDF files: PAdES B-B by our own authority, B-T when a time-stamp server is named.

ETSI EN 319 142-1. The field is invisible, and no later change is allowed (ISO 32000-1, 12.8.2.2).
Signing is the last thing that happens to a file. Only the worker does it: the library takes 40 MB.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.keys import Key, Purpose, ring

if TYPE_CHECKING:
    from pyhanko.sign.signers import PdfSigner

FIELD = "Kapok"
#: Room for the signature. Without a number the library signs twice to learn it.
_RESERVED = 6000
_RESERVED_WITH_TIME = 20_000

_time_stamp_server: str | None = None


def use_time_stamps(url: str | None) -> None:
    """Take this time-stamp server (RFC 3161); done once by the application's start."""
    global _time_stamp_server  # noqa: PLW0603 (one server a process, known before the first job)
    _time_stamp_server = url


def signed(content: bytes) -> bytes:
    """The PDF with our signature; the bytes before it stay as they are. Raises NoKey."""
    from pyhanko.pdf_utils.incremental_writer import (  # noqa: PLC0415 (see above)
        IncrementalPdfFileWriter,
    )

    key = ring().current(Purpose.DOCUMENT)
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    reserved = _RESERVED_WITH_TIME if _time_stamp_server else _RESERVED
    out: Any = _signer(key, _time_stamp_server).sign_pdf(writer, bytes_reserved=reserved)
    whole: bytes = out.getvalue()
    return whole


@lru_cache(maxsize=4)
def _signer(key: Key, time_stamp_server: str | None) -> PdfSigner:
    """Kept: the library would parse and check the private key again for every file."""
    from asn1crypto import x509 as asn1_x509  # noqa: PLC0415 (see above)
    from pyhanko.sign import fields, signers, timestamps  # noqa: PLC0415
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415

    class KeptSigner(signers.Signer):
        """Signs with a key that is held already."""

        async def async_sign_raw(
            self,
            data: bytes,
            digest_algorithm: str,  # noqa: ARG002 (always SHA-256, as asked for below)
            dry_run: bool = False,
        ) -> bytes:
            return bytes(72) if dry_run else key.p256.sign(data, ec.ECDSA(hashes.SHA256()))

    own, *above = [
        asn1_x509.Certificate.load(one.public_bytes(serialization.Encoding.DER))
        for one in key.certificates
    ]
    new_store: Any = SimpleCertificateStore
    store = new_store()
    store.register_multiple(above)
    signer = KeptSigner(signing_cert=own, cert_registry=store)
    wanted = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    server = timestamps.HTTPTimeStamper(time_stamp_server) if time_stamp_server else None
    return signers.PdfSigner(
        wanted, signer, timestamper=server, new_field_spec=fields.SigFieldSpec(FIELD, box=None)
    )
