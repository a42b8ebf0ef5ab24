"""A home with a week, a runner in this process or a real one, and real small children."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from core.files import write_json
from core.job_params import PARAMS
from core.paths import Home
from core.people import Person
from core.timestamps import parse_moment
from core.vocabulary import ENDED_STATES, JobKind, JobState, Role
from runner.client import Client
from runner.home.launch import stop_all
from runner.home.runner_identity import read_identity
from runner.outcomes import Submitted
from runner.processes.attempt_processes import attempt_processes, started_attempts
from runner.service import Service
from runner.settings import Settings, command_name
from runner.store import Store, chain
from tests.expected import job_of, present
from tests.postgresql import TESTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from runner.outcomes import AlreadyRunning, Refused
    from runner.records import Job
    from tests.postgresql import Server

CHILD = Path(__file__).with_name("child.py")
LAUNCH = parse_moment("2026-02-23T14:00Z")
ENGINEER = Person("Eva", Role.ENGINEER)
LEAD = Person("Lea", Role.LEAD)
CTO = Person("Carl", Role.CTO, verified=True)
VIEWER = Person("Vic", Role.VIEWER)


def child_settings(**changed: object) -> Settings:
    """Every kind runs ``child.py``; minutes are made seconds."""
    values: dict[str, Any] = {
        "tick_s": 0.02,
        "heartbeat_s": 0.2,
        "shim_heartbeat_s": 0.2,
        "start_timeout_s": 60.0,  # a busy machine starts a process late
        "stop_grace_s": 0.5,
        "backoff_s": 0.1,
        "schedule": False,
        "commands": dict.fromkeys(JobKind, (sys.executable, str(CHILD))),
    } | changed
    commands = values.pop("commands")
    return Settings(**values, **{command_name(kind): words for kind, words in commands.items()})


def own_programs() -> dict[JobKind, tuple[str, ...]]:
    """The commands that a runner has by itself."""
    return {kind: Settings().command(kind) for kind in JobKind}


def child_environment(**changed: str) -> dict[str, str]:
    """The same for a runner in a process of its own."""
    command = json.dumps([sys.executable, str(CHILD)])
    commands = {
        f"TRAINWEEK_COMMAND_{kind.value.upper().replace('-', '_')}": command for kind in JobKind
    }
    timings = {
        "TRAINWEEK_TICK_S": "0.02",
        "TRAINWEEK_HEARTBEAT_S": "0.2",
        "TRAINWEEK_SHIM_HEARTBEAT_S": "0.2",
        "TRAINWEEK_START_TIMEOUT_S": "60",
        "TRAINWEEK_STOP_GRACE_S": "0.5",
        "TRAINWEEK_BACKOFF_S": "0.1",
        "TRAINWEEK_SCHEDULE": "0",
    }
    return os.environ | commands | timings | changed


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until it is true; the bound only ends a test that has failed."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.02)


def strays(home: Home) -> list[psutil.Process]:
    """Every live process of an attempt in this home."""
    ids, found = started_attempts(home), []
    for process, attempt_id in attempt_processes():
        if attempt_id in ids:
            with suppress(psutil.Error):
                found.append(psutil.Process(process.pid))
    return found


def add_line(home: Home, kind: str, body: dict[str, Any], week_id: str | None = None) -> bytes:
    """Another line in the ledger, as a version writes it that knows it; returns the whole file."""
    raw = home.ledger.read_bytes()
    last = json.loads(raw.splitlines()[-1])
    new = {"seq": last["seq"] + 1, "prev": last["sha256"], "kind": kind, "body": body}
    line = chain.canonical(chain.seal({**last, **new, "week_id": week_id, "key": None}))
    home.ledger.write_bytes(raw + line.encode() + b"\n")
    return home.ledger.read_bytes()


@cache
def empty_database() -> bytes:
    """Made once: to copy it is quicker than to migrate another through every version."""
    with TemporaryDirectory(prefix="trainweek-place-") as folder:
        home = Home(Path(folder))
        Store(home)
        return home.database.read_bytes()


@cache
def files_of_a_week() -> dict[Path, bytes]:
    """What a home with a week holds, made once: to copy it is quicker than to make another."""
    with TemporaryDirectory(prefix="trainweek-place-") as folder:
        root = Path(folder)
        Client(Home(root), LEAD).create_week(LAUNCH)
        return {path.relative_to(root): path.read_bytes() for path in root.rglob("*.*")}


def write_own(path: Path, content: bytes) -> None:
    """Write a file that is its owner's alone, as the store makes its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(0o600)
    path.write_bytes(content)


