"""Frozen facts in, PDF out: the page of a certificate from plain data and a template."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined
from jinja2 import Template as JinjaTemplate
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.certificates.loader import Template
from app.certificates.types import UnprintableName
from app.core import pdf, qr
from app.core.breaking import unbroken
from app.core.i18n import format_date
from app.core.languages import LANGUAGES
from app.core.pdf.fonts import STACK

Facts = Mapping[str, Any]
FORMAT = 1
GROUP = 4
_environment = ImmutableSandboxedEnvironment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def printed_languages(language: str) -> list[str]:
    """The languages on the page in their fixed order: the holder's, Chinese, English; each once."""
    return list(dict.fromkeys([language, "zh", "en"]))


def grouped(code: str) -> str:
    """A verification code as it is printed: groups of four with hyphens."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def printed_names(native: str, latin: str, chinese: str | None) -> dict[str, str]:
    """The three forms as printed: Latin in capitals, and no form twice."""
    capitals = latin.upper()
    return {
        "native": native,
        "latin": "" if capitals == native.upper() else capitals,
        "chinese": "" if not chinese or chinese == native else chinese,
    }


def certificate_pdf(facts: Facts, template: Template, *, is_preview: bool = False) -> bytes:
    """The PDF of a certificate. Raises UnprintableName, or what `app.core.pdf.render` raises."""
    refuse_unprintable(facts)
    attachment = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True).encode()
    document = pdf.Document(
        html=page(facts, template, is_preview=is_preview),
        css=template.css.replace("var(--fonts)", STACK),
        files={**template.files, "qr.svg": qr.svg(facts["address"], ground=False).encode()},
        background=template.data.background,
        attachments={"certificate.json": attachment},
    )
    return pdf.render(document)


def refuse_unprintable(facts: Facts) -> None:
    """Raise UnprintableName when no font has a letter of a variable text."""
    for slot, text in _slots(facts):
        if letters := pdf.missing_letters(text):
            raise UnprintableName(name=facts["names"]["native"], slot=slot, letters=letters)


def _slots(facts: Facts) -> Iterator[tuple[str, str]]:
    yield from ((f"name, {form}", text) for form, text in facts["names"].items())
    yield from ((f"course, {code}", text) for code, text in facts["course"]["titles"].items())
    yield from (("signatory", person["name"]) for person in facts["signatories"])


def page(facts: Facts, template: Template, *, is_preview: bool = False) -> str:
    """The HTML of the page."""
    return _compiled(template.html).render(page_words(facts, template), is_preview=is_preview)


@lru_cache(maxsize=20)
def _compiled(html: str) -> JinjaTemplate:
    return _environment.from_string(html)


def page_words(facts: Facts, template: Template) -> dict[str, Any]:
    """What the page may say: plain data, no objects of ours."""
    languages: list[str] = facts["languages"]
    say = template.data.words
    return {
        "languages": languages,
        "main": languages[0],
        "others": languages[1:],
        "tag": {code: LANGUAGES[code].html for code in LANGUAGES},
        "say": say,
        "names": facts["names"],
        "title": facts["title"],
        "programme": facts["programme"],
        "disclaimer": facts["disclaimer"],
        "bodies": facts["bodies"],
        "signatories": facts["signatories"],
        "seal": template.data.seal,
        "course": facts["course"]["titles"],
        "edition": facts["course"]["edition"],
        "training": {code: training_line(facts["training"], say, code) for code in languages},
        "award_date": facts["award_date"],
        "awarded": _days(facts["award_date"], languages),
        "until": _days(facts["valid_until"], languages),
        "serial": facts["serial"],
        "code": grouped(facts["code"]),
        "address": facts["address"],
        "host": facts["address"].split("://")[-1].rpartition("/")[0] + "/",
    }


def told(facts: Facts, template: Template, language: str) -> dict[str, Any]:
    """Every printed fact in one language, for pages: as `page_words`, one text each."""
    say = template.data.words
    days = {name: date.fromisoformat(facts[name]) for name in ("award_date", "valid_until")}
    return {
        "language": facts["language"],
        "languages": [
            {
                "html": LANGUAGES[code].html,
                "title": facts["title"][code],
                "code": code,
                "course": facts["course"]["titles"][code],
                "certify": say["certify"][code],
                "completed": say["completed"][code],
                "disclaimer": facts["disclaimer"][code],
                "programme": facts["programme"][code],
                "awarded": f"{say['awarded'][code]} {format_date(days['award_date'], code)}",
                "until": f"{say['valid_until'][code]} {format_date(days['valid_until'], code)}",
            }
            for code in facts["languages"]
        ],
        "names": facts["names"],
        "title": facts["title"][language],
        "programme": facts["programme"][language],
        "disclaimer": facts["disclaimer"][language],
        "bodies": [body[language] for body in facts["bodies"]],
        "signatories": [(one["name"], one["title"][language]) for one in facts["signatories"]],
        "course": facts["course"]["titles"][language],
        "edition": facts["course"]["edition"],
        "training": training_line(facts["training"], say, language),
        **days,
        "serial": facts["serial"],
        "code": grouped(facts["code"]),
        "address": facts["address"],
    }


def _days(iso: str, languages: Sequence[str]) -> dict[str, str]:
    day = date.fromisoformat(iso)
    return {code: unbroken(format_date(day, code)) for code in languages}


def training_line(
    training: Mapping[str, int], say: Mapping[str, Mapping[str, str]], code: str
) -> str:
    """How long and how tested, in one language: online, practice, assessment, skill checks."""
    questions = say["questions"][code] % {"number": training["questions"]}
    parts = [
        f"{say['online'][code]} {duration(training['online_minutes'], say, code)}",
        f"{say['practice'][code]} {duration(training['practice_minutes'], say, code)}",
        f"{say['assessment'][code]} {questions}",
        f"{say['checks'][code]} {training['checks']}",
    ]
    return " · ".join(parts)


def duration(minutes: int, say: Mapping[str, Mapping[str, str]], code: str) -> str:
    """Minutes as hours and minutes in a language."""
    hours, rest = divmod(minutes, 60)
    parts = [say["hours"][code] % {"number": hours}] if hours else []
    if rest or not hours:
        parts.append(say["minutes"][code] % {"number": rest})
    return " ".join(parts)


def sample_facts(template: Template, language: str, base_url: str) -> dict[str, Any]:
    """Facts of the template's made-up holder in a language, for previews and picture tests."""
    sample = template.sample
    holder = sample["holders"][language]
    return {
        **template_facts(template),
        "format": FORMAT,
        "version": 1,
        "serial": sample["serial"],
        "code": sample["code"],
        "address": f"{base_url}/v/{grouped(sample['code'])}",
        "language": language,
        "languages": printed_languages(language),
        "names": printed_names(holder["native"], holder["latin"], holder.get("chinese")),
        "course": sample["course"],
        "training": sample["training"],
        "award_date": sample["award_date"],
        "valid_until": sample["valid_until"],
    }


def template_facts(template: Template) -> dict[str, Any]:
    """What a template prints on every certificate, to be frozen with it."""
    data = template.data
    return {
        "template": template.name,
        "title": data.title,
        "programme": data.programme,
        "disclaimer": data.disclaimer,
        "bodies": data.bodies,
        "signatories": [person.model_dump() for person in data.signatories],
    }
