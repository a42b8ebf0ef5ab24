"""The only access for dashboard, scripts and command line.

Reads work without a runner. Each write checks the person's rights, is one transaction,
and is in ledger and store when the call returns; only the runner writes job states.
Never imports torch.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from runner.client.access_tokens import AccessTokens
from runner.client.alert_marks import AlertMarks
from runner.client.alert_rules import AlertRules
from runner.client.alerts import Alerts
from runner.client.decisions import Decisions
from runner.client.handovers import Handovers
from runner.client.incidents import Incidents
from runner.client.jobs import Jobs
from runner.client.models import Models
from runner.client.readiness import Readiness
from runner.client.reads import Reads
from runner.client.recorded_runs import RecordedRuns
from runner.client.restarts import Restarts
from runner.client.run_models import RunModels
from runner.client.shifts import Shifts
from runner.client.signatures.pipeline_gate import PipelineGate
from runner.client.ticks import Ticks
from runner.client.week_changes import WeekChanges
from runner.client.week_list import WeekList
from runner.client.week_playbooks import WeekPlaybooks
from runner.client.week_records import WeekReads
from runner.client.weeks import Weeks
from runner.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.paths import Home
    from core.people import Person
    from runner.client.entry import Entry
    from runner.client.terminal_entry import TerminalEntry
    from runner.client.token_entry import TokenEntry

__all__ = ["Client"]


class Client(
    Reads,
    WeekReads,
    Weeks,
    WeekPlaybooks,
    WeekChanges,
    Jobs,
    Restarts,
    Models,
    RunModels,
    Ticks,
    Incidents,
    Alerts,
    Shifts,
    Handovers,
    AlertRules,
    AlertMarks,
    RecordedRuns,
    Decisions,
    WeekList,
    PipelineGate,
    AccessTokens,
    Readiness,
):
    """One person's access to one data directory.

    Creating a client touches nothing. The first read or write opens the store, creates or
    migrates it under a lock, and raises SetupError if the directory can't be used.

    :param now: returns the present real time; tests pass their own.
    :param entry: proves session or token at each act; None: a program of ours, for which no one is asked.
    :ivar shown_week: id of the week that the person looks at. While it is not the active one,
        what acts on the active week, or changes more than records of the shown one, is refused.
        None: they look at none, as at a terminal.
    :ivar moment: the real moment that the person looks at; nothing can be done there. None: now.
    :ivar shown_week_time: of that moment; None: what the week's clock showed then.
    """

    def __init__(
        self,
        home: Home,
        person: Person,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        entry: Entry | TerminalEntry | TokenEntry | None = None,
    ) -> None:
        self.home = home
        self.person = person
        self.now = now
        self.entry = entry
        self.shown_week: str | None = None
        self.moment: datetime | None = None
        self.shown_week_time: datetime | None = None

    @cached_property
    def store(self) -> Store:  # type: ignore[override]
        """The store of the data directory, opened at first use.

        :raises SetupError: the directory can't be used.
        """
        return open_store(self.home)
