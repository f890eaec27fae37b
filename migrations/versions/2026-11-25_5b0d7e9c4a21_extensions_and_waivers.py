"""later due dates and waived lessons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5b0d7e9c4a21"
down_revision = "5e1a8c40b7d2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "due_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_due_extension_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollment.id"],
            name=op.f("fk_due_extension_enrollment_id_enrollment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_extension")),
        sa.UniqueConstraint("event_id", "enrollment_id", name="uq_due_extension_event"),
    )
    op.create_index("ix_due_extension_enrollment", "due_extension", ["enrollment_id"])
    op.create_table(
        "lesson_waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_key", sa.String(length=60), nullable=False),
        sa.Column("waives", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_lesson_waiver_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollment.id"],
            name=op.f("fk_lesson_waiver_enrollment_id_enrollment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_waiver")),
        sa.UniqueConstraint(
            "event_id", "enrollment_id", "lesson_key", name="uq_lesson_waiver_event"
        ),
    )
    op.create_index("ix_lesson_waiver_enrollment", "lesson_waiver", ["enrollment_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("lesson_waiver")
    op.drop_table("due_extension")
