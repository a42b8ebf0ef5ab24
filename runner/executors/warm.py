"""Trials that are forked from one process that has loaded torch already.

Loading it costs more CPU than a short training. The process (``runner.jobs.warm_trials``) holds
nothing that a trial needs later: shim and program are as they would be without it, and outlive it
and the runner. Whatever it can't do is done as for any other program, from the beginning.
"""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

from runner.executors.executor import job_environment
from runner.processes.attempt_processes import ATTEMPT_VARIABLE, NO_ATTEMPT

if TYPE_CHECKING:
    from pathlib import Path

    from runner.executors.executor import Order

log = logging.getLogger("trainweek.runner")

PROGRAM, LOADER = "runner.jobs.trial", "runner.jobs.warm_trials"
READY, STARTED = b"ready", b"started"
MOST_BYTES = 1 << 16  # of one message
ANSWER_S = 5.0  # a fork takes a hundredth of a second
ROOM = 2048  # for the command line of a trial
# A fork has only the thread that called it, so no library may have begun another one.
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


class WarmTrials:
    """The process that trials are forked from; loaded at the first one, which does not wait."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._ready = self._given_up = False

    def start(self, order: Order, shim: Path) -> bool:
        """Start shim and program of a trial; False: the caller has to, also if it is unknown.

        The claim in the attempt's folder lets only one of two starts go on.
        """
        words = list(order.argv)
        mine = words[:3] == [sys.executable, "-m", PROGRAM] and _fits(order)
        if not mine or self._given_up:
            return False
        if self._process is None or self._process.poll() is not None:
            if self._failed():
                self._given_up = True
                code = self._process and self._process.returncode
                log.warning(
                    "%s ended with %s: each trial loads torch itself from now on", LOADER, code
                )
            self._load(order)
            return False
        try:
            return self._is_ready() and self._forked(order, shim)
        except OSError:  # it has ended, or hangs
            self.close()
            return False

    def close(self) -> None:
        """End the process, if there is one. What was forked from it goes on."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._line = None
        self._ready = False

    def _load(self, order: Order) -> None:
        self.close()
        if self._given_up:
            return
        self._line, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)  # whole messages
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", LOADER, str(theirs.fileno()), "-" * ROOM],
                cwd=order.cwd,
                env=job_environment() | _ONE_THREAD | {ATTEMPT_VARIABLE: NO_ATTEMPT},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def _failed(self) -> bool:
        """Whether it ended with an error before it had loaded; one without an order ends with 0."""
        try:
            return bool(self._process and self._process.poll()) and not self._is_ready()
        except OSError:
            return True

    def _is_ready(self) -> bool:
        if not self._ready and self._line is not None:
            self._line.setblocking(False)
            try:
                self._ready = self._line.recv(MOST_BYTES) == READY
            except BlockingIOError:  # it is still loading
                return False
        return self._ready

    def _forked(self, order: Order, shim: Path) -> bool:
        if self._line is None:
            return False
        self._line.settimeout(ANSWER_S)
        message = {
            "folder": str(order.handle.folder),
            "attempt_id": order.handle.attempt_id,
            "shim": str(shim),
            "argv": list(order.argv),
            "cwd": str(order.cwd),
        }
        self._line.send(json.dumps(message).encode())
        if self._line.recv(MOST_BYTES) == STARTED:
            return True
        self.close()  # its code has changed, or a library began a thread: the next one loads again
        return False


def _fits(order: Order) -> bool:
    """Whether id and command line can take the places of those it was started with."""
    return len(order.handle.attempt_id) == len(NO_ATTEMPT) and sum(map(len, order.argv)) < ROOM
