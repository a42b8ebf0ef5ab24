"""A job has at most one live attempt, enforced by a unique index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a unique index: at most one live attempt per job."""
    op.create_index(
        "one_live_attempt_of_a_job",
        "attempts",
        ["job_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('RUNNING', 'STARTING', 'STOPPING')"),
        postgresql_where=sa.text("state IN ('RUNNING', 'STARTING', 'STOPPING')"),
    )


def downgrade() -> None:
    """Not supported: restore the copy that was made before the migration."""
    raise NotImplementedError("Downgrades are not supported; restore the copy of the database.")
