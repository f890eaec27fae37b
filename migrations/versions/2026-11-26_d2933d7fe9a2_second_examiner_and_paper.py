"""second examiner and paper."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d2933d7fe9a2"
down_revision = "6c1e8a40d2b7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "check_settlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("check_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("settled", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by_id", sa.Integer(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agree_event_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["agreed_by_id"],
            ["user_account.id"],
            name=op.f("fk_check_settlement_agreed_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["skill_check.id"], name=op.f("fk_check_settlement_check_id_skill_check")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"],
            ["user_account.id"],
            name=op.f("fk_check_settlement_proposed_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_settlement")),
        sa.UniqueConstraint("agree_event_id", name=op.f("uq_check_settlement_agree_event_id")),
        sa.UniqueConstraint("check_id", "number", name="uq_check_settlement_number"),
        sa.UniqueConstraint("event_id", name=op.f("uq_check_settlement_event_id")),
        sa.UniqueConstraint("key", name=op.f("uq_check_settlement_key")),
    )
    op.create_table(
        "second_grading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("check_id", sa.Integer(), nullable=False),
        sa.Column("examiner_id", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["skill_check.id"], name=op.f("fk_second_grading_check_id_skill_check")
        ),
        sa.ForeignKeyConstraint(
            ["examiner_id"],
            ["user_account.id"],
            name=op.f("fk_second_grading_examiner_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_grading")),
        sa.UniqueConstraint("check_id", name="uq_second_grading_check_id"),
        sa.UniqueConstraint("event_id", name=op.f("uq_second_grading_event_id")),
    )
    with op.batch_alter_table("second_grading", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_second_grading_examiner_id"), ["examiner_id"], unique=False
        )

    with op.batch_alter_table("skill_check", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("standing", sa.String(length=40), nullable=False, server_default="counts")
        )
        batch_op.add_column(sa.Column("seconds_used", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("paper", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("paper_signed_by", sa.String(length=160), nullable=True))
        batch_op.add_column(sa.Column("paper_signed_on", sa.Date(), nullable=True))
        # The whole team's equipment, named in Lao or Khmer, is longer than one course's.
        batch_op.alter_column(
            "equipment", existing_type=sa.String(length=400), type_=sa.String(length=1000)
        )

    with op.batch_alter_table("skill_check_participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("settled_marks", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("settled_result", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("skill_check_participant", schema=None) as batch_op:
        batch_op.drop_column("settled_result")
        batch_op.drop_column("settled_marks")

    with op.batch_alter_table("skill_check", schema=None) as batch_op:
        batch_op.alter_column(
            "equipment", existing_type=sa.String(length=1000), type_=sa.String(length=400)
        )
        batch_op.drop_column("paper_signed_on")
        batch_op.drop_column("paper_signed_by")
        batch_op.drop_column("paper")
        batch_op.drop_column("seconds_used")
        batch_op.drop_column("standing")

    with op.batch_alter_table("second_grading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_second_grading_examiner_id"))

    op.drop_table("second_grading")
    op.drop_table("check_settlement")
