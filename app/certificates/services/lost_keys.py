"""Which keys signed what is stored and are not there: for the doctor, issuing and the worker.

A file holds the certificates of the key that signed it, and a credential that names the key of
badges. Other credentials and status lists are signed when somebody asks for them, and not kept.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from datetime import date
from itertools import groupby

from cryptography import x509
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates.models import Certificate
from app.certificates.services import signing
from app.core import files, pades_check, pdf
from app.core.clock import programme_date
from app.core.files import StoredFile
from app.core.keys import Key, KeyUnreadable, NoKey, Purpose, ring
from app.courses.library import library

#: A kind of key, and what tells one of it from the others.
Named = tuple[Purpose, Hashable]


def lost_of_files(db: Session, existing: list[Key], on: date) -> dict[Purpose, str]:
    """The kinds of which a key that signed a file is not among these, each with a serial number.

    Of the certificates that hold on the day, the first and the last file of each day of issuing are
    read: a key that came and went within one day is not seen.
    """
    ours = {_named(key) for key in existing if key.purpose is not Purpose.CODE}
    lost: dict[Purpose, str] = {}
    for sha256, serial in _some_files(db, on):
        for kind, name in _signers(files.load(db, sha256).content):
            if (kind, name) not in ours:
                lost.setdefault(kind, serial)
    return lost


def refuse_retired(db: Session) -> None:
    """Raise NoKey when a retired key would sign a code or a file, or a key cannot be read.

    Two queries and one file.
    """
    try:
        is_refused = signing.is_retired(db) or is_retired_of_files(db)
    except KeyUnreadable as error:
        raise NoKey from error
    if is_refused:
        raise NoKey


def is_retired_of_files(db: Session) -> bool:
    """Whether the key of documents was made before the one that signed the file of the newest
    certificate that has one, and which is lost.

    Of badges that cannot be told: a credential does not say when its key was made.
    """
    own = ring().all(Purpose.DOCUMENT)
    newest = (
        select(StoredFile.content)
        .join(Certificate, Certificate.file_sha256 == StoredFile.sha256)
        .where(Certificate.status_index.is_not(None))
        .order_by(Certificate.id.desc())
    )
    content = db.scalar(newest.limit(1)) if own else None
    signers = [one for one in pades_check.certificates(content or b"") if not _is_above(one)]
    if not signers or signers[0] in {key.certificates[0] for key in own}:
        return False
    return own[0].certificates[0].not_valid_before_utc < signers[0].not_valid_before_utc


def _some_files(db: Session, on: date) -> Iterator[tuple[str, str]]:
    """Of each day the first and the last one: its hash and its certificate's serial number."""
    query = (
        select(Certificate.issued_at, Certificate.file_sha256, Certificate.serial)
        .where(Certificate.file_sha256.is_not(None), Certificate.status_index.is_not(None))
        .where(signing.holds(on))
        .order_by(Certificate.issued_at, Certificate.id)
    )
    zone = library().programme.timezone
    for _day, found in groupby(db.execute(query), lambda row: programme_date(row.issued_at, zone)):
        rows = [(row.file_sha256, row.serial) for row in found]
        yield from dict.fromkeys((rows[0], rows[-1]))


def _named(key: Key) -> Named:
    return key.purpose, key.certificates[0] if key.certificates else key.multikey


def _signers(content: bytes) -> Iterator[Named]:
    certificates = pades_check.certificates(content)
    for one in certificates:
        yield Purpose.AUTHORITY if _is_above(one) else Purpose.DOCUMENT, one
    attached = pdf.attachment(content, "credential.json") if certificates else None
    if attached is not None:
        method: str = json.loads(attached)["proof"]["verificationMethod"]
        yield Purpose.BADGE, method.rpartition("#")[2]


def _is_above(one: x509.Certificate) -> bool:
    return one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
