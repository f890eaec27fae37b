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


def people_named(users: Iterable[User], text: str) -> list[User]:
    """Those of the people with every word of the text in a name or the username."""
    words = _words(text)
    return [
        user
        for user in users
        if words and all(word in f"{user.search_text}\n{plain(user.username)}" for word in words)
    ]


def names_contain(text: str) -> ColumnElement[bool]:
    """Every word of the text stands in a name: a condition on `User`; no words match nobody."""
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
    return sorted(users, key=lambda user: (*name_order(user.names, form), user.id))


def name_order(names: Names, form: NameForm) -> tuple[object, ...]:
    """The key by which names sort in the order of one form, as `sorted_by_name` sorts people."""
    latin = name_key(names.latin)
    match form:
        case NameForm.LATIN:
            return (latin,)
        case NameForm.CHINESE:
            return (names.chinese is None, name_key(names.chinese or ""), latin)
        case NameForm.NATIVE:
            return (name_key(names.native), latin)
