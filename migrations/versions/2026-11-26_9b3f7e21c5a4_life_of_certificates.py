"""kinds of awards, corrections and renewals of certificates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "9b3f7e21c5a4"
down_revision = "b70c4e19d2a5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=40), nullable=False, server_default="course")
        )
        batch_op.add_column(sa.Column("correction_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("renews_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_certificate_renews_id_certificate"), "certificate", ["renews_id"], ["id"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_certificate_corrected_with_reason"),
            "replaces_id IS NULL OR correction_reason IS NOT NULL",
        )
        batch_op.create_index("ix_certificate_valid_until", ["valid_until"])
        batch_op.create_index("ix_certificate_renews_id", ["renews_id"])
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(length=40), server_default=None)
    op.create_table(
        "refresher_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("lesson_key", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("read_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_refresher_reading_certificate_id_certificate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresher_reading")),
        sa.UniqueConstraint("certificate_id", "lesson_key", "digest", name="uq_refresher_reading"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("refresher_reading")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_certificate_renews_id")
        batch_op.drop_index("ix_certificate_valid_until")
        batch_op.drop_constraint(batch_op.f("ck_certificate_corrected_with_reason"), type_="check")
        batch_op.drop_constraint(
            batch_op.f("fk_certificate_renews_id_certificate"), type_="foreignkey"
        )
        batch_op.drop_column("renews_id")
        batch_op.drop_column("correction_reason")
        batch_op.drop_column("kind")
