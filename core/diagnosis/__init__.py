"""What is wrong with a run, and what only looks wrong.

Symptoms are claims, causes are suggestions. Every rule is a pure function of the facts up
to a moment; alarm states are replayed from successive evaluations, never stored.
"""

from core.diagnosis.alarm import alarm_state
from core.diagnosis.diagnose import SCENARIOS, diagnose
from core.diagnosis.finding import Finding
from core.diagnosis.trend import TrendResult, loss_trend, reward_trend, trend

__all__ = [
    "SCENARIOS",
    "Finding",
    "TrendResult",
    "alarm_state",
    "diagnose",
    "loss_trend",
    "reward_trend",
    "trend",
]
