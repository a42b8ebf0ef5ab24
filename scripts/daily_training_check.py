"""Judge a day of the training week, print and write its summary."""

import environment  # noqa: F401, I001 - first: it says what to do where trainweek is missing
from runner.cli.manual import daily_check
from runner.cli.program import run_alone

if __name__ == "__main__":
    run_alone(daily_check)
