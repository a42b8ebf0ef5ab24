"""Running a typer program: our errors become a clear last line and exit code 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import typer

from core.errors import TrainweekError


def run(program: typer.Typer) -> None:
    """Run a program; on our own errors print what is wrong and the remedy."""
    try:
        program()
    except TrainweekError as error:
        print(f"error: {error.what}", file=sys.stderr)
        if error.remedy:
            print(f"  {error.remedy}", file=sys.stderr)
        raise SystemExit(2) from None
    except BrokenPipeError:  # the reader of our output went away: `trainweek ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def run_alone(command: Callable[..., None]) -> None:
    """Run one command as a program of its own: the manual's scripts."""
    program = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    program.command()(command)
    run(program)
