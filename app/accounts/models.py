"""Tables of people: accounts, consents, sessions, reset codes, login cards and grants."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.types import PIN_TRIES, Gender, GrantKind, Names, Purpose, Role
from app.core.db import NOT_IN_BACKUP, Base, enum_column
from app.core.events import new_event_id


def _folded_names(context: Any) -> str:
    """The default of `search_text`, from the names of the same row."""
    row = context.get_current_parameters()
    return Names(row["native_name"], row["latin_name"], row.get("chinese_name")).folded


class User(Base):
    """A person with an account. An erased person keeps the row and its key, nameless."""

    __tablename__ = "user_account"  # "user" is a reserved word of PostgreSQL
    __table_args__ = (
        UniqueConstraint("key", name="uq_user_account_key"),
        UniqueConstraint("username_folded", name="uq_user_account_username_folded"),
        UniqueConstraint("student_number_key", name="uq_user_account_student_number_key"),
        UniqueConstraint("passport_hash", name="uq_user_account_passport_hash"),
        CheckConstraint("length(nationality) = 2", name="nationality_alpha2"),
        Index("ix_user_account_role", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    username: Mapped[str] = mapped_column(String(80))
    username_folded: Mapped[str] = mapped_column(String(120))
    #: None until the person has chosen one with a reset code.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    native_name: Mapped[str] = mapped_column(String(100))
    latin_name: Mapped[str] = mapped_column(String(100))
    chinese_name: Mapped[str | None] = mapped_column(String(100))
    #: The three forms without accents, case and spaces, for searching; follows them by itself.
    search_text: Mapped[str] = mapped_column(Text, default=_folded_names)
    names_confirmed_at: Mapped[datetime | None]
    nationality: Mapped[str] = mapped_column(String(2))
    #: Only counted, never listed (docs/decisions/0026); None where it is not given.
    gender: Mapped[Gender | None] = mapped_column(enum_column(Gender))
    language: Mapped[str] = mapped_column(String(8))
    second_language: Mapped[str | None] = mapped_column(String(8))
    #: As the partner that sends the person writes it; unique at that partner by the key.
    student_number: Mapped[str | None] = mapped_column(String(40))
    student_number_key: Mapped[str | None] = mapped_column(String(240))
    #: Keyed, so that the number itself is not kept; only its last four signs are.
    passport_hash: Mapped[str | None] = mapped_column(String(64))
    passport_last4: Mapped[str | None] = mapped_column(String(4))
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    pin_tries: Mapped[int] = mapped_column(default=0)  # wrong ones in a row
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    #: The account that took over this one's records, when both were one person's.
    #: Checked at the end of a write: a backup may hold the kept account after the closed one.
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", deferrable=True, initially="DEFERRED")
    )
    merged_at: Mapped[datetime | None]

    @property
    def display_name(self) -> str:
        """The name on pages: the person's own, in her own script."""
        return self.native_name

    @property
    def is_pin_locked(self) -> bool:
        """Whether too many wrong PINs came in a row."""
        return self.pin_tries >= PIN_TRIES

    @property
    def names(self) -> Names:
        """The three forms together."""
        return Names(self.native_name, self.latin_name, self.chinese_name)

    @property
    def is_staff(self) -> bool:
        """Whether the person is an instructor or administrator."""
        return self.role is not Role.TRAINEE


@event.listens_for(User, "before_update")
def _fold_names(_mapper: object, _connection: object, user: User) -> None:
    user.search_text = user.names.folded


class Consent(Base):
    """One agreement: to what, to which text, in which language it was read, and when."""

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_in_force",
            "user_id",
            "purpose",
            "version",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: None after the person was erased: that somebody agreed stays, who it was does not.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    purpose: Mapped[Purpose] = mapped_column(enum_column(Purpose))
    version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class UserSession(Base):
    """One browser in which a person is signed in. The token itself is only in its cookie."""

    __tablename__ = "user_session"
    __table_args__ = (
        UniqueConstraint("key", name="uq_user_session_key"),
        UniqueConstraint("token_hash", name="uq_user_session_token_hash"),
        Index("ix_user_session_user_id", "user_id"),
        {"info": NOT_IN_BACKUP},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    token_hash: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    device: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class ResetCode(Base):
    """A one-time code with which a person sets a new password."""

    __tablename__ = "reset_code"
    __table_args__ = (
        Index(
            "uq_reset_code_alive",
            "user_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        {"info": NOT_IN_BACKUP},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # used, or replaced by a newer one


class LoginCard(Base):
    """A printed card with which a trainee signs in. What it says is derived; see `services.cards`.

    Ended ones stay, so that a lost card can say that it is no longer valid.
    """

    __tablename__ = "login_card"
    __table_args__ = (
        UniqueConstraint("key", name="uq_login_card_key"),
        UniqueConstraint("token_hash", name="uq_login_card_token_hash"),
        UniqueConstraint("code_hash", name="uq_login_card_code_hash"),
        Index(
            "uq_login_card_living",
            "user_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Names the card in staff addresses; opens nothing without the server's secret.
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    code_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # lost, or replaced by another
    first_used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class Grant(Base):
    """A right given to one person beyond her role. Ended ones stay, so that old acts explain."""

    __tablename__ = "user_grant"  # "grant" is a reserved word of SQL
    __table_args__ = (
        UniqueConstraint("key", name="uq_user_grant_key"),
        Index(
            "uq_user_grant_in_force",
            "user_id",
            "kind",
            "scope",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), default=new_event_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[GrantKind] = mapped_column(enum_column(GrantKind))
    scope: Mapped[str] = mapped_column(String(120))
    given_at: Mapped[datetime]
    ends_on: Mapped[date | None]  # the last day, inclusive, in the programme's time zone
    ended_at: Mapped[datetime | None]

    def covers(self, on: date) -> bool:
        """Whether the grant is in force on the day.

        It begins when it was given; a day's grace, because a grant knows no time zone.
        """
        return self.ended_at is None and self.covered(on)

    def covered(self, on: date) -> bool:
        """Whether the grant was in force on a day, although it may have ended since."""
        has_begun = on >= self.given_at.date() - timedelta(days=1)
        had_ended = self.ended_at is not None and self.ended_at.date() < on
        return has_begun and not had_ended and (self.ends_on is None or on <= self.ends_on)
