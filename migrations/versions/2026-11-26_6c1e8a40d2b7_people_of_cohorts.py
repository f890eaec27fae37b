"""queues, announcements, places and countries of cohorts; accounts that became one."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "6c1e8a40d2b7"
down_revision = "dcadf3ca1d37"
branch_labels = None
depends_on = None

COHORT = sa.table(
    "cohort",
    sa.column("id", sa.Integer),
    sa.column("country", sa.String),
    sa.column("countries", sa.JSON),
)


def upgrade() -> None:
    """Go up."""
    _accounts_up()
    _cohorts_up()
    _requests_up()
    _announcements_up()


def _accounts_up() -> None:
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("merged_at", UtcDateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_user_account_merged_into_id_user_account"),
            "user_account",
            ["merged_into_id"],
            ["id"],
            deferrable=True,
            initially="DEFERRED",
        )


def _cohorts_up() -> None:
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.add_column(sa.Column("countries", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("second_language", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("capacity", sa.Integer(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(COHORT.c.id, COHORT.c.country)).all():
        connection.execute(
            COHORT.update().where(COHORT.c.id == row.id).values(countries=[row.country])
        )
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.alter_column("countries", existing_type=sa.JSON(), nullable=False)
        batch_op.drop_column("country")
        batch_op.create_check_constraint(batch_op.f("ck_cohort_capacity_positive"), "capacity > 0")
    with op.batch_alter_table("cohort_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("moved_to_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_cohort_member_moved_to_id_cohort"), "cohort", ["moved_to_id"], ["id"]
        )
    with op.batch_alter_table("join_code", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("needs_approval", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("join_code", schema=None) as batch_op:
        batch_op.alter_column("needs_approval", existing_type=sa.Boolean(), server_default=None)


def _requests_up() -> None:
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_join_request_cohort_id_cohort")
        ),
        sa.ForeignKeyConstraint(
            ["code_id"], ["join_code.id"], name=op.f("fk_join_request_code_id_join_code")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_join_request_user_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user_account.id"],
            name=op.f("fk_join_request_decided_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
        sa.UniqueConstraint("key", name="uq_join_request_key"),
    )
    op.create_index("ix_join_request_user_id", "join_request", ["user_id"])
    op.create_index(
        "uq_join_request_waiting",
        "join_request",
        ["cohort_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _announcements_up() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("edited_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_announcement_cohort_id_cohort")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_announcement_author_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("key", name="uq_announcement_key"),
        sa.UniqueConstraint("event_id", name="uq_announcement_event_id"),
    )
    op.create_index("ix_announcement_cohort_id", "announcement", ["cohort_id"])
    op.create_table(
        "announcement_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("read_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcement_reading_announcement_id_announcement"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_announcement_reading_user_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_reading")),
        sa.UniqueConstraint("announcement_id", "user_id", name="uq_announcement_reading"),
    )
    op.create_index(op.f("ix_announcement_reading_user_id"), "announcement_reading", ["user_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("announcement_reading")
    op.drop_table("announcement")
    op.drop_table("join_request")
    with op.batch_alter_table("join_code", schema=None) as batch_op:
        batch_op.drop_column("needs_approval")
    with op.batch_alter_table("cohort_member", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_cohort_member_moved_to_id_cohort"), type_="foreignkey"
        )
        batch_op.drop_column("moved_to_id")
        batch_op.drop_column("withdrawn_reason")
    _cohorts_down()
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_user_account_merged_into_id_user_account"), type_="foreignkey"
        )
        batch_op.drop_column("merged_at")
        batch_op.drop_column("merged_into_id")


def _cohorts_down() -> None:
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_cohort_capacity_positive"), type_="check")
        batch_op.add_column(sa.Column("country", sa.String(length=2), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(COHORT.c.id, COHORT.c.countries)).all():
        known = json.loads(row.countries) if isinstance(row.countries, str) else row.countries
        connection.execute(COHORT.update().where(COHORT.c.id == row.id).values(country=known[0]))
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.alter_column("country", existing_type=sa.String(length=2), nullable=False)
        batch_op.drop_column("capacity")
        batch_op.drop_column("second_language")
        batch_op.drop_column("countries")
