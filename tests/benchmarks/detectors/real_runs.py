"""What fires on public runs that were not made for this: a list to be read, no score.

Nobody wrote down what was wrong with them, so each alarm is printed with its reason.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from core.diagnosis import Finding, diagnose
from core.diagnosis.foreign_run import facts_of_events
from core.telemetry import RunReader
from core.telemetry.readings import pace_series
from core.timestamps import from_unix
from core.vocabulary import FindingStatus, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from core.playbook import Playbook

MIN_POINTS = 20
SOON = timedelta(seconds=30)  # behind the newest event: as if it still ran


def diagnose_folders(root: Path, playbook: Playbook) -> dict[str, list[Finding]]:
    """What fires in each folder that holds event files, as of its newest event."""
    found = {}
    for folder in sorted({path.parent for path in root.rglob("*tfevents*")}):
        reader = RunReader(folder)
        reader.refresh()
        last = reader.last_event()
        if last is None or len(pace_series(reader)) < MIN_POINTS:
            continue
        facts = facts_of_events(reader, from_unix(last.wall) + SOON, playbook)
        findings = diagnose(facts, playbook)
        found[folder.relative_to(root).as_posix()] = [
            finding
            for finding in findings
            if finding.status is FindingStatus.FIRING and finding.severity is not Severity.INFO
        ]
    return found


def show(root: Path, playbook: Playbook) -> None:
    """The counts, then each alarm in a line."""
    if not root.is_dir():
        print("\nReal runs: none here.")
        return
    found = diagnose_folders(root, playbook)
    counts = Counter(finding.scenario for alarms in found.values() for finding in alarms)
    critical = sum(
        any(finding.severity is Severity.CRITICAL for finding in alarms)
        for alarms in found.values()
    )
    print(f"\nReal runs with {MIN_POINTS} points or more: {len(found)}; "
          f"with a CRITICAL: {critical}; alarms: {dict(counts) or 'none'}")  # fmt: skip
    for folder, alarms in found.items():
        for finding in alarms:
            print(f"  {folder}\n    {finding.scenario} {finding.severity}: {finding.headline}")
