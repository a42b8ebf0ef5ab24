"""Start the week's PPO training, as the manual launches it."""

from runner.cli.manual import start
from runner.cli.program import run_alone

if __name__ == "__main__":
    run_alone(start)
