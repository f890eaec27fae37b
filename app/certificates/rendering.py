"""Frozen facts in, PDF out: the page of a certificate from plain data and a template."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2 import Template as JinjaTemplate
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.certificates.loader import Template
from app.certificates.loader import template as designed
from app.certificates.types import UnprintableName
from app.certificates.types.templates import BrokenTemplate, UnfittingText
from app.core import pdf, qr
from app.core.breaking import breakable, unbroken
from app.core.i18n import format_date
from app.core.languages import LANGUAGES
from app.core.pdf.fonts import STACK

Facts = Mapping[str, Any]
FORMAT = 1
GROUP = 4
_environment = ImmutableSandboxedEnvironment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_environment.filters["wrap"] = breakable


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


def certificate_pdf(
    facts: Facts,
    template: Template,
    *,
    is_preview: bool = False,
    briefly: bool = False,
    credential: Mapping[str, Any] | None = None,
) -> bytes:
    """The PDF of a certificate, or of another of the kinds of templates.

    With its credential a certificate is an archive (PDF/A-3u). `briefly`: in a web process, which
    draws seldom.

    Raises UnprintableName, UnfittingText, BrokenTemplate, or what `app.core.pdf.render` raises.
    """
    is_letter = "attendance" in facts
    attachments = {} if is_letter else {"certificate.json": _as_json(facts)}
    if credential is not None:
        attachments["credential.json"] = _as_json(credential)
    document = replace(
        document_of(facts, template, is_preview=is_preview),
        attachments=attachments,
        variant="pdf/a-3u" if credential is not None else None,
        has_many_alike=credential is not None,
    )
    try:
        return pdf.render_briefly(document) if briefly else pdf.render(document)
    except pdf.DoesNotFit as error:
        raise UnfittingText(name=facts["names"]["native"], **error.values) from error


def document_of(facts: Facts, template: Template, *, is_preview: bool = False) -> pdf.Document:
    """The page of a certificate, ready to be drawn: alone, or with others for a print run.

    Raises UnprintableName.
    """
    refuse_unprintable(facts, template)
    return pdf.Document(
        html=page(facts, template, is_preview=is_preview),
        css=template.css.replace("var(--fonts)", STACK),
        files=template.files,
        codes={"qr.svg": qr.code(qr_content(facts))} if "address" in facts else {},
        background=template.data.background,
    )


def _as_json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()


def qr_content(facts: Facts) -> str:
    """The public address, and after "#" the signed facts of a certificate that has them."""
    signed, address = facts.get("signed"), str(facts["address"])
    return f"{address}#{signed}" if signed else address


def refuse_unprintable(facts: Facts, template: Template | None = None) -> None:
    """Raise UnprintableName when no font has a letter of a variable text.

    The slots are the template's, or of the folder that the facts name.
    """
    for slot, text in _slots(facts, template or designed(facts["template"])):
        if letters := pdf.missing_letters(text):
            raise UnprintableName(name=facts["names"]["native"], slot=slot, letters=letters)


def _slots(facts: Facts, template: Template) -> Iterator[tuple[str, str]]:
    """Each slot's name and text, in the printed languages where the fact has several."""
    for slot, path in template.data.slots.items():
        found: Any = facts
        for step in path.split("."):
            found = found.get(step, "") if isinstance(found, Mapping) else ""
        if isinstance(found, Mapping):
            yield from (
                (f"{slot}, {code}", str(found.get(code, ""))) for code in facts["languages"]
            )
        else:
            yield slot, str(found or "")
    yield from (("signatory", person["name"]) for person in facts["signatories"])


def page(facts: Facts, template: Template, *, is_preview: bool = False) -> str:
    """The HTML of the page; raises BrokenTemplate when it asks for what it may not have."""
    try:
        return _compiled(template.html).render(page_words(facts, template), is_preview=is_preview)
    except TemplateError as error:
        fault = f"{facts['names']['native']}: {error}"
        raise BrokenTemplate(name=template.name, fault=fault) from error


