"""Settings of the runner and of the command line: every timing and limit, with its explanation.

Each can be set by an environment variable (``TRAINWEEK_STOP_GRACE_S=2``) or in ``settings.yaml``
of the data directory (``stop_grace_s: 2``); the variable wins. ``trainweek settings`` lists them.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import InputError
from core.field_hints import nearest, shown, wanted
from core.language import FIRST_LANGUAGE, Language, Message
from core.liveness import GAPS, MIN_SILENCE
from core.people import PersonName
from core.setting_types import Command, Count, HttpAddress, Number, RayAddress, SyncAddress
from core.vocabulary import JobKind, Role
from runner.files import BUSY_TIMEOUT_S, LOG_BYTES, LOG_FILES
from runner.settings_file import settings_in_file
from runner.store_address import StoreAddress, shown_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.paths import Home

PREFIX = "TRAINWEEK_"
# Variables that are not settings: the data directory, and those between our own processes.
_OTHER_VARIABLES = frozenset(
    {"TRAINWEEK_HOME", "TRAINWEEK_ATTEMPT", "TRAINWEEK_FAIL", "TRAINWEEK_TOKEN"}
)
_MOST = 999_999_999

Source = Literal["default", "environment", "file"]


def _number(default: float, unit: str, description: str) -> Any:
    return Field(
        default=default,
        ge=0,
        le=_MOST,
        description=description,
        json_schema_extra={"unit": unit},
    )


def _seconds(default: float, description: str) -> Any:
    return _number(default, "s", description)


def _program(name: str, what: str) -> Any:
    return Field(
        default=(sys.executable, "-m", f"runner.jobs.{name}"),
        min_length=1,
        description=f"Program of {what}, a JSON list of words; `--spec FILE` is appended.",
    )


class _Settings(BaseSettings):
    """Base of all settings: closed, frozen, no NaN or infinity."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, allow_inf_nan=False
    )

    @classmethod
    def read(cls, home: Home | None = None) -> Self:
        """The settings of this process; without ``home`` no file is read.

        :raises InputError: names the setting, its value, where it was set, and what is wanted.
        :raises SetupError: the file can't be read.
        """
        sources = cls.sources(home)
        in_file = settings_in_file(home, Settings.model_fields) if home else {}
        try:
            return cls(**{name: in_file[name] for name in in_file if sources[name] == "file"})
        except ValidationError as error:
            raise cls._wrong(error, sources, home) from error

    @classmethod
    def sources(cls, home: Home | None = None) -> dict[str, Source]:
        """Where each setting comes from.

        :raises InputError: the file sets an unknown name, or is not YAML.
        :raises SetupError: the file can't be read.
        """
        in_file = settings_in_file(home, Settings.model_fields) if home else {}
        set_here = {name.upper() for name in os.environ}
        return {
            name: "environment"
            if variable(name) in set_here
            else "file"
            if name in in_file
            else "default"
            for name in cls.model_fields
        }

    @classmethod
    def _wrong(
        cls, error: ValidationError, sources: Mapping[str, Source], home: Home | None
    ) -> InputError:
        first = error.errors()[0]
        name = str(first["loc"][0])
        in_file = sources[name] == "file" and home is not None
        place = f"{name} ({home.settings_file})" if in_file and home else variable(name)
        given = first["input"]
        if name in ("store_url", "sync_url"):  # it may hold a password, which is why it was refused
            given = shown_address(str(given))
        return InputError(
            Message("{setting} is {value}.", setting=place, value=shown(given)),
            Message("Give {wanted}.", wanted=wanted(cls, name)),
        )


