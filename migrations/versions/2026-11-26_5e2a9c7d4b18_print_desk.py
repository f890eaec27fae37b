"""print desk: printers, print runs, their sheets and what was said of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "5e2a9c7d4b18"
down_revision = "4b7d2f90c1e8"
branch_labels = None
depends_on = None

TAKEN = sa.text("state IN ('printed', 'spoiled', 'handed-over')")


def _points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "printer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("right_mm", sa.Float(), nullable=False),
        sa.Column("down_mm", sa.Float(), nullable=False),
        sa.Column("percent", sa.Float(), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        _points_to("printer", "changed_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printer")),
        sa.UniqueConstraint("key", name="uq_printer_key"),
        sa.UniqueConstraint("name", name="uq_printer_name"),
    )
    _runs_up()
    _acts_up()
    _sheets_up()
    op.create_table(
        "print_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        _points_to("print_part", "run_id", "print_run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_part")),
        sa.UniqueConstraint("run_id", "number", name="uq_print_part"),
    )


def _runs_up() -> None:
    op.create_table(
        "print_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("reprints_id", sa.Integer(), nullable=True),
        sa.Column("sorted_by", sa.String(length=40), nullable=False),
        sa.Column("turning", sa.String(length=40), nullable=False),
        sa.Column("printer", sa.String(length=80), nullable=True),
        sa.Column("shift", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sheet_count", sa.Integer(), nullable=False),
        sa.Column("drawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        _points_to("print_run", "cohort_id", "cohort"),
        _points_to("print_run", "reprints_id", "print_run"),
        _points_to("print_run", "by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
        sa.UniqueConstraint("key", name="uq_print_run_key"),
        sa.UniqueConstraint("event_id", name="uq_print_run_event_id"),
    )
    op.create_index("ix_print_run_cohort_id", "print_run", ["cohort_id"])


def _acts_up() -> None:
    op.create_table(
        "sheet_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=False),
        _points_to("sheet_act", "run_id", "print_run"),
        _points_to("sheet_act", "by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_act")),
        sa.UniqueConstraint("event_id", name="uq_sheet_act_event_id"),
    )
    op.create_index("ix_sheet_act_run_id", "sheet_act", ["run_id"])


def _sheets_up() -> None:
    op.create_table(
        "print_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("spoiled_id", sa.Integer(), nullable=True),
        sa.Column("handed_id", sa.Integer(), nullable=True),
        _points_to("print_sheet", "run_id", "print_run"),
        _points_to("print_sheet", "certificate_id", "certificate"),
        _points_to("print_sheet", "replaces_id", "print_sheet"),
        _points_to("print_sheet", "spoiled_id", "sheet_act"),
        _points_to("print_sheet", "handed_id", "sheet_act"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_sheet")),
        sa.UniqueConstraint("key", name="uq_print_sheet_key"),
        sa.UniqueConstraint("run_id", "position", name="uq_print_sheet_position"),
        sa.UniqueConstraint("run_id", "certificate_id", name="uq_print_sheet_certificate"),
    )
    op.create_index("ix_print_sheet_replaces_id", "print_sheet", ["replaces_id"])
    op.create_index(
        "uq_print_sheet_taken",
        "print_sheet",
        ["certificate_id", "kind"],
        unique=True,
        sqlite_where=TAKEN,
        postgresql_where=TAKEN,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("print_part")
    op.drop_table("print_sheet")
    op.drop_table("sheet_act")
    op.drop_table("print_run")
    op.drop_table("printer")
