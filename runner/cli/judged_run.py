"""One run of a folder, judged as of a moment, for ``trainweek diagnose``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.diagnosis import diagnose as findings_of
from core.diagnosis.foreign_run import facts_of_events
from core.language import Message
from core.telemetry.absence import unknown_reward
from core.telemetry.aliases import known
from core.timestamps import from_unix
from core.vocabulary import FindingStatus, Severity
from runner.processes.event_writers import has_writer, opener_lives

if TYPE_CHECKING:
    from pathlib import Path

    from core.diagnosis import Finding
    from core.playbook import Playbook
    from core.telemetry.runs import FoundRun

SILENT_FOR = timedelta(days=1)
NOT_EVALUATED = 3
_NO_KNOWN_TAG = Message(
    "Pass a run whose tags are those of a framework listed in the documentation."
)
_NO_TIME = Message("No event has a usable time.")
_SECONDS = Message("Write wall times in seconds since 1970, as time.time() gives them.")


@dataclass(frozen=True)
class JudgedRun:
    """A run with its findings."""

    run: FoundRun
    findings: list[Finding]
    refused: Message | None = None  # why it was not evaluated
    remedy: Message = _NO_KNOWN_TAG

    @property
    def exit_code(self) -> int:
        """Of ``trainweek diagnose``: 0 to 3."""
        return NOT_EVALUATED if self.refused is not None else exit_code(self.findings)

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "run": self.run.name,
            "path": str(self.run.path),
            "attempts": len(self.run.events.attempts),
            "exit_code": self.exit_code,
            "findings": [finding.as_dict() for finding in self.findings],
        } | ({} if self.refused is None else {"refused": str(self.refused)})


def judged(run: FoundRun, folder: Path, moment: datetime | None, playbook: Playbook) -> JudgedRun:
    """All findings of a run as of a moment; None: as of now.

    :param folder: of the names of its files.
    """
    tags = run.events.tags()
    if tags and not known(tags) and not run.events.problems:
        return JudgedRun(run, [], unknown_reward(tags))
    if tags and run.events.last_event() is None:
        return JudgedRun(run, [], _NO_TIME, _SECONDS)
    now = datetime.now(UTC) if moment is None else moment
    files = [folder / file.name for file in run.events.files]
    writes = None if moment is not None else has_writer(files)
    if writes is False and any(map(opener_lives, files, _newest(run))):
        writes = None  # ended or hung: torch's writer holds no file open
    alive = moment is not None or _is_alive(run, now, writes)
    newest = None if moment is not None else _dated_after(run, now)
    facts = facts_of_events(
        run.events,
        newest or now,
        playbook,
        alive=alive,
        process_known=bool(writes),
        writer_known=moment is not None or writes is not None,
        present=None if newest is None else now,
    )
    return JudgedRun(run, findings_of(facts, playbook))


def _newest(run: FoundRun) -> list[float]:
    """Wall time of each file's newest event."""
    return [file.last_wall or 0.0 for file in run.events.files]


def exit_code(findings: list[Finding]) -> int:
    """0: no active alert; 1: a warning, or recovering from a critical one; 2: a critical one."""
    firing = {f.severity for f in findings if f.status is FindingStatus.FIRING}
    recovering = {f.severity for f in findings if f.status is FindingStatus.RECOVERING}
    if Severity.CRITICAL in firing:
        return 2
    return 1 if Severity.WARNING in firing or Severity.CRITICAL in recovering else 0


def worst_code(runs: list[JudgedRun], damaged: bool) -> int:
    """The worst run's exit code; 3 only if none could be evaluated.

    :param damaged: a file of no run can't be read, which is a warning.
    """
    codes = [run.exit_code for run in runs if run.refused is None]
    return max([*codes, int(damaged)]) if codes else NOT_EVALUATED


def _dated_after(run: FoundRun, now: datetime) -> datetime | None:
    """The newest event's time if it is after now: a clock was or is wrong."""
    wall = run.events.last_wall
    return None if wall is None or wall <= now.timestamp() else from_unix(wall)


def _is_alive(run: FoundRun, now: datetime, writes: bool | None) -> bool:
    """Whether a process may still write this run's events.

    If processes can't be listed, a run without events for a day counts as ended.
    """
    last = run.events.last_wall
    if writes is not None or last is None:
        return bool(writes)
    return now.timestamp() - last < SILENT_FOR.total_seconds()
