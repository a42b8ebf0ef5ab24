"""``/metrics``: the active week as numbers for Prometheus, from the pages' own snapshot.

The registry is of our own: no other part of the process measures into it.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.responses import Response

from core.drill_paths import is_drill
from core.errors import TrainweekError
from core.vocabulary import (
    FindingStatus,
    JobKind,
    JobState,
    Severity,
    SlotState,
    TrainingStatus,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from prometheus_client import Metric
    from starlette.requests import Request

    from dashboard.api.weeks_read import WeeksRead
    from dashboard.data.snapshot import Snapshot
    from runner.client.alerts import AlertList

PREFIX = "trainweek_"
_OF_RUN = {  # reading to name and help
    "step": ("run_step", "Training step that the run has reached."),
    "last_reward": ("run_reward", "Mean reward of the last 100 episodes."),
    "validation_sharpe": ("run_validation_sharpe", "Last validation Sharpe ratio."),
    "kl": ("run_approx_kl", "Approximate KL divergence of the last update."),
    "policy_loss": ("run_policy_loss", "Policy loss of the last update."),
    "value_loss": ("run_value_loss", "Value loss of the last update."),
    "total_loss": ("run_loss", "Total loss of the last update."),
    "entropy": ("run_entropy", "Entropy of the policy."),
    "learning_rate": ("run_learning_rate", "Learning rate."),
    "steps_per_second": ("run_steps_per_second", "Measured speed, over the last updates."),
}


def measured(weeks: WeeksRead, request: Request) -> Response:
    """The numbers of this moment, in the format that the collector accepts."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Week(weeks))
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(registry), headers={"Content-Type": content_type})


class _Week(Collector):
    """Reads one snapshot a collection."""

    def __init__(self, weeks: WeeksRead) -> None:
        self._weeks = weeks

    def collect(self) -> Iterable[Metric]:
        """Every number; those without data are absent, never 0."""
        yield _labelled(
            "build_info", "Version of trainweek.", ["version"], {(version("trainweek"),): 1}
        )
        yield _gauge("drill", "1 if all of this is a drill.", is_drill(self._weeks.home))
        client = self._weeks.client
        damage = snapshot = head = None
        try:
            snapshot, head = self._weeks.newest(), client.ledger_head()
            damage = client.damage()
        except TrainweekError as error:
            damage = error
        yield _gauge(
            "store_sound", "1 if database and ledger are intact and writable.", damage is None
        )
        runner = client.runner_status()
        yield _gauge("runner_alive", "1 if a runner is alive.", runner.alive)
        if runner.heartbeat_age_s is not None:
            yield _gauge(
                "runner_heartbeat_age_seconds",
                "Age of the runner's last heartbeat.",
                runner.heartbeat_age_s,
            )
        if head is not None:
            lines = CounterMetricFamily(PREFIX + "ledger_lines", "Lines of the ledger.")
            lines.add_metric([], head.line)
            yield lines
        with suppress(TrainweekError):  # what is not known is absent
            yield from _of_alerts(client.alerts(), self._weeks.now())
        if snapshot is not None:
            yield from _of_week(snapshot)
            yield from _of_run(snapshot)


def _of_alerts(found: AlertList, now: datetime) -> Iterator[Metric]:
    levels = Counter(one.last.level for one in found.firing)
    yield _states("alerts_firing", "Alerts by level.", "level", Severity, levels)
    yield _gauge("silences", "Silences that hold now.", len(found.silences))
    label, channels = ["channel"], found.channels
    sent = CounterMetricFamily(PREFIX + "outbox_sent", "Messages that were sent.", labels=label)
    for one in channels:
        sent.add_metric([one.channel], one.sent)
    yield sent
    waiting = {(one.channel,): one.waiting for one in channels}
    yield _labelled("outbox_waiting", "Messages that wait to be sent.", label, waiting)
    failed = {(one.channel,): one.failed for one in channels}
    yield _labelled("outbox_failed", "Messages that were given up.", label, failed)
    ages = {
        (one.channel,): (now - one.oldest).total_seconds()
        for one in channels
        if one.oldest is not None
    }
    yield _labelled("outbox_oldest_seconds", "Age of what waits longest.", label, ages)


def _of_week(snapshot: Snapshot) -> Iterator[Metric]:
    week = snapshot.week
    yield _labelled(
        "week_info",
        "The active week.",
        ["week", "tag", "symbol"],
        {(week.id, week.tag, week.symbol): 1},
    )
    if snapshot.disk_free is not None:
        yield _gauge(
            "disk_free_bytes", "Free bytes on the disk of the data directory.", snapshot.disk_free
        )
    slots = Counter(view.state for view in snapshot.timeline)
    yield _states("slots", "Slots of the week by state.", "state", SlotState, slots)
    verdicts = Counter(
        judged.verdict
        for view in snapshot.timeline
        if view.at <= snapshot.now_week
        for judged in snapshot.judgements(view.spec)
    )
    yield _states(
        "checks", "Checks of the slots that have come, by verdict.", "verdict", Verdict, verdicts
    )
    jobs = Counter((one.kind, one.state) for one in snapshot.jobs)
    yield _labelled(
        "jobs",
        "Jobs of the week by kind and state.",
        ["kind", "state"],
        {(kind, state): jobs[kind, state] for kind in JobKind for state in JobState},
    )
    yield _labelled(
        "finding_firing",
        "1 if the scenario is firing.",
        ["scenario", "severity"],
        {
            (one.scenario, one.severity): one.status is FindingStatus.FIRING
            for one in snapshot.findings
        },
    )
    procedures = [one.id for one in week.playbook.escalations]
    opened = Counter(one.procedure for one in snapshot.open_incidents)
    yield _states("incidents_open", "Open incidents.", "procedure", procedures, opened)
    yield _gauge(
        "start_blocked", "1 if an open incident blocks every start.", snapshot.start_blocked
    )


def _of_run(snapshot: Snapshot) -> Iterator[Metric]:
    states = {snapshot.status: 1}
    yield _states(
        "training_status", "1 for the state of the training run.", "status", TrainingStatus, states
    )
    run = snapshot.run
    if run is None:
        return
    yield _labelled("run_info", "The newest run.", ["run"], {(run.name,): 1})
    yield _gauge("run_total_steps", "Steps that the run is to make.", run.total_steps)
    yield _gauge("run_stale", "1 if the run should make progress and makes none.", snapshot.stale)
    if snapshot.event_age is not None:
        yield _gauge(
            "run_event_age_seconds",
            "Age of the run's newest event.",
            snapshot.event_age.total_seconds(),
        )
    for reading, (name, help_text) in _OF_RUN.items():
        found = snapshot.readings.get(reading)
        if found is not None and isinstance(found.value, int | float):
            yield _gauge(name, help_text, found.value)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, help_text, value=float(value))


def _labelled(
    name: str, help_text: str, labels: Sequence[str], values: Mapping[Any, float]
) -> Metric:
    made = GaugeMetricFamily(PREFIX + name, help_text, labels=labels)
    for key, value in values.items():
        made.add_metric([str(each) for each in key], float(value))
    return made


def _states(
    name: str, help_text: str, label: str, every: Iterable[str], counted: Mapping[Any, float]
) -> Metric:
    """One line for each state, also for those that nothing is in."""
    return _labelled(name, help_text, [label], {(one,): counted.get(one, 0) for one in every})
