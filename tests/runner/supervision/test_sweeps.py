"""The runner works a sweep off: side by side up to the limit, after its own death, after a stop."""

from __future__ import annotations

import errno
import os
import signal
from datetime import timedelta
from typing import TYPE_CHECKING

from core.job_params import RevalidateParams
from core.ledger_bodies import DecisionMade, JobRequested, TrialScored
from core.market.candle_files import candle_files
from core.sweep.verdict import Verdict
from core.vocabulary import ACTIVE_STATES, LIVE_STATES, JobKind, JobState, SweepState
from runner.client.models import refused_restore
from runner.client.signatures.kept_files import taken_over
from runner.client.week_changes import busy_week, started_week
from runner.outcomes import Refused
from runner.records import DecisionLine
from runner.store import queries, record_queries
from runner.store.trials import counted_trials
from tests.expected import job_of, present, recorded
from tests.runner.jobs.training_home import make_home
from tests.runner.place import ENGINEER, LAUNCH, Place, ticking, wait_for
from tests.runner.sweep_place import begin, now, script, trial_id

if TYPE_CHECKING:
    import pytest

    from core.sweep.record import Sweep
    from runner.service import Service


def until(place: Place, service: Service, sweep: Sweep, state: SweepState) -> Sweep:
    wait_for(ticking(service, lambda: now(place, sweep).state is state))
    return now(place, sweep)


def take(place: Place, before: str, after: str) -> None:
    """The week takes another recipe."""
    text = place.week.playbook_text
    assert before in text
    file = place.home.root / "changed.yaml"
    file.write_text(text.replace(before, after), encoding="utf-8")
    recorded(place.lead.take_playbook(place.week.id, "changed.yaml", "another weight"))


def test_each_trial_is_a_job_with_a_folder_and_a_line_of_its_own(place: Place) -> None:
    sweep = begin(place, seeds=2, folds=1)
    assert [fold["number"] for fold in sweep.folds] == [0, 1]
    service = place.service(sweep_parallel=2)
    ended = until(place, service, sweep, SweepState.FINISHED)
    assert len(ended.trials) == 4
    folders = {place.lead.attempts(each.job_id)[0].folder for each in ended.trials}
    assert len(folders) == 4
    assert all((place.home.root / folder / "result.json").exists() for folder in folders)
    lines = place.lead.activity(None, limit=1_000)
    assert sum(isinstance(each.body, TrialScored) for each in lines) == 4
    assert sum(isinstance(each.body, JobRequested) for each in lines) == 4
    assert ended.recipe().scored == 4
    assert ended.remaining_s(1) == 0.0
    service.close()


def test_no_more_trials_run_at_once_than_the_setting_says(place: Place) -> None:
    sweep, service = begin(place, seeds=4, wait=True), place.service(sweep_parallel=2)
    begun = ticking(service, lambda: now(place, sweep).running == 2)
    wait_for(begun)
    for _ in range(20):
        service.tick(service.now())
        active = [each for each in now(place, sweep).trials if each.state in ACTIVE_STATES]
        assert len(active) == 2
    service.close()


def test_a_later_runner_goes_on_and_repeats_nothing(place: Place) -> None:
    sweep, first = begin(place, seeds=3, wait=True), place.service()
    wait_for(ticking(first, lambda: now(place, sweep).running == 1))
    first.close()  # the trial goes on under its shim
    later = place.service()
    (running,) = now(place, sweep).trials
    script(place)  # the next ones don't wait
    place.go(present(place.lead.job(running.job_id)))
    until(place, later, sweep, SweepState.FINISHED)
    assert len(place.starts()) == 3
    assert len({line.split()[0] for line in place.starts()}) == 3
    later.close()


def test_a_stopped_sweep_stops_its_trial_and_a_resumed_one_begins_it_again(place: Place) -> None:
    sweep, service = begin(place, seeds=2, wait=True), place.service(stop_grace_s=30.0)
    wait_for(ticking(service, lambda: now(place, sweep).running == 1))
    (trial,) = now(place, sweep).trials
    wait_for(lambda: place.lead.progress(trial.job_id) is not None)
    recorded(place.lead.stop_sweep(sweep.id))
    stopped = until(place, service, sweep, SweepState.STOPPED)
    assert [each.state for each in stopped.trials] == [JobState.STOPPED]
    assert stopped.failed == []
    script(place)
    recorded(place.lead.resume_sweep(sweep.id))
    ended = until(place, service, sweep, SweepState.FINISHED)
    assert {each.attempt for each in ended.trials} == {1, 2}
    assert ended.recipe().scored == 2
    service.close()


