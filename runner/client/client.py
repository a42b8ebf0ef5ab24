"""The whole client: every read and every act of a person."""

from __future__ import annotations

from runner.client.access_tokens import AccessTokens
from runner.client.alert_marks import AlertMarks
from runner.client.alert_rules import AlertRules
from runner.client.current_weeks import CurrentWeekReads
from runner.client.decisions import Decisions
from runner.client.gone_machines import GoneMachines
from runner.client.handovers import Handovers
from runner.client.hold_outs import HoldOutActs
from runner.client.incidents import Incidents
from runner.client.jobs import Jobs
from runner.client.models import Models
from runner.client.paper import Followed
from runner.client.readiness import Readiness
from runner.client.reads import Reads
from runner.client.recorded_runs import RecordedRuns
from runner.client.reproductions import Reproductions
from runner.client.restarts import Restarts
from runner.client.run_models import RunModels
from runner.client.shifts import Shifts
from runner.client.signatures.pipeline_gate import PipelineGate
from runner.client.sweep_verdicts import SweepVerdicts
from runner.client.sweeps import Sweeps
from runner.client.ticks import Ticks
from runner.client.twins import Twins
from runner.client.visits import VisitMarks
from runner.client.week_changes import WeekChanges
from runner.client.week_list import WeekList
from runner.client.week_playbooks import WeekPlaybooks
from runner.client.week_records import WeekReads
from runner.client.weeks import Weeks


class Client(
    GoneMachines,
    Reads,
    WeekReads,
    CurrentWeekReads,
    Weeks,
    WeekPlaybooks,
    WeekChanges,
    Reproductions,
    Twins,
    Jobs,
    Restarts,
    Models,
    SweepVerdicts,
    RunModels,
    Ticks,
    Incidents,
    Shifts,
    Handovers,
    HoldOutActs,
    AlertRules,
    AlertMarks,
    RecordedRuns,
    Decisions,
    WeekList,
    PipelineGate,
    AccessTokens,
    Readiness,
    VisitMarks,
    Sweeps,
    Followed,
):
    """One person's access to one data directory.

    Creating a client touches nothing. The first read or write opens the store, creates or
    migrates it under a lock, and raises SetupError if the directory can't be used.
    """
