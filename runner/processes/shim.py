"""The parent process of one attempt, which outlives the runner.

``python -I -S shim.py FOLDER`` starts the command in FOLDER/command.json, and writes
identity.json, heartbeat, and at the end exit.json: only a parent gets an exit code, and the
runner may not be running by then. It adopts every orphan of the attempt, rotates output.log,
and survives a full disk. Each live attempt has one, so it imports as little as possible.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36
RETRY_S = 0.5  # a file that could not be written (a full disk) is tried again
CHUNK = 1 << 20
REPORTED: set[str] = set()  # files whose failure is in shim.log


def main(folder: str, *forked: str) -> int:
    """Run the attempt in this folder, or its forked child (pid, pipe that it waits for); 125: void."""
    command = json.loads(read(os.path.join(folder, "command.json")))
    if command["mark"] != os.environ.get("TRAINWEEK_ATTEMPT"):
        return 125  # the runner gave up this start and began another
    try:
        with open(os.path.join(folder, "claim"), "x", encoding="utf-8") as claim:
            claim.write(command["mark"])
    except FileExistsError:
        return 125  # started before: a runner was paused during a take-over
    except OSError as error:
        print(f"claim can't be written: {error.strerror}", file=sys.stderr)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    awake = listen()
    group = own_cgroup(command["mark"])
    identity = {"mark": command["mark"], "started_at": time.time()}
    identity |= {"shim": process(os.getpid()), "child": None, "cgroup": group}
    unsaved = {"identity.json": identity}
    save(folder, unsaved)
    log = Log(folder, command.get("log_bytes", 0), command.get("log_files", 1))
    child = None
    try:
        if not forked:
            child = subprocess.Popen(
                command["argv"],
                cwd=command["cwd"],
                stdin=subprocess.DEVNULL,
                stdout=log.descriptor,  # a file: a pipe would break at the death of this shim
                stderr=log.descriptor,
                process_group=0,
                preexec_fn=None if group is None else lambda: join(group),
            )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        program = getattr(error, "filename", None) or ascii(command["argv"])[:200]
        reason = f"{program}: {getattr(error, 'strerror', None) or error}"  # a NUL in a word, too
        pid, unsaved["exit.json"] = 0, ending(None, reason, None)
    else:
        pid = int(forked[0]) if child is None else child.pid
        unsaved["identity.json"] = identity | {"child": process(pid)}
    if forked:
        if group is not None:
            join(group, forked[0])
        save(folder, unsaved)
        with contextlib.suppress(OSError):  # it was killed
            os.write(int(forked[1]), b"!")
    follow(pid, folder, command["heartbeat_s"], awake, group, unsaved, log)
    if group is not None:
        leave(group)
    return 0


def follow(
    child: int, folder: str, every_s: float, awake: int, group: str | None, unsaved: dict, log: Log
) -> None:
    """Return when the child and every orphan have ended and all files are written."""
    signals = select.poll()
    signals.register(awake, select.POLLIN)
    while True:
        code, others = reap(child)
        if code is not None:
            unsaved["exit.json"] = ending(code, None, oom_kills(group))
        save(folder, unsaved)
        if not others and (not unsaved or not os.path.isdir(folder)):
            return
        beat(folder)
        with contextlib.suppress(OSError):  # a log that can't be rotated must not end the shim
            log.cap()
        if signals.poll((min(RETRY_S, every_s) if unsaved else every_s) * 1000):
            os.read(awake, 4096)


def listen() -> int:
    """A descriptor that becomes readable at each signal, also SIGCHLD."""
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    # Handlers, not SIG_IGN: an ignored signal would stay ignored in the child.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    return reading


def reap(child: int) -> tuple[int | None, bool]:
    """The child's exit code if it has just ended, and whether any process is left."""
    code = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code, False
        if pid == 0:
            return code, True
        if pid == child:
            code = os.waitstatus_to_exitcode(status)


def process(pid: int) -> dict:
    """The same identity as in runner/processes/identity.py."""
    boot = read("/proc/sys/kernel/random/boot_id").strip()
    ticks = read(f"/proc/{pid}/stat").rpartition(")")[2].split()[19]
    return {"boot_id": boot, "pid": pid, "start_ticks": int(ticks)}


def ending(code: int | None, error: str | None, oom_kills: int | None) -> dict:
    """The content of exit.json."""
    code, number = (None, -code) if code is not None and code < 0 else (code, None)
    return {
        "exit_code": code,
        "signal": number,
        "error": error,  # the command could not be started
        "oom_kills": oom_kills,  # by the kernel, in the attempt's own control group
        "ended_at": time.time(),
    }


