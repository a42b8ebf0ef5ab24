"""Stands between the runner and one attempt, and outlives the runner.

``python -I -S shim.py FOLDER`` starts the command in FOLDER/command.json, and writes
identity.json (who runs), heartbeat, and at the end exit.json: a parent alone can learn
an exit code, and the runner may be away when the child ends. Standard library only.
"""

# One shim lives as long as each attempt, so it imports as little as it can: no pathlib.
# ruff: noqa: PTH105, PTH118, PTH123

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time


def main(folder: str) -> int:
    with open(os.path.join(folder, "command.json"), encoding="utf-8") as file:
        command = json.load(file)
    if command["mark"] != os.environ.get("TRAINWEEK_ATTEMPT"):
        return 125  # the runner gave this start up and made another one in our place
    # Handlers, not SIG_IGN: an ignored signal would stay ignored in the child.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    identity = {
        "mark": command["mark"],
        "started_at": time.time(),
        "shim": process(os.getpid()),
        "child": None,
    }
    write(folder, "identity.json", identity)
    output = os.open(
        os.path.join(folder, "output.log"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644
    )
    try:
        child = subprocess.Popen(
            command["argv"],
            cwd=command["cwd"],
            stdin=subprocess.DEVNULL,
            stdout=output,  # a file: a pipe would break when this shim dies
            stderr=output,
            process_group=0,
        )
    except OSError as error:
        write(folder, "exit.json", ending(None, f"{error.filename}: {error.strerror}"))
        return 0
    identity["child"] = process(child.pid)
    write(folder, "identity.json", identity)
    wait(child.pid, folder, command["heartbeat_s"])
    write(folder, "exit.json", ending(child.wait(), None))
    return 0


def wait(pid: int, folder: str, heartbeat_s: float) -> None:
    """Return when the child has ended; sleeps in the kernel between heartbeats."""
    descriptor = os.pidfd_open(pid)
    ended = select.poll()
    ended.register(descriptor, select.POLLIN)
    while True:
        with open(os.path.join(folder, "heartbeat"), "w", encoding="utf-8") as file:
            file.write(f"{time.time()}\n")
        if ended.poll(heartbeat_s * 1000):
            os.close(descriptor)
            return


def process(pid: int) -> dict:
    """Boot, pid and start ticks: the same identity as in runner/process.py."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        text = file.read()
    with open("/proc/sys/kernel/random/boot_id", encoding="utf-8") as file:
        boot = file.read().strip()
    return {
        "boot_id": boot,
        "pid": pid,
        "start_ticks": int(text[text.rindex(")") + 2 :].split()[19]),
    }


def ending(code: int | None, error: str | None) -> dict:
    return {
        "exit_code": code if code is not None and code >= 0 else None,
        "signal": -code if code is not None and code < 0 else None,
        "error": error,  # the command could not be started
        "ended_at": time.time(),
    }


def write(folder: str, name: str, value: dict) -> None:
    """Complete or absent, and on the disk."""
    path = os.path.join(folder, name)
    partial = f"{path}.partial"
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
