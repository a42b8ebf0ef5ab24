"""Which model a sweep's tries are the siblings of, and what they say after a change."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.files import write_json
from core.job_params import TrialParams
from core.ledger_bodies import JobChanged, JobColumns, JobRequested, TrialScored
from core.vocabulary import JobKind, JobState
from runner.cli.sweep import as_dict
from runner.models.model_files import write_model
from runner.models.model_in_use import put_in_use
from tests.expected import present, recorded
from tests.runner.client.test_run_models import NOW, save
from tests.runner.client.test_sweeps import change_playbook
from tests.runner.jobs.training_home import make_home
from tests.runner.place import LEAD
from tests.runner.sweep_place import scripted_result, trial_id

if TYPE_CHECKING:
    from core.ledger_bodies import Body
    from core.sweep.record import Sweep
    from core.sweep.verdict import Verdict
    from tests.runner.place import Place


def write(place: Place, *bodies: Body, week: str | None = None) -> None:
    with place.lead.store.write() as transaction:
        for body in bodies:
            transaction.append(body, by=LEAD, at=NOW, at_week=NOW, week_id=week)


def scored(place: Place, steps: int | None = None, seeds: int = 6) -> Sweep:
    """A sweep whose tries have the Sharpe ratios 0.0, 0.1, ..."""
    make_home(place.home.root)
    sweep = recorded(place.lead.start_sweep(seeds, 0, steps))
    (fold,) = sweep.folds
    for number, seed in enumerate(sweep.seeds):
        name = trial_id(sweep, seed)
        params = TrialParams.model_validate(
            {
                "sweep": sweep.id,
                "week": sweep.week_id,
                "seed": seed,
                "fold": 0,
                "train": fold["train"],
                "test": fold["test"],
                "playbook_sha256": sweep.playbook_sha256,
                "train_sha256": sweep.train_sha256,
                "backtest_sha256": sweep.backtest_sha256,
            }
        )
        write(
            place,
            JobRequested(job_id=name, job_kind=JobKind.TRIAL, params=params.as_json(), run=None),
            JobChanged(job_id=name, job=JobColumns(state=JobState.SUCCEEDED)),
            present(TrialScored.of_result(name, scripted_result(0.1 * number, 6))),
        )
    return sweep


def revalidated(place: Place, sweep: Sweep, sha256: str, sharpe: float) -> None:
    """A revalidation of the week, later than those before it."""
    name = f"revalidate-{sharpe}"
    candidate = {
        "model": sha256,
        "data": sweep.backtest_sha256,
        "playbook": place.week.playbook_sha256,
    }
    write(
        place,
        JobRequested(job_id=name, job_kind=JobKind.REVALIDATE, params={}, run=None),
        JobChanged(job_id=name, job=JobColumns(state=JobState.SUCCEEDED, attempt=1)),
        week=place.week.id,
    )
    result: dict[str, Any] = {"gates": [{"id": "sharpe", "value": sharpe}], "candidate": candidate}
    folder = place.home.attempt(name, 1)
    folder.mkdir(parents=True)
    write_json(folder / "result.json", result)


def verdict(place: Place, sweep: Sweep) -> Verdict:
    return place.lead.sweep_verdict(present(place.lead.sweep(sweep.id)))


def test_the_chosen_model_is_the_one_in_use_not_the_newest_revalidated(place: Place) -> None:
    sweep = scored(place)
    save(place.home, "mine", 1.0)
    save(place.home, "other", 1.0)
    mine = put_in_use(place.home, "mine", how="chosen", by="Lea", at=NOW)
    revalidated(place, sweep, mine.sha256, 0.25)
    revalidated(place, sweep, "f" * 64, 2.5)
    assert verdict(place, sweep).sharpe == 0.25
    assert "number 4 among 6 siblings" in str(verdict(place, sweep).sentence())
    put_in_use(place.home, "other", how="chosen", by="Lea", at=NOW)
    assert verdict(place, sweep).standing() is None


def test_the_model_in_use_is_that_of_the_sweeps_own_week(place: Place) -> None:
    sweep = scored(place)
    save(place.home, "mine", 1.0)
    mine = put_in_use(place.home, "mine", how="chosen", by="Lea", at=NOW)
    revalidated(place, sweep, mine.sha256, 0.25)
    launch = place.week.launch + timedelta(hours=1)
    other = recorded(place.lead.create_week(launch, symbol="BTCUSDT", beside=True))
    client = place.client(LEAD)
    client.shown_week = other.id
    assert client.sweep_verdict(present(client.sweep(sweep.id))).sharpe == 0.25


def test_without_a_model_in_use_nothing_is_ranked(place: Place) -> None:
    sweep = scored(place)
    revalidated(place, sweep, "f" * 64, 2.5)
    assert verdict(place, sweep).standing() is None


@pytest.mark.parametrize("steps", [None, 5_000])
def test_after_a_change_of_the_playbook_the_tries_are_of_another_one(
    place: Place, steps: int | None
) -> None:
    sweep = scored(place, steps)
    save(place.home, "mine", 1.0)
    revalidated(
        place, sweep, put_in_use(place.home, "mine", how="chosen", by="Lea", at=NOW).sha256, 0.25
    )
    before = as_dict(place.lead, present(place.lead.sweep(sweep.id)))
    assert before["other_playbook"] is False
    assert (before["standing"] is None) == (steps is not None)
    assert str(before["verdict"]).startswith("This recipe" if steps is None else "With 5,000 steps")
    change_playbook(place, "gamma: 0.98", "gamma: 0.97")
    after = as_dict(place.lead, present(place.lead.sweep(sweep.id)))
    assert after["other_playbook"] is True
    assert after["standing"] is None
    assert str(after["verdict"]).startswith("This sweep was of another playbook than the week's.")


@pytest.mark.parametrize(
    ("before", "after", "other"),
    [
        ("  seed: 7", "  seed: 9  # the best one of the sweep", False),
        ("  gamma: 0.98", "  gamma: 0.97", True),
        ("  fee_bps: 10", "  fee_bps: 9", True),
        ("threshold: 45.0", "threshold: 40.0", True),
    ],
)
def test_a_comment_or_another_seed_is_no_other_recipe(
    place: Place, before: str, after: str, other: bool
) -> None:
    sweep = scored(place)
    save(place.home, "mine", 1.0)
    mine = put_in_use(place.home, "mine", how="chosen", by="Lea", at=NOW)
    revalidated(place, sweep, mine.sha256, 0.25)
    change_playbook(place, before, after)
    found = as_dict(place.lead, present(place.lead.sweep(sweep.id)))
    assert found["other_playbook"] is other
    assert place.lead.is_of_other_playbook(sweep) is other
    assert (found["standing"] is None) is other


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"total_steps": 9_000}, "500,000 steps each, the model for 9,000"),
        ({"settings": {"learning_rate": 1e-4}}, "learning_rate 0.0001, the tries with 0.0003"),
    ],
)
def test_a_model_that_was_made_otherwise_has_no_siblings_and_it_says_why(
    place: Place, config: dict[str, Any], why: str
) -> None:
    sweep = scored(place)
    content = b"made otherwise"
    sha256 = hashlib.sha256(content).hexdigest()
    manifest = {"run": "mine", "step": 9_000, "sha256": sha256, "validation": {}, "config": config}
    write_model(place.home.run_model("mine"), content, manifest)
    put_in_use(place.home, "mine", how="chosen", by="Lea", at=NOW)
    revalidated(place, sweep, sha256, 0.25)
    found = verdict(place, sweep)
    assert found.standing() is None
    assert why in str(found.apart)
    assert str(found.sentence()).endswith(str(found.apart))
