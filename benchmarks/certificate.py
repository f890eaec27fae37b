"""One certificate through the worker's renderer, warm and cold, beside plain WeasyPrint."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from app.certificates import loader, rendering
from app.certificates.services import credentials
from app.core import keys, pades, pdf, qr
from app.core.clock import now
from app.core.languages import LANGUAGES
from app.core.pdf.fonts import STACK
from benchmarks.report import Figure
from benchmarks.serving import cpu_of_children_ms

RUNS = 20
BASE_URL = "https://kapok.example"


def measure() -> Iterator[Figure]:
    """All languages in turn; the first one starts the process and loads the fonts."""
    template = loader.template("default")
    codes = (list(LANGUAGES) * RUNS)[:RUNS]
    facts = [rendering.sample_facts(template, code, BASE_URL) for code in codes]
    sizes: list[int] = []

    def ours(one: dict[str, Any]) -> None:
        sizes.append(len(rendering.certificate_pdf(one, template)))

    pdf.close()
    cold = _milliseconds(ours, facts[0])
    for one in facts[1 : len(LANGUAGES)]:
        ours(one)
    yield _signed(facts, template)
    before = cpu_of_children_ms(os.getpid())
    warm = median(_milliseconds(ours, one) for one in facts)
    cpu = (cpu_of_children_ms(os.getpid()) - before) / RUNS
    plain = median(_milliseconds(lambda one: _plain(one, template), one) for one in facts)
    pdf.close()
    beside = f"by the clock; {cpu:.0f} ms of CPU; plain WeasyPrint takes {plain / warm:.1f} times"
    yield Figure("certificate, warm", warm, "ms", 150, beside)
    yield Figure("certificate, cold", cold, "ms", None, "with the start of the renderer")
    yield Figure("certificate, file", median(sizes) / 1000, "kB")


def _signed(facts: list[dict[str, Any]], template: loader.Template) -> Figure:
    """One file as the worker makes it: credential, archive, signature."""
    with tempfile.TemporaryDirectory() as folder:
        keys.use_folder(Path(folder) / "keys", BASE_URL)

        def whole(one: dict[str, Any]) -> None:
            badge = credentials.credential(one, 17, now(), template)
            pades.signed(rendering.certificate_pdf(one, template, credential=badge))

        whole(facts[0])
        took = median(_milliseconds(whole, one) for one in facts)
    return Figure("certificate, signed file, warm", took, "ms", 150, "with its Open Badge inside")


def _plain(facts: dict[str, Any], template: loader.Template) -> None:
    """The same page with its background drawn anew for each certificate."""
    data = template.data
    art = f"@page {{ background: url({data.background}) 0 0 / 100% 100% no-repeat }}"
    files = {**template.files, "qr.svg": qr.svg(facts["address"], ground=False).encode()}
    css = template.css.replace("var(--fonts)", STACK) + art
    pdf.render(pdf.Document(html=rendering.page(facts, template), css=css, files=files))


def _milliseconds(work: Callable[[dict[str, Any]], None], facts: dict[str, Any]) -> float:
    began = time.perf_counter()
    work(facts)
    return (time.perf_counter() - began) * 1000
