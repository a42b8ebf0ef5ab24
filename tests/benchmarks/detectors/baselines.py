"""What a detector must beat: the manual's literal thresholds, and no alarm at all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from core.telemetry.readings import known_series
from core.vocabulary import TrainingStatus
from tests.expected import present

if TYPE_CHECKING:
    from core.facts import Facts
    from core.playbook import Playbook
    from core.telemetry import Series

HOUR = 3600.0
KL, STEPS_PER_SECOND, HUNG_HOURS, FLAT_HOURS, EARLY_HOURS = 0.01, 1000, 2.0, 2.0, 12.0


def never(facts: Facts, playbook: Playbook, only: tuple[str, ...] | None) -> dict[str, bool]:
    """Nothing is ever wrong."""
    return {}


def literal(facts: Facts, playbook: Playbook, only: tuple[str, ...] | None) -> dict[str, bool]:
    """The manual's lines as they stand: KL < 0.01, steps/s >= 1000, reward > 0, two hours.

    Steps a second are ``time/fps``, the reward is compared with the one two hours ago.
    """
    run = present(facts.run)
    now = run.until.timestamp()
    age = (run.until - run.started).total_seconds() / HOUR
    reward, kl, fps = (
        known_series(present(run.reader), name, run.until)
        for name in ("rollout/ep_rew_mean", "train/approx_kl", "time/fps")
    )
    running = run.status is TrainingStatus.RUNNING
    last = present(run.reader).last_event(now)
    silence = (now - last.wall) / HOUR if last else age
    past = reward.between(None, now - FLAT_HOURS * HOUR)
    found = {
        "hung": running and last is not None and silence >= HUNG_HOURS,
        "no_metrics": last is None and age >= HUNG_HOURS,
        "crash": run.status is TrainingStatus.CRASHED,
        "kl_explosion": len(kl) > 0 and not kl.last[1] < KL,
        "slowdown": len(fps) > 0 and fps.last[1] < STEPS_PER_SECOND,
        "flat_reward": len(past) > 0 and not reward.last[1] > past.last[1],
        "not_converging": age > EARLY_HOURS and len(reward) > 0 and not reward.last[1] > 0,
        "data_issue": any(_broken(series) for series in (reward, kl)),
        "policy_dead": False,
        "logging_broken": False,
        "collapse": False,
    }
    critical = {"hung", "crash", "kl_explosion", "data_issue"}
    return {
        scenario if holds else f"-{scenario}": holds and scenario in critical
        for scenario, holds in found.items()
        if only is None or scenario in only
    }


def _broken(series: Series) -> bool:
    return len(series) > 0 and not math.isfinite(series.last[1])
