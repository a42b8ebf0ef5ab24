"""The metrics that a check can measure. The rules in ``core.checks`` register under them.

They are separate from the rules, so that loading refuses a playbook with an unknown
metric; a test proves that every metric has a rule and every rule a metric.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.vocabulary import TrainingStatus, Trend


@dataclass(frozen=True)
class Metric:
    """One metric.

    :ivar about: its meaning, in a few words.
    :ivar words: the values it can take; empty for a number.
    """

    about: str
    words: tuple[str, ...] = ()


_YES = ("yes",)
_STATUS = tuple(status.value for status in TrainingStatus)
_TREND = (Trend.INCREASING.value, Trend.STABLE.value, Trend.DECREASING.value)

METRICS: dict[str, Metric] = {
    "preflight_config": Metric("configuration and training settings are valid", _YES),
    "preflight_data": Metric("training and backtest candles are present and clean", _YES),
    "preflight_disk": Metric("free disk space, in GB"),
    "preflight_versions": Metric("installed versions and the device are supported", _YES),
    "preflight_smoke": Metric("a 512-step run finished", _YES),
    "preflight_folders": Metric("output folders are writable", _YES),
    "last_reward": Metric("latest rollout/ep_rew_mean"),
    "loss_change_pct": Metric(
        "change of value loss and train/loss, last blocks against first, in %"
    ),
    "crashes": Metric("crashes of the trainer and [ERROR] lines"),
    "steps_per_second": Metric("instantaneous training speed"),
    "policy_loss": Metric("absolute value of train/policy_gradient_loss"),
    "reward_trend": Metric("direction of rollout/ep_rew_mean over the window", _TREND),
    "kl_divergence": Metric("latest train/approx_kl"),
    "anomalies": Metric("critical findings, open incidents, [ERROR] and [ISSUE] lines"),
    "training_status": Metric("status of the run", _STATUS),
    "approx_sharpe": Metric("Sharpe ratio of the last evaluation on the validation slice"),
    "issues": Metric("crashes, [ERROR] lines and critical findings"),
    "disk_free_gb": Metric("free disk space now, in GB"),
    "steps_done": Metric("training steps done"),
    "backup": Metric("the backup of the model exists and is verified", _YES),
    "backtest_data": Metric("backtest candles are available and clean", _YES),
    "system_ready": Metric("runner alive, no open incident, disk space left", _YES),
    "decision_document": Metric("the decision document exists and agrees with the gates", _YES),
    "gate_metrics": Metric("number of gates with a recorded result"),
    "log_summary": Metric("the summary of the training log exists", _YES),
    "backtest_report": Metric("the revalidation's backtest report exists", _YES),
    "recommendation": Metric("the recommendation follows from the decision", _YES),
}
