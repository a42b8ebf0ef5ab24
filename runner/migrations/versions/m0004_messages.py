"""Template and values of reasons, summaries and seen values, to show them in each language."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns for template and values of recorded messages."""
    op.add_column("jobs", sa.Column("reason_message", sa.JSON(), nullable=True))
    op.add_column("attempts", sa.Column("reason_message", sa.JSON(), nullable=True))
    op.add_column("incidents", sa.Column("summary_message", sa.JSON(), nullable=True))
    op.add_column("ticks", sa.Column("value_seen_message", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Not supported: restore the copy that was made before the migration."""
    raise NotImplementedError("Downgrades are not supported; restore the copy of the database.")
