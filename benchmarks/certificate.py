"""One certificate through the worker's renderer, warm and cold, beside plain WeasyPrint."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from app.certificates import loader, rendering
from app.certificates.services import credentials, signing
from app.core import keys, pades, pdf, qr
from app.core.clock import now
from app.core.codes import code_from
from app.core.languages import LANGUAGES
from app.core.pdf.fonts import STACK
from benchmarks.report import Figure
from benchmarks.serving import cpu_of_children_ms

RUNS = 20
BASE_URL = "https://kapok.example"


def measure() -> Iterator[Figure]:
    """All languages in turn; the first one starts the process and loads the fonts."""
    template = loader.template("default")
    with tempfile.TemporaryDirectory() as folder:
        keys.use_folder(Path(folder) / "keys", BASE_URL)
        keys.ring().make_missing()
        facts = [_facts(template, number) for number in range(RUNS)]
        yield from _drawn(facts, template)
        yield from _signed(facts, template)
    pdf.close()


def _facts(template: loader.Template, number: int) -> dict[str, Any]:
    """Numbers, code and signature of a certificate's own, as frozen facts have them."""
    languages = list(LANGUAGES)
    sample = rendering.sample_facts(template, languages[number % len(languages)], BASE_URL)
    code = code_from(10**20 + number * 10**18, len(sample["code"]))
    own = {"code": code, "address": f"{BASE_URL}/v/{rendering.grouped(code)}"}
    facts = {**sample, **own, "serial": f"KPK-2026-{number:06d}-9"}
    key = keys.ring().current(keys.Purpose.CODE)
    return {**facts, "signed": signing.frozen_signature(facts, number, now(), key)}


def _drawn(facts: Sequence[dict[str, Any]], template: loader.Template) -> Iterator[Figure]:
    """By WeasyPrint, as a preview is."""

    def ours(one: dict[str, Any]) -> None:
        rendering.certificate_pdf(one, template)

    pdf.close()
    cold = _milliseconds(ours, facts[0])
    for one in facts[1 : len(LANGUAGES)]:
        ours(one)
    before = cpu_of_children_ms(os.getpid())
    warm = median(_milliseconds(ours, one) for one in facts)
    cpu = (cpu_of_children_ms(os.getpid()) - before) / RUNS
    plain = median(_milliseconds(lambda one: _plain(one, template), one) for one in facts)
    beside = f"by the clock; {cpu:.0f} ms of CPU; plain WeasyPrint takes {plain / warm:.1f} times"
    yield Figure("certificate, preview, warm", warm, "ms", None, beside)
    yield Figure("certificate, cold", cold, "ms", None, "with the start of the renderer")


def _signed(facts: Sequence[dict[str, Any]], template: loader.Template) -> Iterator[Figure]:
    """Files as the worker makes them: credential, archive, signature. Many of a kind have come."""
    sizes: list[int] = []

    def whole(one: dict[str, Any]) -> None:
        badge = credentials.credential(one, 17, now(), template)
        made = rendering.certificate_pdf(one, template, credential=badge)
        sizes.append(len(pades.signed(made)))

    first = [_milliseconds(whole, one) for one in facts[: 2 * len(LANGUAGES)]]
    before, own = cpu_of_children_ms(os.getpid()), time.process_time()
    took = median(_milliseconds(whole, one) for one in facts)
    cpu = cpu_of_children_ms(os.getpid()) - before + (time.process_time() - own) * 1000
    learning = f"the first two of a kind {median(first):.0f} ms"
    told = f"by the clock; {cpu / RUNS:.0f} ms of CPU; with its Open Badge; {learning}"
    yield Figure("certificate, signed file, warm", took, "ms", 150, told)
    yield Figure("certificate, signed file", median(sizes) / 1000, "kB")


def _plain(facts: dict[str, Any], template: loader.Template) -> None:
    """The same page with its background drawn anew for each certificate."""
    data = template.data
    art = f"@page {{ background: url({data.background}) 0 0 / 100% 100% no-repeat }}"
    files = {**template.files, "qr.svg": qr.svg(rendering.qr_content(facts), ground=False).encode()}
    css = template.css.replace("var(--fonts)", STACK) + art
    pdf.render(pdf.Document(html=rendering.page(facts, template), css=css, files=files))


def _milliseconds(work: Callable[[dict[str, Any]], None], facts: dict[str, Any]) -> float:
    began = time.perf_counter()
    work(facts)
    return (time.perf_counter() - began) * 1000
