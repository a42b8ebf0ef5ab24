"""The keeper of an attempt on a node of an engine: it runs the shim there, and obeys the lease.

``python -I -S keeper.py FOLDER`` starts shim.py for the same folder. It reads FOLDER/lease.json at
each heartbeat and writes node.json, so that what happens here is known from files alone. It ends
the program (SIGTERM, a grace, SIGKILL) when the lease has a higher epoch, because another attempt
may follow; when the lease could not be read for longer than it allows, because that could then no
longer be seen; and when the runner asks for it. A runner that is away changes nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time

PR_SET_CHILD_SUBREAPER = 36
SHIM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shim.py")
ASKS = ("term", "term_all", "kill")


def main(folder: str) -> int:
    """Run the attempt in this folder; returns its exit code, 128 and the number for a signal."""
    with open(os.path.join(folder, "command.json"), encoding="utf-8") as file:
        command = json.load(file)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    told = listen()
    lease = Lease(folder, command)
    lease.read()
    if lease.broken(boottime()):
        return 125  # given up before it came to start; another attempt may run
    shim = subprocess.Popen(
        [sys.executable, "-I", "-S", SHIM, folder], stdin=subprocess.DEVNULL, process_group=0
    )
    lease.shim = shim.pid
    threading.Thread(target=lease.follow, daemon=True).start()  # a folder may not answer
    code = mind(shim, lease, told)
    lease.last_word.wait(command["heartbeat_s"] * 2)
    return code


def mind(shim: subprocess.Popen[bytes], lease: Lease, told: tuple[int, list[int]]) -> int:
    """Return when the shim and all that it has started have ended."""
    awake, signals = told
    poll = select.poll()
    poll.register(awake, select.POLLIN)
    asked_at, sent = None, ""
    while True:
        reap(shim)
        left = descendants(os.getpid())
        if shim.returncode is not None and not left:
            lease.end()
            return exit_code(lease.folder, shim.returncode)
        if signals and not lease.because:
            # The engine kills by itself, after its own grace.
            lease.because, lease.ask = "engine", "term"
        now = boottime()
        if lease.over(now) and not lease.because:
            lease.because, lease.ask = "limit", max(lease.ask, "term", key=rank)
        if why := lease.broken(now) or (lease.because == "limit" and "limit"):
            lease.because, lease.ask = lease.because or why, max(lease.ask, "term", key=rank)
        if lease.ask:
            asked_at = now if asked_at is None else asked_at
            wanted = lease.ask
            if why and now - asked_at >= lease.grace_s / 2:
                wanted = "kill" if now - asked_at >= lease.grace_s else "term_all"
            if rank(wanted) > rank(sent) or wanted == "kill":
                lease.tell()  # before the exit can be read
                sent = wanted if end(wanted, shim, lease.program) else sent
        if poll.poll(min(0.2 if lease.ask else 1.0, lease.every_s) * 1000):
            os.read(awake, 4096)


class Lease:
    """What the folder says, and when it was last read; read and written in a thread of its own.

    :ivar because: why the program was ended: engine, fenced, blind or limit; empty: it was not.
    """

    def __init__(self, folder: str, command: dict) -> None:
        self.folder, self.mark, self.every_s = folder, command["mark"], command["heartbeat_s"]
        self.epoch, self.grace_s = command["lease"]["epoch"], command["lease"]["grace_s"]
        self.blind_s = command["lease"]["blind_s"]
        self.limit_s = command["lease"].get("limit_s")
        self.began_at = self.seen_at = boottime()
        self.held_by = self.epoch
        self.ask, self.because, self.shim = "", "", 0
        self.program: dict | None = None
        self.ended, self.last_word = threading.Event(), threading.Event()
        self._beat = 0
        self._wake, self._said = threading.Event(), ""

    def broken(self, now: float) -> str:
        """Why this attempt must end: fenced or blind; empty: it holds its lease."""
        if self.held_by > self.epoch:
            return "fenced"
        return "blind" if now - self.seen_at > self.blind_s else ""

    def over(self, now: float) -> bool:
        """Whether its time is over, on an engine that does not limit it."""
        return self.limit_s is not None and now - self.began_at > self.limit_s

    def follow(self) -> None:
        """Read the lease and write node.json, until the end."""
        while not self.ended.is_set():
            self.read()
            self._write()
            self._wake.wait(self.every_s)
            self._wake.clear()
        self._write()
        self.last_word.set()

    def end(self) -> None:
        """Have the last word written."""
        self.ended.set()
        self._wake.set()

    def tell(self) -> None:
        """Have node.json say why, if the folder answers in time."""
        self._wake.set()
        until = boottime() + min(1.0, self.grace_s / 4)
        while self._said != self.because and boottime() < until:
            time.sleep(0.01)

    def read(self) -> None:
        """Read lease and identity, if they can be read now."""
        if (stored := load(self.folder, "lease.json")) is None or stored.get("mark") != self.mark:
            return
        self.seen_at = boottime()
        self.held_by = max(self.held_by, int(stored["epoch"]))
        if (ask := stored.get("ask")) in ASKS:
            self.ask = max(self.ask, ask, key=rank)
        identity = load(self.folder, "identity.json")
        if identity and (identity.get("shim") or {}).get("pid") == self.shim:
            self.program = identity.get("child")

    def _write(self) -> None:
        if self.program is None:
            return  # another start may have claimed the folder
        self._beat, because = self._beat + 1, self.because
        word = {
            "mark": self.mark,
            "beat": self._beat,
            "host": socket.gethostname(),
            "boot_id": self.program["boot_id"],
            "state": state_of(self.program),
            "because": because,
            "ended": self.ended.is_set(),
        }
        partial = os.path.join(self.folder, "node.json.partial")
        with contextlib.suppress(OSError):
            with open(partial, "w", encoding="utf-8") as file:
                json.dump(word, file)
            os.replace(partial, os.path.join(self.folder, "node.json"))
            self._said = because


def rank(ask: str) -> int:
    """How much is asked: nothing, SIGTERM to the program, to all, SIGKILL."""
    return ASKS.index(ask) + 1 if ask in ASKS else 0


def end(ask: str, shim: subprocess.Popen[bytes], program: dict | None) -> bool:
    """Signal the program, or all that runs here but the shim, which must record the exit.

    False: the program is not known yet, so that it must be asked again.
    """
    if program is None:
        if ask == "kill" and shim.poll() is None:
            shim.kill()  # it has not started its program yet
        return False
    alone = [program["pid"]] if state_of(program) is not None else []
    number = signal.SIGKILL if ask == "kill" else signal.SIGTERM
    for pid in alone if ask == "term" else descendants(os.getpid()):
        if pid != shim.pid:
            with contextlib.suppress(OSError):
                os.kill(pid, number)
    return True


def listen() -> tuple[int, list[int]]:
    """A descriptor that becomes readable at each signal, and the signals that ask for an end."""
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: asked.append(number))
    for number in (signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return reading, asked


def reap(shim: subprocess.Popen[bytes]) -> None:
    """Take the exit status of the shim, and of orphans that it left."""
    if shim.poll() is None:
        return
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def descendants(root: int) -> list[int]:
    """All live processes below this one."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and (fields := stat(int(name))) and fields[0] not in "ZX":
            children.setdefault(int(fields[1]), []).append(int(name))
    found: list[int] = []
    unvisited = [root]
    while unvisited:
        below = children.get(unvisited.pop(), [])
        found += below
        unvisited += below
    return found


def state_of(program: dict) -> str | None:
    """The state of exactly this process; None if it is gone."""
    fields = stat(program["pid"])
    return fields[0] if fields and int(fields[19]) == program["start_ticks"] else None


def stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None


def exit_code(folder: str, shim: int) -> int:
    """The program's, so that the engine's word agrees with the shim's; else the shim's own."""
    ended = load(folder, "exit.json") if shim == 0 else None
    if ended is None:
        return shim if shim >= 0 else 128 - shim
    if ended.get("signal"):
        return 128 + int(ended["signal"])
    return 1 if ended.get("exit_code") is None else int(ended["exit_code"])


def load(folder: str, name: str) -> dict | None:
    """A JSON object of the folder; None if it can't be read now."""
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def boottime() -> float:
    """Seconds that also count while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
