"""A lesson's words as HTML: rendered once per edition and language, the same bytes for everyone."""

from __future__ import annotations

import gzip
import html
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from app.core.breaking import WORD_JOINER
from app.core.errors import N_
from app.core.i18n import tr
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE
from app.courses.rendering.figures import figure_svg
from app.courses.rendering.prose import OUT_OF_DATE, Reader, blocks_html, inline_html, plain_html
from app.courses.rendering.questions import (
    Choice,
    FeedbackView,
    QuestionView,
    check_html,
    check_twin_html,
    feedback_words,
    question_words,
)
from app.courses.rendering.tables import data_html
from app.courses.types import Block, BlockKind, Course, Lesson

__all__ = [
    "Article",
    "Choice",
    "FeedbackView",
    "QuestionView",
    "article",
    "feedback_words",
    "figure_svg",
    "inline_words",
    "question_words",
]

_LABELS = {
    BlockKind.DONT: N_("Do not"),
    BlockKind.RULE: N_("Other courses may teach differently"),
    BlockKind.ACTIVITY: N_("Do this now"),
}
_SOURCES = N_("Sources")
_UNCHECKED = N_("not checked yet")
KEPT = 400  # articles in memory; about 40 kB each


@dataclass(frozen=True, slots=True)
class Article:
    """A lesson's words. `bytes` is their size as sent (gzip); `blocks` are the ids in order."""

    html: str
    bytes: int
    minutes: int
    blocks: tuple[str, ...]


class _Kept:
    """The articles rendered last, in memory."""

    def __init__(self) -> None:
        self._articles: OrderedDict[tuple[str | None, ...], Article] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str | None, ...]) -> Article | None:
        with self._lock:
            if key in self._articles:
                self._articles.move_to_end(key)
            return self._articles.get(key)

    def put(self, key: tuple[str | None, ...], made: Article) -> None:
        with self._lock:
            self._articles[key] = made
            while len(self._articles) > KEPT:
                self._articles.popitem(last=False)


_kept = _Kept()


def article(course: Course, lesson_key: str, language: str, second: str | None = None) -> Article:
    """The lesson in a language, each block with its twin in a second language if one is given.

    Links lead to pages in the first language. Raises UnknownLesson; KeyError for a language the
    course does not have.
    """
    lesson = course.lesson(lesson_key)
    if second == language or (second is not None and not course.has_language(second)):
        second = None
    key = (course.rendering_digest, lesson.key, language, second)
    made = _kept.get(key)
    if made is None:
        made = _render(course, lesson, language, second)
        _kept.put(key, made)
    return made


def inline_words(course: Course, text: str, language: str, pages: str | None = None) -> str:
    """One line of course words (a step, an objective) as safe HTML, its markers shown."""
    return inline_html(text, Reader(course, language, pages or language))


def _render(course: Course, lesson: Lesson, language: str, second: str | None) -> Article:
    reader = Reader(course, language, language)
    twin = Reader(course, second, language, is_twin=True) if second else None
    sections = [_section(lesson.key, block, reader, twin) for block in lesson.blocks]
    parts = [*sections, _sources(lesson, language)]
    text = "\n".join(part for part in parts if part)
    return Article(
        html=text,
        bytes=len(gzip.compress(text.encode(), compresslevel=6, mtime=0)),
        minutes=lesson.minutes,
        blocks=tuple(block.id for block in lesson.blocks),
    )


def _section(lesson: str, block: Block, reader: Reader, twin: Reader | None) -> str:
    kind = f" {block.kind}" if block.kind else ""
    second = _twin(lesson, block, twin) if twin else ""
    return (
        f'<section class="block{kind}" id="b-{block.id}">{_label(block, reader.language)}'
        f"{_newer(lesson, block, reader)}{_body(block, reader)}{second}</section>"
    )


def _newer(lesson: str, block: Block, reader: Reader) -> str:
    """The present source above a translation that is out of date."""
    stale = reader.course.stale.get(reader.language, {}).get(f"lesson/{lesson}/{block.id}")
    if stale is None:
        return ""
    label = plain_html(tr(OUT_OF_DATE, reader.language))
    source = Reader(reader.course, SOURCE_LANGUAGE, reader.pages, is_twin=True)
    return (
        f'<div class="notice care newer"><div><p>{label}</p>'
        f'<div lang="{SOURCE_LANGUAGE}">{blocks_html(stale.now, source)}</div></div></div>'
    )


def _label(block: Block, language: str) -> str:
    if block.kind not in _LABELS:
        return ""
    return f'<strong class="block-label">{plain_html(tr(_LABELS[block.kind], language))}</strong>'


def _body(block: Block, reader: Reader) -> str:
    text = block.texts[reader.language]
    if block.kind is BlockKind.FIGURE:
        return _figure(block, text, reader)
    if block.kind is BlockKind.CHECK:
        return check_html(reader.course, reader.course.check(text), reader)
    if block.kind is BlockKind.DATA:
        return data_html(text, reader)
    return _prose(block, text, reader)


def _prose(block: Block, text: str, reader: Reader) -> str:
    """A fact is large in a narrow box: there a range may go on in the next line."""
    shown = blocks_html(text, reader)
    return shown.replace(f"–{WORD_JOINER}", "–") if block.kind is BlockKind.FACTS else shown


def _figure(block: Block, name: str, reader: Reader) -> str:
    drawing = figure_svg(reader.course, name, reader.language, f"f-{block.id}")
    return f"<figure>{drawing}<figcaption>{_caption(name, reader)}</figcaption></figure>"


def _caption(name: str, reader: Reader) -> str:
    return inline_html(reader.course.words[reader.language].figures[name].caption, reader)


def _twin(lesson: str, block: Block, reader: Reader) -> str:
    record = LANGUAGES[reader.language]
    return (
        f'<details class="twin" lang="{record.html}"><summary>{html.escape(record.name)}</summary>'
        f"{_newer(lesson, block, reader)}{_twin_body(block, reader)}</details>"
    )


def _twin_body(block: Block, reader: Reader) -> str:
    text = block.texts[reader.language]
    if block.kind is BlockKind.FIGURE:
        return f"<p>{_caption(text, reader)}</p>"
    if block.kind is BlockKind.CHECK:
        return check_twin_html(reader.course, reader.course.check(text), reader)
    if block.kind is BlockKind.DATA:
        return data_html(text, reader)
    return _prose(block, text, reader)


def _sources(lesson: Lesson, language: str) -> str:
    """The sources with their years; titles stay in their own language."""
    unchecked = plain_html(tr(_UNCHECKED, language))
    lines = "".join(
        f'<li><span lang="en">{html.escape(source.title)}</span>, {source.year}'
        f"{'' if source.checked else f' ({unchecked})'}</li>"
        for source in lesson.sources
    )
    heading = plain_html(tr(_SOURCES, language))
    return f'<section class="sources"><h2>{heading}</h2><ul>{lines}</ul></section>'
