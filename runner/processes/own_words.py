"""What /proc says about this process, changed in its place: it was forked, not executed.

The kernel shows the memory that the program was executed with, so new words must fit into it.
"""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING

from runner.processes.procfs import PROC, stat_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

_ARGUMENTS, _ENVIRONMENT = 45, 47  # proc_pid_stat(5): begin and end of each, after the name


def put_arguments(words: Sequence[str]) -> bool:
    """Show these words as this process's command line; False: there is no room for them."""
    begin, room = _memory(_ARGUMENTS)
    text = b"\0".join(os.fsencode(word) for word in words) + b"\0"
    if len(text) > room:
        return False
    ctypes.memmove(begin, text.ljust(room, b"\0"), room)
    return True


def put_variable(name: str, before: str, now: str) -> bool:
    """Show another value of the same length in this process's environment."""
    begin, room = _memory(_ENVIRONMENT)
    pair, other = f"{name}={before}\0".encode(), f"{name}={now}\0".encode()
    at = (b"\0" + ctypes.string_at(begin, room)).find(b"\0" + pair)
    if at < 0 or len(pair) != len(other):
        return False
    ctypes.memmove(begin + at, other, len(other))
    return True


def one_thread() -> bool:
    """Whether this process has a single thread, also counting those of libraries."""
    return len(list((PROC / "self/task").iterdir())) == 1


def _memory(which: int) -> tuple[int, int]:
    """Its address and length; no length if the kernel does not say."""
    fields = stat_fields(os.getpid())
    if fields is None:
        return 0, 0
    begin, end = int(fields[which]), int(fields[which + 1])
    return begin, end - begin
