from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError, IntegrityError, MarketDataError
from core.gates import read_equity_csv, read_trades_csv, score
from core.market import load_candles
from core.paths import Home
from core.playbook import DEFAULT, load_playbook
from core.trading.warm_up import WARM_UP
from runner.agent.backtest import run_backtest
from runner.agent.candidate import Candidate
from runner.agent.episodes import slices
from runner.agent.features import (
    CLIPPED_POSITION_NAMES,
    FEATURE_NAMES,
    OBSERVATION_NAMES,
    raw_features,
)
from runner.agent.market import Market
from runner.agent.normaliser import Normaliser
from runner.agent.training_traces import statistics_test, training_candles
from runner.jobs.attempt import StopFlag, read_spec
from runner.jobs.revalidate import revalidate
from runner.jobs.revalidation_input import declared_trials
from runner.models.best_model import manifest_path
from tests.core.backtest_records import schema_validator
from tests.runner.jobs.training_home import make_home, progress, result, run, write_spec

if TYPE_CHECKING:
    from runner.agent.market_env import MarketEnv

# What reading a CSV back may cost: nothing, as it writes the shortest exact floats.
pytestmark = pytest.mark.slow  # each makes a real training run or backtest

EXACT = 1e-9


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = make_home(tmp_path_factory.mktemp("home"))
    assert run("train_ppo", write_spec(home, "train", steps=20_000)).returncode == 0
    return home


@pytest.fixture(scope="module")
def saved(trained: Home) -> tuple[Path, str]:
    """A revalidation with its report: its spec and output."""
    spec = write_spec(trained, "revalidate", run="saved", save_report=True, episodes=6)
    done = run("revalidate", spec)
    assert done.returncode == 0, done.stdout + done.stderr
    return spec, done.stdout


@pytest.fixture
def home(trained: Home, tmp_path: Path) -> Home:
    """A copy of the trained home, to be damaged."""
    for part in ("data", "models"):
        shutil.copytree(trained.root / part, tmp_path / part)
    return Home(tmp_path)


def refusal(home: Home, **params: Any) -> str:
    """What a revalidation says when it refuses, and that it then writes no report."""
    spec = write_spec(home, "revalidate", run="refused", save_report=True, **params)
    with pytest.raises((InputError, IntegrityError)) as refused:
        revalidate(read_spec(spec), StopFlag())
    assert not (home.root / "reports").exists()
    return refused.value.what


def test_the_manuals_lines_and_the_gate_block_are_printed(saved):
    spec, output = saved
    lines = output.splitlines()
    said = [line for line in lines if line.startswith("[INFO]") and "synthetic" not in line]
    decision = result(spec)["decision"]
    assert said == [
        "[INFO] Loading model...",
        "[INFO] Running backtest...",
        "[INFO] Computing metrics...",
        f"[INFO] Decision: {decision}",
    ]
    block = lines[lines.index(said[-1]) + 1 :]
    assert [line for line in block if line.startswith("Gate ")] == [
        "Gate 1: Sharpe Ratio ≥ 1.0",
        "Gate 2: Max DD ≤ 15.0%",
        "Gate 3: Win Rate ≥ 45.0%",
        "Gate 4: Profit Factor ≥ 1.5",
        "Gate 5: Consecutive Losses ≤ 5",
        "Gate 6: Calmar Ratio ≥ 2.0",
    ]
    assert len(block) == 6 * 4 - 1


def test_the_saved_equity_and_trades_give_the_same_gates_again(trained, saved):
    spec, _ = saved
    found = result(spec)
    files = {name: trained.root / path for name, path in found["report"].items()}
    decision = json.loads(files["decision"].read_text(encoding="utf-8"))
    playbook = load_playbook(DEFAULT)
    card = score(
        read_equity_csv(files["equity"]),
        read_trades_csv(files["trades"]),
        playbook.gates,
        playbook.decision,
    )
    assert card.decision == decision["decision"] == found["decision"]
    for again, gate in zip(card.gates, decision["gates"], strict=True):
        assert again.id == gate["id"]
        assert again.passed == gate["passed"]
        assert again.value == (gate["value"] and pytest.approx(gate["value"], rel=EXACT))


