"""Certificates carry their signed facts and a place in the status list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4b7d2f90c1e8"
down_revision = "6da5c3a0e699"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up. Certificates of before stay unsigned: their paper is printed already."""
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signed", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("status_index", sa.Integer(), nullable=True))
        batch_op.create_unique_constraint("uq_certificate_status_index", ["status_index"])


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_constraint("uq_certificate_status_index", type_="unique")
        batch_op.drop_column("status_index")
        batch_op.drop_column("signed")
