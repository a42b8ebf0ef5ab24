"""Public runs that were not made for this, a practitioner's label beside each verdict.

The label is an opinion, not an injection: to be read, and counted, but no score.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.diagnosis import Finding, diagnose
from core.diagnosis.foreign_run import facts_of_events
from core.telemetry import RunReader
from core.timestamps import from_unix
from core.vocabulary import FindingStatus, Severity
from tests.benchmarks.detectors.practitioner import Opinion, opinion

if TYPE_CHECKING:
    from pathlib import Path

    from core.playbook import Playbook

SOON = timedelta(seconds=30)  # after the newest event: as if it still ran


@dataclass(frozen=True)
class Judged:
    """What fires in one folder, and what a practitioner says about it."""

    folder: str
    alarms: tuple[Finding, ...]
    opinion: Opinion | None

    @property
    def critical(self) -> bool:
        return any(finding.severity is Severity.CRITICAL for finding in self.alarms)

    @property
    def agreement(self) -> str:
        """Whether label and verdict agree."""
        said, fired = self.opinion, {finding.scenario for finding in self.alarms}
        if said is None:
            return "no label"
        if said.expected and fired.isdisjoint(said.expected):
            return "MISSED"
        return "agree" if fired <= {*said.expected, *said.may} else "FALSE ALARM"


def judge_folders(root: Path, playbook: Playbook) -> list[Judged]:
    """Each folder that holds event files, as of its newest event."""
    judged = []
    for folder in sorted({path.parent for path in root.rglob("*tfevents*")}):
        reader = RunReader(folder)
        reader.refresh()
        last = reader.last_event()
        findings = []
        if last is not None:
            facts = facts_of_events(reader, from_unix(last.wall) + SOON, playbook)
            findings = diagnose(facts, playbook)
        alarms = tuple(
            finding
            for finding in findings
            if finding.status is FindingStatus.FIRING and finding.severity is not Severity.INFO
        )
        name = folder.relative_to(root).as_posix()
        judged.append(Judged(name, alarms, opinion(name)))
    return judged


def show(root: Path, playbook: Playbook) -> None:
    """The counts, then each run with its label and its alarms."""
    if not root.is_dir():
        print("\nReal runs: none here.")
        return
    runs = judge_folders(root, playbook)
    alarms = Counter(finding.scenario for run in runs for finding in run.alarms)
    agreements = Counter(run.agreement for run in runs)
    print(f"\nReal runs: {len(runs)}; with a CRITICAL: {sum(run.critical for run in runs)}; "
          f"alarms: {dict(alarms) or 'none'}\n  label and verdict: {dict(agreements)}")  # fmt: skip
    for run in runs:
        said = run.opinion
        print(f"  {run.folder}\n    {run.agreement}; a practitioner: "
              + (f"{said.label} ({said.why})" if said else "nothing"))  # fmt: skip
        for finding in run.alarms:
            print(f"      {finding.scenario} {finding.severity}: {finding.headline}")
