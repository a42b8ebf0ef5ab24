"""Revalidate the model against the six risk gates."""

from runner.cli.manual import revalidate
from runner.cli.program import run_alone

if __name__ == "__main__":
    run_alone(revalidate)