def read(path: str) -> str:
    """The text of a file; invalid UTF-8 becomes replacement characters."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def save(folder: str, unsaved: dict) -> None:
    """Write the unsaved files; those that fail remain, to be retried."""
    for name in list(unsaved):
        try:
            write(folder, name, unsaved[name])
            del unsaved[name]
        except OSError as error:
            if name not in REPORTED:
                print(f"{name} can't be written: {error.strerror}", file=sys.stderr)
            REPORTED.add(name)


def write(folder: str, name: str, value: dict) -> None:
    """Write a file, complete or absent, and sync it."""
    path = os.path.join(folder, name)
    partial = f"{path}.partial"
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def beat(folder: str) -> None:
    """Write the heartbeat; if that fails, the next one is written soon."""
    with contextlib.suppress(OSError), open(f"{folder}/heartbeat", "w", encoding="utf-8") as file:
        file.write(f"{time.time()}\n")


class Log:
    """A log of at most ``most`` bytes, with its predecessors output.log.1 and up.

    The program has the file open, so it can't be renamed: its content is copied, then truncated.
    A note says how much was lost, except for what is written between copy and truncation.
    """

    def __init__(self, folder: str, most: int, files: int, name: str = "output.log") -> None:
        self.name, self.path = name, os.path.join(folder, name)
        self.most, self.files = most, files
        try:
            self.descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        except OSError as error:  # a full disk must not stop the program
            print(f"{name} can't be opened: {error.strerror}", file=sys.stderr)
            self.descriptor = os.open(os.devnull, os.O_WRONLY)

    def cap(self) -> None:
        """If it is too long, move its end to output.log.1 and truncate it, or raise OSError."""
        size, why = os.fstat(self.descriptor).st_size, ""
        if not self.most or size <= self.most:
            return
        start = end = max(0, size - self.most) if self.files > 1 else size
        partial = f"{self.path}.partial"
        try:
            # Repeat until nothing was added, or it grows faster than it can be copied.
            while end < size and end - start < 2 * self.most:
                end = self._copy(end, size, partial, "wb" if end == start else "ab")
                size = os.fstat(self.descriptor).st_size
            if end > start:
                self._shift(partial)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(partial)
            if size < 2 * self.most:
                return  # retried later, when there may be disk space again
            start, end, why = size, size, f" ({error.strerror})"
        kept, lost = end - start, size - (end - start)
        note = f"earlier lines are in {self.name}.1" if kept else "earlier lines are lost"
        note += f", {lost} bytes of them lost" if kept and lost > 0 else ""
        os.ftruncate(self.descriptor, 0)
        with contextlib.suppress(OSError):
            os.write(self.descriptor, f"[trainweek] log truncated: {note}{why}\n".encode())

    def _shift(self, copy: str) -> None:
        """Make the copy output.log.1, and move the older ones by one number."""
        for number in range(self.files - 2, 0, -1):
            with contextlib.suppress(FileNotFoundError):
                os.replace(f"{self.path}.{number}", f"{self.path}.{number + 1}")
        os.replace(copy, f"{self.path}.1")

    def _copy(self, start: int, end: int, target: str, mode: str) -> int:
        """Copy these bytes to the target; returns the end offset."""
        with open(self.path, "rb") as source, open(target, mode) as copy:
            source.seek(start)
            while start < end and (chunk := source.read(min(CHUNK, end - start))):
                copy.write(chunk)
                start += len(chunk)
        return start


def own_cgroup(attempt_id: str) -> str | None:
    """Create a control group for this attempt; None if the user may not.

    A process can't leave it by detaching, and it counts the OOM kills of this attempt.
    """
    for base in memory_cgroups():
        path = os.path.join(base, f"trainweek-{attempt_id}")
        try:
            os.mkdir(path)
        except OSError:
            continue
        if os.access(os.path.join(path, "cgroup.procs"), os.W_OK):
            return path
        leave(path)
    return None


def memory_cgroups() -> list[str]:
    """Folders of the control groups of this process: the memory controller's, then v2's."""
    try:
        entries = [line.split(":", 2) for line in read("/proc/self/cgroup").splitlines()]
        mounts = [line.split() for line in read("/proc/self/mountinfo").splitlines()]
    except OSError:
        return []
    version_1, version_2 = [], []
    for _, controllers, path in entries:
        for mount in mounts:
            kind, options = mount[mount.index("-") + 1], mount[-1].split(",")
            inside = path.removeprefix(mount[3]) if mount[3] != "/" else path
            folder = os.path.join(mount[4], inside.lstrip("/"))
            if kind == "cgroup" and "memory" in controllers.split(",") and "memory" in options:
                version_1.append(folder)
            elif kind == "cgroup2" and controllers == "":
                version_2.append(folder)
    return version_1 + version_2


def join(group: str, pid: str = "0") -> None:
    """Move a process (0: this one) into a control group; else environment and ancestry show it."""
    with contextlib.suppress(OSError), open(f"{group}/cgroup.procs", "w", encoding="utf-8") as file:
        file.write(pid)


def leave(group: str) -> None:
    """Remove a control group."""
    with contextlib.suppress(OSError):  # not empty: the runner ends the rest and removes it
        os.rmdir(group)


def oom_kills(group: str | None) -> int | None:
    """How many processes of the group the OOM killer killed; None: unknown."""
    for name in ("memory.events", "memory.oom_control"):
        try:
            text = read(os.path.join(group or "/nowhere", name))
            return int(dict(line.split() for line in text.splitlines())["oom_kill"])
        except (OSError, KeyError, ValueError):
            continue
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
