"""Revalidate the model against the six risk gates."""

import environment  # noqa: F401, I001 - first: it says what to do where trainweek is missing
from runner.cli.manual import revalidate
from runner.cli.program import run_alone

if __name__ == "__main__":
    run_alone(revalidate)
