"""A data directory after years: what people and the runner recorded, week after week.

Lines have the bodies and the proportions of real weeks. They are chained by the functions that
the store uses, but written at once: through the store each would be synced to the disk.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.ledger_bodies import (
    AttemptColumns,
    AttemptStarted,
    Body,
    DecisionMade,
    DecisionSigned,
    IncidentActionDone,
    IncidentClosed,
    IncidentOpened,
    JobChanged,
    JobColumns,
    JobRequested,
    NoteWritten,
    RunnerEnded,
    RunnerStarted,
    SignedIn,
    SignedOut,
    Ticked,
    WeekCreated,
    WeekUsed,
)
from core.people import RUNNER, Person
from core.playbook import default_playbook_text
from core.timestamps import iso
from core.vocabulary import Decision, JobKind, JobState, Role, SignatureAct, Verdict
from runner.store import chain
from runner.store.proofs import PROOF, Proofs

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from core.paths import Home

LINES, WEEKS, RUNS, REVALIDATIONS = 200_000, 160, 1_000, 300
FIRST_LAUNCH = datetime(2023, 7, 3, 14, tzinfo=UTC)
WEEK = timedelta(days=7)
LEAD = Person("Lia Lead", Role.LEAD, verified=True)
CTO = Person("Caio Chief", Role.CTO, verified=True)
ENGINEERS = [
    Person(name, Role.ENGINEER, verified=True) for name in ("Ana Souza", "Bruno Lima", "Clara Dias")
]
_TEXT = default_playbook_text()
_SHA256 = hashlib.sha256(_TEXT.encode()).hexdigest()


@dataclass(frozen=True)
class Size:
    """How much a data directory holds."""

    lines: int
    weeks: int
    runs: int
    revalidations: int

    @classmethod
    def share(cls, share: float) -> Size:
        """A part of the whole, with at least two weeks."""
        return cls(
            int(LINES * share),
            max(int(WEEKS * share), 2),
            max(int(RUNS * share), 2),
            max(int(REVALIDATIONS * share), 2),
        )


@dataclass
class Made:
    """What was recorded: the last week, every run with its week, every decision."""

    week: str = ""
    runs: list[tuple[str, str, datetime]] = field(default_factory=list)
    decisions: list[tuple[str, str, datetime]] = field(default_factory=list)


class Years:
    """Writes the ledger of one data directory, line by line.

    :param decisions: hashes of archived decisions, one for each revalidation.
    """

    def __init__(self, home: Home, size: Size, decisions: list[str]) -> None:
        self.home, self.size = home, size
        self.made = Made()
        self._decisions = iter(decisions)
        self._proofs = Proofs(home)
        self._seq, self._prev = 0, chain.START
        self._at = FIRST_LAUNCH - timedelta(days=1)
        self._week: str | None = None
        self._pid = 1000

    def write(self) -> Made:
        """The whole file."""
        self.home.ledger.parent.mkdir(parents=True)
        with self.home.ledger.open("wb") as file:
            for week in range(self.size.weeks):
                end = self.size.lines * (week + 1) // self.size.weeks
                file.writelines(self._lines_of(week, end))
        self.home.ledger.chmod(0o600)
        return self.made

    def _line(self, body: Body, by: Person, pause: float = 40.0, week: bool = True) -> bytes:
        self._at += timedelta(seconds=pause, microseconds=self._seq % 997)
        fields: dict[str, Any] = {
            "seq": self._seq + 1,
            "prev": self._prev,
            "at": iso(self._at),
            "at_week": iso(self._at),
            "kind": body.kind,
            "week_id": self._week if week else None,
            "by": by.name,
            "role": by.role.value,
            "verified": by.verified,
            "key": None if by is RUNNER else f"key-{self._seq}",
            "body": body.as_json(),
        }
        if by.verified:
            fields[PROOF] = self._proofs.make(fields)
        sealed = chain.seal(fields)
        self._seq, self._prev = self._seq + 1, sealed["sha256"]
        return chain.canonical(sealed).encode() + b"\n"

    def _lines_of(self, week: int, end: int) -> Iterator[bytes]:
        launch = FIRST_LAUNCH + week * WEEK
        self._at = launch - timedelta(hours=6)
        self._week = launch.date().isoformat()
        self.made.week = self._week
        created = WeekCreated(
            id=self._week, launch=launch, playbook_text=_TEXT, playbook_sha256=_SHA256,
            tag="F12-phase4-final", symbol="OGNUSDT", synthetic=False,
        )  # fmt: skip
        yield self._line(created, LEAD)
        yield self._line(WeekUsed(id=self._week), LEAD)
        yield self._line(RunnerStarted(epoch=week + 1, host="trainer", pid=900), RUNNER, week=False)
        size = self.size
        runs = range(size.runs * week // size.weeks, size.runs * (week + 1) // size.weeks)
        for number in runs:
            yield from self._training(number)
        first, last = (size.revalidations * n // size.weeks for n in (week, week + 1))
        for _ in range(first, last):
            yield from self._revalidation()
        for opened in range(2):
            yield from self._incident(opened)
        day = 0
        while self._seq < end - 1:
            yield from self._day(day, end - 1)
            day += 1
        yield self._line(RunnerEnded(epoch=week + 1), RUNNER, week=False)

    def _day(self, day: int, end: int) -> Iterator[bytes]:
        """What comes back each day; the end of the week's share may cut it short."""
        person = ENGINEERS[day % len(ENGINEERS)]
        session = hashlib.sha256(f"{self._week} {day}".encode()).hexdigest()[:12]
        yield self._line(SignedIn(session=session, again=False), person, week=False)
        for kind in (JobKind.DAILY_CHECK, JobKind.BACKUP, JobKind.DATA_CHECK):
            if self._seq < end - 5:
                yield from self._job(kind, {"date": self._at.date().isoformat()}, None)
        for hour in range(24):
            slot = f"day_{day}_hour_{hour}"
            for check in ("reward_positive", "kl_divergence", "steps_per_second"):
                if self._seq < end:
                    yield self._line(self._tick(slot, check), person)
            if hour % 6 == 0 and self._seq < end:
                note = NoteWritten(
                    slot=slot, text=f"Reward rises, KL calm; looked at {iso(self._at)}."
                )
                yield self._line(note, person)
        if self._seq < end:
            yield self._line(SignedOut(session=session), person, week=False)

    def _tick(self, slot: str, check: str) -> Ticked:
        return Ticked(
            slot=slot, check=check, note="", verdict_seen=Verdict.PASS,
            value_seen=f"{self._seq % 97 / 10:.2f} at step {self._seq:,}", replaces=None,
        )  # fmt: skip

    def _training(self, number: int) -> Iterator[bytes]:
        run = f"F12-phase4-final_{self._at:%Y%m%dT%H%M%SZ}_{number:04d}"
        self.made.runs.append((run, str(self._week), self._at))
        params = {
            "run": run,
            "steps": 500_000,
            "timestamp": True,
            "seed": number,
            "learning_rate": 3e-4,
        }
        yield from self._job(JobKind.TRAIN, params, run)

    def _revalidation(self) -> Iterator[bytes]:
        sha256 = next(self._decisions)
        job_id = yield from self._job(JobKind.REVALIDATE, {"episodes": 10}, None)
        self.made.decisions.append((sha256, str(self._week), self._at))
        names = ("decision", "document", "memo", "metrics", "trades")
        made = DecisionMade(
            job_id=job_id, decision=Decision.PARTIAL, score="4/6", sha256=sha256,
            report={name: f"reports/revalidation/{self._at:%Y-%m-%d}_{name}" for name in names},
            archived={name: hashlib.sha256(name.encode()).hexdigest() for name in names},
        )  # fmt: skip
        yield self._line(made, RUNNER)
        signed = DecisionSigned(
            revalidation_sha256=sha256,
            act=SignatureAct.REJECT,
            reason="Sharpe is too low.",
            conditions=[],
        )
        yield self._line(signed, CTO)

    def _incident(self, number: int) -> Iterator[bytes]:
        person = ENGINEERS[number % len(ENGINEERS)]
        opened = IncidentOpened(
            procedure=("crash", "data_issue")[number], summary="The trainer ended with exit code 1.",
            blocks_start=True,
        )  # fmt: skip
        yield self._line(opened, RUNNER)
        incident = self._seq
        for index in range(3):
            done = IncidentActionDone(
                id=incident, index=index, actions_done=list(range(index + 1)), note="done"
            )
            yield self._line(done, person)
        yield self._line(IncidentClosed(id=incident, reason="A full disk; space was freed."), LEAD)

    def _job(
        self, kind: JobKind, params: dict[str, Any], run: str | None
    ) -> Generator[bytes, None, str]:
        """A job from its request to its end, in one attempt."""
        job_id = f"{kind.value}-{self._at:%Y%m%dT%H%M%SZ}-{self._seq:06x}"
        self._pid += 1
        yield self._line(JobRequested(job_id=job_id, job_kind=kind, params=params, run=run), LEAD)
        starting: dict[str, Any] = {"state": JobState.STARTING, "started_at": self._at}
        folder = f"logs/jobs/{job_id}/attempt-001"
        events = None if run is None else f"logs/ppo_training/tensorboard/{run}/attempt-001"
        attempt = AttemptColumns(
            **starting, attempt_id=f"{self._seq:032x}", epoch=1, event_folder=events, folder=folder
        )
        job = JobColumns(
            **starting,
            attempt=1,
            ended_at=None,
            exit_code=None,
            not_before=None,
            pid=None,
            reason="",
        )
        yield self._line(AttemptStarted(job_id=job_id, number=1, job=job, attempt=attempt), RUNNER)
        running = JobColumns(state=JobState.RUNNING, pid=self._pid, started_at=self._at)
        yield self._line(JobChanged.with_attempt(job_id, 1, running), RUNNER)
        ended = JobColumns(state=JobState.SUCCEEDED, ended_at=self._at, exit_code=0, reason="")
        yield self._line(JobChanged.with_attempt(job_id, 1, ended), RUNNER)
        return job_id
