"""What every job program leaves behind for those who look: output and stacks."""

from __future__ import annotations

import faulthandler
import io
import sys
from pathlib import Path
from typing import TextIO

from runner.stalls import DUMP_SIGNAL, STACKS


class PatientStream(io.TextIOBase):
    """Output that may fail (a full disk, a closed pipe) without ending the program.

    Once it can be written again, a line says that something is missing. Nothing is
    buffered, or Python would fail at its exit with what could not be written.
    """

    def __init__(self, descriptor: int) -> None:
        raw = io.FileIO(descriptor, "w", closefd=False)
        self._stream = io.TextIOWrapper(
            raw,  # type: ignore[arg-type]
            encoding="utf-8",
            errors="backslashreplace",
            write_through=True,
        )
        self._descriptor, self._lost, self._why = descriptor, 0, ""

    def write(self, text: str) -> int:
        try:
            if self._lost:
                said = f"[trainweek] log truncated: {self._lost} writes lost ({self._why})\n"
                self._stream.write(said)
                self._lost = 0
            self._stream.write(text)
        except OSError as error:
            self._lost, self._why = self._lost + 1, error.strerror or str(error)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def fileno(self) -> int:
        return self._descriptor

    def writable(self) -> bool:
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"


def open_outlets(folder: Path) -> None:
    """Make stdout and stderr patient; write the stacks of all threads on request.

    SIGUSR2 appends them to stacks.txt in the attempt's folder, also while the program
    waits in C code. A crash signal leaves them in the output.
    """
    sys.stdout = PatientStream(1)
    sys.stderr = PatientStream(2)
    faulthandler.enable(file=sys.__stderr__)
    try:
        stacks: TextIO = (folder / STACKS).open("a", encoding="utf-8")
    except OSError:  # then a stall is looked at from outside
        return
    faulthandler.register(DUMP_SIGNAL, file=stacks, all_threads=True)