def test_the_result_binds_the_report_to_its_archive(trained, saved):
    found = result(saved[0])
    archive = trained.root / found["archive"]
    assert archive.name == found["sha256"]
    assert (archive / "decision.json").read_bytes() == (
        trained.root / found["report"]["decision"]
    ).read_bytes()
    assert Path(found["report"]["decision"]).name == "2026-02-27_decision.json"
    assert found["reproducible"] is True
    assert found["complete"] is True
    decision = json.loads((archive / "decision.json").read_text(encoding="utf-8"))
    assert list(schema_validator().iter_errors(decision)) == []
    assert decision["model"]["run"] == "run-a"
    assert decision["model"]["train_range"][1] < decision["data"]["first"]


def test_the_same_revalidation_again_is_the_same_decision(trained, saved):
    first = result(saved[0])
    spec = write_spec(trained, "revalidate", run="again", save_report=True, episodes=6)
    done = run("revalidate", spec)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing new to sign" in done.stdout
    again = result(spec)
    assert (first["identical"], again["identical"]) == (False, True)
    assert [again[name] for name in ("sha256", "archive", "archived", "report")] == [
        first[name] for name in ("sha256", "archive", "archived", "report")
    ]
    assert (trained.root / again["archive"] / "decision.json").is_file()


def test_the_decision_says_why_it_can_be_trusted_and_how_to_make_it_again(trained, saved):
    trust = archived(trained, saved)["trust"]
    assert {name: test["passed"] for name, test in trust["lookahead"].items()} == {
        "prefix_invariance": True, "planted_oracle": True, "shuffled_returns": True,
        "fills": True, "statistics": True, "repeated_bars": True,
    }  # fmt: skip
    assert trust["reproducible"] is True
    assert trust["overlap"] == "none"
    assert len(trust["code"]["tree_sha256"]) == 64
    assert trust["rerun"].endswith("--num-episodes 6 --save-report")


def test_the_replayed_record_is_the_recorded_one(trained, saved):
    robustness = archived(trained, saved)["robustness"]
    assert robustness["replay_error"] < 1e-9
    assert robustness["fees"][1]["score"] == archived(trained, saved)["score"]


def test_bars_outside_the_training_range_are_counted(trained, saved):
    decision = archived(trained, saved)
    seen = json.loads(manifest_path(trained.best_model).read_text())["normaliser"]["seen"]
    assert list(seen) == list(OBSERVATION_NAMES)
    outside = decision["outside_training"]
    scored = decision["episodes"][-2]["bars"]
    assert outside["bars"] == scored
    assert outside["outside"] == round(outside["share"] * scored)
    for feature in outside["features"]:
        low, high = feature["trained"]
        assert [low, high] == seen[feature["name"]]
        assert feature["observed"][0] < low or feature["observed"][1] > high
    # A position may be held longer than an episode, and its age stays within what was seen.
    assert all(feature["name"] != "trade_age" for feature in outside["features"])


def test_a_model_of_an_earlier_version_keeps_its_observations(home):
    """Its manifest names ``time_in_trade``, and neither kind of position nor range."""
    path = manifest_path(home.best_model)
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["normaliser"]["position"], manifest["normaliser"]["seen"]
    manifest["feature_names"] = [*FEATURE_NAMES, *CLIPPED_POSITION_NAMES]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    candidate = Candidate.read(home.best_model)
    assert candidate.env_settings.position == CLIPPED_POSITION_NAMES
    market = Market.from_frame(load_candles(home.backtest_data).frame)
    features, seen = candidate.features(market), []

    def always_long(observation: np.ndarray, env: MarketEnv) -> np.ndarray:
        seen.append(observation[0, -1])
        return np.ones(1, dtype=int)

    run_backtest(always_long, market, features, [(WARM_UP, 900)], candidate.env_settings)
    expected = np.minimum(np.arange(900 - WARM_UP) / 168, 3.0)
    assert np.array(seen) == pytest.approx(expected)
    spec = write_spec(home, "revalidate", run="earlier", save_report=True, episodes=2)
    assert revalidate(read_spec(spec), StopFlag()) == 0
    decision = archived(home, (spec, ""))
    assert decision["outside_training"] is None
    assert not any("training range" in warning for warning in decision["warnings"])


def test_observations_that_left_the_training_range_are_a_warning(home):
    path = manifest_path(home.best_model)
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["normaliser"]["seen"]["momentum_24"] = [-0.1, 0.1]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    spec = write_spec(home, "revalidate", run="narrow", save_report=True, episodes=2)
    assert revalidate(read_spec(spec), StopFlag()) == 0
    decision = archived(home, (spec, ""))
    assert decision["outside_training"]["features"][0]["name"] == "momentum_24"
    assert decision["outside_training"]["share"] > 0.5
    assert any("(momentum_24" in warning for warning in decision["warnings"])


