"""due dates of a cohort's courses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3f1c52aa90de"
down_revision = "7ad285145a85"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("cohort_course", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("cohort_course", schema=None) as batch_op:
        batch_op.drop_column("due_on")
