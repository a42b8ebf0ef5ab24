"""Say whether the market data are there and clean; exit 1 on errors."""

from runner.cli.manual import data_check
from runner.cli.program import run_alone

if __name__ == "__main__":
    run_alone(data_check)
