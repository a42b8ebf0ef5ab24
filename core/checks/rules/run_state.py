"""Whether the run is alive, how fast it is, and how far it got."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.checks.case import Case, meets
from core.checks.judgement import Judgement
from core.checks.registry import rule
from core.checks.rules.series import (
    NONE_STARTED,
    LoggedRun,
    missing,
    no_run,
    run_or_answer,
    silent,
    too_few,
)
from core.language import Message, joined, literal
from core.reading import Reading
from core.state_words import capitals
from core.telemetry.readings import last_step, steps_per_second
from core.vocabulary import LIVE_TRAINING, TrainingStatus, Verdict

if TYPE_CHECKING:
    from core.facts import RunFacts


@rule("training_status")
def status(case: Case) -> Judgement:
    """The run's status from its job and files.

    A live process without event files is UNKNOWN, and a run whose engine or node can't be asked.
    """
    facts, run = case.facts, case.facts.run
    if run is None:
        if facts.as_of < facts.launch:
            return no_run(case)
        reading = Reading(TrainingStatus.NOT_STARTED.value, source=Message("no run in this week"))
        return case.judged(reading, NONE_STARTED)
    if run.status is TrainingStatus.LOST:
        return case.unknown(_with_reason(Message("The run's exit status is unknown."), run))
    if run.status is TrainingStatus.RUNNING:
        if run.out_of_sight is not None:
            return case.unknown(
                Message(
                    "Whether run {run} is alive is not known: {evidence}",
                    run=run.name,
                    evidence=run.out_of_sight,
                )
            )
        if run.reader is None:
            return case.unknown(
                Message(
                    "The process is alive, but its event folder {folder} is missing.",
                    folder=run.source,
                )
            )
        found = run_or_answer(case)
        if isinstance(found, Judgement):
            return found
    reading = _status_reading(run)
    if run.status is TrainingStatus.RUNNING and not run.process_known:
        why = Message("Run {run} still writes events; its process is unknown.", run=run.name)
    else:
        why = Message("Run {run} is {status}.", run=run.name, status=capitals(run.status))
        why = _with_reason(why, run)
    return case.judged(reading, why)


def _with_reason(sentence: Message, run: RunFacts) -> Message:
    return joined([sentence, literal(run.reason)]) if run.reason else sentence


def _status_reading(run: RunFacts) -> Reading:
    step = last_step(run.reader, run.until) if run.reader is not None else None
    return Reading(
        run.status.value,
        source=Message("job of run {run}, {folder}", run=run.name, folder=run.source),
        step=None if step is None else step.step,
        at=run.ended if step is None else step.at,
    )


@rule("steps_per_second")
def speed(case: Case) -> Judgement:
    """Speed over the last iterations, from step and wall-time differences."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    if bad := silent(case, run, run.pace):
        return bad
    if resumed := run.facts.resumed_silently(run.until):
        return case.pending(Message("The run {resumed}.", resumed=resumed))
    found = steps_per_second(run.events, run.until)
    if found is None:
        return too_few(case, run, Message("Speed needs two consecutive iterations."))
    why = Message("{speed:,.0f} steps/s ({window}).", speed=found.number, window=found.window)
    return case.judged(case.sourced(found), why)


@rule("steps_done")
def steps(case: Case) -> Judgement:
    """Whether the run reached its last step; the total is the playbook's."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    if resumed := run.facts.resumed_silently(run.until):
        return case.pending(Message("The run {resumed}.", resumed=resumed))
    found = last_step(run.events, run.until)
    if found is None:
        return missing(case, run, "time/fps")
    reading = case.sourced(found)
    done, state = int(found.number), run.facts.status
    why = Message(
        "{done:,} of {wanted:,.0f} steps, {status}.",
        done=done,
        wanted=case.spec.threshold,
        status=capitals(state),
    )
    if state is TrainingStatus.COMPLETED:
        # A trainer may log nothing after its last whole interval.
        if meets(done + _interval(run), case.spec):
            return case.say(Verdict.PASS, why, reading)
        if done + _interval(run) >= run.facts.total_steps:
            started = Message(
                "This run was started with {total:,} total steps.", total=run.facts.total_steps
            )
            return case.warned(joined([why, started]), reading)
        return case.failed(why, reading)
    due = case.playbook.slots_of_kind("preparation")[0].at(case.facts.launch)
    if state in LIVE_TRAINING and (meets(done, case.spec) or case.facts.as_of < due):
        return case.pending(why, reading)
    return case.failed(why, reading)


def _interval(run: LoggedRun) -> int:
    """Steps between the two newest points of the tag that paces the run; 0 if there is one."""
    series = run.pace
    return int(series.step[-1] - series.step[-2]) if len(series) > 1 else 0
