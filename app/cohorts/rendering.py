"""Login cards and the sheet of names on paper: plain data in, PDF out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.config import ROOT
from app.core import pdf, qr
from app.core.breaking import breakable
from app.core.i18n import N_, tr
from app.core.languages import LANGUAGES
from app.core.pdf.fonts import STACK, width_of

POINT = 25.4 / 72  # mm
FOLDER = ROOT / "app" / "templates" / "cohorts" / "print"
#: A business card of ISO 7810 size is 85.6 × 54 mm; two columns of five fill an A4 sheet.
CARD_WIDTH, CARD_HEIGHT, COLUMNS, ROWS = 85.0, 54.0, 2, 5
CARDS_ON_A_SHEET = COLUMNS * ROWS
_LEFT, _TOP = (210 - COLUMNS * CARD_WIDTH) / 2, (297 - ROWS * CARD_HEIGHT) / 2
# The part of a card with the names: its width and height in mm, its largest and smallest size in
# points, and of each line how large it is beside the native name, its leading and its weight.
_WHO = (47.0, 21.5, 12.0, 3.5)
_WHO_LINES = ((1.0, 1.4, 700), (0.7, 1.3, 400), (0.55, 1.4, 400))
_RAGGED = 1.12  # lines are not filled to their ends
WHAT_TO_DO = N_(
    "Scan with your phone, or type the code. Then your PIN. Lost? Tell your instructor."
)


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """One card: whose, in which language it speaks, and what opens it."""

    native: str
    latin: str
    language: str
    cohort: str
    programme: str
    address: str  # what the QR holds
    code: str


def cards_pdf(cards: Sequence[PrintedCard], title: str, site: str, language: str) -> bytes:
    """A4 sheets with ten cards each, in the order given. `site` is where a code is typed.

    Raises what `app.core.pdf.render` raises.
    """
    files = {f"{n}.svg": qr.svg(card.address).encode() for n, card in enumerate(cards)}
    faces = [_face(card, number) for number, card in enumerate(cards)]
    html = _page("cards.html").render(
        tag=LANGUAGES[language].html,
        title=title,
        site=site,
        sheets=[faces[at : at + CARDS_ON_A_SHEET] for at in range(0, len(faces), CARDS_ON_A_SHEET)],
        cuts_x=[_LEFT + n * CARD_WIDTH for n in range(COLUMNS + 1)],
        cuts_y=[_TOP + n * CARD_HEIGHT for n in range(ROWS + 1)],
    )
    return pdf.render_once(pdf.Document(html=html, css=_style("cards.css"), files=files))


def _face(card: PrintedCard, number: int) -> dict[str, Any]:
    row, column = divmod(number % CARDS_ON_A_SHEET, COLUMNS)
    native = printable(card.native) or card.latin
    latin = "" if card.latin == native else card.latin
    cohort = printable(card.cohort)
    return {
        "tag": LANGUAGES[card.language].html,
        "left": _LEFT + column * CARD_WIDTH,
        "top": _TOP + row * CARD_HEIGHT,
        "programme": breakable(card.programme),
        "qr": f"{number}.svg",
        "size": _size_of(native, latin, cohort),
        "native": breakable(native),
        "latin": latin,
        "cohort": breakable(cohort),
        "code": card.code,
        "lines": [
            {"tag": LANGUAGES[code].html, "text": breakable(tr(WHAT_TO_DO, code))}
            for code in dict.fromkeys([card.language, "zh"])
        ],
    }


def _size_of(*texts: str) -> float:
    """The largest size in points at which the texts, one under the other, fill their place."""
    width, height, size, smallest = _WHO
    while size > smallest and _height_of(texts, size, width) > height:
        size -= 0.25
    return size


def _height_of(texts: Sequence[str], size: float, width: float) -> float:
    """How high the texts are in mm when they are broken into lines."""
    total = 0.0
    for text, (scale, leading, weight) in zip(texts, _WHO_LINES, strict=True):
        letter = size * scale * POINT
        lines = ceil(width_of(text, weight) * letter * _RAGGED / width)
        total += lines * letter * leading
    return total


def printable(text: str) -> str:
    """The text, or nothing when our fonts lack one of its letters: better no name than boxes."""
    return "" if pdf.missing_letters(text) else text


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page(name: str) -> Any:
    return _environment().get_template(name)


@cache
def _style(name: str) -> str:
    return (FOLDER / name).read_text("utf-8").replace("var(--fonts)", STACK)
