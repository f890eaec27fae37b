"""States of templates: what is used now, what a certificate was printed with, saving, going back.

A folder holds the design and the first words. What an administrator saves is a numbered state
that never changes; so is the folder's own state once a certificate is issued with it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import desc, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import loader, rendering
from app.certificates.loader import Template
from app.certificates.loader.content import (
    Content,
    Kind,
    as_kept,
    changed,
    content_of,
)
from app.certificates.models import CertificatePicture, CertificateTemplateVersion
from app.certificates.services.template_choices import serving
from app.certificates.types import Award, UnknownCertificate
from app.certificates.types.templates import (
    NothingChanged,
    PageNotDrawn,
    PageTooFull,
    PictureOfAnother,
    PictureUnknown,
    TemplateChanged,
    UnfittingText,
)
from app.core import audit, files, pdf
from app.core.db import insert_missing, insert_or_get
from app.core.events import digest_of, new_event_id, require_same
from app.core.languages import LANGUAGES

Version = CertificateTemplateVersion
_JSON = "application/json"
_UNIQUE = ("name", "number")


def versions_of(db: Session, name: str) -> Sequence[Version]:
    """Every kept state of a template, newest first."""
    query = select(Version).where(Version.name == name).order_by(desc(Version.number))
    return db.scalars(query).all()


def version_of(db: Session, name: str, number: int) -> Version:
    """One kept state; raises UnknownCertificate."""
    if number >= 2**31:  # from an address; no database takes a larger one
        raise UnknownCertificate
    found = db.scalars(
        select(Version).where(Version.name == name, Version.number == number)
    ).one_or_none()
    if found is None:
        raise UnknownCertificate
    return found


def _newest(db: Session, name: str) -> Version | None:
    query = select(Version).where(Version.name == name).order_by(desc(Version.number)).limit(1)
    return db.scalars(query).one_or_none()


def current(db: Session, name: str) -> Template:
    """The template as it would be printed now; its version is 0 when that state is not kept yet."""
    folder, newest = loader.template(name), _newest(db, name)
    if newest is None:
        return folder
    if newest.folder_digest == folder.digest:
        return _of_version(db, newest)
    if not newest.is_edited:
        return folder
    return with_pictures(db, folder, Content.model_validate(newest.content))


def template_of(db: Session, award: Award) -> Template:
    """The template that serves a course or the programme, as it would be printed now."""
    return current(db, serving(db, Kind(award.kind.value), award.slug))


def template_to_print(db: Session, award: Award, at: datetime) -> Template:
    """The same for certificates issued now, its state kept for good. Writes when it is new."""
    return to_print(db, serving(db, Kind(award.kind.value), award.slug), at)


def base_number(db: Session, name: str) -> int:
    """The number of the newest kept state, 0 when there is none: what an edit begins from."""
    newest = _newest(db, name)
    return newest.number if newest else 0


def to_print(db: Session, name: str, at: datetime) -> Template:
    """The template for certificates issued now, its state kept for good. Writes when it is new."""
    template = current(db, name)
    if template.version:
        return template
    newest = _newest(db, name)
    is_edited = newest is not None and newest.is_edited
    values = _values(db, template, at, newest.number + 1 if newest else 1)
    event = {"event_id": new_event_id(), "request_digest": "", "is_edited": is_edited}
    row, _is_new = insert_or_get(db, Version, {**values, **event}, _UNIQUE)
    return _of_version(db, row)


def id_to_print(db: Session, name: str, at: datetime) -> int:
    """The row of the state that `to_print` gives, to be frozen with what is printed."""
    return version_of(db, name, to_print(db, name, at).version).id


def kept(db: Session, version_id: int) -> Template:
    """The template in one kept state."""
    return _of_version(db, db.get_one(Version, version_id))


def frozen(db: Session, facts: Mapping[str, Any]) -> Template:
    """The template that a certificate was issued with; for older facts the folder as it is."""
    number = facts.get("template_version")
    if not number:
        return loader.template(facts["template"])
    return _of_version(db, version_of(db, facts["template"], number))


def save(
    db: Session,
    name: str,
    content: Mapping[str, Any],
    base: int,
    by: User,
    event_id: str,
    at: datetime,
    *,
    restores: int | None = None,
) -> Version:
    """Keep a new state of a template, which counts for certificates issued from now on.

    `base` is the number of the state that the administrator saw. The same event again gives the
    first answer. Raises TemplateChanged, NothingChanged, TemplateRefused or EventConflict.
    """
    request = {"name": name, "content": content, "base": base, "restores": restores}
    known = _saved_by(db, event_id, request)
    if known is not None:
        return known
    own = {
        "is_edited": True,
        "by_id": by.id,
        "event_id": event_id,
        "request_digest": digest_of(request),
        "restores": restores,
    }
    try:
        row = _add_version(db, name, content, base, own, at)
    except (TemplateChanged, NothingChanged):
        # Of the same event twice at once, the second sees here what the first has done meanwhile.
        known = _saved_by(db, event_id, request)
        if known is None:
            raise
        return known
    detail = {"version": row.number, "digest": row.digest[:16]}
    audit.record(db, "certificates.save-template", by.key, at, "certificate_template", name, detail)
    return row


def _saved_by(db: Session, event_id: str, request: Mapping[str, Any]) -> Version | None:
    """What an event has saved; raises EventConflict when it came with other content."""
    known = db.scalars(select(Version).where(Version.event_id == event_id)).one_or_none()
    if known is not None:
        require_same(known.request_digest, request)
    return known


def _add_version(
    db: Session,
    name: str,
    content: Mapping[str, Any],
    base: int,
    own: Mapping[str, Any],
    at: datetime,
) -> Version:
    _refuse_stale(db, name, base)
    template = checked(db, name, content)
    if content_of(template.data) == current(db, name).content:
        raise NothingChanged
    number = base_number(db, name) + 1
    added = insert_missing(db, Version, [{**_values(db, template, at, number), **own}])
    if not added:
        raise TemplateChanged(number=base_number(db, name))
    return added[0]


def _refuse_stale(db: Session, name: str, base: int) -> None:
    """Raise TemplateChanged when a person has saved a newer state than the one that was seen."""
    since = (Version.name == name, Version.number > base, Version.by_id.is_not(None))
    if (number := db.scalar(select(func.max(Version.number)).where(*since))) is not None:
        raise TemplateChanged(number=number)


def restore(
    db: Session, name: str, number: int, base: int, by: User, event_id: str, at: datetime
) -> Version:
    """Bring the words of an earlier state back, as a new state. Raises as `save`."""
    earlier = version_of(db, name, number)
    return save(db, name, earlier.content, base, by, event_id, at, restores=number)


def checked(db: Session, name: str, content: Mapping[str, Any]) -> Template:
    """The template with other content, after every rule: wording, emblems, letters, pictures.

    Raises TemplateRefused.
    """
    folder = loader.template(name)
    return with_pictures(db, folder, Content.model_validate(content))


def refuse_faults(template: Template, base_url: str) -> None:
    """Draw the sample in every language; raises TemplateRefused when a page cannot be drawn.

    Slow (about a second): call it before the write begins.
    """
    for code, language in LANGUAGES.items():
        facts = rendering.sample_facts(template, code, base_url)
        try:
            rendering.certificate_pdf(facts, template, is_preview=True, briefly=True)
        except UnfittingText as error:
            raise PageTooFull(language=language.name, text=error.values["text"]) from error
        except pdf.RenderingFailed as error:
            raise PageNotDrawn(language=language.name, reason=str(error)) from error


def with_pictures(db: Session, template: Template, content: Content) -> Template:
    """The template with other content and its pictures, without those that were taken back.

    Raises TemplateRefused.
    """
    data = changed(template.data, content)
    signed = {person.picture: person.name for person in data.signatories if person.picture}
    found = _pictures(db, [*data.logos, *signed])
    if any(key not in found or found[key].kind != "logo" for key in data.logos):
        raise PictureUnknown
    for key, name in signed.items():
        if key not in found:
            raise PictureUnknown
        if found[key].label != name:
            raise PictureOfAnother(owner=found[key].label, name=name)
    return replace(template, data=data, files={**template.files, **_files(db, found)}, version=0)


def _pictures(db: Session, keys: Sequence[str]) -> dict[str, CertificatePicture]:
    if not keys:
        return {}
    rows = db.scalars(select(CertificatePicture).where(CertificatePicture.key.in_(keys)))
    return {row.key: row for row in rows}


def _files(db: Session, pictures: Mapping[str, CertificatePicture]) -> dict[str, bytes]:
    usable = [row for row in pictures.values() if row.withdrawn_at is None]
    return {f"{row.key}.png": files.load(db, row.file_sha256).content for row in usable}


def _values(db: Session, template: Template, at: datetime, number: int) -> dict[str, Any]:
    design = {
        "data": template.data.model_dump(mode="json", exclude=set(Content.model_fields)),
        "html": template.html,
        "css": template.css,
        "files": {
            name: base64.b64encode(loader.template(template.name).files[name]).decode()
            for name in template.data.files
        },
        "sample": template.sample,
    }
    text = json.dumps(design, ensure_ascii=False, sort_keys=True)
    stored = files.store(db, text.encode(), _JSON, at)
    content = template.content.model_dump(mode="json")
    return {
        "name": template.name,
        "number": number,
        "digest": digest_of({"design": stored.sha256, "content": content}),
        "folder_digest": template.digest,
        "design_sha256": stored.sha256,
        "content": content,
        "saved_at": at,
    }


def _of_version(db: Session, row: Version) -> Template:
    content = row.content
    signed = [one["picture"] for one in content["signatories"] if one["picture"]]
    keys = [*content["logos"], *signed]
    design = _parsed(files.load(db, row.design_sha256).content)
    data = as_kept({**design["data"], **content})
    own = {name: base64.b64decode(text) for name, text in design["files"].items()}
    whole = {**own, **_files(db, _pictures(db, keys))}
    texts = (design["html"], design["css"])
    return Template(row.name, data, *texts, whole, design["sample"], row.digest, row.number)


@lru_cache(maxsize=20)
def _parsed(content: bytes) -> dict[str, Any]:
    design: dict[str, Any] = json.loads(content)
    return design
