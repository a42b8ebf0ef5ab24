"""Limits of the playbook that can be replayed: a number as it was logged, against a threshold.

A check is judged at the moments of its checklists, so it is replayed at these, on the newest reading
of each. Checks of trends, logs or processes are not replayed: more than one tag decides them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.alerts.rule_firing import Firing
from core.checks.case import meets
from core.schedule import JUDGED_AT_A_MOMENT
from runner.week.rule_history import RuleHistory, history_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from core.playbook import CheckSpec, Playbook
    from core.telemetry import RunEvents, RunReader, Series
    from runner.client.recorded_runs import RecordedWeek, RecordedWeeks

# Metrics of checks that are the newest value of one tag; of the second its size counts.
_SIZE = "policy_loss"
_TAGS = {
    "last_reward": "rollout/ep_rew_mean",
    _SIZE: "train/policy_gradient_loss",
    "kl_divergence": "train/approx_kl",
    "approx_sharpe": "eval/sharpe",
}


@dataclass(frozen=True)
class ReplayedLimit:
    """A check whose threshold can be replayed."""

    check: str
    spec: CheckSpec

    @property
    def key(self) -> str:
        """The key of its alert."""
        return f"check:{self.check}"

    @property
    def tag(self) -> str:
        """The tag that it judges."""
        return _TAGS[self.spec.metric]

    @property
    def threshold(self) -> float:
        """The playbook's threshold."""
        assert isinstance(self.spec.threshold, int | float)
        return float(self.spec.threshold)

    def at(self, threshold: float) -> ReplayedLimit:
        """The same check with another threshold."""
        return ReplayedLimit(self.check, self.spec.model_copy(update={"threshold": threshold}))

    def fails(self, value: float) -> bool:
        """Whether a reading is a failed check."""
        return not meets(abs(value) if self.spec.metric == _SIZE else value, self.spec)


def replayed_limits(playbook: Playbook) -> list[ReplayedLimit]:
    """The checks of the playbook that can be replayed, in its order."""
    return [
        ReplayedLimit(name, spec)
        for name, spec in playbook.checks.items()
        if spec.metric in _TAGS and isinstance(spec.threshold, int | float)
    ]


def limit_history(
    limit: ReplayedLimit,
    recorded: RecordedWeeks,
    reader_of: Callable[[Path], RunReader],
    now: datetime,
) -> RuleHistory:
    """How often the check would have failed anew: one page from its failing to its passing."""

    def fired(week: RecordedWeek, events: RunEvents, until: float | None) -> list[Firing]:
        moments = _moments(week, limit.check, now)
        end = now.timestamp() if until is None else until
        return _failures(limit, events, [one for one in moments if one < end])

    return history_of(limit.tag, recorded, reader_of, fired)


def _moments(week: RecordedWeek, check: str, now: datetime) -> list[float]:
    """The real moments at which the check was judged."""
    found = []
    for slot in week.week.playbook.schedule:
        if slot.kind in JUDGED_AT_A_MOMENT and check in slot.checks:
            real = week.clock.to_real(slot.at(week.week.launch))
            if real is not None and real <= now:
                found.append(real.timestamp())
    return sorted(found)


def _failures(limit: ReplayedLimit, events: RunEvents, moments: list[float]) -> list[Firing]:
    found: list[Firing] = []
    failing: tuple[float, Series] | None = None
    last = 0
    for moment in moments:
        points = events.series(limit.tag, moment)
        if not len(points):
            continue
        if limit.fails(points.last[1]):
            failing = failing or (moment, points)
            last = points.last[0]
        elif failing is not None:
            found.append(_firing(failing, moment, last))
            failing = None
    if failing is not None:
        found.append(_firing(failing, None, last))
    return found


def _firing(failing: tuple[float, Series], ended: float | None, last: int) -> Firing:
    moment, points = failing
    step, value = points.last
    return Firing(moment, ended, step, value, last)
