"""Pictures that an administrator puts on certificates: logos, and signatures with consent."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from PIL import Image, ImageChops
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates.models import CertificatePicture
from app.certificates.types import UnknownCertificate
from app.certificates.types.templates import (
    ConsentOfSignatoryMissing,
    NoPicture,
    PictureTooBig,
    PictureTooHard,
    ProtectedEmblem,
    TooManyPixels,
)
from app.core import audit, files, pdf
from app.core.db import insert_or_get
from app.core.events import digest_of, new_event_id, require_same

LOGO, SIGNATURE = "logo", "signature"
MOST_BYTES = 900_000  # of an uploaded file; a request may hold 1,000,000
MOST_PIXELS = 40_000_000  # of a picture before it is made smaller
LONGEST_SIDE = 1200  # pixels after it: 700 dpi on the 44 mm that a logo gets
MOST_KEPT_BYTES = 600_000  # of the re-encoded file: it goes into every PDF
FORMATS = ("PNG", "JPEG", "WEBP")
_GRID = 24  # squares a side, in which a cross is looked for


@dataclass(frozen=True, slots=True)
class PictureDraft:
    """A picture to keep. `label`: what it shows, or the signatory's name as printed.

    `content` comes from `re_encoded`, which is slow: call it before the write begins.
    """

    kind: str
    label: str
    content: bytes
    consent_on: date | None = None
    consent_note: str = ""


def add_picture(
    db: Session, draft: PictureDraft, by: User, event_id: str, at: datetime
) -> CertificatePicture:
    """Keep a picture. The same event again gives the first answer, also of two at once.

    Raises ConsentOfSignatoryMissing or EventConflict.
    """
    if draft.kind == SIGNATURE and (draft.consent_on is None or not draft.consent_note.strip()):
        raise ConsentOfSignatoryMissing
    stored = files.store(db, draft.content, "image/png", at)
    is_signature = draft.kind == SIGNATURE
    values: dict[str, Any] = {
        "kind": draft.kind,
        "label": draft.label.strip(),
        "file_sha256": stored.sha256,
        "consent_on": draft.consent_on if is_signature else None,
        "consent_note": draft.consent_note.strip() if is_signature else None,
    }
    more = {
        "key": new_event_id(),
        "added_by_id": by.id,
        "added_at": at,
        "event_id": event_id,
        "request_digest": digest_of(values),
    }
    row, is_new = insert_or_get(db, CertificatePicture, {**values, **more}, ("event_id",))
    if not is_new:
        require_same(row.request_digest, values)
        return row
    detail = {"kind": draft.kind, "sha256": stored.sha256[:16]}
    audit.record(db, "certificates.add-picture", by.key, at, "certificate_picture", row.key, detail)
    return row


def pictures(db: Session, kind: str) -> Sequence[CertificatePicture]:
    """The pictures of a kind that may be used, newest first."""
    query = select(CertificatePicture).where(
        CertificatePicture.kind == kind, CertificatePicture.withdrawn_at.is_(None)
    )
    return db.scalars(query.order_by(CertificatePicture.id.desc())).all()


def picture_of(db: Session, key: str) -> CertificatePicture:
    """One picture; raises UnknownCertificate."""
    found = db.scalars(
        select(CertificatePicture).where(CertificatePicture.key == key)
    ).one_or_none()
    if found is None:
        raise UnknownCertificate
    return found


def withdraw_picture(db: Session, key: str, by: User, at: datetime) -> CertificatePicture:
    """Print a picture on no new certificate, as when a signatory takes the consent back.

    A second time changes nothing. Files of issued certificates stay as they are.
    """
    row = picture_of(db, key)
    free = (CertificatePicture.id == row.id, CertificatePicture.withdrawn_at.is_(None))
    done = db.execute(
        update(CertificatePicture)
        .where(*free)
        .values(withdrawn_at=at)
        .returning(CertificatePicture.id)
    ).first()
    db.refresh(row)
    if done is not None:
        detail = {"kind": row.kind}
        audit.record(
            db, "certificates.withdraw-picture", by.key, at, "certificate_picture", key, detail
        )
    return row


def re_encoded(content: bytes) -> bytes:
    """The picture as a plain PNG of at most 1,200 pixels a side, without metadata.

    The sent file is opened in the limited process only. Raises PictureRefused: too big, no PNG,
    JPEG or WebP (an SVG can hold scripts and fonts), or a red cross, which is a protected emblem.
    """
    if len(content) > MOST_BYTES:
        raise PictureTooBig(most=MOST_BYTES // 1000)
    upload = pdf.Upload(content, FORMATS, MOST_PIXELS, LONGEST_SIDE)
    try:
        clean = pdf.draw_anew_briefly(upload)
    except pdf.UploadTooLarge as error:
        raise TooManyPixels(**error.values) from error
    except pdf.RenderingLimit as error:
        raise PictureTooHard from error
    except pdf.UploadUnreadable as error:
        raise NoPicture from error
    if len(clean) > MOST_KEPT_BYTES:
        raise PictureTooBig(most=MOST_KEPT_BYTES // 1000)
    with Image.open(io.BytesIO(clean), formats=("PNG",)) as picture:
        if has_red_cross(picture):
            raise ProtectedEmblem
    return clean


def has_red_cross(picture: Image.Image) -> bool:
    """Whether the red of the picture is one upright cross with equal arms.

    It finds the plain emblem, alone or as the only red of a logo; it is no judge of art, so the
    administrator confirms for each picture what it does not show.
    """
    solid = Image.new("RGBA", picture.size, "white")
    solid.alpha_composite(picture)
    red, green, blue = solid.convert("RGB").split()
    mask = red.point(lambda value: 255 * (value > 150))
    for band in (green, blue):
        mask = ImageChops.darker(mask, band.point(lambda value: 255 * (value < 90)))
    box = mask.getbbox()
    if box is None:
        return False
    width, height = box[2] - box[0], box[3] - box[1]
    if not 0.8 < width / height < 1.25 or width < 0.04 * picture.width:
        return False
    shrunk = mask.crop(box).resize((_GRID, _GRID), Image.Resampling.BOX)
    squares = [value > 127 for value in shrunk.tobytes()]
    return _is_cross([squares[start : start + _GRID] for start in range(0, _GRID**2, _GRID)])


def _is_cross(red: list[list[bool]]) -> bool:
    """Arms through the middle are red, the four corners are not."""
    third = _GRID // 4
    corners = [*range(third), *range(_GRID - third, _GRID)]
    middle = range(_GRID // 2 - 2, _GRID // 2 + 2)
    empty = sum(not red[y][x] for y in corners for x in corners) / len(corners) ** 2
    across = sum(red[y][x] for y in middle for x in range(_GRID)) / (4 * _GRID)
    down = sum(red[y][x] for x in middle for y in range(_GRID)) / (4 * _GRID)
    return empty > 0.95 and across > 0.95 and down > 0.95
