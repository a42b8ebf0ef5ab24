"""The writer of logs/ppo_training/training.log."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType

from core.errors import SetupError
from core.timestamps import iso
from runner.jobs.steady_output import SteadyOutput


class TrainingLog:
    """Appends ``2026-02-23T14:00:00Z [INFO] text`` and prints ``[INFO] text``.

    Each line is written at once, so that tail -f shows it. A full disk or a closed
    pipe loses lines, never the training; the next line that can be written is one that
    says how many are missing.

    :param now: gives the moment of a line (real time).
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
                f"{path} can't be written: {error.strerror or error}.", "Check the folder's rights."
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
        except OSError:  # a network disk may report only now what it could not keep
            return

    def write(self, tag: str, text: str) -> None:
        """One line; line breaks in ``text`` become spaces."""
        self.verbatim(f"[{tag}] {' '.join(text.splitlines())}")

    def verbatim(self, line: str) -> None:
        """One line of the manual, to the letter, its tag in front."""
        self._file.write(f"{self._stamp()}{line}\n")
        if self.echo:
            try:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
            except OSError:  # no steady output: somebody else's stream
                return

    def info(self, text: str) -> None:
        self.write("INFO", text)

    def warn(self, text: str) -> None:
        self.write("WARN", text)

    def error(self, text: str) -> None:
        self.write("ERROR", text)

    def _stamp(self) -> str:
        return f"{iso(self.now().replace(microsecond=0))} "