def lookahead_of(home: Home, run_name: str) -> dict[str, Any]:
    spec = write_spec(home, "revalidate", run=run_name, save_report=True, episodes=2)
    assert revalidate(read_spec(spec), StopFlag()) == 0
    decision = archived(home, (spec, ""))
    failed = any(test["passed"] is False for test in decision["trust"]["lookahead"].values())
    if failed:
        assert decision["evidence"]["grade"] == "INSUFFICIENT"
        assert any("Look-ahead test failed" in warning for warning in decision["warnings"])
    return decision["trust"]["lookahead"]


def fitted_on_backtest(home: Home, part: slice) -> None:
    path = manifest_path(home.best_model)
    manifest = json.loads(path.read_text(encoding="utf-8"))
    raw = raw_features(Market.from_frame(load_candles(home.backtest_data).frame))
    manifest["normaliser"] = Normaliser.fit(FEATURE_NAMES, raw[part]).as_dict()
    path.write_text(json.dumps(manifest), encoding="utf-8")


def test_a_scaler_that_was_fitted_on_the_backtest_is_a_failed_test(home):
    fitted_on_backtest(home, slice(None))
    found = lookahead_of(home, "scaled")
    assert found["statistics"]["passed"] is False
    assert "fitted on the bars that it is tested on" in found["statistics"]["detail"]
    assert found["repeated_bars"]["passed"] is True
    # Without the training data it is found by the backtest alone.
    shutil.rmtree(home.train_data)
    again = lookahead_of(home, "scaled-2")
    assert again["statistics"]["passed"] is False
    assert again["repeated_bars"]["passed"] is None


@pytest.mark.parametrize("part", [slice(WARM_UP, None), slice(0, 1_300)])
def test_a_scaler_that_was_fitted_on_a_part_of_the_backtest_is_found_too(home, part):
    fitted_on_backtest(home, part)
    candidate = Candidate.read(home.best_model)
    market = Market.from_frame(load_candles(home.backtest_data).frame)
    known = training_candles(home.train_data, candidate)
    assert known is not None
    for trained_on in (known, None):
        found = statistics_test(candidate, trained_on, market)
        assert found.passed is False
        assert "fitted on the bars that it is tested on" in str(found.detail)


def test_training_bars_that_were_re_dated_into_the_backtest_are_a_failed_test(home):
    trained = pd.read_csv(home.train_data / "ogn.csv", comment="#")
    (file,) = home.backtest_data.glob("*.csv")
    tested = pd.read_csv(file, comment="#")
    prices = ["open", "high", "low", "close"]
    copied = trained.loc[1_000:1_399, prices].to_numpy() * 1.5
    factor = tested.loc[1_399, "close"] / copied[-1, 3]
    tested.loc[1_000:1_399, prices] = copied * factor
    tested.to_csv(file, index=False)
    found = lookahead_of(home, "re-dated")
    assert found["repeated_bars"]["passed"] is False
    assert "training bars under other times" in found["repeated_bars"]["detail"]
    assert found["statistics"]["passed"] is True


def archived(home: Home, saved: tuple[Path, str]) -> dict:
    file = home.root / result(saved[0])["archive"] / "decision.json"
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("declared", [0, 2.5, True, "many"])
def test_a_number_of_trials_that_is_none_is_refused(home, declared):
    assert f"trials is {declared!r}" in refusal(home, trials=declared)


def test_fewer_trials_than_the_ledger_counts_are_refused():
    with pytest.raises(InputError, match="Number of trials 2 is below the ledger's 3"):
        declared_trials(2, 3)
    assert declared_trials(3, 3).used == declared_trials(None, 3).used == 3


def test_the_backtest_covers_the_bars_behind_the_warm_up_in_the_given_episodes(trained, saved):
    report = result(saved[0])["report"]
    equity = pd.read_csv(trained.root / report["equity"])
    assert equity["episode"].nunique() == 6
    assert len(equity) == 2_600 - 336
    assert equity["exposure"].max() < 0.15 * 1.2  # the cap, the trim band, and one wild hour
    seen = progress(saved[0])
    assert (seen["stage"], seen["episode"], seen["episodes"]) == ("done", 6, 6)
    assert next(gate["id"] for gate in seen["gates"]) == "sharpe"


