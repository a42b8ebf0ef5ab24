"""The summary of the training log for the CTO: one page of plain text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.checks.training_log import TAGS, LogLine, read_log
from core.errors import SetupError
from core.telemetry.readings import known_series, last_step
from core.timestamps import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from core.facts import Facts, RunFacts
    from core.playbook import Playbook

CAP = 40  # printed lines per tag
_WIDTH = 160  # characters of a printed line
_PRINTED = ("ERROR", "ISSUE", "PERFORMANCE", "WARN", "CHECK")


@dataclass(frozen=True)
class JudgedModel:
    """The model of the decision that the summary belongs to.

    :ivar run: the run that made it, by its manifest.
    :ivar imported: that run was none of this home, whatever its name.
    """

    run: str
    step: int | None
    sha256: str
    imported: bool = False

    @property
    def line(self) -> str:
        """``Model: step 480,000 of this run, SHA-256 10219ac6cd30``."""
        step = "unknown step" if self.step is None else f"step {self.step:,}"
        return f"Model: {step} of this run, SHA-256 {self.sha256[:12]}"


def training_log_summary(
    playbook: Playbook,
    facts: Facts,
    lines: Iterable[LogLine],
    incidents: Sequence[str] = (),
    model: JudgedModel | None = None,
) -> str:
    """One page about the run for the CTO, in English.

    :param lines: of training.log, of this run.
    :param incidents: one sentence per incident: procedure, when, how it was closed.
    :param model: the judged model; ``facts.run`` is the run that made it, None if that was not
        started here.
    """
    lines = list(lines)
    text = ["TRAINING LOG SUMMARY", "", *_about_run(playbook, facts, model), "", "LINES"]
    counts = Counter(line.tag for line in lines)
    if model is not None and facts.run is None:
        text += ["  unknown: training.log has nothing of this run"]
    else:
        text += [f"  {tag:<12} {counts[tag]}" for tag in TAGS]
    text += ["", "INCIDENTS"]
    text += [f"  {incident}" for incident in incidents] or ["  none"]
    for tag in _PRINTED:
        if found := [line for line in lines if line.tag == tag]:
            text += ["", f"[{tag}]", *_capped(found)]
    return "\n".join(text) + "\n"


def log_summary_of(
    playbook: Playbook,
    facts: Facts,
    log: Path,
    incidents: Sequence[str] = (),
    model: JudgedModel | None = None,
    written_by: Callable[[datetime], str | None] | None = None,
) -> str:
    """:func:`training_log_summary` of a log file, from the run's start to the judged moment.

    :param written_by: the run that wrote the log at a moment; None: every line is of this run.
    """
    run = facts.run
    if model is not None and run is None:
        return training_log_summary(playbook, facts, [], incidents, model)
    since = run.started.replace(microsecond=0) if run else None
    try:
        lines = list(read_log(log, since, facts.as_of_real))
    except (FileNotFoundError, SetupError):
        lines = [LogLine(f"{log.name} is missing or can't be read.", "WARN")]
    if run is not None and written_by is not None:
        lines = [line for line in lines if line.at is None or written_by(line.at) == run.name]
    return training_log_summary(playbook, facts, lines, incidents, model)


def _about_run(playbook: Playbook, facts: Facts, model: JudgedModel | None) -> list[str]:
    week = f"{facts.launch.date().isoformat()} ({playbook.tag}, {playbook.symbol})"
    market = ["Market: synthetic (demo data)"] if facts.synthetic else []
    run = facts.run
    made = [] if model is None else [model.line]
    if run is None:
        name = "none was started" if model is None else f"{model.run}, which was not started here"
        return [f"Week: {week}", *market, f"Run: {name}", *made]
    reason = f" ({run.reason})" if run.reason else ""
    return [
        f"Week: {week}",
        *market,
        f"Run: {run.name}",
        *made,
        f"Status: {run.status.value}{reason}",
        f"Attempts: {run.attempts}",
        f"Start: {iso(_whole(run.started))}",
        f"End: {iso(_whole(run.ended)) if run.ended else 'still running'}",
        *_numbers(run),
    ]


def _numbers(run: RunFacts) -> list[str]:
    """Numbers of the event files; "unknown" where there are none."""
    step = best = None
    if run.reader is not None:
        step = last_step(run.reader, run.until)
        sharpe = known_series(run.reader, "eval/sharpe", run.until).finite()
        if len(sharpe):
            index = int(sharpe.value.argmax())
            best = f"{sharpe.value[index]:.4f} at step {sharpe.step[index]:,}"
    steps = "unknown" if step is None else f"{step.value:,} of {run.total_steps:,}"
    return [
        f"Steps: {steps}",
        f"Mean speed: {_mean_speed(run)}",
        f"Best validation Sharpe: {best or 'unknown'}",
    ]


def _mean_speed(run: RunFacts) -> str:
    """Speed of the newest attempt: a mean over restarts would include the pauses."""
    if run.reader is None:
        return "unknown"
    marks = run.reader.attempts_until(run.until.timestamp())
    last = run.reader.last_event(run.until.timestamp())
    if not marks or last is None or last.wall <= marks[-1].first_wall:
        return "unknown"
    passed = last.wall - marks[-1].first_wall
    speed = (last.step - marks[-1].first_step) / passed
    return f"{speed:,.0f} steps/s over {timedelta(seconds=round(passed))}"


def _capped(lines: Sequence[LogLine]) -> list[str]:
    shown = [f"  {line.text[:_WIDTH]}" for line in lines[:CAP]]
    if len(lines) > CAP:
        shown.append(f"  ... and {len(lines) - CAP} more")
    return shown


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
