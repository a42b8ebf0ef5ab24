"""The stacks of all threads, written when somebody asks or when the program crashes."""

from __future__ import annotations

import faulthandler
import sys
from pathlib import Path

from runner.liveness.stall_dump import DUMP_SIGNAL, STACKS


def write_stacks_on_request(folder: Path) -> None:
    """SIGUSR2 appends them to stacks.txt in the attempt's folder, even out of C code.

    A crash signal leaves them in the output.
    """
    faulthandler.enable(file=sys.__stderr__ or sys.stderr)
    try:
        stacks = (folder / STACKS).open("a", encoding="utf-8")
    except OSError:  # then a stall is looked at from outside
        return
    faulthandler.register(DUMP_SIGNAL, file=stacks, all_threads=True)