def test_without_save_report_nothing_is_written_but_the_result_is_the_same(trained, saved, home):
    spec = write_spec(home, "revalidate", run="printed", episodes=6)
    done = run("revalidate", spec)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (home.root / "reports").exists()
    found = result(spec)
    assert found["archive"] is None
    assert found["report"] == {}
    # Another process, another folder: every value, interval and resampled count to the last bit.
    assert found["gates"] == result(saved[0])["gates"]
    assert found["evidence"] == result(saved[0])["evidence"]


def test_the_weeks_costs_are_charged_not_the_models(trained, saved, home):
    spec = write_spec(home, "revalidate", run="costs", save_report=True, episodes=6)
    playbook = spec.parent / "playbook.yaml"
    text = playbook.read_text(encoding="utf-8")
    for name, bps in (("fee_bps", 40), ("slippage_bps", 25)):
        text, found = re.subn(rf"(?m)^  {name}: \d+$", f"  {name}: {bps}", text)
        assert found == 1
    playbook.write_text(text, encoding="utf-8")
    assert revalidate(read_spec(spec), StopFlag()) == 0
    reports = [(trained, result(saved[0])["report"]), (home, result(spec)["report"])]
    cheap, dear = (
        json.loads((place.root / files["decision"]).read_text(encoding="utf-8"))
        for place, files in reports
    )
    assert (dear["costs"]["fee_bps"], dear["costs"]["slippage_bps"]) == (40, 25)
    assert dear["model"]["settings"]["fee_bps"] == 10
    assert dear["max_exposure"] == cheap["max_exposure"]
    fees = [
        (trades["fees"] / (trades["quantity"] * (trades["entry_price"] + trades["exit_price"])))
        for trades in (pd.read_csv(place.root / files["trades"]) for place, files in reports)
    ]
    assert fees[0].median() == pytest.approx(0.0010, rel=0.01)
    assert fees[1].median() == pytest.approx(0.0040, rel=0.01)
    (warning,) = [text for text in dear["warnings"] if "was trained with" in text]
    assert "10 bps fee and 5 bps slippage" in warning
    assert "40 and 25 bps" in warning
    assert not any("was trained with" in text for text in cheap["warnings"])


def test_candles_of_another_interval_are_refused(home):
    file = home.backtest_data / "ogn.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    (first,) = [n for n, line in enumerate(lines) if line[:1].isdigit()][:1]
    file.write_text("".join(lines[:first] + lines[first::4]), encoding="utf-8")
    assert "bars of 4 h, not of 1 h" in refusal(home)


def test_no_model_is_refused(home):
    home.best_model.unlink()
    assert "There is no model" in refusal(home)


def test_a_changed_model_is_refused(home):
    home.best_model.write_bytes(home.best_model.read_bytes() + b"x")
    assert "SHA-256 differs" in refusal(home)


def test_a_model_without_its_manifest_is_refused(home):
    manifest_path(home.best_model).unlink()
    assert "no manifest" in refusal(home)


def test_no_backtest_data_are_refused(home):
    shutil.rmtree(home.backtest_data)
    assert "data/backtest" in refusal(home)


def test_data_that_overlap_the_training_range_are_refused(home):
    spec = write_spec(home, "revalidate", run="overlap", backtest_data_dir="data/train")
    done = run("revalidate", spec)
    assert done.returncode == 2
    assert "[ERROR] The backtest data overlap" in done.stdout
    found = result(spec)
    assert found["complete"] is False
    assert found["error_kind"] == "data"
    assert "overlap the training range" in found["error"]
    assert "2024-02-23" in found["error"]


def test_a_model_of_another_observation_space_is_refused(home):
    path = manifest_path(home.best_model)
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["feature_names"].append("news")
    manifest["observation_shape"] = [len(manifest["feature_names"])]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert "a different observation space" in refusal(home)


def test_too_few_bars_for_the_episodes_are_refused(home):
    assert "episodes is 5000" in refusal(home, episodes=5_000)  # more than a playbook may ask for
    with pytest.raises(MarketDataError, match="1998 usable bars for 1000 episodes"):
        slices(1, 1_999, 1_000)


def test_a_stop_between_two_episodes_leaves_no_report(home):
    spec = write_spec(home, "revalidate", run="stopped", save_report=True)
    stop = StopFlag()
    stop.requested = True
    assert revalidate(read_spec(spec), stop) == 3
    assert result(spec) == {"complete": False, "status": "STOPPED"}
    assert not (home.root / "reports").exists()


def test_candles_with_errors_are_refused(home):
    file = home.backtest_data / "ogn.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[50] = lines[50].split(",")[0] + ",0,0,0,0,0"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert "price of 0 or below" in refusal(home)
