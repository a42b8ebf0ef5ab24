"""The liveness of a job for those who only look: with a runner or without one.

It starts from what the runner wrote in pulse.json, and looks at files and process
itself, so a runner that is gone makes no job look alive.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from core.clock import Clock
from core.liveness import Limits, Pulse, judge_liveness
from core.paths import Home
from core.vocabulary import ENDED_STATES, JobState
from runner.files import read_json
from runner.liveness.progress import look_for_signs, read_pulse, vitals
from runner.liveness.watcher import places_of
from runner.processes.identity import ProcessIdentity, age_s, entry_of


def pulse_of(
    home: Home, job: Row, attempt: Row | None, clock: Clock, now: datetime
) -> Pulse | None:
    """None for a job that waits: it has no process to be alive.

    :param attempt: the job's newest.
    """
    state = JobState(job.state)
    if attempt is None or state is JobState.QUEUED:
        return None
    if state in ENDED_STATES:
        return judge_liveness(vitals(None, state, None, 0.0, 0.0))
    places, monotonic = places_of(home, job.kind, attempt), time.monotonic()
    identity = read_json(places.folder / "identity.json") or {}
    program = ProcessIdentity.from_dict(identity.get("child"))
    entry = entry_of(program)
    if program is None and state is JobState.STARTING:
        return None
    signs, stored = read_pulse(places.folder)
    signs = look_for_signs(places, signs, None, monotonic, now.timestamp())
    age = age_s(program) if program and entry else 0.0
    silence = age if signs.newest is None else min(monotonic - signs.newest, age)
    hours = clock.week_duration(now - timedelta(seconds=silence), now).total_seconds() / 3600
    seen = vitals(signs, state, entry.state if entry else None, age, monotonic, hours)
    return judge_liveness(seen, _limits(stored.get("limits")))


def _limits(stored: Any) -> Limits:
    """As far as they can be read: another version may know more or fewer of them."""
    known = {field.name for field in fields(Limits)}
    given = stored if isinstance(stored, Mapping) else {}
    return Limits(
        **{
            name: float(value)
            for name, value in given.items()
            if name in known and isinstance(value, int | float)
        }
    )
