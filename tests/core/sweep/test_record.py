"""Which trial begins again, and when the sweep waits for a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.language import literal
from core.sweep.record import AttemptEnd, Sweep, Trial
from core.vocabulary import JobState

BEGUN = datetime(2026, 2, 23, tzinfo=UTC)


def ends(*states: JobState, ran: bool = True) -> tuple[AttemptEnd, ...]:
    return tuple(
        AttemptEnd(state, BEGUN + timedelta(minutes=number), ran, literal(f"end {number}"))
        for number, state in enumerate(states, start=1)
    )


def trial(given: tuple[AttemptEnd, ...], seed: int = 8) -> Trial:
    state = given[-1].state
    return Trial(f"trial-{seed}", seed, 0, state, literal(""), len(given), BEGUN, BEGUN, ends=given)


def sweep(*trials: Trial, resumed_at: datetime | None = None) -> Sweep:
    return Sweep(
        "sweep-a", "2026-02-23", (8, 9), ({"number": 0},), None, "a", "b", "c", "Lea", BEGUN,
        None, None, resumed_at, trials,
    )  # fmt: skip


def test_only_attempts_that_the_machine_ended_use_a_trial_up() -> None:
    stopped, cut = JobState.STOPPED, JobState.INTERRUPTED
    assert trial(ends(stopped, stopped, stopped, cut)).is_open
    assert trial(ends(cut, stopped, cut)).is_open
    assert not trial(ends(cut, stopped, cut, cut)).is_open
    assert trial(ends(*[JobState.LOST] * 5, ran=False)).is_open


def test_three_lost_in_a_row_hold_it_until_a_resume() -> None:
    lost = trial(ends(*[JobState.LOST] * 3, ran=False))
    assert sweep(lost).is_stuck
    assert str(sweep(lost).last_lost) == "end 3"
    assert not sweep(lost, resumed_at=BEGUN + timedelta(hours=1)).is_stuck
    between = trial(ends(JobState.LOST, JobState.FAILED, JobState.LOST, JobState.LOST))
    assert sweep(between).lost_in_a_row == 2
