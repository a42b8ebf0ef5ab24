"""Typer programs whose errors end with a clear last line and exit code 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, cast

import typer
from typer.core import TyperCommand

from core.errors import InputError, TrainweekError
from core.language import Message, joined
from runner.cli.access_token import take_token
from runner.cli.speech import as_json, warn

# The class of typer's own click, wherever typer imports that from.
UsageError = cast(type[typer.BadParameter], typer.BadParameter.__base__)
_BAD_INPUT = 2


def run(program: typer.Typer) -> None:
    """Run a program; on a TrainweekError print the problem and the remedy, and exit with 2.

    With ``--json`` every error is a JSON object on standard output, a wrong option too; the
    sentences for people are on standard error as without it.
    """
    take_token()
    try:
        _require_text(sys.argv[1:])
        _call(program)
    except TrainweekError as error:
        _print_error(error, _BAD_INPUT)
        raise SystemExit(_BAD_INPUT) from None
    except BrokenPipeError:  # the reader of the output has exited: `trainweek ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except OSError as error:
        _print_error(_unusable(error), _BAD_INPUT)
        raise SystemExit(_BAD_INPUT) from None


def _unusable(error: OSError) -> InputError:
    """What the system said about a path that was given: too long, or not to be read.

    :raises OSError: the error itself, if it names no path: that is a fault of ours.
    """
    if not isinstance(error.filename, str) or error.strerror is None:
        raise error
    return InputError(
        Message("{path} can't be used: {why}.", path=error.filename, why=error.strerror),
        Message("Check the path, and who may read it."),
    )


def _call(program: typer.Typer) -> None:
    if not _wants_json():
        program()
        return
    try:
        code = program(standalone_mode=False)
    except UsageError as error:
        _print_json_error("UsageError", error.format_message(), "", error.exit_code)
        error.show()
        raise SystemExit(error.exit_code) from None
    except typer.Abort:
        raise SystemExit(1) from None
    raise SystemExit(code if isinstance(code, int) else 0)


def _wants_json() -> bool:
    words = sys.argv[1:]
    return "--json" in words[: words.index("--") if "--" in words else None]


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


def end_with_error(error: TrainweekError, exit_code: int) -> NoReturn:
    """End a command with an error and another exit code than 2."""
    _print_error(error, exit_code)
    raise typer.Exit(exit_code)


def _print_error(error: TrainweekError, exit_code: int) -> None:
    _print_json_error(type(error).__name__, error.what, error.remedy, exit_code)
    warn(Message("error: {what}", what=error.what))
    if error.remedy:
        warn(joined(["  ", error.remedy], ""))


def end_with_problem(kind: str, what: Message, exit_code: int) -> NoReturn:
    """End a command whose work did not succeed: the sentence, as JSON too if that was asked."""
    _print_json_error(kind, what, "", exit_code)
    warn(what)
    raise typer.Exit(exit_code)


def _print_json_error(kind: str, what: str, remedy: str, exit_code: int) -> None:
    if not _wants_json():
        return
    error = {"kind": kind, "what": what, "remedy": remedy, "exit_code": exit_code}
    print(as_json({"error": error}))


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
            _print_error(error, self.NOT_EVALUATED)
            raise SystemExit(self.NOT_EVALUATED) from None
        except BrokenPipeError:
            raise
        except OSError as error:
            _print_error(_unusable(error), self.NOT_EVALUATED)
            raise SystemExit(self.NOT_EVALUATED) from None


def run_alone(command: Callable[..., None]) -> None:
    """Run one command as a standalone program, as the manual's scripts do."""
    program = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    program.command()(command)
    run(program)
