"""A process that has loaded modules already and forks for each program it is sent.

To load ``trainweek`` takes two seconds, a job program with torch three, and most of them run
for a tenth of one. Each program is a process of its own with its own arguments, folder,
environment, pipes and exit code, as if it had been started afresh.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import socket
import sys
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from runner import failpoints


def load(modules: list[str]) -> None:
    """Load what programs need. A job program is then forgotten: it is run as ``__main__``."""
    for name in modules:
        import_module(name)
        if name.startswith("runner.jobs."):
            del sys.modules[name]
    gc.collect()
    gc.freeze()  # a fork that collects garbage would copy every page


def next_program(line: socket.socket) -> dict[str, Any]:
    """Returns in a new child for each program; ends when the other side has gone."""
    while True:
        message, pipes, _, _ = socket.recv_fds(line, 1 << 20, 2)
        if not message:
            raise SystemExit
        child = os.fork()
        if child == 0:
            for number, pipe in enumerate(pipes, start=1):
                os.dup2(pipe, number)
                os.close(pipe)
            line.close()
            program: dict[str, Any] = json.loads(message)
            return program
        for pipe in pipes:
            os.close(pipe)
        _, status = os.waitpid(child, 0)
        line.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())


def become(program: dict[str, Any]) -> None:
    """Run the program in this process: a script, a module, or ``trainweek``."""
    os.environ.clear()
    os.environ.update(program["environment"])
    failpoints.arm(os.environ.get(failpoints.VARIABLE, ""))  # as when it is loaded
    os.chdir(program["folder"])
    words = program["words"]
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        return
    sys.argv = words
    if words[0].endswith(".py"):
        sys.path.insert(0, str(Path(words[0]).parent))  # as Python does for a script
        runpy.run_path(words[0], run_name="__main__")
    else:
        import_module("runner.cli").main()


def run(program: dict[str, Any]) -> NoReturn:
    """The program from its beginning to its end.

    It ends as Python does, but leaves its memory to the kernel: to free what it shares with the
    process that it was forked from takes a second.
    """
    code: object = None
    try:
        become(program)
    except SystemExit as ended:
        code = ended.code
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    if isinstance(code, str):
        print(code, file=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed, or without a reader
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    load(sys.argv[2:])
    run(next_program(socket.socket(fileno=int(sys.argv[1]))))
