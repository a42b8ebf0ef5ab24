"""Sweeps and their trials: their tables."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table

from runner.store.columns import LARGE, metadata, week, who_and_when
from runner.store.utc_datetime import UtcDateTime

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", String, primary_key=True),
    week(),
    Column("seq", Integer, nullable=False),
    Column("seeds", JSON, nullable=False),
    Column("folds", JSON, nullable=False),
    Column("steps", LARGE),  # None: the playbook's
    Column("playbook_sha256", String(64), nullable=False),
    Column("train_sha256", String(64), nullable=False),
    Column("backtest_sha256", String(64), nullable=False),
    *who_and_when(),
    Column("stopped_by", String),  # None: it is to go on
    Column("stopped_at", UtcDateTime),
    Column("resumed_at", UtcDateTime),
)

# A job of its own each. It has no week there: no question about a week's jobs may find it.
trials = Table(
    "trials",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("sweep_id", String, nullable=False, index=True),
    Column("seed", Integer, nullable=False),
    Column("fold", Integer, nullable=False),
    Column("decision", String),  # None: not scored
    Column("gates", JSON),
    Index("one_trial_of_a_cell", "sweep_id", "seed", "fold", unique=True),
)
