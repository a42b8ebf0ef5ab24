"""Event files beside a trainer's own: curves of ``add_scalars``, hyperparameters, evaluations.

They repeat tags of the run, and are no attempt of it. Their tags keep the folder's name, so
that no two curves are mixed.

torch writes each curve of ``add_scalars("loss", {"train": …})`` as the tag ``loss`` into a
folder ``loss_train`` (``torch/utils/tensorboard/writer.py``), tensorboardX into ``loss/train``;
``add_hparams`` writes one point a metric into a folder named by the time.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from core.telemetry.aliases import ALIASES, canonical
from core.telemetry.frameworks import CLIP, ENTROPY, KL, POLICY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.telemetry.problems import FileEvents
    from core.telemetry.traces import Trace

_BY_TIME = re.compile(r"\d{9,11}(\.\d+)?")
_EVALUATION = re.compile(
    r"((?P<run>.+)[-_])?(eval|evaluation|evaluator|valid|validation|val|test|testing|dev)([-_]?\d+)?",
    re.IGNORECASE,
)
_OF_UPDATES = frozenset({KL, CLIP, ENTROPY, POLICY, "train/actor_loss"})  # no evaluation has them


class SideWriter(NamedTuple):
    """A file beside a run's own."""

    trace: Trace
    file: FileEvents  # its tags with the folder's name where they would be mixed up
    home: PurePosixPath  # the folder of the run that it belongs to


def side_writers(traces: Sequence[Trace]) -> list[SideWriter]:
    """The side writers among the files of a folder; all others are a trainer's own."""
    sides: list[SideWriter] = []
    others: list[Trace] = []
    for trace in traces:
        found = _curve(trace)
        if found is None:
            others.append(trace)
        else:
            sides.append(SideWriter(trace, *found))
    writers = Counter(tag for trace in others for tag in trace.tags)
    near = _Neighbours(others)
    for trace in others:
        own = _beside(trace, near)
        if own is None:
            continue
        inside = own.folder == trace.folder or own.folder in trace.folder.parents
        home = own.folder if inside or _run_of(trace) == own.folder.name else trace.folder.parent
        sides.append(SideWriter(trace, _apart(trace, writers), home))
    return sides


class _Neighbours:
    """Files by folder."""

    def __init__(self, traces: Sequence[Trace]) -> None:
        self._here: dict[PurePosixPath, list[Trace]] = {}
        self._under: dict[PurePosixPath, list[Trace]] = {}
        for trace in traces:
            self._here.setdefault(trace.folder, []).append(trace)
            self._under.setdefault(trace.folder.parent, []).append(trace)

    def above(self, trace: Trace) -> list[Trace]:
        """Files of the folders that hold this one's, the nearest first."""
        if trace.folder == PurePosixPath("."):
            return []
        return [one for folder in trace.folder.parents for one in self._here.get(folder, ())]

    def same(self, trace: Trace) -> list[Trace]:
        """Other files of its folder."""
        return [one for one in self._here[trace.folder] if one is not trace]

    def siblings(self, trace: Trace) -> list[Trace]:
        """Files of the folders beside its own."""
        under = self._under[trace.folder.parent]
        return [one for one in under if one.folder != trace.folder]


def _curve(trace: Trace) -> tuple[FileEvents, PurePosixPath] | None:
    """A file of ``add_scalars``: its one tag renamed to its folder, and the writer's folder."""
    if len(trace.tags) != 1:
        return None
    (tag,) = trace.tags
    parts = trace.folder.parts
    flat = tag.replace("/", "_")
    for place, part in enumerate(parts):
        if part.startswith(flat + "_") and len(part) > len(flat) + 1:
            return _renamed(trace, {tag: "/".join(parts[place:])}), PurePosixPath(*parts[:place])
    for name in (tag.split("/"), [flat]):
        size = len(name)
        for place in range(len(parts) - size):
            if list(parts[place : place + size]) == name:
                curve = "/".join(parts[place:])
                return _renamed(trace, {tag: curve}), PurePosixPath(*parts[:place])
    return None


def _beside(trace: Trace, near: _Neighbours) -> Trace | None:
    """The trainer's file that this one only accompanies; None: it is a trainer's own."""
    named = None if _updates(trace) else _EVALUATION.fullmatch(trace.folder.name)
    whose = _run_of(trace)
    by_name = named is not None and whose is None
    by_time = _BY_TIME.fullmatch(trace.folder.name) is not None
    values = trace.lone and (trace.first_step == 0 or by_time)
    for other in near.same(trace):
        if (values and not other.lone) or _accompanies(trace, other):
            return other
    for other in near.above(trace):
        if (values and not other.lone) or by_name or _accompanies(trace, other):
            return other
    if values or named is not None:
        for other in near.siblings(trace):
            if whose is not None and other.folder.name != whose and not values:
                continue
            evaluates = _EVALUATION.fullmatch(other.folder.name) and not _updates(other)
            if evaluates or _BY_TIME.fullmatch(other.folder.name):
                continue  # beside the run itself
            if (values and not other.lone) or (named is not None and trace.tags & other.tags):
                return other
    return None


def _run_of(trace: Trace) -> str | None:
    """The run that its folder is named after: ``PPO_1`` for ``PPO_1_eval``."""
    named = _EVALUATION.fullmatch(trace.folder.name)
    return None if named is None else named["run"]


def _updates(trace: Trace) -> bool:
    """Whether it has numbers of a policy's updates: a trainer, whatever its folder's name."""
    return any(canonical(tag) in _OF_UPDATES for tag in trace.tags)


def _accompanies(trace: Trace, other: Trace) -> bool:
    """Whether it repeats only a few tags of a run; with "time/fps" of its own it is a trainer.

    Except single values of a later step in a folder below: ``add_hparams`` with a step.
    """
    few = 2 * len(trace.tags) <= len(other.tags)
    if not few or not trace.tags & other.tags:
        return False
    if trace.lone and not other.lone and other.folder in trace.folder.parents:
        return trace.first_step > other.first_step or len(trace.tags) == 1
    return "time/fps" not in trace.tags and (trace.overlaps(other) or len(trace.tags) == 1)


def _apart(trace: Trace, writers: Counter[str]) -> FileEvents:
    """The file with the folder's name before each tag that another file writes too."""
    where = trace.folder.name or PurePosixPath(trace.file.name).name
    only_values = trace.lone and trace.first_step == 0
    return _renamed(
        trace,
        {
            tag: f"{where}:{tag}"
            for tag in trace.tags
            if writers[tag] > 1 or (only_values and canonical(tag) in ALIASES)
        },
    )


def _renamed(trace: Trace, names: dict[str, str]) -> FileEvents:
    columns = {names.get(tag, tag): columns for tag, columns in trace.file.columns.items()}
    return replace(trace.file, columns=columns)
