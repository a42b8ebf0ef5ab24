"""Whether the training runs, how fast, and how far it came."""

from __future__ import annotations

from core.checks.case import Case, meets
from core.checks.judgement import Judgement
from core.checks.registry import rule
from core.checks.rules.series import missing, run_or_answer, silent, too_few
from core.reading import Reading
from core.telemetry.readings import last_step, pace_series, steps_per_second
from core.vocabulary import LIVE_TRAINING, TrainingStatus, Verdict


@rule("training_status")
def status(case: Case) -> Judgement:
    """What job and files together say. A live process without event files proves nothing."""
    facts, run = case.facts, case.facts.run
    if run is None:
        if facts.as_of < facts.launch:
            return case.pending("The training has not started yet.")
        reading = Reading(TrainingStatus.NOT_STARTED.value, source="no training job in this week")
        return case.judged(reading, "No training of this week had started by then.")
    if run.status is TrainingStatus.LOST:
        return case.unknown(f"Nobody can prove how the run ended. {run.reason}".strip())
    if run.status is TrainingStatus.RUNNING:
        found = run_or_answer(case)
        if isinstance(found, Judgement) and run.reader is None:
            return case.unknown(
                f"The process runs, but {run.source} is not there to show its work."
            )
        if isinstance(found, Judgement):
            return found
    reading = _status_reading(case)
    why = f"Run {run.name} is {run.status.value}" + (
        f": {run.reason.rstrip('.')}." if run.reason else "."
    )
    if run.status is TrainingStatus.RUNNING and not run.process_known:
        why = f"Run {run.name} still writes its events; its process is not ours to ask."
    return case.judged(reading, why)


def _status_reading(case: Case) -> Reading:
    run = case.facts.run
    step = last_step(run.reader, run.until) if run.reader is not None else None
    return Reading(
        run.status.value,
        source=f"job of run {run.name}, {run.source}",
        step=None if step is None else step.step,
        at=run.ended if step is None else step.at,
    )


@rule("steps_per_second")
def speed(case: Case) -> Judgement:
    """Speed over the last iterations, from step and wall-time differences."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    if bad := silent(case, run, pace_series(run.reader, run.until)):
        return bad
    found = steps_per_second(run.reader, run.until)
    if found is None:
        return too_few(case, run, "The speed needs two iterations one after the other.")
    return case.judged(case.sourced(found), f"{found.value:,.0f} steps/s over the {found.window}.")


@rule("steps_done")
def steps(case: Case) -> Judgement:
    """Whether the training came to its end; the total is the playbook's."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    found = last_step(run.reader, run.until)
    if found is None:
        return missing(case, run, "time/fps")
    reading = case.sourced(found)
    done, wanted = int(found.value), case.spec.threshold
    told = f"{done:,} of {wanted:,.0f} steps, {run.status.value}"
    if run.status is TrainingStatus.COMPLETED:
        # A trainer may log nothing behind its last whole interval.
        if meets(done + _interval(run), case.spec):
            return case.say(Verdict.PASS, f"{told}.", reading)
        if done + _interval(run) >= run.total_steps:
            return case.warned(
                f"{told}: this run was started with a total of {run.total_steps:,}.", reading
            )
        return case.failed(f"{told}.", reading)
    due = case.playbook.slots_of_kind("preparation")[0].at(case.facts.launch)
    if run.status in LIVE_TRAINING and (meets(done, case.spec) or case.facts.as_of < due):
        return case.pending(f"{told}.", reading)
    return case.failed(f"{told}.", reading)


def _interval(run) -> int:
    """Steps between the two newest points of the tag that paces the run; 0 if there is one."""
    series = pace_series(run.reader, run.until)
    return int(series.step[-1] - series.step[-2]) if len(series) > 1 else 0
