"""What the pages of certificates share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response
from markupsafe import Markup

from app.accounts.models import User
from app.certificates import rendering, services
from app.certificates.models import Certificate
from app.certificates.types import Award, CertificateState, Missing, MissingKind, Part
from app.core import identity, qr
from app.core.clock import now, programme_date
from app.core.db import reading
from app.core.downloads import pdf_response
from app.core.i18n import LANGUAGES, N_, _, current_language, format_date
from app.core.web import settings
from app.courses.library import library
from app.courses.types import Course
from app.practicals.rendering import sheet_words

blueprint = Blueprint("certificates", __name__)

STATES = {
    CertificateState.VALID: (N_("Valid"), "good"),
    CertificateState.EXPIRED: (N_("Expired"), "care"),
    CertificateState.REPLACED: (N_("Replaced"), "neutral"),
    CertificateState.REVOKED: (N_("Revoked"), "danger"),
}
_MISSING = {
    MissingKind.LESSONS: N_("Lessons: %(done)s of %(total)s"),
    MissingKind.ASSESSMENT: N_("Assessment not passed"),
    MissingKind.SHEET: N_("Skill check not passed: %(name)s"),
    MissingKind.SHEET_EXPIRED: N_("Skill check too long ago: %(name)s"),
    MissingKind.ACKNOWLEDGEMENT: N_("Skill check result not acknowledged yet: %(name)s"),
    MissingKind.NEEDED_COURSE: N_("Assessment of another course not passed: %(name)s"),
    MissingKind.NAMES: N_("Names not confirmed"),
    MissingKind.CONSENT: N_("No consent to public verification"),
    MissingKind.LANGUAGE: N_(
        "Learnt or assessed in a language that is not reviewed nor opened: %(name)s"
    ),
    MissingKind.LETTERS: N_("Letters of the name that cannot be printed: %(name)s"),
    MissingKind.REVOKED: N_("Certificate revoked: new skill checks are needed"),
    MissingKind.ATTENDANCE: N_("Attended %(done)s of %(total)s minutes of practice"),
    MissingKind.REFRESHER: N_("Lessons read again for the renewal: %(done)s of %(total)s"),
    MissingKind.COURSE_CERTIFICATE: N_("No valid certificate of: %(name)s"),
    MissingKind.EXERCISE: N_("The whole-team exercise not passed"),
}


_PARTS = {
    Part.NAMES: N_("Other names than those that were shown"),
    Part.DATES: N_("Other dates than those that were shown"),
    Part.REST: N_("The text of the certificate, or what it rests on"),
}


def part_words(part: Part) -> str:
    """What changed between preview and issue."""
    return str(_(_PARTS[part]))


def me() -> User:
    """The signed-in person."""
    person: User = identity.current_person()
    return person


def one(key: object) -> Certificate:
    """A certificate that the signed-in person may see; raises UnknownCertificate."""
    return services.certificate_of(reading(), me(), str(key))


def today() -> date:
    """The day in the programme's zone."""
    return programme_date(now(), library().programme.timezone)


def base_url() -> str:
    """The public address that is printed."""
    return settings().base_url


def missing_sentence(missing: Missing, course: Course | Award) -> str:
    """What is missing, in the reader's language."""
    values = {"done": missing.done, "total": missing.total, "name": _name_of(missing, course.slug)}
    sentence: str = _(_MISSING[missing.kind]) % values
    return sentence


def award_title(slug: str) -> str:
    """The title of a course or of the programme in the reader's language."""
    return services.award_title(slug, current_language())


def _name_of(missing: Missing, slug: str) -> str:
    match missing.kind:
        case MissingKind.SHEET | MissingKind.SHEET_EXPIRED | MissingKind.ACKNOWLEDGEMENT:
            return sheet_title(slug, missing.key)
        case MissingKind.NEEDED_COURSE | MissingKind.COURSE_CERTIFICATE:
            return services.award_title(missing.key, current_language())
        case MissingKind.LANGUAGE:
            return in_own_language(missing.key)
        case _:
            return missing.key


def sheet_title(slug: str, key: str) -> str:
    """A skill sheet's title in the reader's language; its key when the course is gone."""
    return sheet_words(slug, key, current_language()).title


def lesson_title(slug: str, key: str) -> str:
    """A lesson's title in the reader's language; its key when it is gone."""
    if not library().has_course(slug):
        return key
    lessons = library().course(slug).titles(current_language()).lessons
    return lessons[key].title if key in lessons else key


def told(facts: Any) -> dict[str, Any]:
    """The printed facts in the reader's language."""
    return rendering.told(facts, services.frozen(reading(), facts), current_language())


def file_name(certificate: Certificate) -> str:
    """The serial number and the name: `KPK-2026-000123-9 ນ້ຳຝົນ ແກ້ວມະນີ.pdf`."""
    return f"{certificate.serial} {certificate.facts['names']['native']}.pdf"


def pdf_of(certificate: Certificate) -> Response:
    """The stored file of a certificate."""
    stored = services.file_of(reading(), certificate)
    return pdf_response(stored.content, file_name(certificate))


@blueprint.app_template_filter("iso_day")
def iso_day(moment: str | None) -> str:
    """A frozen day or time as a day in the programme's zone, in the reader's language."""
    if not moment:
        return "–"
    is_time = "T" in moment
    return format_date(
        programme_date(datetime.fromisoformat(moment), library().programme.timezone)
        if is_time
        else date.fromisoformat(moment)
    )


@blueprint.app_template_filter("in_own_language")
def in_own_language(code: str) -> str:
    """The name of a language in itself."""
    return LANGUAGES[code].name if code in LANGUAGES else code


@blueprint.app_template_filter("qr_code")
def qr_code(content: str, label: str) -> Markup:
    """A QR code as a picture in the page."""
    return Markup(qr.svg(content, label))  # noqa: S704 (qr.svg escapes the label)


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    """Names of states and of what is missing, for the templates."""
    return {
        "certificate_states": STATES,
        "missing_sentence": missing_sentence,
        "award_title": award_title,
        "part_words": part_words,
        "lesson_title": lesson_title,
        "sheet_title": sheet_title,
    }
