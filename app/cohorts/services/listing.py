"""Members of a cohort found by any form of the name, and in the order of one of them."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.models import User
from app.accounts.types import NameForm
from app.core.name_order import NameKey, name_key
from app.core.spelling import plain


def sorted_members(members: Iterable[User], by: NameForm) -> list[User]:
    """The members in the order of their names; who has no Chinese name comes last."""

    def place(user: User) -> tuple[bool, NameKey, NameKey]:
        chosen = {
            NameForm.NATIVE: user.native_name,
            NameForm.LATIN: user.latin_name.casefold(),
            NameForm.CHINESE: user.chinese_name or "",
        }[by]
        return not chosen, name_key(chosen), name_key(user.latin_name)

    return sorted(members, key=place)


def matching_members(members: Iterable[User], text: str) -> list[User]:
    """Those with the text in a name or the username, whatever case, accents and spaces."""
    wanted = plain(text)
    return [user for user in members if wanted in _written(user)]


def _written(user: User) -> str:
    forms = (user.native_name, user.latin_name, user.chinese_name or "", user.username)
    return "\n".join(plain(form) for form in forms)
