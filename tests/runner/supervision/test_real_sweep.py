"""A real sweep of two seeds on two splits: its runner is killed, it is stopped, and it goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import JobKind, SweepState
from runner.settings import Settings
from tests.expected import recorded
from tests.runner.jobs.training_home import make_home
from tests.runner.place import Place, wait_for
from tests.runner.sweep_place import now

if TYPE_CHECKING:
    from core.sweep.record import Sweep

pytestmark = [pytest.mark.slow, pytest.mark.whole, pytest.mark.timeout(1_200)]  # real trainings

PROGRAM = {"TRAINWEEK_COMMAND_TRIAL": json.dumps(Settings().command(JobKind.TRIAL))}
PATIENCE_S = 600.0  # four short trainings on a busy machine


def scored(place: Place, sweep: Sweep) -> int:
    return now(place, sweep).recipe().scored


def test_a_real_sweep_outlives_its_runner_and_a_stop(place: Place) -> None:
    make_home(place.home.root)
    sweep = recorded(place.lead.start_sweep(2, 1, 500))
    first = place.runner(**PROGRAM)
    wait_for(lambda: scored(place, sweep) == 1 and now(place, sweep).running, PATIENCE_S)
    first.kill()
    first.wait()
    place.runner(**PROGRAM, TRAINWEEK_STOP_GRACE_S="30")
    recorded(place.lead.stop_sweep(sweep.id))
    wait_for(lambda: now(place, sweep).state is SweepState.STOPPED, PATIENCE_S)
    kept = {each.job_id: each.gates for each in now(place, sweep).trials if each.decision}
    recorded(place.lead.resume_sweep(sweep.id))
    wait_for(lambda: now(place, sweep).state is SweepState.FINISHED, PATIENCE_S)
    ended = now(place, sweep)
    assert ended.failed == []
    assert (len(ended.recipe().own), len(ended.recipe().folds)) == (2, 2)
    assert all(
        gates == kept.get(each.job_id, gates) for each in ended.trials for gates in [each.gates]
    )
    assert not place.home.best_model.exists()
    assert not place.home.checkpoints.exists()
    assert place.strays() == []
