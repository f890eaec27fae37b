"""one look a run: the card's template frozen with it; and runs whose drawing failed say so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c41f0e7a92d8"
down_revision = "7d4e0b61f3a9"
branch_labels = None
depends_on = None
KEY = "fk_print_run_template_id_certificate_template_version"


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("print_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("template_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(KEY, "certificate_template_version", ["template_id"], ["id"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("print_run", schema=None) as batch_op:
        batch_op.drop_constraint(KEY, type_="foreignkey")
        batch_op.drop_column("failed_at")
        batch_op.drop_column("template_id")