def test_a_crashed_seed_is_counted_and_the_others_go_on(place: Place) -> None:
    sweep = begin(place, seeds=3)
    script(place, trial_id(sweep, sweep.seeds[1]), do="fail")
    script(place, trial_id(sweep, sweep.seeds[2]), result={})  # complete, and says nothing
    service = place.service()
    ended = until(place, service, sweep, SweepState.FINISHED)
    assert [each.seed for each in ended.failed] == [*sweep.seeds[1:]]
    assert (ended.recipe().scored, ended.recipe().failed) == (1, 2)
    assert "2 tries crashed and are not counted." in str(Verdict(ended.recipe()).sentence())
    assert place.lead.incidents(place.week.id) == []
    service.close()


def test_nothing_takes_a_trial_for_work_of_the_week(place: Place) -> None:
    """Each question about the week's jobs, while a trial runs and after one was scored."""
    client, before = place.lead, present(place.lead.week_records())
    sweep, service = begin(place, seeds=2), place.service()
    wait_for(ticking(service, lambda: now(place, sweep).recipe().scored == 1))
    script(place, wait=True)
    wait_for(ticking(service, lambda: len(now(place, sweep).trials) == 2))
    (live,) = [each for each in now(place, sweep).trials if each.state in ACTIVE_STATES]
    records = present(client.week_records())
    assert (records.jobs, records.attempts) == (before.jobs, {})
    assert records.decision_lines == ()
    assert client.jobs() == []
    assert client.jobs(week_id=place.week.id) == []
    assert next(each.id for each in client.jobs(JobKind.TRIAL)) == live.job_id
    for kind in (JobKind.TRAIN, JobKind.REVALIDATE):
        assert client.latest_job(kind) is None
        assert client.live_job(kind) is None
    assert client.recorded_weeks().weeks[0].runs == ()
    with client.store.read() as connection:
        assert counted_trials(connection, place.week.id).in_all == 0
        assert queries.newest_job(connection, JobKind.TRAIN, None, begun=True) is None
        assert record_queries.run_names(connection) == []
        assert record_queries.decisions_made(connection) == []
        assert record_queries.decision_records(connection, place.week).jobs == ()
        assert refused_restore(connection, None) is None
        assert busy_week(connection, place.week) is None
        assert started_week(connection, place.week) is None
    # It holds up neither the week's own run nor another act, and has no run of its own.
    assert client.denied_job(JobKind.REVALIDATE, RevalidateParams()) is None
    run = place.submit(JobKind.TRAIN, wait=True)
    wait_for(ticking(service, lambda: place.job(run).state in LIVE_STATES))
    assert present(client.live_job(JobKind.TRAIN)).id == run.id
    service.close()


def test_only_its_sweep_begins_and_ends_a_trial(place: Place) -> None:
    sweep, service = begin(place, seeds=2, wait=True), place.service()
    wait_for(ticking(service, lambda: now(place, sweep).running == 1))
    (trial,) = now(place, sweep).trials
    assert isinstance(place.lead.stop(trial.job_id), Refused)
    assert isinstance(place.lead.submit(JobKind.TRIAL, {}), Refused)
    assert isinstance(place.lead.start_sweep(2, 0), Refused)  # one at a time
    assert isinstance(place.lead.archive_week(place.week.id), Refused)
    assert isinstance(place.client(ENGINEER).stop_sweep(sweep.id), Refused)
    service.close()


def test_a_running_trial_leaves_the_weeks_single_flight_as_it_is(place: Place) -> None:
    sweep, service = begin(place, seeds=2, wait=True), place.service(sweep_parallel=2)
    wait_for(ticking(service, lambda: now(place, sweep).running == 2))
    first = place.submit(JobKind.BACKUP, wait=True)
    again = job_of(place.lead.submit(JobKind.BACKUP))
    assert again.id == first.id
    service.close()


