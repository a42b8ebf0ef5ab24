"""The processes of an attempt, found by its id.

The id is in the environment of each of them and, where the user may create one, in the name
of the attempt's control group. In files it has the key ``mark``, as in earlier versions.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runner.files import is_place, read_json
from runner.processes.identity import ProcessIdentity, identify
from runner.processes.procfs import environment, pids

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.paths import Home

ATTEMPT_VARIABLE = "TRAINWEEK_ATTEMPT"
NO_ATTEMPT = "00000000-0000-0000-0000-000000000000"  # in what attempts are forked from
ID_KEY = "mark"  # of command.json and identity.json
PLACE_KEY = "place"  # of command.json: the folder that it was written for


def attempt_processes() -> Iterator[tuple[ProcessIdentity, str]]:
    """Every live process of any attempt, and the attempt's id."""
    name = f"{ATTEMPT_VARIABLE}=".encode()
    for pid in pids():
        if (process := identify(pid)) is None:
            continue
        pairs = environment(pid)
        attempt_id = next((pair[len(name) :] for pair in pairs if pair.startswith(name)), None)
        # Checked again: the pid may have been reused before the environment was read.
        if attempt_id is not None and identify(pid) == process:
            yield process, attempt_id.decode("utf-8", "replace")


def processes_of(attempt_id: str) -> list[ProcessIdentity]:
    """Every live process of this attempt, grandchildren in other sessions included."""
    return [process for process, found in attempt_processes() if found == attempt_id]


def cgroup_members(cgroup: str | None, attempt_id: str) -> list[ProcessIdentity]:
    """Live processes of the control group that a shim created for this attempt."""
    if cgroup is None or Path(cgroup).name != f"trainweek-{attempt_id}":
        return []
    listed = {pid: identify(pid) for pid in _pids_of(cgroup)}
    # Checked again: a pid may have been reused before it was identified.
    still = set(_pids_of(cgroup)) if listed else set()
    return [
        process
        for pid, process in listed.items()
        if process is not None and pid in still and identify(pid) == process
    ]


def started_attempts(home: Home) -> dict[str, Path]:
    """The folders of all attempts by their id, read from files: it works with a damaged store."""
    return {
        str(command[ID_KEY]): path.parent
        for path in home.jobs.glob("*/attempt-*/command.json")
        if (command := read_json(path))
        and ID_KEY in command
        and is_place(command.get(PLACE_KEY), path.parent)
    }


def is_copied(folder: Path) -> bool:
    """Whether an attempt's folder is a copy: the processes of the original are none of its own."""
    command = read_json(folder / "command.json") or {}
    return not is_place(command.get(PLACE_KEY), folder)


def _pids_of(cgroup: str) -> list[int]:
    try:
        return [int(pid) for pid in (Path(cgroup) / "cgroup.procs").read_text().split()]
    except OSError:  # removed, or never created
        return []
