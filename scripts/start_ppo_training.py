"""Start the week's PPO training run with the manual's own command."""

import environment  # noqa: F401, I001 - first: it says what to do where trainweek is missing
from runner.cli.manual import start
from runner.cli.program import run_alone

if __name__ == "__main__":
    run_alone(start)
