"""Course words as safe HTML: Markdown, term links, emergency numbers, breaks between words."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.core.breaking import breakable, with_units
from app.core.errors import N_
from app.core.i18n import tr
from app.core.languages import SOURCE_LANGUAGE
from app.courses.types import NEWER, NEWER_END, Course, EmergencyNumbers

OUT_OF_DATE = N_("This translation is out of date. The text now, in English:")
NUMBER_MARKER = re.compile(r"\{number:([\w.]+)\}")
_INSIDE = re.compile(r"(?:term|lesson):[\w-]+\Z|#[\w-]+\Z")
_TAGS = {"p", "ul", "ol", "li", "strong", "em", "h2", "h3", "a", "b", "br", "div", "span"}
_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {
    "a": {"href", "class", "data-term"},
    "p": {"class"},
    "span": {"class", "lang"},
    "div": {"class"},
    "ol": {"start"},
}
# A break belongs where a word in a link or in bold meets the words beside it, too.
_EDGE = re.compile(
    "(?<=[\u0e80-\u0eff\u1780-\u17ff])((?:</?(?:a|strong|em)\\b[^>]*>)+)"
    "(?=[\u0e81-\u0eae\u0ebd-\u0ec4\u0edc-\u0edf\u1780-\u17b3])"
)


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom words are rendered: the text's language and the language of the pages it links.

    Without `links` numbers and terms are plain words: a line that is pressed to choose it must
    not lead away.
    """

    course: Course
    language: str
    pages: str
    is_twin: bool = False
    links: bool = True


class _Parser(MarkdownIt):
    """CommonMark and tables without HTML; links lead inside only."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        """Only terms, lessons and blocks of this lesson."""
        return _INSIDE.match(url) is not None


def _number_rule(state: StateInline, silent: bool) -> bool:
    match = NUMBER_MARKER.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("number", "", 0).content = match[1]
    state.pos = match.end()
    return True


def _newer_rule(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith(NEWER, state.pos):
        return False
    end = state.src.find(NEWER_END, state.pos)
    if end < 0:
        return False
    if not silent:
        state.push("newer", "", 0).content = state.src[state.pos + len(NEWER) : end]
    state.pos = end + len(NEWER_END)
    return True


def _newer(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    """The present source beside an older translation."""
    reader: Reader = env["reader"]
    source = replace(reader, language=SOURCE_LANGUAGE, links=False)
    words = _PARSER.renderInline(tokens[index].content, {"reader": source})
    label = plain_html(tr(OUT_OF_DATE, reader.language))
    return f'<span class="newer">{label} <span lang="{SOURCE_LANGUAGE}">{words}</span></span>'


def _text(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return breakable(html.escape(tokens[index].content, quote=False))


def _number(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    reader: Reader = env["reader"]
    pages = reader.pages if reader.links else None
    return number_html(reader.course.numbers, tokens[index].content, reader.language, pages)


def number_html(numbers: EmergencyNumbers, marker: str, language: str, pages: str | None) -> str:
    """A country's name and number; a link to the table of numbers where `pages` has a language."""
    found = numbers.get(marker)
    if found is None:
        return ""
    country, service = found
    name = breakable(html.escape(country.name[language]))
    if pages is None:
        return f'<span class="number">{name} <b>{service.number}</b></span>'
    address = f"/{pages}/numbers#{country.key}"
    return f'<a class="number" href="{address}">{name} <b>{service.number}</b></a>'


def words_with_numbers(text: str, numbers: EmergencyNumbers, language: str) -> str:
    """Words of no course, escaped, with emergency numbers in place of their markers."""
    parts = NUMBER_MARKER.split(text)
    return "".join(
        number_html(numbers, part, language, language) if index % 2 else plain_html(part)
        for index, part in enumerate(parts)
    )


def _link(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    reader: Reader = env["reader"]
    if not reader.links:
        return "<span>"
    href = str(tokens[index].attrGet("href"))
    kind, _, key = href.partition(":")
    if kind == "term":
        address = f"/{reader.pages}/terms/{key}"
        return f'<a class="term" href="{address}" data-term="{key}">'
    if kind == "lesson":
        return f'<a href="/{reader.pages}/courses/{reader.course.slug}/lessons/{key}">'
    return f'<a href="#b-{href[1:]}">'


def _link_end(_self: Any, _tokens: Sequence[Token], _index: int, _options: Any, env: Any) -> str:
    return "</a>" if env["reader"].links else "</span>"


def _heading(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    """A twin's heading is a paragraph: the page's outline has each heading once."""
    token = tokens[index]
    if not env["reader"].is_twin:
        return f"<{'/' if token.nesting < 0 else ''}{token.tag}>"
    return "<p><strong>" if token.nesting > 0 else "</strong></p>"


def _table(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return '<div class="table-box"><table>' if tokens[index].nesting > 0 else "</table></div>"


def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False}).enable("table").disable("image")
    parser.inline.ruler.before("text", "number", _number_rule)
    parser.inline.ruler.before("text", "newer", _newer_rule)
    rules = {
        "text": _text,
        "number": _number,
        "newer": _newer,
        "link_open": _link,
        "link_close": _link_end,
        "heading_open": _heading,
        "heading_close": _heading,
        "table_open": _table,
        "table_close": _table,
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    return parser


_PARSER = _parser()


def tokens_of(text: str) -> list[Token]:
    """The Markdown of a block as the parser sees it."""
    return _PARSER.parse(text)


def blocks_html(text: str, reader: Reader) -> str:
    """Markdown of a block as HTML."""
    return _clean(_PARSER.render(text, {"reader": reader}))


def inline_html(text: str, reader: Reader) -> str:
    """One line of words (a question, an option, a step) as HTML without a paragraph."""
    return _clean(_PARSER.renderInline(text, {"reader": reader}))


def plain_html(text: str) -> str:
    """Words without markup, escaped, with breaks between Lao and Khmer words."""
    return with_units(breakable(html.escape(text)))


def _clean(text: str) -> str:
    """The parser lets no HTML through; this is the second lock. Figures keep their units."""
    clean = nh3.clean(text, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=set(), link_rel=None)
    return with_units(_EDGE.sub("\u200b\\1", clean)).strip()
