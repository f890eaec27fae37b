"""Markdown as the checks see it: raw HTML and every link stay visible as tokens."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.courses.types import BlockKind

_MARKUP = re.compile(
    r"\]\([^)\s]*\)|[*_#|>`\[\]]|\{number:[^}]*\}|^\s*(?:[-*+]|\d+\.)\s", re.MULTILINE
)
_WORD = re.compile(r"\w[\w'’–:,.-]*")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    parser.validateLink = _keep_link  # type: ignore[method-assign]
    return parser


def _keep_link(_url: str) -> bool:
    """Even `javascript:` stays a link, so that it is found."""
    return True


_PARSER = _parser()


def tokens_of(text: str) -> list[Token]:
    """All block tokens; an inline token carries its own in `children`."""
    return _PARSER.parse(text)


def kinds_of(text: str) -> list[str]:
    """The kinds of the outermost parts of a text."""
    return [token.type for token in tokens_of(text) if token.level == 0 and token.nesting >= 0]


def plain_words(kind: BlockKind, text: str) -> int:
    """How many words a reader of English reads in a block."""
    if kind in (BlockKind.FIGURE, BlockKind.CHECK):
        return 0
    return len(_WORD.findall(_MARKUP.sub(" ", text)))
