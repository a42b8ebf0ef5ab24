"""Which machine a runner was on, and what people said of a machine that is gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("attempts", sa.Column("gone_by", sa.String(), nullable=True))
    op.add_column("attempts", sa.Column("gone_reason", sa.Text(), nullable=True))
    op.add_column("runners", sa.Column("machine", sa.String(), nullable=True))


def downgrade() -> None:
    """Not supported: restore the copy that was made before the migration."""
    raise NotImplementedError("Downgrades are not supported; restore the copy of the database.")