def test_what_ends_each_start_holds_the_sweep_and_spends_no_trial(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep, service = begin(place, seeds=3), place.service()
    with monkeypatch.context() as full:

        def no_space(order: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        full.setattr(service.supervisor.executor, "place", no_space)
        wait_for(ticking(service, lambda: now(place, sweep).is_stuck))
        for _ in range(5):
            service.tick(service.now())
    (held,) = now(place, sweep).trials
    assert (held.state, held.attempt, held.is_open) == (JobState.LOST, 3, True)
    said = str(place.lead.sweep_waits_for(now(place, sweep)))
    assert "No space left on device" in said
    assert f"trainweek sweep resume {sweep.id}" in said
    recorded(place.lead.resume_sweep(sweep.id))
    ended = until(place, service, sweep, SweepState.FINISHED)
    assert (ended.recipe().scored, ended.failed) == (3, [])
    service.close()


def test_other_candles_hold_the_sweep_until_they_are_as_before(place: Place) -> None:
    sweep, service = begin(place, seeds=2), place.service()
    file, *_ = candle_files(place.home.train_data)
    before = file.read_bytes()
    file.write_bytes(before + b"\n")
    for _ in range(5):
        service.tick(service.now())
    assert now(place, sweep).trials == ()
    assert "candles in data/train have changed" in str(place.lead.sweep_waits_for(sweep))
    file.write_bytes(before)
    service.sweeps.tick(service.now() + timedelta(seconds=11))
    until(place, service, sweep, SweepState.FINISHED)
    service.close()


def test_a_signal_from_outside_is_the_machines_and_is_waited_after(place: Place) -> None:
    sweep, service = begin(place, seeds=2, wait=True), place.service(backoff_s=1_000.0)
    wait_for(ticking(service, lambda: now(place, sweep).running == 1))
    (trial,) = now(place, sweep).trials
    job = present(place.lead.job(trial.job_id))
    wait_for(ticking(service, lambda: place.job(job).pid and place.lead.progress(job.id)))
    os.kill(place.pid(job), signal.SIGTERM)
    wait_for(ticking(service, lambda: "begins again at" in str(now(place, sweep).trials[0].reason)))
    for _ in range(5):
        service.tick(service.now())
    (waiting,) = now(place, sweep).trials
    assert [each.state for each in waiting.ends] == [JobState.INTERRUPTED]
    assert (waiting.state, len(place.starts())) == (JobState.QUEUED, 1)
    service.close()


def test_a_sweep_that_is_stopping_is_not_resumed_yet(place: Place) -> None:
    sweep, service = begin(place, seeds=2), place.service()
    service.sweeps.tick(service.now())
    recorded(place.lead.stop_sweep(sweep.id))
    refused = place.lead.resume_sweep(sweep.id)
    assert isinstance(refused, Refused)
    assert "is stopping" in str(refused.reason)
    service.close()


def test_a_trial_that_waits_does_not_start_with_another_recipe(place: Place) -> None:
    """Its request is older than the change, its start is not."""
    sweep, service = begin(place, seeds=2), place.service()
    service.sweeps.tick(service.now())
    (trial,) = now(place, sweep).trials
    take(place, "gamma: 0.98", "gamma: 0.97")
    for _ in range(5):
        service.tick(service.now())
    (held,) = now(place, sweep).trials
    assert (held.job_id, held.state, held.attempt) == (trial.job_id, JobState.STOPPED, 0)
    assert "another recipe" in str(held.reason)
    assert held.is_open
    service.close()


def test_seeds_beyond_the_largest_are_refused_at_the_start(place: Place) -> None:
    make_home(place.home.root)
    take(place, "seed: 7", f"seed: {2**31 - 3}")
    refused = place.lead.start_sweep(3, 0)
    assert isinstance(refused, Refused)
    assert "go beyond the largest" in str(refused.reason)
    assert len(recorded(place.lead.start_sweep(2, 0)).seeds) == 2


def test_no_sweep_of_an_archived_week_goes_on(place: Place) -> None:
    sweep = begin(place, seeds=2)
    recorded(place.lead.stop_sweep(sweep.id))
    recorded(place.lead.create_week(LAUNCH.replace(month=3)))
    recorded(place.lead.archive_week(place.week.id))
    refused = place.lead.resume_sweep(sweep.id)
    assert isinstance(refused, Refused)
    assert "is archived" in str(refused.reason)
    assert "is archived" in str(place.lead.sweep_waits_for(sweep))


def test_another_recipe_holds_the_sweep_and_says_so(place: Place) -> None:
    sweep = begin(place, seeds=2)
    take(place, "gamma: 0.98", "gamma: 0.97")
    service = place.service()
    for _ in range(5):
        service.tick(service.now())
    assert now(place, sweep).trials == ()
    assert "another recipe" in str(place.lead.sweep_waits_for(now(place, sweep)))
    service.close()


def test_a_trial_takes_over_no_place_of_a_signed_decision() -> None:
    """A later week's request does: the decision then rests on its copies. A trial has no week."""
    made = DecisionMade(job_id="revalidate-1", sha256="a" * 64, report={"decision": "x.json"})
    asked = JobRequested(job_id="trial-1", job_kind=JobKind.TRIAL, params={}, run=None)
    lines = [DecisionLine("2026-02-23", made), DecisionLine(None, asked)]
    assert not taken_over(lines, LAUNCH, "a" * 64)
