"""Login cards of a cohort: who has one, who needs one, and what is printed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import LoginCard, User
from app.accounts.types import NameForm, Role
from app.cohorts.models import Cohort
from app.cohorts.rendering import PrintedCard
from app.cohorts.services.members import members_of
from app.cohorts.types import CardChoice, NobodyToPrint
from app.core.languages import LANGUAGES
from app.courses.library import library


@dataclass(frozen=True, slots=True)
class CardRow:
    """A trainee of a cohort and her living card."""

    user: User
    card: LoginCard | None

    @property
    def is_unused(self) -> bool:
        """Whether whoever holds the card can still choose its PIN."""
        return self.card is not None and self.user.pin_hash is None


def card_rows(db: Session, cohort: Cohort, form: NameForm) -> list[CardRow]:
    """The trainees of a cohort who may sign in, in the order of a form of their names."""
    users = [
        user
        for user in members_of(db, cohort)
        if user.role is Role.TRAINEE and user.disabled_at is None
    ]
    cards = accounts.cards_of(db, users)
    return [CardRow(user, cards.get(user.id)) for user in accounts.sorted_by_name(users, form)]


def make_chosen_cards(
    db: Session,
    cohort: Cohort,
    choice: CardChoice,
    keys: Collection[str],
    form: NameForm,
    by: User,
    at: datetime,
) -> tuple[list[User], int]:
    """Make the cards that are missing among the chosen; the people in order, and how many are new.

    `keys` name the people of CardChoice.CHOSEN. Again makes none. Raises NobodyToPrint.
    """
    users = [row.user for row in card_rows(db, cohort, form) if _is_chosen(row, choice, keys)]
    if not users:
        raise NobodyToPrint
    return users, accounts.make_cards(db, users, by, at)


def _is_chosen(row: CardRow, choice: CardChoice, keys: Collection[str]) -> bool:
    match choice:
        case CardChoice.ALL:
            return True
        case CardChoice.WITHOUT:
            return row.card is None
        case CardChoice.UNUSED:
            return row.card is None or row.is_unused
        case CardChoice.CHOSEN:
            return row.user.key in keys


def printed_cards(
    db: Session, cohort: Cohort, keys: Sequence[str], base_url: str
) -> list[PrintedCard]:
    """The living cards of these trainees in the order given; the others are left out.

    Raises NobodyToPrint when none is left.
    """
    rows = {row.user.key: row for row in card_rows(db, cohort, NameForm.LATIN)}
    found = [rows[key] for key in dict.fromkeys(keys) if key in rows]
    cards = [_printed(row, row.card, cohort, base_url) for row in found if row.card]
    if not cards:
        raise NobodyToPrint
    return cards


def _printed(row: CardRow, card: LoginCard, cohort: Cohort, base_url: str) -> PrintedCard:
    face = accounts.face_of(card.key)
    language = row.user.language if row.user.language in LANGUAGES else cohort.language
    return PrintedCard(
        native=row.user.native_name,
        latin=row.user.latin_name,
        language=language,
        cohort=cohort.name,
        programme=library().programme.title[language],
        address=f"{base_url}/card/{face.token}",
        code=face.code,
    )
