"""The tables. All but ``ledger`` are derived from ``ledger``.

The id of a tick, note, incident or signature is the sequence number of its ledger line,
so the records of a rebuilt database keep their ids.

Databases are made by the migrations. Only there the partial indexes have PostgreSQL's condition too: naming it
here would import its dialect in each command.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
    text,
)

from core.vocabulary import ACTIVE_STATES, LIVE_STATES, JobKind
from runner.store.columns import LARGE, metadata
from runner.store.columns import message as _message
from runner.store.columns import week as _week
from runner.store.columns import who_and_when as _who_and_when
from runner.store.on_call_tables import handovers, shifts
from runner.store.sweep_tables import sweeps, trials
from runner.store.utc_datetime import UtcDateTime

__all__ = ["REVISION", "handovers", "metadata", "shifts", "sweeps", "trials"]

REVISION = "0015"

ACTIVE = sorted(state.value for state in ACTIVE_STATES)
LIVE = sorted(state.value for state in LIVE_STATES)
# One active job of a kind and a week: the store, not the button, refuses a second one. Trials of a sweep may
# run side by side; the runner limits how many.
_ONE_ACTIVE = text(f"state IN ({', '.join(map(repr, ACTIVE))}) AND kind <> '{JobKind.TRIAL.value}'")

ledger = Table(
    "ledger",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("kind", String, nullable=False, index=True),  # see runner.store.engine.added_index
    Column("week_id", String, index=True),
    *_who_and_when(),
    Column("body", JSON, nullable=False),
    Column("key", String, unique=True),  # a second request with the same key changes nothing
    Column("sha256", String(64), nullable=False),
    Column("end", LARGE, nullable=False),  # where the line ends in the file, in bytes
    # ``verified`` above is what the line claims, as a restore needs it; every other table has
    # what was proved.
    Column("proof", String),
    Column("proved", Boolean, nullable=False, server_default=false()),
)

weeks = Table(
    "weeks",
    metadata,
    Column("id", String, primary_key=True),
    Column("launch", UtcDateTime, nullable=False),
    Column("playbook_text", Text, nullable=False),
    Column("playbook_sha256", String(64), nullable=False),
    Column("tag", String, nullable=False),
    Column("symbol", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("watched", String),
    Column("synthetic", Boolean, nullable=False),
    Column("playbook_file", String),  # the file the text was read from; None: the default playbook
    Column("archived_at", UtcDateTime),  # None: not archived
    Column("beside", Boolean, nullable=False, server_default=false()),  # in progress, not active
    Column("place", String),  # folder of its runs; None: the manual's paths
    Index(
        "one_active_week",
        "active",
        unique=True,
        sqlite_where=text("active = 1"),
    ),
    Index(  # two weeks in one place would write the same files
        "one_week_in_progress_of_a_place",
        text("coalesce(place, '')"),
        unique=True,
        sqlite_where=text("active = 1 OR beside = 1"),
    ),
)

clock_points = Table(
    "clock_points",
    metadata,
    Column("id", Integer, primary_key=True),
    _week(),
    Column("real", UtcDateTime, nullable=False),
    Column("week", UtcDateTime, nullable=False),
    Column("pace", Float, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("week_id", ForeignKey("weeks.id"), index=True),
    Column("state", String, nullable=False),
    Column("reason", Text, nullable=False),  # in English
    Column("params", JSON, nullable=False),
    Column("run", String),
    Column("requested_by", String, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("requested_at_week", UtcDateTime, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("pid", Integer),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("exit_code", Integer),
    Column("stop_requested_by", String),
    Column("stop_requested_at", UtcDateTime),
    Column("not_before", UtcDateTime),  # an automatic resume waits until then
    Column("spawns_lost", Integer, nullable=False),  # starts that left no trace of a process
    Column("seq", Integer, nullable=False),
    _message("reason"),
    Index(
        "one_active_job_of_a_kind",
        "kind",
        text("coalesce(week_id, '')"),
        unique=True,
        sqlite_where=_ONE_ACTIVE,
    ),
    CheckConstraint("attempt >= 0", name="attempt_counts_up"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("job_id", ForeignKey("jobs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("mark", String(36), nullable=False, key="attempt_id"),  # value of TRAINWEEK_ATTEMPT
    Column("epoch", Integer, nullable=False),  # of the runner that started it
    Column("pid", Integer),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("exit_code", Integer),
    Column("folder", String, nullable=False),
    Column("event_folder", String),  # of a training run: where its event files go
    Column("gone_by", String),  # who said that its machine is gone
    Column("gone_reason", Text),
    _message("reason"),
    Index(
        "one_live_attempt_of_a_job",
        "job_id",
        unique=True,
        sqlite_where=text(f"state IN ({', '.join(map(repr, LIVE))})"),
    ),
)

ticks = Table(
    "ticks",
    metadata,
    Column("id", Integer, primary_key=True),
    _week(),
    Column("slot", String, nullable=False),
    Column("check", String, nullable=False),
    *_who_and_when(),
    Column("note", Text, nullable=False),
    Column("verdict_seen", String, nullable=False),
    Column("value_seen", String, nullable=False),
    _message("value_seen"),
    Column("replaced_by", Integer),
    Index(
        "one_current_tick",
        "week_id",
        "slot",
        "check",
        unique=True,
        sqlite_where=text("replaced_by IS NULL"),
    ),
)

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    _week(),
    Column("slot", String, nullable=False),
    Column("text", Text, nullable=False),
    *_who_and_when(),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Integer, primary_key=True),
    _week(),
    Column("procedure", String, nullable=False),
    Column("state", String, nullable=False),
    Column("summary", Text, nullable=False),
    *_who_and_when(),
    Column("blocks_start", Boolean, nullable=False),
    Column("actions_done", JSON, nullable=False),  # place to state; see runner.store.items
    Column("closed_by", String),
    Column("closed_at", UtcDateTime),
    Column("close_reason", Text),
    _message("summary"),
    Index(
        "one_open_incident_of_a_procedure",
        "week_id",
        "procedure",
        unique=True,
        sqlite_where=text("state = 'OPEN'"),
    ),
)

signatures = Table(
    "signatures",
    metadata,
    Column("id", Integer, primary_key=True),
    _week(),
    Column("revalidation_sha256", String(64), nullable=False),
    Column("act", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("conditions", JSON, nullable=False),
    Column("second", String),
    *_who_and_when(),
    Column("second_verified", Boolean),
    Column("sealed", JSON),  # the signed statement with its Ed25519 signature
)

# Closed conditions of signatures; those without a row are open.
conditions_closed = Table(
    "conditions_closed",
    metadata,
    Column("id", Integer, primary_key=True),
    _week(),
    Column("signature_id", ForeignKey("signatures.id"), nullable=False),
    Column("number", Integer, nullable=False),  # its place in the signature's list, from 0
    Column("note", Text, nullable=False),
    *_who_and_when(),
    Index("one_closing_of_a_condition", "signature_id", "number", unique=True),
)

silences = Table(
    "silences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("week_id", String),  # that was active then
    Column("what", String, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    *_who_and_when(),
    Column("ended_by", String),
    Column("ended_at", UtcDateTime),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("week_id", String),  # that it is about, or that was active then
    Column("what", String, nullable=False),
    *_who_and_when(),
    Column("useful", Boolean),  # NULL: not said
)

alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("week_id", String),  # that was active then; a rule holds in every week
    *(Column(name, String, nullable=False) for name in ("name", "tag", "operator", "level")),
    Column("threshold", Float, nullable=False),
    Column("minutes", Float, nullable=False),
    Column("steps", LARGE, nullable=False),
    *_who_and_when(),
    Column("retired_at", UtcDateTime),
)

runners = Table(
    "runners",
    metadata,
    Column("epoch", Integer, primary_key=True),
    Column("host", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("machine", String),  # on a shared database: what tells it from any other
)
