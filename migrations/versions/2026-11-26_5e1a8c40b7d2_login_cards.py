"""login cards, and names folded for searching."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.spelling import plain

revision = "5e1a8c40b7d2"
down_revision = "3f1c52aa90de"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "login_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_login_card_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_card")),
        sa.UniqueConstraint("code_hash", name="uq_login_card_code_hash"),
        sa.UniqueConstraint("key", name="uq_login_card_key"),
        sa.UniqueConstraint("token_hash", name="uq_login_card_token_hash"),
    )
    with op.batch_alter_table("login_card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_card_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_login_card_living",
            ["user_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("search_text", sa.Text(), nullable=True))
    _fold_names()
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.alter_column("search_text", existing_type=sa.Text(), nullable=False)


def _fold_names() -> None:
    """Fill the column as `Names.folded` does: search must find who is there already."""
    names = ("native_name", "latin_name", "chinese_name")
    columns = [sa.column(name) for name in ("id", *names, "search_text")]
    users = sa.table("user_account", *columns)
    for row in op.get_bind().execute(sa.select(*columns[:4]).select_from(users)).all():
        folded = "\n".join(plain(name or "") for name in row[1:])
        change = sa.update(users).where(users.c.id == row[0])
        op.get_bind().execute(change.values(search_text=folded))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_column("search_text")
    op.drop_table("login_card")
