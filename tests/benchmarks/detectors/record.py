"""Make the labelled recordings: ``python -m tests.benchmarks.detectors.record``.

Trains more than four hundred real agents one after another (about 40 minutes of one
core), each in a forked process, and packs their event files with a ``label.json`` each into
``recordings.tar.xz``. A run that is there already is left alone, so it can be interrupted
and taken up again.
Linux only: faults are signals and a tmpfs that is full.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

from tests.benchmarks.detectors.classes import CLASSES, RunClass
from tests.benchmarks.detectors.training import VERSIONS, Plan, run_in_this_process, warm_up

ARCHIVE = Path(__file__).with_name("recordings.tar.xz")
_INSIDE = "TRAINWEEK_RECORDING_NAMESPACE"
LONGEST = 600.0  # real seconds of one training
_POLL = 0.02


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, default=Path("/tmp/trainweek-recordings"))
    options.add_argument("--only", nargs="*", help="names of classes")
    options.add_argument("--from-seed", type=int, default=0)
    options.add_argument("--part", type=int, help="record only this one of --parts, pack nothing")
    options.add_argument("--parts", type=int, default=1)
    options.add_argument("--seeds", type=int, default=NEVER, help="at most so many a class")
    chosen = options.parse_args()
    if _INSIDE not in os.environ:
        # A user namespace of our own: the full disk is a tmpfs that only we see.
        inside = ["unshare", "-Urm", sys.executable, "-m", __spec__.name, *sys.argv[1:]]
        os.execvpe("unshare", inside, {**os.environ, _INSIDE: "1", "OMP_NUM_THREADS": "1"})
    wanted = [kind for kind in CLASSES if not chosen.only or kind.name in chosen.only]
    if ARCHIVE.exists() and not chosen.folder.exists():
        # What is recorded is kept; remove the archive to record everything again.
        with tarfile.open(ARCHIVE) as tar:
            tar.extractall(chosen.folder, filter="data")
    warm_up()
    # Seed by seed, so that what is there after any time holds every class alike.
    runs = [
        (kind, seed)
        for seed in range(
            chosen.from_seed, min(chosen.seeds, max(max(k.seeds) for k in wanted) + 1)
        )
        for kind in wanted
        if seed in kind.seeds
    ]
    for kind, seed in runs[chosen.part :: chosen.parts] if chosen.part is not None else runs:
        record(kind, seed, chosen.folder / f"{kind.name}-{seed:02}")
    if chosen.part is None:
        pack(chosen.folder, ARCHIVE)


NEVER = 10**6


def record(kind: RunClass, seed: int, folder: Path) -> None:
    """One run in its folder; label.json comes last, so a folder with one is complete."""
    if (folder / "label.json").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    plan = Plan(kind, seed)
    disk = folder / "events" if kind.name == "crash_disk_full" else None
    if disk is not None:
        _mount(disk, plan)
    child = os.fork()
    if child == 0:
        run_in_this_process(plan, folder)
    ended = _wait(child, plan, folder)
    if disk is not None:
        _unmount(disk)
    label = _label(plan, folder, ended)
    for name in ("marks.json", "end.json", "log.jsonl"):
        (folder / name).unlink(missing_ok=True)
    (folder / "label.json").write_text(json.dumps(label, indent=1))
    print(f"{folder.name}: {label['iterations']} iterations, {label['process']}", flush=True)


def _wait(child: int, plan: Plan, folder: Path) -> int | None:
    """Until it has ended (its return code) or hangs for good (None; then it is killed)."""
    begun, name = time.monotonic(), plan.kind.name
    while True:
        pid, status = os.waitpid(child, os.WNOHANG | os.WUNTRACED)
        if pid and not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)
        if pid and name == "hang_pause":
            time.sleep(1.5 + 2.0 * plan.strength)
            (folder / "resumed.json").write_text(json.dumps({"wall": time.time()}))
            os.kill(child, signal.SIGCONT)
        hangs = bool(pid) or (name == "hang_deadlock" and (folder / "marks.json").exists())
        if (hangs and name != "hang_pause") or time.monotonic() - begun > LONGEST:
            time.sleep(0.3)  # the file really stands still
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            if not hangs:
                raise TimeoutError(f"{folder.name} takes longer than {LONGEST:.0f} s.")
            return None
        time.sleep(_POLL)


def _label(plan: Plan, folder: Path, code: int | None) -> dict:
    """What is known about the run from its injection and its process, not from its curves."""
    kind = plan.kind
    marks = _read(folder / "marks.json") or {"step": None, "wall": None}
    end = _read(folder / "end.json")
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    resumed = folder / "resumed.json"
    resumed.unlink(missing_ok=True)
    return {
        "class": kind.name,
        "scenario": kind.scenario,
        "seed": plan.seed,
        "env": plan.env,
        "onset_step": marks["step"],
        "onset_wall": marks["wall"],
        "started_wall": log[0][0],
        "ended_wall": end["wall"] if end else (marks["wall"] if code is not None else None),
        "process": "alive" if code is None else f"exit {code}",
        "error": end["error"] if end else "",
        "iterations": plan.iterations,
        "total_steps": plan.iterations * plan.rollout,
        "attempts": len(list((folder / "events").iterdir())),
        "drawn": end["drawn"] if end else plan.drawn,
        "log": log,
        "versions": VERSIONS,
    }


def _read(path: Path) -> dict | None:
    return json.loads(path.read_text()) if path.exists() else None


def _mount(folder: Path, plan: Plan) -> None:
    """A disk that is full after 30 to 70 % of the run: about 800 bytes an iteration."""
    size = 4096 * max(4, round(800 * plan.onset / 4096))
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)


def _unmount(folder: Path) -> None:
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    subprocess.run(["umount", str(folder)], check=True)
    folder.rmdir()
    kept.rename(folder)


def pack(folder: Path, archive: Path) -> None:
    """All complete runs, in order of their names, without owners or dates."""

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = info.mtime = 0
        info.uname = info.gname = ""
        return info

    with tarfile.open(archive, "w:xz", preset=9) as tar:
        for run in sorted(path.parent for path in folder.glob("*/label.json")):
            tar.add(run, arcname=run.name, filter=plain)
    print(f"{archive}: {archive.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
