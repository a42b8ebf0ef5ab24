"""Check whether the market data exist and are clean; exit 1 on errors."""

import environment  # noqa: F401, I001 - first: it says what to do where trainweek is missing
from runner.cli.manual import data_check
from runner.cli.program import run_alone

if __name__ == "__main__":
    run_alone(data_check)
