"""Sealed signatures, and conditions that are tracked until they are closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.String(length=27)


def upgrade() -> None:
    """Add sealed signatures and the table of closed conditions."""
    op.add_column("weeks", sa.Column("playbook_file", sa.String(), nullable=True))
    op.add_column("signatures", sa.Column("second_verified", sa.Boolean(), nullable=True))
    op.add_column("signatures", sa.Column("sealed", sa.JSON(), nullable=True))
    op.create_table(
        "conditions_closed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week_id", sa.String(), nullable=False),
        sa.Column("signature_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("at_week", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signatures.id"], name=op.f("fk_conditions_closed_signature_id")
        ),
        sa.ForeignKeyConstraint(
            ["week_id"], ["weeks.id"], name=op.f("fk_conditions_closed_week_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conditions_closed")),
    )
    op.create_index(
        op.f("ix_conditions_closed_week_id"), "conditions_closed", ["week_id"], unique=False
    )
    op.create_index(
        "one_closing_of_a_condition",
        "conditions_closed",
        ["signature_id", "number"],
        unique=True,
    )


def downgrade() -> None:
    """Not supported: restore the copy that was made before the migration."""
    raise NotImplementedError("Downgrades are not supported; restore the copy of the database.")
