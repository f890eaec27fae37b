"""What a person may say about her gender."""

from __future__ import annotations

from wtforms import RadioField

from app.accounts.types import Gender
from app.core.forms import Form
from app.core.i18n import lazy

GENDER_NAMES = {
    Gender.FEMALE: lazy("Female"),
    Gender.MALE: lazy("Male"),
    Gender.OTHER: lazy("Other"),
}
NOT_SAID = lazy("I would rather not say")


def _choices() -> list[tuple[str, str]]:
    known = [(gender.value, str(name)) for gender, name in GENDER_NAMES.items()]
    return [*known, ("", str(NOT_SAID))]


class GenderForm(Form):
    """One of three words, or nothing."""

    gender = RadioField(lazy("Gender"), choices=_choices)

    def chosen(self) -> Gender | None:
        """What was said, or None."""
        return Gender(self.gender.data) if self.gender.data else None
