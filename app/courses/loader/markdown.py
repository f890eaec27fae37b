"""Markdown as the checks see it: raw HTML and every link stay visible as tokens."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.courses.types import REFERENCES, BlockKind

_MARKUP = re.compile(
    r"\]\([^)\s]*\)|[*_#|>`\[\]]|\{number:[^}]*\}|^\s*(?:[-*+]|\d+\.)\s", re.MULTILINE
)
_WORD = re.compile(r"\w[\w'’–:,.-]*")


class _SeeingParser(MarkdownIt):
    """CommonMark and tables in which even a `javascript:` link stays a link, to be found."""

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 (the library's)
        """Every address is taken."""
        return True


_PARSER = _SeeingParser("commonmark", {"html": True}).enable("table")


def tokens_of(text: str) -> list[Token]:
    """All block tokens; an inline token carries its own in `children`."""
    return _PARSER.parse(text)


def kinds_of(text: str) -> list[str]:
    """The kinds of the outermost parts of a text."""
    return [token.type for token in tokens_of(text) if token.level == 0 and token.nesting >= 0]


def plain_words(kind: BlockKind, text: str) -> int:
    """How many words a reader of English reads in a block."""
    if kind in REFERENCES:
        return 0
    return len(_WORD.findall(_MARKUP.sub(" ", text)))
