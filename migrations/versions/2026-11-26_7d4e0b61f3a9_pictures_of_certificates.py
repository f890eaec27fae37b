"""picture of a certificate, beside its file.

Pictures of older certificates: `kapok certificates render`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7d4e0b61f3a9"
down_revision = "5e2a9c7d4b18"
branch_labels = None
depends_on = None
KEY = "fk_certificate_picture_sha256_stored_file"


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("picture_sha256", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(KEY, "stored_file", ["picture_sha256"], ["sha256"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_constraint(KEY, type_="foreignkey")
        batch_op.drop_column("picture_sha256")
