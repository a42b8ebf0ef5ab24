"""A job has at most one live attempt, and the store says so itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "one_live_attempt_of_a_job",
        "attempts",
        ["job_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('RUNNING', 'STARTING', 'STOPPING')"),
    )


def downgrade() -> None:
    raise NotImplementedError("An older schema comes back from its backup, never from here.")
