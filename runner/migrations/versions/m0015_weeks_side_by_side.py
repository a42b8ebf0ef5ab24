"""Several weeks in progress side by side, each in a place of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ONE_ACTIVE = sa.text("state IN ('QUEUED', 'RUNNING', 'STARTING', 'STOPPING') AND kind <> 'trial'")


def upgrade() -> None:
    """Earlier weeks have the manual's paths, and only the active one is in progress."""
    op.add_column(
        "weeks", sa.Column("beside", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("weeks", sa.Column("place", sa.String(), nullable=True))
    op.create_index(
        "one_week_in_progress_of_a_place",
        "weeks",
        [sa.text("coalesce(place, '')")],
        unique=True,
        sqlite_where=sa.text("active = 1 OR beside = 1"),
        postgresql_where=sa.text("active OR beside"),
    )
    op.drop_index("one_active_job_of_a_kind", "jobs")
    op.create_index(
        "one_active_job_of_a_kind",
        "jobs",
        ["kind", sa.text("coalesce(week_id, '')")],
        unique=True,
        sqlite_where=_ONE_ACTIVE,
        postgresql_where=_ONE_ACTIVE,
    )


def downgrade() -> None:
    """Not supported: restore the copy that was made before the migration."""
    raise NotImplementedError("Downgrades are not supported; restore the copy of the database.")
