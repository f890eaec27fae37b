"""Rules for usernames and for names in three forms. What is stored is what was typed."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from app.accounts.types import (
    NAME_LENGTH,
    USERNAME_LENGTH,
    ImproperName,
    ImproperUsername,
    Names,
)
from app.core.errors import N_

MINIMUM_USERNAME = 3
USERNAME_PUNCTUATION = "._-@"
# Khmer keyboards type U+200B for a space, and U+200C/D shape some names: those may stay.
INVISIBLE_IN_NAMES = "\u200b\u200c\u200d"
LATIN_PUNCTUATION = " '’.-"
CHINESE_PUNCTUATION = " ·・•"

EMPTY = N_("Fill in this field.")
TOO_LONG = N_("Use at most 100 characters.")
NOT_A_NAME = N_("Write the name with letters.")
INVISIBLE = N_("Remove the characters that cannot be seen.")
NOT_LATIN = N_("Use the Latin letters of the passport, for example NGUYEN VAN AN.")
NOT_CHINESE = N_("Use Chinese characters only, or leave this empty.")


def fold_username(username: str) -> str:
    """The form in which usernames are compared: NFKC, case-folded (Unicode, caseless matching)."""
    folded = unicodedata.normalize("NFKC", username.strip()).casefold()
    return unicodedata.normalize("NFKC", folded)


def check_username(username: str) -> str:
    """The username, or raise ImproperUsername."""
    folded = fold_username(username)
    fits = all(MINIMUM_USERNAME <= len(form) <= USERNAME_LENGTH for form in (username, folded))
    if not fits or not all(_may_stand_in_username(letter) for letter in username + folded):
        raise ImproperUsername
    return username


def _may_stand_in_username(letter: str) -> bool:
    return letter in USERNAME_PUNCTUATION or unicodedata.category(letter)[0] in "LMN"


def check_names(names: Names) -> Names:
    """The names, an empty Chinese one as None; raise ImproperName for the first that is wrong."""
    for field, message in name_problems(names).items():
        raise ImproperName(field, message)
    return replace(names, chinese=names.chinese or None)


def name_problems(names: Names) -> dict[str, str]:
    """What is wrong with each form, as catalogue messages by "native", "latin", "chinese"."""
    found = {
        "native": _problem(names.native, "", NOT_A_NAME),
        "latin": _problem(names.latin, "LATIN", NOT_LATIN, LATIN_PUNCTUATION),
        "chinese": _problem(names.chinese, "CJK UNIFIED", NOT_CHINESE, CHINESE_PUNCTUATION)
        if names.chinese
        else None,
    }
    return {field: message for field, message in found.items() if message}


def _problem(
    name: str | None, script: str, message: str, punctuation: str | None = None
) -> str | None:
    if not name:
        return EMPTY
    if len(name) > NAME_LENGTH:
        return TOO_LONG
    if any(_is_invisible(letter) for letter in name):
        return INVISIBLE
    letters = [letter for letter in name if unicodedata.category(letter)[0] in "LMN"]
    if not any(letter.isalpha() for letter in letters):
        return message
    if punctuation is None:
        return None
    fits = all(_is_of(script, letter) or letter in punctuation for letter in name)
    return None if fits else message


def _is_invisible(letter: str) -> bool:
    return unicodedata.category(letter)[0] == "C" and letter not in INVISIBLE_IN_NAMES


def _is_of(script: str, letter: str) -> bool:
    if unicodedata.category(letter) == "Mn":  # a decomposed Vietnamese letter
        return script == "LATIN"
    return letter.isalpha() and unicodedata.name(letter, "").startswith((script, "MODIFIER LETTER"))
