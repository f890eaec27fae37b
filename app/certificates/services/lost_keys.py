"""Which keys signed the stored files of what is in force, and are not there: for the doctor.

A file holds the certificates of the key that signed it, and a credential that names the key of
badges. Other credentials and status lists are signed when somebody asks for them, and not kept.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from datetime import date
from itertools import groupby

from cryptography.x509 import BasicConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates.models import Certificate
from app.certificates.services.signing import holds
from app.core import files, pades_check, pdf
from app.core.clock import programme_date
from app.core.files import StoredFile
from app.core.keys import Key, Purpose
from app.courses.library import library

#: A kind of key, and what tells one of it from the others.
Named = tuple[Purpose, Hashable]


def lost_of_files(db: Session, existing: list[Key], on: date) -> dict[Purpose, str]:
    """The kinds of which a key that signed a file is not among these, each with a serial number.

    Of the certificates that hold on the day, the first and the last file made on each day are read:
    a key that came and went within one day is not seen.
    """
    ours = {_named(key) for key in existing if key.purpose is not Purpose.CODE}
    lost: dict[Purpose, str] = {}
    for sha256, serial in _some_files(db, on):
        for kind, name in _signers(files.load(db, sha256).content):
            if (kind, name) not in ours:
                lost.setdefault(kind, serial)
    return lost


def _some_files(db: Session, on: date) -> Iterator[tuple[str, str]]:
    """Of each day the first and the last one: its hash and the certificate's serial number."""
    query = (
        select(StoredFile.stored_at, StoredFile.sha256, Certificate.serial)
        .join(Certificate, Certificate.file_sha256 == StoredFile.sha256)
        .where(Certificate.status_index.is_not(None), holds(on))
        .order_by(StoredFile.stored_at)
    )
    zone = library().programme.timezone
    for _day, found in groupby(db.execute(query), lambda row: programme_date(row.stored_at, zone)):
        rows = [(row.sha256, row.serial) for row in found]
        yield from dict.fromkeys((rows[0], rows[-1]))


def _named(key: Key) -> Named:
    return key.purpose, key.certificates[0] if key.certificates else key.multikey


def _signers(content: bytes) -> Iterator[Named]:
    certificates = pades_check.certificates(content)
    for one in certificates:
        is_above = one.extensions.get_extension_for_class(BasicConstraints).value.ca
        yield Purpose.AUTHORITY if is_above else Purpose.DOCUMENT, one
    attached = pdf.attachment(content, "credential.json") if certificates else None
    if attached is not None:
        method: str = json.loads(attached)["proof"]["verificationMethod"]
        yield Purpose.BADGE, method.rpartition("#")[2]
