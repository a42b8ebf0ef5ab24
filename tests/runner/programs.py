"""Programs as real processes, forked from one that has loaded them already."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

CHECKOUT = Path(__file__).resolve().parents[2]
_LIMIT_S = 240.0  # ends a test that has failed
RESIDENT: set[int] = set()  # pids of these processes: they belong to the session, to no test


class Programs:
    """The other side of ``warm.py``: one process for all programs of this test session."""

    def __init__(self, *modules: str) -> None:
        self._line, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)  # whole messages
        self._line.settimeout(_LIMIT_S)
        self._one_at_a_time, self._readers = Lock(), ThreadPoolExecutor(2)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.runner.warm", str(theirs.fileno()), *modules],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        RESIDENT.add(self._process.pid)
        atexit.register(self._end)

    def run(
        self, words: list[str], folder: Path = CHECKOUT, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one to its end: a script, ``-m`` and a module, or ``trainweek``, and its words."""
        program = {
            "words": words,
            "folder": str(folder),
            "environment": dict(os.environ if environment is None else environment),
        }
        with self._one_at_a_time:
            pipes = [os.pipe() for _ in ("stdout", "stderr")]
            socket.send_fds(self._line, [json.dumps(program).encode()], [w for _, w in pipes])
            for _, write in pipes:
                os.close(write)
            said = [self._readers.submit(_read, read) for read, _ in pipes]
            code = json.loads(self._line.recv(16))
            stdout, stderr = (each.result(_LIMIT_S) for each in said)
        return subprocess.CompletedProcess(words, code, stdout, stderr)

    def _end(self) -> None:
        self._line.close()
        self._process.wait()


def _read(pipe: int) -> str:
    with open(pipe, encoding="utf-8") as file:
        return file.read()
