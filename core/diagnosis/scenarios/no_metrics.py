"""no_metrics: nothing is logged, or not what a trainer must log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.language import Message, joined, plural
from core.state_words import capitals
from core.telemetry import Fault
from core.telemetry.absence import PATIENCE, unknown_reward
from core.telemetry.aliases import canonical
from core.telemetry.frameworks import has_sb3_names
from core.vocabulary import FindingStatus, Severity, TrainingStatus

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView

# Neither is a failure of the trainer.
_ENDED_FROM_OUTSIDE = frozenset({TrainingStatus.STOPPED, TrainingStatus.INTERRUPTED})
_NEEDED = {
    "rollout/": Message("no rollout/* (episode statistics): wrap the env in Monitor or VecMonitor"),
    "train/": Message("no train/* (losses, KL): metrics of the updates are not logged"),
}


def no_metrics(moment: RunView) -> ScenarioResult:
    """No file, header only, no train/* or no rollout/* after three iterations."""
    if moment.silence is None or moment.reader is None:
        return _nothing(moment)
    iterations, step = len(moment.pace()), moment.step
    tags = sorted({canonical(tag) for tag in moment.reader.tags()})
    present = [tag for tag in tags if len(moment.series(tag))]
    missing = [folder for folder in _NEEDED if not any(tag.startswith(folder) for tag in present)]
    if not missing:
        return clear(
            plural(
                "{n} metric logged, newest at step {step:,}.",
                "{n} metrics logged, newest at step {step:,}.",
                len(present),
                step=step,
            )
        )
    evidence: tuple[Message, ...] = tuple(
        plural(
            "{problem} ({n} iteration)",
            "{problem} ({n} iterations)",
            iterations,
            problem=_NEEDED[folder],
        )
        for folder in missing
    )
    if iterations <= PATIENCE:
        return ScenarioResult(
            FindingStatus.PENDING,
            plural(
                "Not logged yet after {n} iteration: {folders}.",
                "Not logged yet after {n} iterations: {folders}.",
                iterations,
                folders=", ".join(f"{folder}*" for folder in missing),
            ),
            Severity.INFO,
            step,
            evidence,
        )
    if "rollout/" in missing and not has_sb3_names(moment.reader.tags()):
        return ScenarioResult(
            FindingStatus.FIRING,
            unknown_reward(moment.reader.tags()),
            Severity.WARNING,
            step,
        )
    problems = joined((_NEEDED[folder] for folder in missing), "; ")
    against = [plural("{n} other metric is logged", "{n} other metrics are logged", len(present))]
    if "rollout/" in missing and step is not None:
        # A long first episode looks the same.
        against.append(
            Message("or the first episode takes more than {step:,} steps of all envs", step=step)
        )
    return ScenarioResult(
        FindingStatus.FIRING,
        Message("Metrics missing: {problems}.", problems=problems),
        Severity.WARNING,
        step,
        evidence,
        tuple(against),
    )


def _nothing(moment: RunView) -> ScenarioResult:
    reader = moment.reader
    evidence = [
        Message("{file} ({size:,} bytes) contains no scalar", file=file.name, size=file.size)
        for file in (reader.files if reader is not None else ())
    ]
    evidence += [problem.text for problem in moment.problems]
    if reader is None:
        evidence.append(Message("{folder} does not exist", folder=moment.run.source))
    lost = any(problem.kind is Fault.DELETED for problem in moment.problems)
    age = (moment.until - moment.run.started).total_seconds()
    # Without an attempt no process is about to write one: a folder given on the command line.
    late = moment.judged_silence.stalled or moment.run.attempts == 0
    if not (lost or late) and moment.active:
        return no_data(
            Message("No metric yet, {minutes:.0f} min after the start.", minutes=age / 60)
        )
    if not (lost or late) and moment.run.status in _ENDED_FROM_OUTSIDE:
        return no_data(
            Message(
                "Run {status} before its first iteration: nothing had to be logged yet.",
                status=capitals(moment.run.status),
            )
        )
    headline = (
        Message("No metrics: the event files were deleted.")
        if lost
        else Message("No metrics: none was ever logged.")
    )
    return ScenarioResult(FindingStatus.FIRING, headline, Severity.WARNING, None, tuple(evidence))
