"""Sweeps, and their trials, of which several may run at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ONE_ACTIVE = sa.text("state IN ('QUEUED', 'RUNNING', 'STARTING', 'STOPPING') AND kind <> 'trial'")


def upgrade() -> None:
    """Add sweeps and trials; only other kinds of jobs are limited to one active job."""
    op.create_table(
        "sweeps",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("week_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("seeds", sa.JSON(), nullable=False),
        sa.Column("folds", sa.JSON(), nullable=False),
        sa.Column("steps", sa.Integer().with_variant(sa.BigInteger(), "postgresql")),
        sa.Column("playbook_sha256", sa.String(length=64), nullable=False),
        sa.Column("train_sha256", sa.String(length=64), nullable=False),
        sa.Column("backtest_sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("at_week", sa.String(length=27), nullable=False),
        sa.Column("stopped_by", sa.String(), nullable=True),
        sa.Column("stopped_at", sa.String(length=27), nullable=True),
        sa.Column("resumed_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["week_id"], ["weeks.id"], name=op.f("fk_sweeps_week_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweeps")),
    )
    op.create_index(op.f("ix_sweeps_week_id"), "sweeps", ["week_id"])
    op.create_table(
        "trials",
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("sweep_id", sa.String(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("fold", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("gates", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_trials")),
    )
    op.create_index(op.f("ix_trials_sweep_id"), "trials", ["sweep_id"])
    op.create_index("one_trial_of_a_cell", "trials", ["sweep_id", "seed", "fold"], unique=True)
    op.drop_index("one_active_job_of_a_kind", "jobs")
    op.create_index(
        "one_active_job_of_a_kind",
        "jobs",
        ["kind"],
        unique=True,
        sqlite_where=_ONE_ACTIVE,
        postgresql_where=_ONE_ACTIVE,
    )


def downgrade() -> None:
    """Not supported: restore the copy that was made before the migration."""
    raise NotImplementedError("Downgrades are not supported; restore the copy of the database.")
