"""Kill at random, and count what is lost: ``make chaos``.

``python -m tests.faults.chaos [--rounds 100] [--seed 1]``

A real PPO training runs under a real runner, a Streamlit server stands beside it and a
person ticks and notes without a pause. Each round kills one of them (``kill -9``), or
several at once, at a random moment, and then lets happen what happens in life: a runner
and a dashboard are started again, a person closes the incident of a crash and resumes.
At the end everything that was acknowledged must be there, and nothing may be left over.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import TrainweekError
from core.listening import Listening
from core.people import Person
from core.playbook import default_playbook_text
from core.timestamps import parse_moment
from core.vocabulary import ENDED_STATES, JobKind, JobState, Role
from runner.cli.operate import start_dashboard
from runner.client import Client
from runner.files import read_json
from runner.home.launch import stop_all
from runner.home.runner_identity import read_identity
from runner.processes.identity import ProcessIdentity, is_alive
from runner.recovery.verification import verify_ledger
from runner.store import Store
from tests.expected import present
from tests.runner.jobs.training_home import make_home
from tests.runner.place import strays

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.records import Job

VICTIMS = ("runner", "shim", "trainer", "dashboard", "shim and trainer", "runner and trainer")
PATIENCE_S = 240.0  # ends a run that has failed; a busy machine imports torch slowly
# What takes minutes in life takes seconds here; a resume must not run out of tries.
TIMINGS = {
    "TRAINWEEK_TICK_S": "0.1",
    "TRAINWEEK_HEARTBEAT_S": "0.5",
    "TRAINWEEK_BACKOFF_S": "0.1",
    "TRAINWEEK_BACKOFF_CAP_S": "0.5",
    "TRAINWEEK_RESUMES_A_DAY": "100000",
    "TRAINWEEK_STOP_GRACE_S": "20",
    "TRAINWEEK_SCHEDULE": "0",
    "OMP_NUM_THREADS": "1",
}


@dataclass
class Tally:
    """What ``make chaos`` prints."""

    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    lost: int = 0
    orphans: int = 0
    adopted: int = 0
    attempts: int = 0
    overlapping: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not (self.lost or self.orphans or self.overlapping or self.problems)

    def text(self) -> str:
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return "\n".join(
            [
                f"rounds               {self.rounds}",
                f"kills                {sum(self.kills.values())} ({kills})",
                f"rows acknowledged    {self.acknowledged}",
                f"rows lost            {self.lost}",
                f"orphans              {self.orphans}",
                f"attempts             {self.attempts}, two alive at once: {self.overlapping}",
                f"attempts adopted     {self.adopted}",
                *(f"PROBLEM              {problem}" for problem in self.problems),
            ]
        )


class Chaos:
    """One home under fire."""

    def __init__(self, root: Path, seed: int, say: Callable[[str], None]) -> None:
        self.home, self.rng, self.say = make_home(root), random.Random(seed), say
        self.acks = root / "acks.txt"
        self.lead = Client(self.home, Person("Lea", Role.LEAD))
        playbook = root / "playbook.yaml"
        text = re.sub(
            r"checkpoint_every_steps: \d+", "checkpoint_every_steps: 20000", default_playbook_text()
        )
        playbook.write_text(text, encoding="utf-8")
        self.lead.create_week(parse_moment("2026-02-23T14:00Z"), playbook_path=playbook)
        self.week_id = present(self.lead.active_week()).id
        self.tally = Tally()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = os.environ | TIMINGS | {"TRAINWEEK_HOME": str(root)}
        self.runner = self._start_runner()
        self.dashboard, self.person = self._start_dashboard(), self._start_person()

    def run(self, rounds: int) -> Tally:
        """Play the rounds, end everything politely, and count."""
        try:
            for number in range(1, rounds + 1):
                job = self._at_work()
                time.sleep(self.rng.uniform(0.0, 1.5))
                victim = self.rng.choice(VICTIMS)
                self._kill(victim, self.lead.job(job.id) or job)
                self.tally.rounds = number
                self.say(f"{number:>4}  {victim}")
            self._end()
        finally:
            for process in (self.person, self.dashboard, self.runner):
                process.kill()
                process.wait()
            stop_all(self.home, grace_s=1.0)
        self._count()
        return self.tally

    def _at_work(self) -> Job:
        """The training, once it makes steps; a person has done what the manual asks for."""
        found: list[Job] = []

        def there() -> bool:
            job = self.lead.latest_job(JobKind.TRAIN, self.week_id)
            if job is None or job.state in ENDED_STATES:
                for incident in self.lead.incidents(self.week_id, open_only=True):
                    self.lead.close_incident(incident.id, "Killed on purpose, nothing to find.")
                params = {
                    "steps": 1_000_000_000,
                    "resume": True if job else None,
                    "override_reason": "no pre-flight here",
                }
                self.lead.submit(JobKind.TRAIN, params)
                return False
            steps = (self.lead.progress(job.id) or {}).get("steps", 0)
            found[:] = [job]
            # A runner that was killed has not yet written that the trainer is dead.
            alive = job.attempt > 0 and is_alive(self._identity(job, "child"))
            return job.state is JobState.RUNNING and steps > 0 and alive

        self._wait(there, "the training run works")
        return found[0]

    def _kill(self, victim: str, job: Job) -> None:
        number = self.lead.attempts(job.id)[-1].number
        if "runner" in victim:
            self.runner.kill()
            self.runner.wait()
            self.tally.kills["runner"] += 1
        if "shim" in victim:
            self._kill_process("shim", self._identity(job, "shim"))
        if "trainer" in victim:
            self._kill_process("trainer", self._identity(job, "child"))
        if "dashboard" in victim:
            for name, process in (("dashboard", self.dashboard), ("person", self.person)):
                if process.poll() is not None:  # it had not been killed
                    self.tally.problems.append(f"the {name} ended with {process.returncode}")
                process.kill()
                process.wait()
            self.tally.kills["dashboard"] += 1
            self.dashboard, self.person = self._start_dashboard(), self._start_person()
        if "runner" in victim:
            time.sleep(self.rng.uniform(0.0, 0.5))
            self.runner = self._start_runner()
            if "trainer" not in victim:
                self._adopted(job, number)

    def _kill_process(self, name: str, process: ProcessIdentity | None) -> None:
        if process is None or not is_alive(process):
            return  # a shim that an earlier round killed; its trainer was adopted
        os.kill(process.pid, signal.SIGKILL)
        self.tally.kills[name] += 1
        # Who is killed may take a while to be gone, and must not pass for alive till then.
        self._wait(lambda: not is_alive(process), f"the killed {name} is gone")

    def _identity(self, job: Job, name: str) -> ProcessIdentity | None:
        """``shim`` or ``child`` of the job's newest attempt."""
        folder = self.home.root / self.lead.attempts(job.id)[-1].folder
        return ProcessIdentity.from_dict((read_json(folder / "identity.json") or {}).get(name))

    def _adopted(self, job: Job, number: int) -> None:
        """The same attempt continues under the new runner, and makes new steps."""
        before = (self.lead.progress(job.id) or {}).get("steps", 0)

        def goes_on() -> bool:
            now = self.lead.job(job.id)
            steps = (self.lead.progress(job.id) or {}).get("steps", 0)
            return now is not None and now.state is JobState.RUNNING and steps > before

        try:
            self._wait(goes_on, f"{job.id} continues under the new runner")
        except TimeoutError as error:
            raise TimeoutError(f"{error} {self._told(job)}") from error
        if self.lead.attempts(job.id)[-1].number == number:
            self.tally.adopted += 1
        else:
            self.tally.problems.append(f"{job.id} was started again although it lived")

    def _told(self, job: Job) -> str:
        """What is known of a job that did not do what it should."""
        now = self.lead.job(job.id) or job
        return f"{now.state}: {now.reason}\n{self.lead.output_tail(job.id, 8)}"

    def _end(self) -> None:
        """End the training as a person would; every process of it must be gone by then."""
        job = self._at_work()
        self.lead.stop(job.id)
        self._wait(
            lambda: present(self.lead.job(job.id)).state in ENDED_STATES, "the training stops"
        )
        self.person.kill()
        self.person.wait()
        # A shim that has just written down the end is still about to end itself.
        with suppress(TimeoutError):
            self._wait(lambda: not strays(self.home), "no process is left", seconds=20.0)
        self.tally.orphans = len(strays(self.home))

    def _count(self) -> None:
        # A person killed between ledger and database leaves a line that the next one to
        # open the home brings into the database; that is what is counted.
        Store(self.home)
        with closing(sqlite3.connect(self.home.database)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0]
            notes = dict(connection.execute("SELECT id, text FROM notes"))
            ticks = dict(connection.execute("SELECT id, note FROM ticks"))
            spans = connection.execute(
                "SELECT started_at, ended_at FROM attempts ORDER BY started_at"
            ).fetchall()
        if whole != "ok":
            self.tally.problems.append(f"integrity_check: {whole}")
        report = verify_ledger(self.home)
        if not report.ok:
            self.tally.problems.append(report.text())
        for line in self.acks.read_text(encoding="utf-8").splitlines():
            kind, number, text = line.split()
            self.tally.acknowledged += 1
            table = notes if kind == "note" else ticks
            self.tally.lost += table.get(int(number)) != text
        self.tally.attempts = len(spans)
        if any(end is None for _, end in spans):
            self.tally.problems.append("an attempt has no end although nothing runs")
        pairs = itertools.pairwise(spans)
        self.tally.overlapping = sum(1 for (_, end), (start, _) in pairs if end and start < end)

    def _start_runner(self) -> subprocess.Popen[bytes]:
        with self.home.runner_log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "runner.service", "--home", str(self.home.root)],
                env=self.environment,
                stdout=log,
                stderr=log,
            )

        def up() -> bool:
            if process.poll() is not None:
                raise RuntimeError(self.home.runner_log.read_text(encoding="utf-8")[-2000:])
            identity = read_identity(self.home)
            return identity is not None and identity.process.pid == process.pid

        self._wait(up, "the runner is up")
        return process

    def _start_dashboard(self) -> subprocess.Popen[bytes]:
        return start_dashboard(self.home, Listening(self.port), self.home.dashboard_log)

    def _start_person(self) -> subprocess.Popen[bytes]:
        name = str(self.rng.getrandbits(32))
        with (self.home.state / "person.log").open("ab") as log:
            return subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.faults.people_at_work",
                    str(self.home.root),
                    str(self.acks),
                    name,
                ],
                stdout=log,
                stderr=log,
            )

    @staticmethod
    def _wait(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + seconds
        while True:
            with suppress(TrainweekError):  # a busy store passes
                if condition():
                    return
            if time.monotonic() > deadline:
                raise TimeoutError(f"Not within {seconds:g} s: {what}.")
            time.sleep(0.05)


def main() -> int:
    """Run it and print the tally; 0 if nothing was lost and nothing is left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trainweek-chaos-") as folder:
        chaos = Chaos(Path(folder) / "home", given.seed, lambda line: print(line, flush=True))
        tally = chaos.run(given.rounds)
    print(tally.text())
    return 0 if tally.ok else 1


if __name__ == "__main__":
    raise SystemExit(main())
