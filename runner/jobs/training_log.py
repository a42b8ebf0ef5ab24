"""The writer of logs/ppo_training/training.log."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from core.errors import SetupError
from core.files import write_problem
from core.language import Message
from core.timestamps import iso
from runner.jobs.steady_output import SteadyOutput

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType


class TrainingLog:
    """Appends ``2026-02-23T14:00:00Z [INFO] text`` and prints ``[INFO] text``.

    Each line is written at once, so that ``tail -f`` shows it. On a full disk or a closed pipe
    lines are lost and training continues; a later line says how many are missing.

    :param now: returns the time of a line (real time).
    :param echo: also print.
    :raises SetupError: the file can't be opened.
    """

    def __init__(self, path: Path, now: Callable[[], datetime], echo: bool = True) -> None:
        self.now, self.echo = now, echo
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        except OSError as error:
            raise SetupError(
                write_problem(path, error),
                Message("Check the folder's permissions."),
            ) from error
        self._file = SteadyOutput(self._descriptor, self._stamp)

    def __enter__(self) -> TrainingLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        try:
            os.close(self._descriptor)
        except OSError:  # a network disk may report a failed write only here
            return

    def write(self, tag: str, text: str) -> None:
        """Write one line; line breaks in ``text`` become spaces."""
        self.verbatim(f"[{tag}] {' '.join(text.splitlines())}")

    def verbatim(self, line: str) -> None:
        """Write one line of the manual, exactly, with its tag."""
        self._file.write(f"{self._stamp()}{line}\n")
        if self.echo:
            try:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
            except OSError:  # not a steady output but a replaced stream
                return

    def info(self, text: str) -> None:
        """Write an [INFO] line."""
        self.write("INFO", text)

    def warn(self, text: str) -> None:
        """Write a [WARN] line."""
        self.write("WARN", text)

    def error(self, text: str) -> None:
        """Write an [ERROR] line."""
        self.write("ERROR", text)

    def _stamp(self) -> str:
        return f"{iso(self.now().replace(microsecond=0))} "
