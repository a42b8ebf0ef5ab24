"""Start the week's PPO training run with the manual's own command."""

from runner.cli.manual import start
from runner.cli.program import run_alone

if __name__ == "__main__":
    run_alone(start)
