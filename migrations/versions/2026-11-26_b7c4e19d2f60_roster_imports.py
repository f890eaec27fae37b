"""imports of lists; student numbers and passports' hashes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b7c4e19d2f60"
down_revision = "5b0d7e9c4a21"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("student_number", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("student_number_key", sa.String(length=240), nullable=True))
        batch_op.add_column(sa.Column("passport_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("passport_last4", sa.String(length=4), nullable=True))
        batch_op.create_unique_constraint(
            "uq_user_account_student_number_key", ["student_number_key"]
        )
        batch_op.create_unique_constraint("uq_user_account_passport_hash", ["passport_hash"])
    _create_roster_import()
    op.create_table(
        "roster_content",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("header", sa.Integer(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["roster_import.id"],
            name=op.f("fk_roster_content_import_id_roster_import"),
        ),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_roster_content")),
    )
    op.create_table(
        "roster_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("created", sa.Boolean(), nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.Column("left_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enrollment_ids", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["roster_import.id"],
            name=op.f("fk_roster_change_import_id_roster_import"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_roster_change_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_change")),
        sa.UniqueConstraint("import_id", "user_id", name="uq_roster_change"),
    )
    with op.batch_alter_table("roster_change", schema=None) as batch_op:
        batch_op.create_index("ix_roster_change_user_id", ["user_id"], unique=False)


def _create_roster_import() -> None:
    op.create_table(
        "roster_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirm_event_id", sa.String(length=36), nullable=True),
        sa.Column("confirm_digest", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_roster_import_cohort_id_cohort")
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_roster_import_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
        sa.UniqueConstraint("key", name="uq_roster_import_key"),
        sa.UniqueConstraint("event_id", name="uq_roster_import_event_id"),
        sa.UniqueConstraint("confirm_event_id", name="uq_roster_import_confirm_event_id"),
    )
    with op.batch_alter_table("roster_import", schema=None) as batch_op:
        batch_op.create_index("ix_roster_import_cohort_id", ["cohort_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_table("roster_change")
    op.drop_table("roster_content")
    op.drop_table("roster_import")
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_constraint("uq_user_account_passport_hash", type_="unique")
        batch_op.drop_constraint("uq_user_account_student_number_key", type_="unique")
        batch_op.drop_column("passport_last4")
        batch_op.drop_column("passport_hash")
        batch_op.drop_column("student_number_key")
        batch_op.drop_column("student_number")
