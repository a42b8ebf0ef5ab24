"""The page Recipe: what a sweep's tries say together, and who may start, stop and resume one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.files import write_json
from core.job_params import TrialParams
from core.language import literal
from core.ledger_bodies import (
    AttemptColumns,
    AttemptStarted,
    JobChanged,
    JobColumns,
    JobRequested,
    ProcessColumns,
    TrialScored,
)
from core.vocabulary import Decision, JobKind, JobState, Role, SweepState
from dashboard.figures.tries import Look
from runner.store import Store
from tests.dashboard.place import LEAD, button, keyed, text_of
from tests.expected import present, recorded
from tests.runner.jobs.training_home import make_home
from tests.runner.sweep_place import GATES, scripted_result, trial_id

if TYPE_CHECKING:
    from core.sweep.record import Sweep
    from tests.dashboard.place import Place


def sweep_of(place: Place, seeds: int = 6) -> Sweep:
    place.week()
    make_home(place.home.root)
    return recorded(place.client().start_sweep(seeds, 1))


def write(place: Place, *bodies: Any, week: str | None = None) -> None:
    now = place.now
    with Store(place.home).write() as transaction:
        for body in bodies:
            transaction.append(body, by=LEAD, at=now, at_week=now, week_id=week)


def request(place: Place, sweep: Sweep, seed: int, fold: int) -> str:
    """A trial that was just requested; returns its id."""
    name = trial_id(sweep, seed, fold)
    ends = {"train": ["2024-02-23T00:00:00Z"] * 2, "test": ["2024-02-23T00:00:00Z"] * 2}
    params = TrialParams.model_validate(
        {"sweep": sweep.id, "week": sweep.week_id, "seed": seed, "fold": fold, **ends}
        | {"playbook_sha256": sweep.playbook_sha256}
        | {"train_sha256": "a" * 64, "backtest_sha256": "b" * 64}
    )
    body = JobRequested(job_id=name, job_kind=JobKind.TRIAL, params=params.as_json(), run=None)
    write(place, body)
    return name


def tried(place: Place, sweep: Sweep, seed: int, fold: int, passed: int | None) -> None:
    """A trial that passed so many gates; None: it crashed."""
    name = request(place, sweep, seed, fold)
    state = JobState.FAILED if passed is None else JobState.SUCCEEDED
    write(place, JobChanged(job_id=name, job=JobColumns(state=state)))
    if passed is not None:
        result = scripted_result(0.1 * seed, passed)
        write(place, present(TrialScored.of_result(name, result)))


def test_without_a_sweep_the_page_says_why_one_is_worth_it(place: Place) -> None:
    place.week()
    shown = text_of(place.draw("recipe", role=Role.LEAD))
    assert "One training says nothing of its luck" in shown


def test_the_tries_are_counted_drawn_and_summed_up(place: Place) -> None:
    sweep = sweep_of(place)
    for seed, passed in zip(sweep.seeds, (6, 6, 5, 3, 2, None), strict=True):
        tried(place, sweep, seed, 0, passed)
        tried(place, sweep, seed, 1, passed)
    assert present(place.client().sweep(sweep.id)).state is SweepState.FINISHED
    test = place.draw("recipe", role=Role.VIEWER)
    shown = text_of(test)
    cells = [str(cell) for table in test.table for cell in table.value.to_numpy().ravel()]
    assert not [cell for cell in cells if "\\\\" in cell]  # escaped once
    assert "0 % (0 % to" in shown
    assert "This recipe gives a GO in 2 of 5 tries." in shown
    assert "1 try crashed and is not counted." in shown
    assert f"Seed {sweep.seeds[-1]}, own split: FAILED" in shown
    assert "It has no place yet" in shown
    assert all(one.disabled for one in keyed(test.button, "sweep:start"))


def test_diverged_tries_look_like_themselves_and_rewards_have_a_band(place: Place) -> None:
    sweep = sweep_of(place, seeds=3)
    for seed in sweep.seeds[:2]:
        tried(place, sweep, seed, 0, 4)
        folder = place.home.attempt(trial_id(sweep, seed), 1)
        folder.mkdir(parents=True)
        curve = [{"step": step, "reward": float(seed)} for step in (100, 200)]
        write_json(folder / "result.json", {"curve": curve})
        write(
            place,
            JobChanged(job_id=trial_id(sweep, seed), job=JobColumns(attempt=1)),
        )
    name = request(place, sweep, sweep.seeds[2], 0)
    lost = {"decision": "NO-GO", "steps": 100, "gates": [
        {"id": gate, "value": None, "passed": False} for gate in GATES]}  # fmt: skip
    write(place, JobChanged(job_id=name, job=JobColumns(state=JobState.SUCCEEDED)))
    write(place, present(TrialScored.of_result(name, lost)))
    test = place.draw("recipe", role=Role.VIEWER)
    drawn = next(one for one in test.get("echarts_chart") if "recipe-map" in str(one.proto.id))
    cells = json.loads(drawn.proto.spec)["series"][0]["data"]
    assert "After 200 steps the tries' mean reward is 8.5" in text_of(test)
    found = [cell[2:] for cell in cells]
    assert found == [[Look.MIDDLE, "4/6"], [Look.MIDDLE, "4/6"], [Look.DIVERGED, "NaN"]]
    assert "diverged: 1" in drawn.proto.alt


def test_a_sweep_of_an_earlier_playbook_says_so_and_shows_no_limits(place: Place) -> None:
    sweep = sweep_of(place)
    for seed in sweep.seeds:
        tried(place, sweep, seed, 0, 6)
    assert "\nLimit\n" in text_of(place.draw("recipe", role=Role.VIEWER))
    week = present(place.client().active_week())
    changed = week.playbook_text.replace("gamma: 0.98", "gamma: 0.97")
    (place.home.root / "changed.yaml").write_text(changed, encoding="utf-8")
    recorded(place.client().take_playbook(week.id, "changed.yaml", "another recipe"))
    shown = text_of(place.draw("recipe", role=Role.VIEWER))
    assert "This sweep was of another playbook than the week's." in shown
    assert "It has none here: the tries were of another playbook." in shown
    assert "\nLimit\n" not in shown


def test_a_sweep_is_started_stopped_and_resumed_here(place: Place) -> None:
    place.week()
    make_home(place.home.root)
    test = place.draw("recipe", role=Role.LEAD)
    for name, value in (("seeds", 3), ("folds", 1), ("steps", 500)):
        (given,) = keyed(test.number_input, f"sweep:{name}")
        given.set_value(value)
    button(test, "sweep:start").click().run()
    (sweep,) = place.client().sweeps()
    assert (len(sweep.seeds), len(sweep.folds), sweep.steps) == (3, 2, 500)
    button(test, f"sweep:{sweep.id}:stop").click().run()
    assert present(place.client().sweep(sweep.id)).state is SweepState.STOPPED
    button(test, f"sweep:{sweep.id}:resume").click().run()
    assert present(place.client().sweep(sweep.id)).state is SweepState.RUNNING


def test_a_held_sweep_is_resumed_here_without_a_stop(place: Place) -> None:
    sweep = sweep_of(place)
    name = request(place, sweep, sweep.seeds[0], 0)
    for number in (1, 2, 3):
        at = place.now + timedelta(minutes=number)
        begun = AttemptColumns(
            state=JobState.STARTING,
            attempt_id=f"a-{number}",
            epoch=1,
            started_at=at,
            folder=f"logs/jobs/{name}/attempt-00{number}",
        )
        job = JobColumns(state=JobState.STARTING, attempt=number, started_at=at)
        lost = ProcessColumns(state=JobState.LOST, reason=literal("No space."), ended_at=at)
        write(
            place,
            AttemptStarted(job_id=name, number=number, job=job, attempt=begun),
            JobChanged.with_attempt(name, number, lost),
        )
    test = place.draw("recipe", role=Role.LEAD)
    held = present(place.client().sweep(sweep.id))
    assert "so: No space." in str(place.client().sweep_waits_for(held))
    place.now += timedelta(minutes=5)
    button(test, f"sweep:{sweep.id}:resume").click().run()
    assert not present(place.client().sweep(sweep.id)).is_stuck


@pytest.mark.parametrize(("passed", "decision"), [(6, Decision.GO), (4, Decision.PARTIAL)])
def test_a_try_enters_no_other_page(place: Place, passed: int, decision: Decision) -> None:
    sweep = sweep_of(place, seeds=2)
    before = {
        page: text_of(place.draw(page, role=Role.VIEWER))
        for page in ("decision", "history", "jobs", "runs")
    }
    assert "Hold-out: 0 earlier looks" in text_of(place.draw("revalidation", role=Role.VIEWER))
    for seed in sweep.seeds:
        tried(place, sweep, seed, 0, passed)
    assert present(place.client().sweep(sweep.id)).trials[0].decision is decision
    for page, shown in before.items():
        assert text_of(place.draw(page, role=Role.VIEWER)) == shown, page
    looked = text_of(place.draw("revalidation", role=Role.VIEWER))
    assert "Hold-out: 1 earlier look at these bars; 1 of them by a sweep" in looked
