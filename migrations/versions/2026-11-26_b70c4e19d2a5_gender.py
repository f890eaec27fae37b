"""gender of a person, where given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b70c4e19d2a5"
down_revision = "d2933d7fe9a2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gender", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_column("gender")
