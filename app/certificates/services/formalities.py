"""What every certificate waits for, whatever was learnt: names, consent, letters."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.models import User
from app.certificates.types import Missing, MissingKind
from app.core import pdf


def formalities(user: User, *, consents: bool) -> Iterable[Missing]:
    """What is missing apart from learning; `consents`: to the public verification."""
    if user.names_confirmed_at is None:
        yield Missing(MissingKind.NAMES)
    if not consents:
        yield Missing(MissingKind.CONSENT)
    forms = (user.native_name, user.latin_name, user.chinese_name)
    if letters := pdf.missing_letters("".join(filter(None, forms))):
        yield Missing(MissingKind.LETTERS, letters)
