"""Program: the quality report of training and backtest data.

Writes ``result.json`` with ``{"ok", "errors", "warnings", "datasets"}``. The exit code is 0
also for bad data: that is its result.
"""

from __future__ import annotations

from datetime import UTC, datetime

from runner.jobs.attempt import COMPLETE, Spec, StopFlag, run_program
from runner.week.data_availability import check_datasets


def data_check(spec: Spec, stop: StopFlag) -> int:
    """Check the candles and print the report."""
    result, text = check_datasets(spec.home, now=datetime.now(UTC), playbook=spec.playbook)
    print(text, flush=True)
    spec.write_result({"complete": True, **result})
    return COMPLETE


if __name__ == "__main__":
    raise SystemExit(run_program(data_check))
