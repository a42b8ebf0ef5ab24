"""Stacks of all threads, written on a signal or at a crash."""

from __future__ import annotations

import faulthandler
import sys
from typing import TYPE_CHECKING

from runner.liveness.stall_dump import DUMP_SIGNAL, STACKS

if TYPE_CHECKING:
    from pathlib import Path


def write_stacks_on_request(folder: Path) -> None:
    """On SIGUSR2 append them to stacks.txt in the attempt's folder, even from C code.

    A crash signal prints them to the output.
    """
    faulthandler.enable(file=sys.__stderr__ or sys.stderr)
    try:
        stacks = (folder / STACKS).open("a", encoding="utf-8")
    except OSError:  # then py-spy is used for a stall
        return
    faulthandler.register(DUMP_SIGNAL, file=stacks, all_threads=True)
