"""The lines of the why-page: what was frozen, told in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import url_for
from markupsafe import Markup

from app.certificates.models import Certificate
from app.certificates.views.frame import in_own_language, iso_day, me, sheet_title, told
from app.core.i18n import _, format_date, format_datetime, format_list
from app.core.permissions import Permission, may

Line = tuple[str, str]


def why(certificate: Certificate) -> dict[str, Any]:
    """What the why-page says."""
    evidence = certificate.evidence
    sheets = [
        {**sheet, "title": sheet_title(certificate.slug, sheet["key"])}
        for sheet in evidence["sheets"]
    ]
    words = told(certificate.facts)
    return {
        "certificate": certificate,
        "told": words,
        "lines": _lines(certificate, words),
        "evidence": evidence,
        "sheets": sheets,
    }


def _lines(certificate: Certificate, told: Mapping[str, Any]) -> list[Line]:
    """Terms and values; older certificates keep fewer of them, and no line is made up."""
    evidence = certificate.evidence
    languages = format_list(in_own_language(code) for code in evidence["languages"])
    return [
        *_renewed(evidence),
        *_edition(evidence),
        (_("Training"), told["training"]),
        *_learnt(evidence),
        *_attended(evidence),
        (_("Languages used"), languages or "–"),
        (_("Names confirmed"), iso_day(evidence["names_confirmed_at"])),
        (_("Awarded on"), format_date(certificate.award_date)),
        (_("Issued on"), format_datetime(certificate.issued_at)),
        *_template(certificate.facts, told),
    ]


def _renewed(evidence: Mapping[str, Any]) -> Iterator[Line]:
    if "renews" in evidence:
        is_office = may(me(), Permission.CERTIFICATES_ISSUE)
        endpoint = "certificates.why_page" if is_office else "certificates.own_why"
        renewed = evidence["renews"]
        address = url_for(endpoint, key=renewed["key"])
        yield (
            _("Renews the certificate"),
            Markup('<a href="{}">{}</a>').format(address, renewed["serial"]),
        )


def _edition(evidence: Mapping[str, Any]) -> Iterator[Line]:
    yield _("Course edition"), evidence["course"]["edition"]
    if digest := evidence["course"]["digest"]:
        yield _("Fingerprint of the course files"), digest[:16]


def _learnt(evidence: Mapping[str, Any]) -> Iterator[Line]:
    if "lessons" not in evidence:
        return
    lessons, assessment = evidence["lessons"], evidence["assessment"]
    yield (
        _("Lessons completed"),
        _(
            "%(number)s, the last on %(day)s",
            number=lessons["done"],
            day=iso_day(lessons["last_at"]),
        ),
    )
    yield (
        _("Assessment passed"),
        _(
            "%(score)s of %(total)s on %(day)s",
            score=assessment["score"],
            total=assessment["of"],
            day=iso_day(assessment["passed_at"]),
        ),
    )


def _attended(evidence: Mapping[str, Any]) -> Iterator[Line]:
    if "attendance_minutes" in evidence:
        yield (
            _("Practice attended"),
            _("%(number)s minutes", number=evidence["attendance_minutes"]),
        )


def _template(facts: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Line]:
    """The title and the state of the template with which this version was issued."""
    number = facts.get("template_version")
    yield (
        _("Template"),
        f"{told['title']} · {_('Version %(version)s', version=number)}"
        if number
        else told["title"],
    )
    if digest := facts.get("template_digest"):
        yield _("Fingerprint of the template"), digest[:16]
