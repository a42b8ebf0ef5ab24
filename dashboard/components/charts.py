"""Which curves the live page shows, with their limits and what is normal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from core.playbook import Playbook
from core.telemetry import RunEvents
from core.telemetry.readings import RATE_POINTS, pace_series
from core.telemetry.series import Series
from core.vocabulary import TrainingStatus
from dashboard.data.snapshot import Snapshot
from dashboard.figures.curves import Band, Limit
from dashboard.figures.style import GRAY, ORANGE
from dashboard.page import Page

REDRAW_S = 15.0
KL_NORMAL = 0.03  # medians of 85 % of healthy public PPO runs lie below


@dataclass(frozen=True)
class Chart:
    """One figure: wording key of each curve to its tag; ``check`` gives the limit line."""

    key: str
    title: str
    tags: Mapping[str, str]
    meaning_of: str
    check: str | None = None
    zero: bool = False
    kl_band: bool = field(default=False)

    def limits(self, page: Page, playbook: Playbook) -> list[Limit]:
        found = [Limit(0.0, "0", GRAY)] if self.zero else []
        spec = playbook.checks.get(self.check) if self.check else None
        if spec is not None and isinstance(spec.threshold, float):
            limit = f"{spec.op} {spec.threshold:g}"
            found.append(Limit(spec.threshold, page.say.raw("live.limit", limit=limit), ORANGE))
        return found

    def bands(self, page: Page) -> list[Band]:
        return [Band(0.0, KL_NORMAL, page.say.raw("live.kl_band"))] if self.kl_band else []

    @staticmethod
    def speed_limit(page: Page, playbook: Playbook) -> Limit:
        slowest = playbook.training.min_steps_per_second
        return Limit(slowest, page.say.raw("live.limit", limit=f">= {slowest:,.0f}"), ORANGE)


CHARTS = (
    Chart("reward", "live.reward", {"live.reward": "rollout/ep_rew_mean"},
          "rollout/ep_rew_mean", zero=True),
    Chart("kl", "live.kl", {"live.kl": "train/approx_kl"}, "train/approx_kl",
          check="kl_divergence", kl_band=True),
    Chart("losses", "live.losses",
          {"live.value_loss": "train/value_loss", "live.total_loss": "train/loss",
           "live.policy_loss": "train/policy_gradient_loss"}, "train/value_loss"),
    Chart("explained", "live.explained", {"live.explained": "train/explained_variance"},
          "train/explained_variance", zero=True),
    Chart("entropy", "live.entropy", {"live.entropy": "train/entropy_loss"},
          "train/entropy_loss"),
    Chart("sharpe", "live.sharpe", {"live.sharpe": "eval/sharpe"}, "eval/sharpe", zero=True),
)  # fmt: skip


def drawn(snapshot: Snapshot, series: Series) -> Series:
    """What a chart shows of a curve: of a run at work up to the last whole quarter minute.

    Streamlit takes a chart with new data for another one: the browser drops the old one
    and shows nothing for a moment. The numbers beside it follow every tick.
    """
    if snapshot.status is not TrainingStatus.RUNNING:
        return series
    until = snapshot.now.timestamp() // REDRAW_S * REDRAW_S
    seen = series.between(None, until)
    return seen if len(seen) else series


def speed_series(reader: RunEvents, until: datetime) -> Series:
    """Steps a second between points ten iterations apart, within one attempt."""
    pace = pace_series(reader, until)
    if len(pace) <= RATE_POINTS:
        return pace.where(slice(0, 0))
    steps = pace.step[RATE_POINTS:] - pace.step[:-RATE_POINTS]
    walls = pace.wall[RATE_POINTS:] - pace.wall[:-RATE_POINTS]
    rate = np.where(walls > 0, steps / np.where(walls > 0, walls, 1.0), np.nan)
    later = pace.where(slice(RATE_POINTS, None))
    restarts = [mark.first_wall for mark in reader.attempts[1:]]
    for wall in restarts:  # a window that spans a restart measures the pause
        rate[(later.wall >= wall) & (pace.wall[:-RATE_POINTS] < wall)] = np.nan
    return Series("steps/s", later.step, later.wall, rate, later.source)
