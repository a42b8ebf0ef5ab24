"""A small, real job program.

Its script says what it does (see the functions): a file a job in the home, written by
:func:`tests.runner.place.submit_scripted`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

ENDLESS = {"sleep", "ignore_term", "grandchild", "bare_grandchild", "orphan", "hang", "eat"}
SPEC = argparse.ArgumentParser()
SPEC.add_argument("--spec", type=Path, required=True)


def write(path: Path, value: dict) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(value))
    partial.replace(path)


def main() -> int:
    spec = json.loads(SPEC.parse_args().spec.read_text())
    folder = Path(spec["folder"])
    params = script_of(Path(spec["home"]) / "scripts", spec)
    stopping = False

    def on_term(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, on_term)
    started = Path(spec["home"]) / "starts.log"
    with started.open("a") as log:  # one line a start: a second start would show
        log.write(f"{spec['job_id']} {os.getpid()}\n")
    print("started", flush=True)
    do = params.get("do", "complete")
    if do == "ignore_term":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if do in {"grandchild", "bare_grandchild"}:  # leaves the session by a double fork
        bare: dict[str, str] | None = (
            {} if do == "bare_grandchild" else None
        )  # not even the mark is left
        pid_file = str(folder / "grandchild.pid")
        subprocess.run([sys.executable, __file__, "--fork", pid_file], env=bare, check=True)
    if do == "orphan":  # it ends long before this program does, and a parent must reap it
        subprocess.run([sys.executable, __file__, "--fork", str(folder / "grandchild.pid"), "0"])
    if do == "hang":
        from runner.jobs.stacks import write_stacks_on_request

        write_stacks_on_request(folder)
    deadline = time.monotonic() + float(params.get("seconds", 0))
    step = 1_000_000 * spec["attempt"]  # later attempts get further
    waits = params.get("wait", False)  # until it is released: a busy machine changes nothing
    while time.monotonic() < deadline or do in ENDLESS or (waits and not (folder / "go").exists()):
        step += 1
        write(folder / "progress.json", {"steps": params.get("at_step", step)})
        if do == "hang" and (folder / "hang").exists():
            step_that_never_ends()
        if do == "eat" and (folder / "eat").exists():
            eaten = [bytearray(b"x" * 1_000_000) for _ in range(2_000)]
            print(len(eaten))
        if stopping and do == "diverge":
            break
        if stopping:
            write(folder / "result.json", {"complete": False, "status": "STOPPED"})
            return 3
        time.sleep(0.02)
    match do:
        case "fail":
            raise ValueError("the reward became NaN")
        case "exit":
            return int(params["code"])
        case "refuse":
            write(
                folder / "result.json",
                {
                    "complete": False,
                    "error": "There is no data.",
                    "remedy": "Get some.",
                    "error_kind": params.get("error_kind", "data"),
                },
            )
            return 2
        case "diverge":
            write(
                folder / "result.json",
                {
                    "complete": False,
                    "exit_code": 1,
                    "status": "DIVERGED",
                    "error": "train/loss is nan.",
                    "error_kind": "diverged",
                },
            )
            return 1
        case "no_result":
            return 0
        case "half_result":
            (folder / "result.json").write_text('{"complete": true, "status": "DO')
            return 0
        case "kill_self":
            os.kill(os.getpid(), signal.SIGKILL)
    write(folder / "result.json", {"complete": True, **params.get("result", {})})
    return 0


def script_of(folder: Path, spec: dict) -> dict:
    """The job's own script, or the one that is being handed in with it at this very moment."""
    for name in (spec["job_id"], f"new-{spec['kind']}", spec["job_id"]):
        with contextlib.suppress(FileNotFoundError):
            return json.loads((folder / f"{name}.json").read_text())
    return {}


def step_that_never_ends() -> None:
    time.sleep(600)


def fork(pid_file: str, seconds: float) -> None:
    """Start a process without a parent here, in a session of its own."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            Path(pid_file).write_text(str(os.getpid()))
            time.sleep(seconds)
        os._exit(0)


if __name__ == "__main__":
    if "--fork" in sys.argv:
        fork(sys.argv[2], float(sys.argv[3] if len(sys.argv) > 3 else 600))
        raise SystemExit(0)
    raise SystemExit(main())
