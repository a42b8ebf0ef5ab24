"""Every timing and limit of the runner. Each can be set from the environment.

``TRAINWEEK_STOP_GRACE_S=2`` sets ``stop_grace_s``; ``TRAINWEEK_COMMAND_TRAIN='["./my"]'``
(JSON) replaces the program of a kind. Tests make seconds of minutes this way.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from core.errors import InputError
from core.liveness import GAPS, LEAST_SILENCE
from core.vocabulary import JobKind

PREFIX = "TRAINWEEK_"

_PROGRAMS = {
    JobKind.TRAIN: "train_ppo",  # people look for this name with ps
    JobKind.REVALIDATE: "revalidate",
    JobKind.PREFLIGHT: "preflight",
    JobKind.DAILY_CHECK: "daily_check",
    JobKind.DATA_CHECK: "data_check",
    JobKind.BACKUP: "backup",
    JobKind.IMPORT_MODEL: "import_model",
}


def own_programs() -> dict[JobKind, tuple[str, ...]]:
    """The command of each kind; ``--spec FILE`` is added to it."""
    return {kind: (sys.executable, "-m", f"runner.jobs.{name}") for kind, name in _PROGRAMS.items()}


@dataclass(frozen=True)
class Settings:
    """How the runner works. Durations are real seconds."""

    tick_s: float = 0.5
    """Between two looks at requests and processes."""
    heartbeat_s: float = 2.0
    """Between two signs of life in runner.json."""
    shim_heartbeat_s: float = 3.0
    """Between two signs of life of an attempt's shim."""
    start_timeout_s: float = 10.0
    """A start that left no trace of a process is given up after this."""
    shim_grace_s: float = 5.0
    """A program that has ended while its shim says nothing is judged without it after this."""
    log_bytes: int = 10_000_000
    """output.log of an attempt, runner.log and dashboard.log are begun anew beyond this."""
    log_files: int = 10
    """How many of them stay, the present one included."""
    stop_grace_s: float = 30.0
    """From SIGTERM to SIGKILL of the whole tree."""
    busy_timeout_s: float = 15.0
    """How long a write waits for other writers."""
    backup_interval_s: float = 3600.0
    """Between two backups of database and ledger; 0 makes none."""
    backup_keep_s: float = 7 * 86400.0
    """How long a backup is kept; the newest one stays whatever its age."""
    automatic_resume: bool = True
    """Whether a training that the machine interrupted goes on by itself."""
    resumes_a_day: int = 3
    """Automatic resumes of one training in 24 h."""
    backoff_s: float = 15.0
    """Before the first automatic resume; doubles with each one."""
    backoff_cap_s: float = 300.0
    """The longest wait before an automatic resume."""
    backoff_jitter: float = 0.25
    """Each wait is longer or shorter by up to this share, so that homes don't act in step."""
    healthy_s: float = 600.0
    """An attempt that lived so long begins the doubling anew."""
    liveness_s: float = 10.0
    """Between two looks at the progress of live attempts."""
    stalled_s: float = LEAST_SILENCE
    """The shortest silence that is called a stall."""
    stalled_gaps: float = GAPS
    """A stall is also so many of the run's usual gaps."""
    schedule: bool = True
    """Whether the runner asks for the daily checks by itself."""
    schedule_s: float = 1.0
    """Between two looks at the schedule."""
    keep_look_s: float = 0.5
    """Between two looks of ``trainweek up`` at runner and dashboard."""
    keep_backoff_s: float = 1.0
    """Before one that died is started again; doubles with each death in a row."""
    keep_backoff_cap_s: float = 30.0
    """The longest wait before one is started again."""
    keep_healthy_s: float = 10.0
    """Whoever lived for so long came up well: the wait begins anew."""
    commands: Mapping[JobKind, tuple[str, ...]] = field(default_factory=own_programs)
    """What is run for each kind."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The defaults, changed by what the environment sets.

        :raises InputError: names the variable whose value is of the wrong kind.
        """
        given = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for each in fields(cls):
            name = PREFIX + each.name.upper()
            if each.name != "commands" and name in given:
                values[each.name] = _parse(name, given[name], each.type)
        commands = own_programs()
        for kind in JobKind:
            name = f"{PREFIX}COMMAND_{kind.value.upper().replace('-', '_')}"
            if name in given:
                commands[kind] = _command(name, given[name])
        return cls(**values, commands=commands)


def _parse(name: str, text: str, kind: Any) -> Any:
    try:
        match kind:
            case "bool":
                return {"1": True, "true": True, "0": False, "false": False}[text.lower()]
        number = int(text) if kind == "int" else float(text)
        if not 0 <= number < 1e9:
            raise ValueError(text)
    except (KeyError, ValueError) as error:
        raise InputError(
            f"{name} is {text!r}.", "Give a number of seconds, a count, or 1 or 0."
        ) from error
    return number


def _command(name: str, text: str) -> tuple[str, ...]:
    try:
        words = json.loads(text)
        if not words or not all(isinstance(word, str) for word in words):
            raise ValueError(text)
    except (ValueError, TypeError) as error:
        raise InputError(f"{name} is {text!r}.", 'Give JSON: ["program", "argument"].') from error
    return tuple(words)