@lru_cache(maxsize=20)
def _compiled(html: str) -> JinjaTemplate:
    return _environment.from_string(html)


def page_words(facts: Facts, template: Template) -> dict[str, Any]:
    """What the page may say: plain data, no objects of ours."""
    languages: list[str] = facts["languages"]
    data = template.data
    return {
        "languages": languages,
        "main": languages[0],
        "others": languages[1:],
        "tag": {code: LANGUAGES[code].html for code in LANGUAGES},
        "say": data.words,
        "shown": data.fields,
        "own": {"title": data.title, "disclaimer": data.disclaimer},
        "logos": [file for key in data.logos if (file := f"{key}.png") in template.files],
        "names": _shown_names(facts["names"], data.fields),
        "title": facts["title"],
        "programme": facts["programme"],
        "disclaimer": facts["disclaimer"],
        "bodies": facts["bodies"],
        "signatories": list(_signatories(facts, template)),
        "course": facts["course"]["titles"],
        "edition": facts["course"]["edition"],
        **(_attendance(facts, data.words) if "attendance" in facts else _award(facts, data.words)),
    }


def _shown_names(names: Mapping[str, str], fields: Mapping[str, bool]) -> dict[str, str]:
    return {**names, "chinese": names["chinese"] if fields["chinese_name"] else ""}


def _signatories(facts: Facts, template: Template) -> Iterator[dict[str, Any]]:
    """Who signs, with the file of a picture when this state of the template has one."""
    pictures = {person.name: person.picture for person in template.data.signatories}
    for person in facts["signatories"]:
        file = f"{pictures.get(person['name'])}.png"
        yield {**person, "picture": file if file in template.files else ""}


def _award(facts: Facts, say: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    languages = facts["languages"]
    told_training = languages if "online" in say else []  # a card has no room for it
    return {
        "courses": facts.get("courses", []),
        "training": {code: training_line(facts["training"], say, code) for code in told_training},
        "award_date": facts["award_date"],
        "awarded": _days(facts["award_date"], languages),
        "until": _days(facts["valid_until"], languages),
        "serial": facts["serial"],
        "code": grouped(facts["code"]),
        "address": facts["address"],
        "host": facts["address"].split("://")[-1].rpartition("/")[0] + "/",
    }


def _attendance(facts: Facts, say: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    languages, attended = facts["languages"], facts["attendance"]
    days = [_days(day, languages) for day in attended["days"]]
    return {
        "attended": {code: duration(attended["minutes"], say, code) for code in languages},
        "days": {code: [day[code] for day in days] for code in languages},
        "day_list": attended["days"],
        "places": attended.get("places", []),
        "written_on": _days(facts["written_on"], languages),
        "written_on_iso": facts["written_on"],
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
                "courses": [one["titles"][code] for one in facts.get("courses", ())],
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
        "courses": [one["titles"][language] for one in facts.get("courses", ())],
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
    sample = dict(template.sample)
    holder = sample.pop("holders")[language]
    facts = {
        **template_facts(template),
        **sample,
        "format": FORMAT,
        "version": 1,
        "language": language,
        "languages": printed_languages(language),
        "names": printed_names(holder["native"], holder["latin"], holder.get("chinese")),
    }
    if "code" in sample:
        facts["address"] = f"{base_url}/v/{grouped(sample['code'])}"
    return facts


def template_facts(template: Template) -> dict[str, Any]:
    """What a template prints on every certificate, to be frozen with it."""
    data = template.data
    return {
        "template": template.name,
        "template_version": template.version,
        "template_digest": template.digest,
        "title": data.title,
        "programme": data.programme,
        "disclaimer": data.disclaimer,
        "bodies": data.bodies,
        "signatories": [
            person.model_dump(include={"name", "title"}) for person in data.signatories
        ],
    }
