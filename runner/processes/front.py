"""What an engine starts that kills by process group: the keeper in a session of its own.

``python -I -S front.py PROGRAM …`` runs the program, passes SIGTERM and SIGINT on, and ends with its exit
code. Ray kills the group of what it started when its own process on the node dies; the program
then lives on, under its lease.
"""

from __future__ import annotations

import os
import signal
import sys


def main(words: list[str]) -> int:
    """Run it; returns its exit code, 128 and the number for a signal."""
    passed = (signal.SIGTERM, signal.SIGINT)
    signal.pthread_sigmask(signal.SIG_BLOCK, passed)  # until there is somebody to pass them on to
    if (child := os.fork()) == 0:
        os.setsid()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, passed)
        os.execv(words[0], words)
    for number in passed:
        signal.signal(number, lambda number, _: os.kill(child, number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, passed)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
