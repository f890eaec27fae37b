"""Paper beside the certificates: the handover list, and a printer's test page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.accounts.types import Names
from app.config import ROOT
from app.core import pdf
from app.core.breaking import breakable
from app.core.i18n import N_, tr
from app.core.languages import LANGUAGES
from app.core.pdf import Binding, Shift
from app.core.pdf.fonts import STACK
from app.core.pdf.imposition import CROSS_MM

FOLDER = ROOT / "app" / "templates" / "certificates" / "print"
#: Width and height of A4 paper in mm, lying and standing.
PAPER = {"landscape": (297, 210), "portrait": (210, 297)}
#: The length of the upright ruler, and where it begins.
DOWN_MM, _BEGIN_MM = 130, 56
_LIST_WORDS = {
    "title": N_("Handover list"),
    "advice": N_(
        "Whoever receives the certificate compares name and number with the paper and signs here."
    ),
    "native": N_("Name in the own script"),
    "latin": N_("Name in passport"),
    "chinese": N_("Chinese name"),
    "serial": N_("Certificate number"),
    "signature": N_("Signature"),
    "date": N_("Date"),
}
_PAGE_OF = N_("Page %(page)s of %(pages)s")
_TEST_TITLE = N_("Test page of a printer")
_PLAIN = N_("without any offset: measure this page")
_SHIFTED = N_("with the offset that is set: check this page")
_TEST_LINES = (
    N_("Print this page on the paper of the certificates in its real size, not “fit to page”."),
    N_(
        "Measure from the left edge of the paper to the upright line through the cross. It should "
        "be 20 mm. Type the difference as “Move to the right”: measured 18.5, type 1.5; measured "
        "21, type -1."
    ),
    N_(
        "Measure from the upper edge of the paper to the line across. It should be 20 mm. Type the "
        "difference as “Move down”: measured 19, type 1."
    ),
    N_(
        "Measure the long ruler from 0 to %(length)s. Divide %(length)s by what you measured, "
        "times 100, and type it as “Size”: for most printers it is 100."
    ),
    N_("Then print the test page with the offset. All three should be right."),
)


@dataclass(frozen=True, slots=True)
class HandedLine:
    """One line of the handover list."""

    number: int
    names: Names
    serial: str


def handover_pdf(lines: Sequence[HandedLine], of: str, day: str, language: str) -> bytes:
    """The list on which people sign for their certificates, in the order given: A4, lying.

    `of` says of which run. Raises what `app.core.pdf.render` raises.
    """
    html = _page("handover.html").render(
        tag=LANGUAGES[language].html,
        of=breakable(of),
        day=day,
        lines=[_line(line) for line in lines],
        say={key: breakable(tr(message, language)) for key, message in _LIST_WORDS.items()},
    )
    css = _style("handover.css") + _page_numbers(tr(_PAGE_OF, language))
    return pdf.render_briefly(pdf.Document(html=html, css=css))


def _line(line: HandedLine) -> dict[str, Any]:
    names = line.names
    return {
        "number": line.number,
        "native": breakable(names.native),
        "latin": names.latin.upper(),
        "chinese": names.chinese or "",
        "serial": line.serial,
    }


def _page_numbers(sentence: str) -> str:
    """The rule that prints the sentence with the numbers of this page and of all."""
    quoted = sentence.replace("\\", "").replace('"', "")
    for place, counter in (("%(page)s", "page"), ("%(pages)s", "pages")):
        quoted = quoted.replace(place, f'" counter({counter}) "')
    return f'@page {{ @bottom-right {{ content: "{quoted}"; }} }}'


def test_pdf(printer: str, shift: Shift, paper: str, language: str) -> bytes:
    """A printer's test page with a cross and rulers, moved and sized by the shift.

    `paper` is a key of PAPER. Raises what `app.core.pdf.render` raises.
    """
    width, height = PAPER[paper]
    length = 250 if width > height else 150
    lines = [_test_line(tr(line, language), length) for line in _TEST_LINES]
    html = _page("test.html").render(
        tag=LANGUAGES[language].html,
        printer=breakable("" if pdf.missing_letters(printer) else printer),
        state=breakable(tr(_PLAIN if shift.is_nothing else _SHIFTED, language)),
        lines=lines,
        across=list(_marks(length)),
        down=list(_marks(DOWN_MM)),
        say={"title": breakable(tr(_TEST_TITLE, language))},
    )
    size = f"@page {{ size: {width}mm {height}mm; margin: 0; }}"
    css = size + _style("test.css") + _rulers(length)
    content = pdf.render_briefly(pdf.Document(html=html, css=css))
    return pdf.bound([content], Binding(printer, [printer], shift))


def _test_line(line: str, length: int) -> str:
    return breakable(line % {"length": length}).replace(" mm", "\u00a0mm")


def _rulers(length: int) -> str:
    """How long the two rulers are, and where each millimetre of them is."""
    long = f".ruler {{ width: {length}mm }} .column {{ top: {_BEGIN_MM}mm; height: {DOWN_MM}mm }}"
    across = [f".x{at} {{ left: {CROSS_MM + at}mm }}" for at in range(length + 1)]
    down = [f".y{at} {{ top: {_BEGIN_MM + at}mm }}" for at in range(DOWN_MM + 1)]
    return "".join([long, *across, *down])


def _marks(length: int) -> Iterator[dict[str, Any]]:
    for millimetre in range(length + 1):
        kind = "ten" if millimetre % 10 == 0 else "five" if millimetre % 5 == 0 else ""
        label = str(millimetre) if kind == "ten" else ""
        yield {"kind": kind, "label": label}


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
