"""Run as the init of a pid namespace: gives a dead process's pid to another one.

Prints what :func:`runner.processes.identity.send_signal` did, and whether the second process lives.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from runner.processes import identity
from runner.processes.identity import ProcessIdentity, identify, send_signal

SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]


def start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(SLEEP)


def swap(first: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    """End a process and start another one with its pid."""
    first.kill()
    first.wait()
    time.sleep(0.05)  # the start ticks are hundredths of a second
    for _ in range(50):  # a thread may take the number first
        Path("/proc/sys/kernel/ns_last_pid").write_text(str(first.pid - 1))
        second = start()
        if second.pid == first.pid:
            return second
        second.kill()
        second.wait()
    raise SystemExit("the pid could not be given again")


def main() -> int:
    first = start()
    meant = identify(first.pid)
    assert meant is not None
    second = swap(first)
    sent = send_signal(meant, signal.SIGKILL)
    time.sleep(0.2)
    print(f"before the check: sent {sent}, victim alive {second.poll() is None}")

    meant, alive = identify(second.pid), identity.is_alive
    assert meant is not None
    third: subprocess.Popen[bytes] | None = None

    def checked_then_swapped(process: ProcessIdentity | None) -> bool:
        nonlocal third
        answer = alive(process)
        third = swap(second)
        return answer

    identity.is_alive = checked_then_swapped
    sent = send_signal(meant, signal.SIGKILL)
    time.sleep(0.2)
    assert third is not None
    print(f"after the check: sent {sent}, victim alive {third.poll() is None}")
    third.kill()
    third.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
