"""Certificates (X.509) of our own authority and of the key that signs PDF files."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.core.clock import now

#: Without a time stamp a viewer stops trusting a signature when its certificate ends, so both
#: outlive the certificates they sign by far.
AUTHORITY_LIFETIME = timedelta(days=30 * 365)
DOCUMENT_LIFETIME = timedelta(days=15 * 365)
#: A clock that is late must not find a certificate of the future.
_SLACK = timedelta(hours=1)
#: RFC 9336.
DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")


def own_certificate(private: ec.EllipticCurvePrivateKey, host: str) -> x509.Certificate:
    """The certificate of the authority, signed by itself."""
    name = _name("Kapok authority", host)
    return (
        _builder(private.public_key(), name, name, AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(_authority_id(private.public_key()), critical=False)
        .sign(private, hashes.SHA256())
    )


def document_certificate(
    public: ec.EllipticCurvePublicKey,
    above: ec.EllipticCurvePrivateKey,
    above_certificate: x509.Certificate,
    host: str,
) -> x509.Certificate:
    """A certificate for the key that signs PDF files, from the authority.

    With documentSigning alone poppler does not know what the key is for; emailProtection is what
    it and older viewers look for.
    """
    usages = x509.ExtendedKeyUsage([DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
    return (
        _builder(
            public, _name("Kapok certificates", host), above_certificate.subject, DOCUMENT_LIFETIME
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(usages, critical=False)
        .add_extension(_authority_id(above.public_key()), critical=False)
        .sign(above, hashes.SHA256())
    )


def pem(certificate: x509.Certificate) -> bytes:
    """The certificate as text."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def _name(what: str, host: str) -> x509.Name:
    # X.520 allows 64 letters in a common name.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, host[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{what}, {host}"[:64]),
        ]
    )


def _builder(
    public: ec.EllipticCurvePublicKey, subject: x509.Name, issuer: x509.Name, lifetime: timedelta
) -> x509.CertificateBuilder:
    begins = now() - _SLACK
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _authority_id(public: ec.EllipticCurvePublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(public)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,  # also called nonRepudiation
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
