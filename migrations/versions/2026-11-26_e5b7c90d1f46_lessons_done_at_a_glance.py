"""lessons done at a glance: how many and when the last one was, from an index alone."""

from __future__ import annotations

from alembic import op

revision = "e5b7c90d1f46"
down_revision = "c41f0e7a92d8"
branch_labels = None
depends_on = None
NAME = "ix_lesson_completion_done"


def upgrade() -> None:
    """Go up."""
    columns = ["enrollment_id", "lesson_key", "completed_at"]
    op.create_index(NAME, "lesson_completion", columns, unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index(NAME, table_name="lesson_completion")
