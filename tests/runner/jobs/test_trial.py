"""A real trial: what it judges is what training and revalidation of the week judge."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import InputError, MarketDataError
from core.files import file_sha256
from core.language import Message
from core.ledger_bodies import TrialScored
from core.market import load_candles
from core.playbook import default_playbook_text
from core.sweep.folds import walk_forward
from core.timestamps import iso
from core.trading.training_bars import purge_gap
from core.trading.warm_up import WARM_UP
from core.vocabulary import Decision
from runner.agent.policy import TrainingDivergedError
from runner.agent.session import Session
from runner.jobs.attempt import COMPLETE, STOPPED, StopFlag, read_spec
from runner.jobs.trial import part, trial
from tests.expected import present
from tests.runner.jobs.training_home import make_home, result, run, write_spec

if TYPE_CHECKING:
    from pathlib import Path

    from core.market import Candles
    from core.paths import Home

pytestmark = pytest.mark.slow  # each makes a real training run

STEPS = 4_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return make_home(tmp_path_factory.mktemp("home"))


def asked(home: Home, seed: int = 7, fold: int = 0, **changed: Any) -> dict[str, Any]:
    trained, tested = load_candles(home.train_data), load_candles(home.backtest_data)
    bars = {"train": ends(trained, 0, -1), "test": ends(tested, 0, -1)}
    if fold:
        embargo = WARM_UP
        first = walk_forward(len(trained), 1, embargo=embargo, fewest_train=1_200)[0]
        bars["train"] = ends(trained, *first.train)
        bars["test"] = ends(trained, first.test[0] - embargo, first.test[1])
    return {
        "sweep": "sweep-a",
        "week": "2026-02-23",
        "seed": seed,
        "fold": fold,
        "steps": STEPS,
        "playbook_sha256": hashlib.sha256(default_playbook_text().encode()).hexdigest(),
        "train_sha256": trained.sha256,
        "backtest_sha256": tested.sha256,
        **bars,
        **changed,
    }


def ends(candles: Candles, first: int, last: int) -> list[str]:
    return [iso(candles.frame.index[bar].to_pydatetime()) for bar in (first, last)]


def outcome(home: Home, name: str, **params: Any) -> tuple[int, Path]:
    spec = write_spec(home, "trial", run=name, **params)
    return trial(read_spec(spec), StopFlag()), spec


def test_the_weeks_own_split_gives_the_gates_of_the_weeks_own_run(home: Home) -> None:
    assert run("train_ppo", write_spec(home, "train", steps=STEPS, seed=7)).returncode == 0
    spec = write_spec(home, "revalidate", run="own")
    assert run("revalidate", spec).returncode == 0
    code, tried = outcome(home, "own-seed", **asked(home))
    assert code == 0
    mine, weeks = result(tried), result(spec)
    assert mine["decision"] == weeks["decision"]
    judged = ("id", "value", "passed", "margin")  # to the bit; a revalidation adds intervals
    assert [[gate[name] for name in judged] for gate in mine["gates"]] == [
        [gate[name] for name in judged] for gate in weeks["gates"]
    ]
    assert {path.name for path in tried.parent.iterdir()} == {
        "equity.csv",
        "playbook.yaml",
        "progress.json",
        "result.json",
        "spec.json",
    }
    assert len(mine["curve"]) >= 1


def test_a_fold_is_trained_and_judged_on_its_own_bars(home: Home) -> None:
    before = sorted(path for path in (home.root / "models").rglob("*"))
    code, tried = outcome(home, "fold", **asked(home, seed=8, fold=1))
    assert code == 0
    assert result(tried)["gates"][0]["status"] in ("ok", "zero_volatility")
    scored = present(TrialScored.of_result("trial-a", result(tried)))
    assert scored.equity_sha256 == file_sha256(tried.parent / "equity.csv")
    assert sorted(path for path in (home.root / "models").rglob("*")) == before


def test_bars_within_reach_of_the_training_are_refused(home: Home) -> None:
    params = asked(home, fold=1)
    trained = load_candles(home.train_data)
    settings = read_spec(write_spec(home, "trial", run="near", **params)).playbook.training
    last = int(trained.frame.index.searchsorted(params["train"][1]))
    near = {"test": ends(trained, last + purge_gap(settings) - WARM_UP, -1)}
    with pytest.raises(MarketDataError, match="within 14 days"):
        outcome(home, "near", **params | near)


def test_other_candles_than_the_sweeps_are_refused(home: Home) -> None:
    with pytest.raises(InputError, match="candles have changed"):
        outcome(home, "changed", **asked(home, train_sha256="0" * 64))


def test_another_playbook_than_the_sweeps_is_refused(home: Home) -> None:
    with pytest.raises(InputError, match="playbook is another one"):
        outcome(home, "recipe", **asked(home, playbook_sha256="0" * 64))


def test_a_fold_without_bars_is_refused(home: Home) -> None:
    candles = load_candles(home.train_data)
    with pytest.raises(MarketDataError, match="has no bars"):
        part(candles, candles.last.replace(year=2030), candles.last.replace(year=2031))


def test_a_stopped_trial_has_no_result(home: Home) -> None:
    stop = StopFlag()
    stop.requested = True
    spec = write_spec(home, "trial", run="stopped", **asked(home))
    assert trial(read_spec(spec), stop) == STOPPED
    assert result(spec)["complete"] is False


def test_a_training_that_diverges_is_a_try_that_passes_no_gate(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverge(*_: Any) -> bool:
        raise TrainingDivergedError(Message("The rewards contain NaN"), 2_048)

    monkeypatch.setattr(Session, "learn", diverge)
    code, tried = outcome(home, "diverged", **asked(home))
    scored = present(TrialScored.of_result("trial-a", result(tried)))
    assert (code, scored.decision) == (COMPLETE, Decision.NO_GO)
    assert len(scored.gates) == 6
    assert all(gate["value"] is None and not gate["passed"] for gate in scored.gates)
