"""Running ``trainweek`` and the manual's scripts as a person does: as real processes."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock

CHECKOUT = Path(__file__).resolve().parents[3]
TRAINWEEK = Path(sys.executable).with_name("trainweek")
_LIMIT_S = 240.0  # ends a test that has failed


def trainweek(*words: object, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """``trainweek WORDS...`` in a home."""
    return _run([str(TRAINWEEK), *(w if isinstance(w, bytes) else str(w) for w in words)], home)


def script(name: str, *words: object, home: Path) -> subprocess.CompletedProcess[str]:
    """``python scripts/NAME WORDS...`` in a home."""
    return _run([str(CHECKOUT / "scripts" / name), *map(str, words)], home)


def _run(words: list[str | bytes], home: Path | None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TRAINWEEK_")}
    if home is not None:
        environment["TRAINWEEK_HOME"] = str(home)
    return _warm().run([os.fsdecode(word) for word in words], environment)


@cache
def _warm() -> _Warm:
    return _Warm()


class _Warm:
    """The other side of ``warm.py``: one process for all commands of this test session."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)  # whole messages
        self._line.settimeout(_LIMIT_S)
        self._one_at_a_time, self._readers = Lock(), ThreadPoolExecutor(2)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.runner.cli.warm", str(theirs.fileno())],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self._end)

    def run(
        self, words: list[str], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        command = {"words": words, "environment": environment}
        with self._one_at_a_time:
            pipes = [os.pipe() for _ in ("stdout", "stderr")]
            socket.send_fds(self._line, [json.dumps(command).encode()], [w for _, w in pipes])
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
