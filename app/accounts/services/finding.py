"""Finding and sorting people by their names, in any of the three forms.

Search knows no accents, no case, no spaces and no order of the parts: "tuyet nguyen" finds
Nguyễn Thị Ánh Tuyết. Spellings of one look are equal (`core.spelling`).
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, false

from app.accounts.models import User
from app.accounts.types import NameForm, Names
from app.core.name_order import name_key
from app.core.spelling import plain


def search_key(names: Names) -> str:
    """The folded text in which a name is searched; `User.search_text` holds it."""
    return names.folded


def name_matches(names: Names, text: str) -> bool:
    """Whether every word of the text stands in one of the forms; no words match nobody."""
    words = _words(text)
    return bool(words) and all(word in search_key(names) for word in words)


def names_contain(text: str) -> ColumnElement[bool]:
    """The same as a condition on `User`, for a query."""
    words = _words(text)
    if not words:
        return false()
    return and_(*(User.search_text.contains(word, autoescape=True) for word in words))


def _words(text: str) -> list[str]:
    return [folded for word in text.split() if (folded := plain(word))]


def sorted_by_name(users: Iterable[User], form: NameForm) -> list[User]:
    """The people in the order of one form, each script by its own rules.

    Who has no Chinese name comes last, by the Latin one.
    """
    return sorted(users, key=lambda user: (*_key(user.names, form), user.id))


def _key(names: Names, form: NameForm) -> tuple[object, ...]:
    latin = name_key(names.latin)
    match form:
        case NameForm.LATIN:
            return (latin,)
        case NameForm.CHINESE:
            return (names.chinese is None, name_key(names.chinese or ""), latin)
        case NameForm.NATIVE:
            return (name_key(names.native), latin)
