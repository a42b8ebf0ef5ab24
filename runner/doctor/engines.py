"""The engines of the active week's placements: whether each answers and would take its jobs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.errors import TrainweekError
from core.language import Message, literal
from core.playbook import parse_playbook
from runner.doctor.check_result import CheckResult, failed, passed, warned
from runner.doctor.read_only import rows_of
from runner.executors.engine import EngineUnreachable
from runner.executors.ray import Ray
from runner.executors.slurm import Slurm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.paths import Home
    from core.playbook.placement import Placement
    from runner.executors.engine import Engine
    from runner.settings import Settings

_SUBJECT = "engines"
_PLAYBOOKS = "SELECT id, playbook_text FROM weeks WHERE active"


def engines(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Each placement on its engine. Submits nothing."""
    placed = {
        kind: placement
        for week, text in rows_of(home, _PLAYBOOKS)
        for kind, placement in parse_playbook(text, week).training.placements.items()
        if placement.executor != "local"
    }
    if not placed:
        yield passed(_SUBJECT, Message("All jobs run on the runner's machine."))
    for kind, placement in placed.items():
        yield _result(kind, placement, _engine(placement, settings))


def _engine(placement: Placement, settings: Settings) -> Engine:
    if placement.executor == "ray":
        return Ray(settings.ray_address, settings.engine_timeout_s)
    return Slurm(settings.engine_timeout_s)


def _result(kind: str, placement: Placement, engine: Engine) -> CheckResult:
    began = time.monotonic()
    try:
        engine.try_out(placement)
    except EngineUnreachable as error:
        what = Message(
            "{kind}: {engine} gives no answer: {why}.",
            kind=kind,
            engine=engine.name,
            why=str(error),
        )
        # What runs there runs on; nothing new starts.
        return warned(_SUBJECT, what, Message("See whether the engine is up, from this machine."))
    except TrainweekError as error:
        what = Message("{kind}: {problem}", kind=kind, problem=error.what)
        return failed(_SUBJECT, what, literal(error.remedy))
    return passed(
        _SUBJECT,
        Message(
            "{kind}: {engine} would take it ({resources}); it answered in {s:.1f} s.",
            kind=kind,
            engine=engine.name,
            resources=placement.text,
            s=time.monotonic() - began,
        ),
    )
