"""training days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4998dda33837"
down_revision = "b7c4e19d2f60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "attendance_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("clock", sa.Time(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_attendance_event_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["training_session.id"],
            name=op.f("fk_attendance_event_session_id_training_session"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_attendance_event_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_event")),
        sa.UniqueConstraint("event_id", name="uq_attendance_event_event_id"),
        sa.UniqueConstraint("session_id", "user_id", "number", name="uq_attendance_event_number"),
    )
    with op.batch_alter_table("attendance_event", schema=None) as batch_op:
        batch_op.create_index("ix_attendance_event_user_id", ["user_id"], unique=False)

    op.create_table(
        "session_guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["training_session.id"],
            name=op.f("fk_session_guest_session_id_training_session"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_session_guest_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_guest")),
        sa.UniqueConstraint("session_id", "user_id", name="uq_session_guest"),
    )
    with op.batch_alter_table("session_guest", schema=None) as batch_op:
        batch_op.create_index("ix_session_guest_user_id", ["user_id"], unique=False)

    op.create_table(
        "session_staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["training_session.id"],
            name=op.f("fk_session_staff_session_id_training_session"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_session_staff_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_staff")),
        sa.UniqueConstraint("session_id", "user_id", "role", name="uq_session_staff"),
    )
    with op.batch_alter_table("session_staff", schema=None) as batch_op:
        batch_op.create_index("ix_session_staff_user_id", ["user_id"], unique=False)

    op.create_table(
        "session_station",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(length=60), nullable=False),
        sa.Column("sheet_key", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["training_session.id"],
            name=op.f("fk_session_station_session_id_training_session"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_station")),
        sa.UniqueConstraint("key", name=op.f("uq_session_station_key")),
        sa.UniqueConstraint("session_id", "course_slug", "sheet_key", name="uq_session_station"),
    )
    op.create_table(
        "session_turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_session_turn_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["training_session.id"],
            name=op.f("fk_session_turn_session_id_training_session"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_turn")),
        sa.UniqueConstraint("event_id", name="uq_session_turn_event_id"),
        sa.UniqueConstraint("session_id", "number", name="uq_session_turn_number"),
    )
    op.create_table(
        "deferral_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_deferred", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_deferral_event_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["session_station.id"],
            name=op.f("fk_deferral_event_station_id_session_station"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_deferral_event_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deferral_event")),
        sa.UniqueConstraint("event_id", name="uq_deferral_event_event_id"),
        sa.UniqueConstraint("station_id", "user_id", "number", name="uq_deferral_event_number"),
    )
    with op.batch_alter_table("deferral_event", schema=None) as batch_op:
        batch_op.create_index("ix_deferral_event_user_id", ["user_id"], unique=False)

    op.create_table(
        "session_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_session_paper_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["training_session.id"],
            name=op.f("fk_session_paper_session_id_training_session"),
        ),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["session_station.id"],
            name=op.f("fk_session_paper_station_id_session_station"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_paper")),
        sa.UniqueConstraint("event_id", name="uq_session_paper_event_id"),
        sa.UniqueConstraint("key", name=op.f("uq_session_paper_key")),
        sa.UniqueConstraint("session_id", "first", name="uq_session_paper_first"),
    )
    # Nothing has made a row of training_session yet, so the columns need no value for old ones.
    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("event_id", sa.String(length=36), nullable=False))
        batch_op.add_column(sa.Column("content_digest", sa.String(length=64), nullable=False))
        batch_op.add_column(sa.Column("begins", sa.Time(), nullable=False))
        batch_op.add_column(sa.Column("ends", sa.Time(), nullable=False))
        batch_op.add_column(sa.Column("courses", sa.JSON(), nullable=False))
        batch_op.add_column(sa.Column("manikins", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("equipment", sa.String(length=400), nullable=False))
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=False))
        batch_op.add_column(sa.Column("created_by_id", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("created_at", sa.DateTime(timezone=True), nullable=False))
        batch_op.add_column(sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("cancel_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("papers", sa.Integer(), nullable=False))
        batch_op.create_unique_constraint("uq_training_session_event_id", ["event_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_training_session_created_by_id_user_account"),
            "user_account",
            ["created_by_id"],
            ["id"],
        )
    with op.batch_alter_table("skill_check", schema=None) as batch_op:
        batch_op.create_index("ix_skill_check_session_id", ["session_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("skill_check", schema=None) as batch_op:
        batch_op.drop_index("ix_skill_check_session_id")
    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_training_session_created_by_id_user_account"), type_="foreignkey"
        )
        batch_op.drop_constraint("uq_training_session_event_id", type_="unique")
        batch_op.drop_column("papers")
        batch_op.drop_column("closed_at")
        batch_op.drop_column("cancel_reason")
        batch_op.drop_column("cancelled_at")
        batch_op.drop_column("created_at")
        batch_op.drop_column("created_by_id")
        batch_op.drop_column("note")
        batch_op.drop_column("equipment")
        batch_op.drop_column("manikins")
        batch_op.drop_column("courses")
        batch_op.drop_column("ends")
        batch_op.drop_column("begins")
        batch_op.drop_column("content_digest")
        batch_op.drop_column("event_id")

    op.drop_table("session_paper")
    with op.batch_alter_table("deferral_event", schema=None) as batch_op:
        batch_op.drop_index("ix_deferral_event_user_id")

    op.drop_table("deferral_event")
    op.drop_table("session_turn")
    op.drop_table("session_station")
    with op.batch_alter_table("session_staff", schema=None) as batch_op:
        batch_op.drop_index("ix_session_staff_user_id")

    op.drop_table("session_staff")
    with op.batch_alter_table("session_guest", schema=None) as batch_op:
        batch_op.drop_index("ix_session_guest_user_id")

    op.drop_table("session_guest")
    with op.batch_alter_table("attendance_event", schema=None) as batch_op:
        batch_op.drop_index("ix_attendance_event_user_id")

    op.drop_table("attendance_event")