class Settings(_Settings):
    """How the runner works. Durations are real seconds."""

    tick_s: Number = _seconds(0.5, "Interval at which the runner checks requests and processes.")
    heartbeat_s: Number = _seconds(2.0, "Interval of the runner's heartbeat in runner.json.")
    shim_heartbeat_s: Number = _seconds(3.0, "Interval of the heartbeat of an attempt's shim.")
    start_timeout_s: Number = _seconds(
        10.0, "A start that has left no trace of a process is abandoned after this time."
    )
    shim_grace_s: Number = _seconds(
        5.0, "Wait for the shim's exit status after a program's end; then it counts as unknown."
    )
    log_bytes: Count = _number(
        LOG_BYTES, "bytes", "Size at which output.log, runner.log and dashboard.log are rotated."
    )
    log_files: Count = _number(LOG_FILES, "files", "Rotated files kept, with the present one.")
    stop_grace_s: Number = _seconds(
        30.0, "Time from SIGTERM to SIGKILL of a job's whole process tree."
    )
    busy_timeout_s: Number = _seconds(
        BUSY_TIMEOUT_S, "How long a write of the runner waits for other writers."
    )
    store_url: StoreAddress | None = Field(
        default=None,
        description="PostgreSQL database that several machines share (default: SQLite's file).",
    )
    runner_lease_s: Number = _seconds(
        60.0, "On a shared database: a runner that was silent for so long may be replaced."
    )
    backup_interval_s: Number = _seconds(
        3600.0, "Interval of the backups of database and ledger; 0: no backups."
    )
    backup_keep_s: Number = _seconds(
        7 * 86400.0,
        "Up to this age every such backup stays; then one a day for 30 days, then one a week.",
    )
    proofs_from: Count = _number(
        1, "line", "First ledger line whose acts of signed-in people must be proved."
    )
    automatic_resume: bool = Field(
        default=True, description="Resume a training run that the machine interrupted."
    )
    sweep_parallel: Count = _number(
        1, "trials", "Trials of a sweep that run at once, each with one thread; 0: none begins."
    )
    sweep_warm: bool = Field(
        default=True, description="Fork trials of this machine from a process that has torch."
    )
    resumes_a_day: Count = _number(3, "resumes", "Automatic resumes of one run in 24 h.")
    backoff_s: Number = _seconds(
        15.0, "Wait before the first automatic resume; it doubles with each one."
    )
    backoff_cap_s: Number = _seconds(300.0, "Longest wait before an automatic resume.")
    backoff_jitter: Number = _number(
        0.25,
        "share",
        "Random part of each wait, so that several data directories don't resume at once.",
    )
    healthy_s: Number = _seconds(600.0, "An attempt that ran this long resets the backoff.")
    liveness_s: Number = _seconds(10.0, "Interval at which the progress of attempts is checked.")
    stalled_s: Number = _seconds(MIN_SILENCE, "Shortest silence that counts as a stall.")
    stalled_gaps: Number = _number(
        GAPS, "gaps", "A stall is also at least this many of the run's usual gaps between events."
    )
    engine_poll_s: Number = _seconds(5.0, "Interval at which an engine is asked about its jobs.")
    engine_timeout_s: Number = _seconds(20.0, "How long one question to an engine may take.")
    ray_address: RayAddress = Field(
        default="http://127.0.0.1:8265",
        description="Address of Ray's dashboard, which takes its jobs.",
    )
    lease_s: Number = _seconds(
        120.0, "An attempt on another machine that can't read its lease for this long ends itself."
    )
    lost_grace_s: Number = _seconds(
        300.0, "How long its shim must be silent after its engine has called an attempt ended."
    )
    sync_url: SyncAddress | None = Field(
        default=None,
        description="Object store that event files, models and reports are shipped to.",
    )
    sync_endpoint: HttpAddress | None = Field(
        default=None, description="Server of an S3 store that is not Amazon's."
    )
    sync_s: Number = _seconds(15.0, "Interval of `trainweek sync push --follow` and `pull`.")
    metrics_on_loopback: bool = Field(default=False, description="No token for local /metrics.")
    schedule: bool = Field(
        default=True, description="Run the daily checks at their time, without a request."
    )
    schedule_s: Number = _seconds(1.0, "Interval at which the schedule is checked.")
    machine_log_s: Number = _seconds(15.0, "Interval of the lines in logs/machine.jsonl; 0: none.")
    alerts_s: Number = _seconds(10.0, "Interval at which the runner looks for alerts.")
    keep_look_s: Number = _seconds(0.5, "Interval of the look of `trainweek up` at its processes.")
    keep_backoff_s: Number = _seconds(
        1.0, "Wait before `trainweek up` restarts one that died; doubles with each death in a row."
    )
    keep_backoff_cap_s: Number = _seconds(30.0, "Longest wait before such a restart.")
    keep_healthy_s: Number = _seconds(10.0, "One that ran this long resets that wait.")
    session_idle_s: Number = _seconds(4 * 3600.0, "A sign-in ends after this time without a click.")
    session_longest_s: Number = _seconds(12 * 3600.0, "A sign-in ends after this time in any case.")
    session_fresh_s: Number = _seconds(
        900.0, "Age at which a sign-in no longer counts for signing, overriding and restoring."
    )
    link_valid_s: Number = _seconds(
        12 * 3600.0, "Without a login: how long an unused one-time link is good."
    )
    link_session_s: Number = _seconds(
        30 * 86400.0, "Without a login: how long a browser stays let in that used one."
    )
    command_train: Command = _program("train_ppo", "a training run")  # people look for it with ps
    command_revalidate: Command = _program("revalidate", "a revalidation")
    command_preflight: Command = _program("preflight", "a pre-flight")
    command_daily_check: Command = _program("daily_check", "a daily check")
    command_data_check: Command = _program("data_check", "a data check")
    command_backup: Command = _program("backup", "a backup, or of its restore")
    command_import_model: Command = _program("import_model", "a model import")
    command_paper: Command = _program("paper", "a replay on paper")
    command_trial: Command = _program("trial", "a trial of a sweep")
    command_reproduce: Command = _program("reproduce", "a reproduction of a decided model")
    command_twin: Command = _program("twin", "a twin run")

    def command(self, kind: JobKind) -> tuple[str, ...]:
        """The program of a kind of job."""
        words: tuple[str, ...] = getattr(self, command_name(kind))
        return words


class Terminal(_Settings):
    """Who the command line acts as, and in which language it speaks. Nothing proves the name."""

    person: Annotated[PersonName | None, BeforeValidator(lambda given: given or None)] = Field(
        default=None,
        description="Name that the command line records (default: the system's user).",
    )
    role: Role = Field(default=Role.LEAD, description="Role that the command line acts with.")
    week: Annotated[str, Field(json_schema_extra={"format": "folder-name"})] | None = Field(
        default=None,
        description="Week in progress that the command line acts on (default: the active one).",
    )
    language: Language = Field(
        default=FIRST_LANGUAGE,
        description="Language of the sentences that the command line prints.",
    )


def command_name(kind: JobKind) -> str:
    """The setting that holds the program of a kind."""
    return f"command_{kind.value.replace('-', '_')}"


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def misspelt_variables() -> dict[str, str]:
    """Variables that set nothing, each with the one that was probably meant."""
    known = [name for each in (Settings, Terminal) for name in each.model_fields]
    meant = {
        name: nearest(name.removeprefix(PREFIX), known)
        for name in sorted(os.environ)
        if name.startswith(PREFIX)
        and name not in _OTHER_VARIABLES
        and name not in map(variable, known)
    }
    return {name: variable(near) for name, near in meant.items() if near}
