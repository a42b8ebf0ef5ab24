"""The process table, and the descendants of a process in it."""

from __future__ import annotations

from dataclasses import dataclass

from runner.processes.identity import TICKS_PER_SECOND, ProcessIdentity, identify, is_alive
from runner.processes.procfs import boot_id, pids, stat_fields


@dataclass(frozen=True)
class ProcessEntry:
    """A row of the process table."""

    parent: int
    state: str  # R, S, D, T, Z, ...
    ticks: int
    cpu_s: float  # user and system time, with that of its reaped children


def process_entry(process: ProcessIdentity | None) -> ProcessEntry | None:
    """The row of exactly this process, also of a zombie; None if it is gone."""
    if process is None or process.boot != boot_id():
        return None
    if (fields := stat_fields(process.pid)) is None:
        return None
    entry = _entry(fields)
    return entry if entry.ticks == process.ticks else None


def process_table() -> dict[int, ProcessEntry]:
    """All processes by pid."""
    return {pid: _entry(fields) for pid in pids() if (fields := stat_fields(pid))}


def tree_in(
    table: dict[int, ProcessEntry], root: ProcessIdentity | None
) -> dict[int, ProcessEntry]:
    """A process and its descendants in a table; empty if it is not in the table."""
    if root is None or root.boot != boot_id():
        return {}
    if (entry := table.get(root.pid)) is None or entry.ticks != root.ticks:
        return {}
    children: dict[int, list[int]] = {}
    for pid, each in table.items():
        children.setdefault(each.parent, []).append(pid)
    tree, unvisited = {root.pid: entry}, [root.pid]
    while unvisited:
        for pid in children.get(unvisited.pop(), ()):
            tree[pid] = table[pid]
            unvisited.append(pid)
    return tree


def descendants(*roots: ProcessIdentity | None) -> list[ProcessIdentity]:
    """The live children of these processes, and their descendants."""
    live = [root for root in roots if root is not None and is_alive(root)]
    if not live:
        return []
    table = process_table()
    found = {pid for root in live for pid in tree_in(table, root)} - {root.pid for root in live}
    return [child for pid in found if (child := identify(pid)) and child.ticks == table[pid].ticks]


def _entry(fields: list[str]) -> ProcessEntry:
    cpu_s = sum(map(int, fields[11:15])) / TICKS_PER_SECOND
    return ProcessEntry(int(fields[1]), fields[0], int(fields[19]), cpu_s)
