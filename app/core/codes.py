"""Codes that people read aloud and type: an alphabet without look-alikes, and what was typed."""

from __future__ import annotations

# No 0 O 1 I L U: read aloud in five languages and typed on a phone.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def normal_code(typed: str) -> str:
    """The code as it is stored, whatever case, spaces and hyphens were typed."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def code_from(number: int, length: int) -> str:
    """`length` letters from a number that is drawn evenly from far more than they can say."""
    letters = ""
    for _position in range(length):
        number, place = divmod(number, len(CODE_ALPHABET))
        letters += CODE_ALPHABET[place]
    return letters
