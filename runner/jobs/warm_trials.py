"""The process that trials are forked from: ``python -m runner.jobs.warm_trials LINE ROOM``.

It has loaded what a trial needs, and waits for orders on the socket LINE. For each it forks the
shim, which is executed afresh, and before that the shim's child, which waits until the shim has
recorded it and then runs the trial. Both have the attempt's id and their own command line in
/proc, as if they had been started one by one. It ends with its runner, or when it has had no
order for a while; what it has forked goes on.
"""

from __future__ import annotations

import gc
import json
import os
import select
import socket
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.paths import CHECKOUT
from runner.executors.warm import MOST_BYTES, READY, STARTED
from runner.processes.attempt_processes import ATTEMPT_VARIABLE, NO_ATTEMPT
from runner.processes.own_words import one_thread, put_arguments, put_variable

IDLE_S = 600.0


def main() -> int:
    """Entry point of the process, and of each trial."""
    line = socket.socket(fileno=int(sys.argv[1]))
    line.set_inheritable(False)
    put_arguments(sys.orig_argv[:4])
    if not put_variable(ATTEMPT_VARIABLE, NO_ATTEMPT, NO_ATTEMPT):
        return 1  # this kernel would not show which attempt a fork is
    installed = _stamps_of(_installed())  # before it is loaded: it may change meanwhile
    from runner.jobs import trial

    _load_what_the_first_model_loads()
    loaded = _stamps() | installed
    gc.collect()
    gc.freeze()  # a fork that collects garbage would copy every page
    with suppress(BrokenPipeError, ConnectionResetError):
        line.send(READY)
        if (argv := _next_trial(line, loaded)) is not None:
            sys.argv = argv[2:]  # without interpreter and -m, as Python does
            return trial.main()
    return 0


def _load_what_the_first_model_loads() -> None:
    """torch imports its compiler at the first optimizer, which takes as long as a short training."""
    import torch._dynamo  # noqa: F401


def _next_trial(line: socket.socket, loaded: dict[str, int]) -> list[str] | None:
    """Returns the command line in a new child for each order, None when there is no more to do."""
    while True:
        ready, _, _ = select.select([line], [], [], IDLE_S)
        _reap()
        message = line.recv(MOST_BYTES) if ready else b""
        if not message:
            return None
        if not one_thread() or _stamps() != loaded:
            line.send(b"another process must be loaded")
            return None
        order: dict[str, Any] = json.loads(message)
        executed, executes = os.pipe()  # closed by exec
        if os.fork() == 0:
            os.close(executed)
            line.close()
            return _become_shim(order, executes)
        os.close(executes)
        answer = os.read(executed, 1)
        os.close(executed)
        line.send(STARTED if not answer else b"failed")


def _become_shim(order: dict[str, Any], executes: int) -> list[str]:
    """The shim's process. Returns in its child only, when the shim lets it begin."""
    folder, mark = order["folder"], order["attempt_id"]
    try:
        os.setsid()
        os.chdir(order["cwd"])
        waits, begins = os.pipe()
        program = os.fork()
        if program == 0:
            os.close(executes)
            os.close(begins)
            return _become_program(order, waits)
        log = os.open(f"{folder}/shim.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.set_inheritable(begins, True)
        words = [sys.executable, "-I", "-S", order["shim"], folder, str(program), str(begins)]
        os.execve(sys.executable, words, os.environ | {ATTEMPT_VARIABLE: mark})
    except BaseException:
        with suppress(OSError):
            os.write(executes, b"!")
        os._exit(1)


def _become_program(order: dict[str, Any], waits: int) -> list[str]:
    """The trial's process, in a group of its own, which ends unless its shim lets it begin."""
    try:
        os.setpgid(0, 0)
        put_variable(ATTEMPT_VARIABLE, NO_ATTEMPT, order["attempt_id"])
        put_arguments(order["argv"])
        os.environ[ATTEMPT_VARIABLE] = order["attempt_id"]
        if not os.read(waits, 1):
            os._exit(1)
        os.close(waits)
        try:
            output = os.open(
                f"{order['folder']}/output.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644
            )
        except OSError:  # a full disk must not stop the program
            output = os.open(os.devnull, os.O_WRONLY)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
    except BaseException:
        os._exit(1)
    argv: list[str] = order["argv"]
    return argv


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _stamps() -> dict[str, int]:
    """Of the checkout's files that are loaded, and of what is installed: a manifest names both."""
    files = {getattr(each, "__file__", None) for each in tuple(sys.modules.values())}
    checkout = f"{CHECKOUT}{os.sep}"
    own = [f for f in files if f and f.startswith(checkout) and "site-packages" not in f]
    return _stamps_of([*own, *_installed()])


def _stamps_of(files: list[str]) -> dict[str, int]:
    stamps = {}
    for file in files:
        with suppress(OSError):
            stamps[file] = Path(file).stat().st_mtime_ns
    return stamps


def _installed() -> list[str]:
    """What each installed package says of itself: another version does so in another folder."""
    found: list[str] = []
    for folder in dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")):
        with suppress(OSError):
            about = [e.path for e in os.scandir(folder) if e.name.endswith(".dist-info")]
            found += [f"{each}/{name}" for each in about for name in ("METADATA", "RECORD")]
    return found


if __name__ == "__main__":
    sys.exit(main())
