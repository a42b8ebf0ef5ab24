"""The writer of logs/ppo_training/training.log."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType

from core.errors import SetupError
from core.moments import iso


class TrainingLog:
    """Appends ``2026-02-23T14:00:00Z [INFO] text`` and prints ``[INFO] text``.

    Each line is flushed, so that tail -f shows it at once. A full disk or a closed
    pipe loses a line, never the training.

    :param now: gives the moment of a line (real time).
    :param echo: also print.
    """

    def __init__(self, path: Path, now: Callable[[], datetime], echo: bool = True) -> None:
        self.now, self.echo = now, echo
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise SetupError(
                f"{path} can't be written: {error.strerror or error}.", "Check the folder's rights."
            ) from error

    def __enter__(self) -> TrainingLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        try:
            self._file.close()
        except OSError:  # what could not be flushed is lost with the disk's last byte
            return

    def write(self, tag: str, text: str) -> None:
        """One line; line breaks in ``text`` become spaces."""
        line = f"[{tag}] {' '.join(text.splitlines())}"
        moment = iso(self.now().replace(microsecond=0))
        for stream, shown in ((self._file, f"{moment} {line}"), (sys.stdout, line)):
            if stream is sys.stdout and not self.echo:
                continue
            try:
                stream.write(shown + "\n")
                stream.flush()
            except OSError:
                continue

    def info(self, text: str) -> None:
        self.write("INFO", text)

    def warn(self, text: str) -> None:
        self.write("WARN", text)

    def error(self, text: str) -> None:
        self.write("ERROR", text)
