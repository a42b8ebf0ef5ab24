"""Which runs a folder of event files holds: PPO_1, PPO_2, … are several, a resume is one.

A file belongs to a run if trainweek started it as its next attempt, if its steps continue
where the run's earlier file ended (SB3's ``reset_num_timesteps=False``), or if it is a second
writer beside it. A file that begins at step zero again is a run of its own. RLlib trains several
policies in one run: each is judged like a run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from core.telemetry.policies import of_policy, policies
from core.telemetry.run_events import RunEvents
from core.telemetry.side_writers import side_writers
from core.telemetry.traces import Trace, ordered, traces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.telemetry.problems import FileEvents, FileProblem
    from core.telemetry.side_writers import SideWriter

_GAP = 3.0  # usual differences of steps that may lie between a run and its resume


_WORD = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True)
class FoundRun:
    """One run of a folder."""

    name: str  # its folder, or its file where several share one; with the policy of several
    path: Path  # of that folder or file
    events: RunEvents


def runs_in(events: RunEvents) -> list[FoundRun]:
    """The runs below a folder, in the order of their first event; at least one.

    Files without points belong to the run in their folder. If there is only one run, it has
    all files.
    """
    files = ordered(events.contents)
    every = traces(files)
    sides = side_writers(every)
    beside = {id(side.trace) for side in sides}
    strands: list[list[Trace]] = []
    for trace in every:
        if id(trace) in beside:
            continue
        strand = _strand_of(trace, strands)
        if strand is None:
            strands.append([trace])
        else:
            strand.append(trace)
    members = [[trace.file for trace in strand] for strand in strands]
    homes = [_folder(strand) for strand in strands]
    for side in sides:
        place = _home_of(side, strands)
        if place is None:  # curves of add_scalars alone
            strands.append([side.trace])
            members.append([side.trace.file])
            homes.append(side.home)
        else:
            members[place].append(side.trace.file)
    if len(strands) < 2:
        return _by_policy(FoundRun(events.path.name, events.path, events))
    for file in files:
        if not file.columns:
            folder = PurePosixPath(file.name).parent
            for place, home in enumerate(homes):
                if homes.count(home) == 1 and folder == home:
                    members[place].append(file)
    return [
        run
        for strand, files, home in zip(strands, members, homes, strict=True)
        for run in _by_policy(_found(events.path, strand, files, home, homes))
    ]


def _by_policy(run: FoundRun) -> list[FoundRun]:
    """A run of several policies as one run each; the reward is of all of them."""
    files = run.events.contents
    names = policies(files)
    if len(names) < 2:
        return [run]
    return [
        FoundRun(f"{run.name}: {name}", run.path, RunEvents(run.path, of_policy(files, name)))
        for name in names
    ]


def newest_run(events: RunEvents) -> RunEvents:
    """The run that wrote last; never several stitched to one."""
    found = runs_in(events)
    return max(found, key=lambda run: run.events.last_wall or 0.0).events


@dataclass(frozen=True)
class UnreadFiles:
    """Files without points that belong to no run."""

    names: list[str]
    damage: list[FileProblem]  # of those that should have some

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        damage = [{"file": each.file, "detail": str(each.detail)} for each in self.damage]
        return {"unread": self.names, "damaged": damage}


def without_run(events: RunEvents, runs: Sequence[FoundRun]) -> UnreadFiles:
    """Files without points that belong to no run."""
    known = {file.name for run in runs for file in run.events.contents}
    names = [file.name for file in ordered(events.contents) if file.name not in known]
    lost = [each for each in events.problems if each.file not in known and each.is_damage]
    return UnreadFiles(names, lost)


def _found(
    root: Path,
    strand: Sequence[Trace],
    files: Sequence[FileEvents],
    home: PurePosixPath,
    homes: Sequence[PurePosixPath],
) -> FoundRun:
    alone = sum(other == home or home in other.parents for other in homes) == 1
    where = home if alone else PurePosixPath(strand[0].file.name)
    folders = list(dict.fromkeys(trace.folder for trace in strand))
    siblings = len(folders) > 1 and len({folder.parent for folder in folders}) == 1
    name = where.as_posix()
    if alone and siblings and strand[0].numbered_run is None:
        name = f"{folders[0]} + {folders[-1].name}"
    path = root / where
    return FoundRun(root.name if name == "." else name, path, RunEvents(path, files))


def _folder(strand: Sequence[Trace]) -> PurePosixPath:
    """The folder that holds a run: of its first file, above the folders of attempts."""
    first = strand[0]
    return first.numbered_run or first.folder


def _strand_of(trace: Trace, strands: Sequence[list[Trace]]) -> list[Trace] | None:
    """The run that a file belongs to; None: it begins a run."""
    numbered = trace.numbered_run
    if numbered is not None:
        return next((one for one in strands if one[0].numbered_run == numbered), None)
    ends: list[list[Trace]] = []
    for strand in reversed(strands):
        if strand[0].numbered_run is not None:
            continue
        if not any(trace.tags & other.tags for other in strand):
            if any(_writes_beside(trace, other) for other in strand):
                return strand
        elif trace.from_zero is not True and _continues(trace, strand):
            ends.append(strand)
    exact = [strand for strand in ends if any(one.ends_before(trace) for one in strand)]
    # Of seeds that were resumed side by side, the one with the likest name; then the newest.
    return max(exact or ends, key=lambda strand: _alike(trace, strand), default=None)


def _alike(trace: Trace, strand: Sequence[Trace]) -> int:
    """How many first words and numbers its folder's name shares with those of a run."""
    own = _WORD.findall(trace.folder.as_posix())
    pairs = [zip(own, _WORD.findall(one.folder.as_posix()), strict=False) for one in strand]
    return max(sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], each)) for each in pairs)


