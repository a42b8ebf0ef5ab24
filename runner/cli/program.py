"""Typer programs whose errors end with a clear last line and exit code 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, cast

import typer
from typer.core import TyperCommand

from core.errors import InputError, TrainweekError
from core.language import Message, joined
from runner.cli.speech import warn


def run(program: typer.Typer) -> None:
    """Run a program; on a TrainweekError print the problem and the remedy, and exit with 2."""
    try:
        _require_text(sys.argv[1:])
        program()
    except TrainweekError as error:
        _print_error(error)
        raise SystemExit(2) from None
    except BrokenPipeError:  # the reader of the output has exited: `trainweek ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def _require_text(words: Sequence[str]) -> None:
    """Raise InputError if an argument is not valid UTF-8."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError as error:
            raise InputError(
                Message("The argument {word} is not valid UTF-8.", word=ascii(word)),
                Message("Write it in UTF-8."),
            ) from error


def _print_error(error: TrainweekError) -> None:
    warn(Message("error: {what}", what=error.what))
    if error.remedy:
        warn(joined(["  ", error.remedy], ""))


# The class of typer's own click, wherever typer imports that from.
UsageError = cast(type[typer.BadParameter], typer.BadParameter.__base__)


class VerdictCommand(TyperCommand):
    """A command whose exit code 2 is a result: if nothing can be evaluated it exits with 3."""

    NOT_EVALUATED = 3

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Parse the arguments; a usage error exits with 3."""
        try:
            return super().make_context(*args, **kwargs)
        except UsageError as error:
            error.exit_code = self.NOT_EVALUATED
            raise

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a TrainweekError is printed and exits with 3."""
        try:
            return super().invoke(ctx)
        except TrainweekError as error:
            _print_error(error)
            raise SystemExit(self.NOT_EVALUATED) from None


def run_alone(command: Callable[..., None]) -> None:
    """Run one command as a standalone program, as the manual's scripts do."""
    program = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    program.command()(command)
    run(program)
