"""What a reader sees of a block, as plain text: for finding it and for showing a piece of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from markdown_it.token import Token

from app.courses.rendering.prose import Reader, tokens_of
from app.courses.rendering.questions import words_of
from app.courses.rendering.tables import data_words
from app.courses.types import Block, BlockKind

PARTED = "\u00a0· "  # between two lines, items or cells


class Spoken(NamedTuple):
    """A glossary term that a text links, and where."""

    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class VisibleText:
    """The words without markup. A block that is only a heading says so."""

    text: str
    terms: tuple[Spoken, ...]
    is_heading: bool = False


@dataclass(slots=True)
class _Pen:
    """Writes down the words of tokens."""

    reader: Reader
    text: str = ""
    terms: list[Spoken] = field(default_factory=list)
    _open: list[tuple[str, int]] = field(default_factory=list)

    def write(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            self._write_one(token)

    def _write_one(self, token: Token) -> None:
        match token.type:
            case "inline":
                self.text += PARTED if self.text else ""
                self.write(token.children or ())
            case "text" | "code_inline":
                self.text += token.content
            case "softbreak" | "hardbreak":
                self.text += " "
            case "number":
                self.text += self._number(token.content)
            case "link_open":
                self._open.append((str(token.attrGet("href")), len(self.text)))
            case "link_close":
                self._close(*self._open.pop())

    def _close(self, href: str, start: int) -> None:
        kind, _, key = href.partition(":")
        if kind == "term":
            self.terms.append(Spoken(key, start, len(self.text)))

    def _number(self, marker: str) -> str:
        found = self.reader.course.numbers.get(marker)
        if found is None:
            return ""
        country, service = found
        return f"{country.name[self.reader.language]} {service.number}"


def visible_text(block: Block, reader: Reader) -> VisibleText:
    """The block's words in the reader's language; of a question without its answer."""
    pen = _Pen(reader)
    tokens: list[Token] = []
    for text in _texts(block, reader):
        tokens += tokens_of(text)
    pen.write(tokens)
    kinds = [token.type for token in tokens if token.level == 0 and token.nesting >= 0]
    is_heading = set(kinds) == {"heading_open"}
    return VisibleText(pen.text, tuple(pen.terms), is_heading)


def visible_line(text: str, reader: Reader) -> str:
    """One line of words, such as a step of a quick card, without its markup."""
    pen = _Pen(reader)
    pen.write(tokens_of(text))
    return pen.text


def _texts(block: Block, reader: Reader) -> Iterator[str]:
    text = block.texts[reader.language]
    if block.kind is BlockKind.FIGURE:
        words = reader.course.words[reader.language].figures[text]
        yield from (words.caption, words.alt)
    elif block.kind is BlockKind.CHECK:
        question = words_of(reader.course, reader.course.check(text), reader.language)
        yield question.question
        for lines in (question.options, question.left, question.right):
            yield from lines.values()
    elif block.kind is BlockKind.DATA:
        yield from data_words(text, reader)
    else:
        yield text
