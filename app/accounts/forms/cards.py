"""What somebody with a login card types: the code, the PIN, and everything of the first use."""

from __future__ import annotations

from wtforms import SelectField, StringField

from app.accounts.forms import ConsentForm, NewPinForm, language_choices
from app.accounts.types import PIN_DIGITS
from app.core.forms import Form, SecretField, length, required
from app.core.i18n import lazy


class CardCodeForm(Form):
    """The short code that is printed on the card."""

    code = StringField(lazy("Code on the card"), [required(), length(most=40)])


class CardPinForm(Form):
    """The PIN of the card."""

    pin = SecretField(lazy("PIN (6 digits)"), [required(), length(most=PIN_DIGITS)])


class CardLanguageForm(Form):
    """The language of the pages, confirmed."""

    language = SelectField(lazy("Language of the pages"), choices=language_choices)


class FirstUseForm(NewPinForm, ConsentForm, CardLanguageForm):
    """The first use. The parts are in the order of the page, last base first (see ProfileForm)."""


class OtherPinForm(NewPinForm):
    """Another PIN, by the present one: somebody with a card may have no password."""

    present_pin = SecretField(lazy("Your present PIN"), [required(), length(most=PIN_DIGITS)])
