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
PAGE_OF = N_("Page %(page)s of %(pages)s")
UNPRINTABLE = N_("(these letters cannot be printed)")
NAMES_WORDS = {
    "title": N_("Names to check and sign"),
    "advice": N_(
        "These names go on your certificate. Compare each letter with your passport. Sign when all "
        "are right; if one is wrong, write the right one beside it and do not sign."
    ),
    "native": N_("Name in the own script"),
    "latin": N_("Name in passport"),
    "chinese": N_("Chinese name"),
    "student_number": N_("Student number"),
    "nationality": N_("Country or region"),
    "confirmed": N_("Confirmed on"),
    "signature": N_("Signature"),
}


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
        columns=range(COLUMNS + 1),
        rows=range(ROWS + 1),
    )
    sizes = "".join(f".n{face['number']} {{ font-size: {face['size']}pt }}" for face in faces)
    css = _style("cards.css") + _grid() + sizes
    return pdf.render_briefly(pdf.Document(html=html, css=css, files=files))


def _grid() -> str:
    """Where the columns and rows begin, and after the last card where they end."""
    left = [f".x{n} {{ left: {_LEFT + n * CARD_WIDTH}mm }}" for n in range(COLUMNS + 1)]
    top = [f".y{n} {{ top: {_TOP + n * CARD_HEIGHT}mm }}" for n in range(ROWS + 1)]
    return "".join([*left, *top])


def _face(card: PrintedCard, number: int) -> dict[str, Any]:
    row, column = divmod(number % CARDS_ON_A_SHEET, COLUMNS)
    native = printable(card.native) or card.latin
    latin = "" if card.latin == native else card.latin
    cohort = printable(card.cohort)
    return {
        "tag": LANGUAGES[card.language].html,
        "column": column,
        "row": row,
        "number": number,
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


@dataclass(frozen=True, slots=True)
class PrintedName:
    """One line of the sheet of names."""

    native: str
    latin: str
    chinese: str
    student_number: str
    nationality: str
    confirmed: str  # the day on which the names were confirmed, in words, or nothing


def names_pdf(
    rows: Sequence[PrintedName], first: int, cohort: str, day: str, language: str
) -> bytes:
    """The sheet on which a cohort's names are checked and signed: A4, as many pages as needed.

    The lines are numbered from `first`; `day` is today in words. Raises what
    `app.core.pdf.render` raises.
    """
    html = _page("names.html").render(
        tag=LANGUAGES[language].html,
        cohort=breakable(printable(cohort)),
        day=day,
        first=first,
        rows=[_line(row, language) for row in rows],
        has_numbers=any(row.student_number for row in rows),
        say={key: breakable(tr(message, language)) for key, message in NAMES_WORDS.items()},
    )
    css = _style("names.css") + _page_numbers(tr(PAGE_OF, language))
    return pdf.render_briefly(pdf.Document(html=html, css=css))


def _line(row: PrintedName, language: str) -> dict[str, str]:
    unprintable = tr(UNPRINTABLE, language)
    return {
        "native": breakable(printable(row.native) or unprintable),
        "latin": row.latin.upper(),
        "chinese": printable(row.chinese) or (unprintable if row.chinese else ""),
        "student_number": row.student_number,
        "nationality": breakable(row.nationality),
        "confirmed": row.confirmed,
    }


def _page_numbers(sentence: str) -> str:
    """The rule that prints the sentence with the numbers of this page and of all."""
    quoted = sentence.replace("\\", "").replace('"', "")
    for place, counter in (("%(page)s", "page"), ("%(pages)s", "pages")):
        quoted = quoted.replace(place, f'" counter({counter}) "')
    return f'@page {{ @bottom-right {{ content: "{quoted}"; }} }}'


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
