"""Output streams that survive a full disk and a closed pipe.

Lines that can't be written are counted; when writing works again, one line says how many
are missing.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class SteadyOutput(io.TextIOBase):
    """A text stream on a file descriptor, unbuffered, that never raises OSError.

    It has no buffer: Python would fail to flush it at exit, and a complete program would
    end with exit code 120.

    :param stamp: returns the start of the line about missing lines.
    """

    def __init__(self, descriptor: int, stamp: Callable[[], str] = lambda: "") -> None:
        self.descriptor, self.stamp = descriptor, stamp
        self._lost = 0  # lines
        self._why = ""
        self._torn = False  # the last write did not end its line

    encoding = "utf-8"

    def writable(self) -> bool:
        """True: the stream accepts writes."""
        return True

    def fileno(self) -> int:
        """The file descriptor."""
        return self.descriptor

    def write(self, text: str) -> int:
        """Write it, or count its lines as lost; returns its length either way."""
        if self._lost and not self._put(self._missing()):
            self._lost += text.count("\n")
            return len(text)
        self._lost = 0
        if not self._put(text):
            self._lost = max(1, text.count("\n"))
        return len(text)

    def _missing(self) -> str:
        lines = "1 line" if self._lost == 1 else f"{self._lost} lines"
        begin = "\n" if self._torn else ""
        return f"{begin}{self.stamp()}[WARN] log truncated: {lines} lost ({self._why})\n"

    def _put(self, text: str) -> bool:
        left = text.encode("utf-8", "replace")
        while left:
            try:
                written = os.write(self.descriptor, left)
            except OSError as error:
                self._why = error.strerror or str(error)
                return False
            self._torn = not left[:written].endswith(b"\n")
            left = left[written:]
        return True


def make_output_steady() -> None:
    """Replace stdout and stderr with steady streams, unless they have been replaced already."""
    if sys.stdout is sys.__stdout__ and sys.stdout is not None:
        sys.stdout = SteadyOutput(1)
    if sys.stderr is sys.__stderr__ and sys.stderr is not None:
        sys.stderr = SteadyOutput(2)