class Place:
    """A home, its people, and runners."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        if not self.home.ledger.exists():
            for name, content in files_of_a_week().items():
                write_own(root / name, content)
        self.lead = Client(self.home, LEAD)
        self.week = present(self.lead.active_week())
        self.runners: list[subprocess.Popen[bytes]] = []

    def client(self, person: Person) -> Client:
        return Client(self.home, person)

    def service(self, **changed: object) -> Service:
        """A runner in this process; the test calls its tick."""
        take_over = bool(changed.pop("take_over", False))
        return Service(
            self.home, child_settings(**changed), now=lambda: datetime.now(UTC), take_over=take_over
        )

    def runner(self, **environment: str) -> subprocess.Popen[bytes]:
        """A real runner; returns when it has taken the home."""
        process = subprocess.Popen(
            [sys.executable, "-m", "runner.service", "--home", str(self.home.root)],
            env=child_environment(**environment),
            stdout=subprocess.DEVNULL,
            stderr=(self.home.state / "runner.log").open("ab"),
        )
        self.runners.append(process)

        def up() -> bool:
            identity = read_identity(self.home)
            assert process.poll() is None, (self.home.state / "runner.log").read_text()
            return identity is not None and identity.process.pid == process.pid

        wait_for(up)
        return process

    def submit(self, kind: JobKind = JobKind.BACKUP, **params: object) -> Job:
        return job_of(submit_scripted(self.lead, kind, params))

    def job(self, job: Job) -> Job:
        return present(self.lead.job(job.id))

    def pid(self, job: Job) -> int:
        """Of the child of its newest attempt."""
        return present(self.job(job).pid)

    def in_state(self, job: Job, *states: JobState) -> Callable[[], bool]:
        return lambda: self.job(job).state in states

    def until(self, service: Service, job: Job, *states: JobState) -> Job:
        """Tick until the job is in one of the states (default: ended).

        RUNNING means working: a child that has just been started has not set its
        signal handlers yet, and would die of a SIGTERM that it is said to ignore.
        """

        def there() -> bool:
            service.tick(datetime.now(UTC))
            state = self.job(job).state
            if state is JobState.RUNNING and self.lead.progress(job.id) is None:
                return False
            return state in (states or ENDED_STATES)

        wait_for(there)
        return self.job(job)

    def folder(self, job: Job) -> Path:
        return self.home.root / self.lead.attempts(job.id)[-1].folder

    def go(self, job: Job) -> None:
        """What was submitted with ``wait=True`` continues to its end."""
        (self.folder(job) / "go").touch()

    def shim(self, job: Job) -> int:
        return json.loads((self.folder(job) / "identity.json").read_text())["shim"]["pid"]

    def starts(self) -> list[str]:
        """One line for each real start of a child."""
        path = self.home.root / "starts.log"
        return path.read_text().splitlines() if path.exists() else []

    def strays(self) -> list[psutil.Process]:
        """Every process that belongs to an attempt in this home."""
        return strays(self.home)

    def end(self) -> None:
        """End the runners and, as the product does it, every attempt."""
        for process in self.runners:
            if process.poll() is None:
                process.kill()
            process.wait()
        identity = read_identity(self.home)
        if identity is not None and identity.process.pid == os.getpid():
            self.home.runner_identity.unlink()  # a runner in this process is not to be signalled
        stop_all(self.home, grace_s=0.3)

    def clear(self) -> None:
        """The same, and whatever that should have left."""
        self.end()
        for stray in self.strays():
            stray.kill()


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    """A home with a week: in SQLite, or by `make test-postgresql` on a server."""
    if TESTED:
        if request.node.get_closest_marker("sqlite"):
            pytest.skip("about the file of SQLite")
        server: Server = request.getfixturevalue("postgresql")
        server.week(tmp_path / "home")
    made = Place(tmp_path / "home")
    yield made
    made.clear()


def ticking(service: Service, condition: Callable[[], object]) -> Callable[[], object]:
    """The condition, after one more tick each time it is asked."""

    def ticked() -> object:
        service.tick(service.now())
        return condition()

    return ticked


def after(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def submit_scripted(
    client: Client, kind: JobKind, params: Mapping[str, Any]
) -> Submitted | AlreadyRunning | Refused:
    """Ask for a job. Parameters that no job of the kind has are the script of its child.

    A training run is started without a pre-flight, unless the test says otherwise.
    """
    if kind is JobKind.TRAIN:
        params = {"override_reason": "by hand"} | dict(params)
    known = {field.alias or name for name, field in PARAMS[kind].model_fields.items()}
    script = {name: value for name, value in params.items() if name not in known}
    folder = client.home.root / "scripts"
    waiting = write_json(folder / f"new-{kind.value}.json", script)
    outcome = client.submit(kind, {name: value for name, value in params.items() if name in known})
    if isinstance(outcome, Submitted):
        waiting.rename(folder / f"{outcome.job.id}.json")
    else:
        waiting.unlink()
    return outcome