def _writes_beside(trace: Trace, other: Trace) -> bool:
    """A second writer of other tags: in the same folder, in one below, or at the same time."""
    if trace.folder == other.folder:
        return True
    if other.folder in trace.folder.parents or trace.folder in other.folder.parents:
        return trace.overlaps(other)
    return trace.beside(other) and trace.overlaps(other)


def _continues(trace: Trace, strand: Sequence[Trace]) -> bool:
    """Whether a file's steps continue those of a run: where they ended, or from a checkpoint."""
    own = [one for one in strand if one.tags & trace.tags]
    first, last = own[0], own[-1]
    if trace.first_step <= first.first_step or 2 * len(trace.tags & last.tags) < min(
        len(trace.tags), len(last.tags)
    ):
        return False
    if trace.from_zero is None and trace.first_step < 1.5 * (last.stride or first.first_step):
        return False  # one or two points, as of a new run
    if any(one.folder == trace.folder for one in own):
        return True
    if not trace.beside(last):
        return False
    if last.ends_before(trace) or trace.from_zero is None:
        return last.ends_before(trace)
    reach = _GAP * max(trace.stride or 0.0, last.stride or 0.0)
    branches = any(one.ends_before(trace) for one in own[:-1])
    return (
        not branches
        and trace.first_wall >= last.last_wall
        and trace.first_step <= last.last_step + reach
    )


def _home_of(side: SideWriter, strands: Sequence[Sequence[Trace]]) -> int | None:
    """The run that a side writer belongs to."""
    near = [
        place
        for place, strand in enumerate(strands)
        if any(trace.folder == side.home for trace in strand)
    ] or [
        place
        for place, strand in enumerate(strands)
        if any(
            side.home in trace.folder.parents or trace.folder in side.home.parents
            for trace in strand
        )
    ]
    began = [
        place
        for place in near
        if min(trace.first_wall for trace in strands[place]) <= side.trace.first_wall
    ]
    return max(began or near, default=None)
